//! Network: which hosts each gate can talk to.

use super::programs;
use super::reach::NetworkReach;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::listed;
use crate::workflow::Work;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("network");
    let mut is_open = false;
    for (at, gate) in subject.gates() {
        if matches!(gate.work, Work::Human) {
            continue;
        }
        let reach = &subject.reaches[at];
        let used = programs::online(gate);
        let used =
            if used.is_empty() { String::new() } else { format!("; runs {}", listed(&used)) };
        match &reach.network {
            NetworkReach::Off => row.say(Some(&gate.id), "none"),
            NetworkReach::Hosts(hosts) => {
                row.grant(Some(&gate.id), format!("{}{used}", listed(hosts)));
            }
            NetworkReach::Any if programs::is_inert(gate) => {
                row.say(Some(&gate.id), "none used");
            }
            NetworkReach::Any => row.grant(Some(&gate.id), format!("any host{used}")),
        }
        if !reach.is_boxed {
            is_open = true;
            row.leave_out(
                Certainty::Unknown,
                "the hosts that gates reach at run time: enforcing permits is not required",
            );
        }
    }
    if is_open {
        row.grant(None, "permits are not enforced where the system cannot enforce them");
    }
    row
}
