//! Approvals: at which gates a person has certainly decided before each gate starts.

use super::order::is_person;
use super::places::Key;
use super::report::AuditFinding;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Course;
use super::subject::Found;
use super::subject::listed;
use crate::workflow::Approval;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::Work;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("approvals");
    for (at, gate) in subject.gates() {
        let persons = subject.order.persons(at).iter();
        let persons: Vec<&str> =
            persons.map(|person| subject.workflow.gates[person].id.as_str()).collect();
        let is_work = !matches!(gate.work, Work::Human);
        if !is_work && is_person(gate) && gate.approval == Approval::None {
            row.leave_out(
                Certainty::Partial,
                "human gates that an answers file finishes, given when the run starts",
            );
        }
        match (persons.is_empty(), is_work) {
            (false, _) => {
                row.say(Some(&gate.id), format!("a person decides at {}", listed(&persons)));
            }
            (true, true) => row.grant(Some(&gate.id), "starts without approval"),
            (true, false) => {}
        }
        if let Some(how) = approval(gate) {
            row.say(Some(&gate.id), how);
        }
        if is_person(gate) || matches!(gate.work, Work::Human) {
            row.findings.extend(avoidable(subject, at, gate));
        }
    }
    row.leave_out(Certainty::Sound, "waived and redone gates, which a person decides");
    row
}

fn approval(gate: &Gate) -> Option<String> {
    match &gate.approval {
        Approval::None => None,
        Approval::Person => Some("a person approves its work".to_owned()),
        Approval::Signed { by, .. } => Some(format!("{} signs its work", by.join(" or "))),
    }
}

/// Why a run may continue without the person of a gate.
fn avoidable(subject: &AuditSubject<'_>, at: usize, gate: &Gate) -> Option<AuditFinding> {
    let (key, why, help) = match (subject.courses[at], &gate.on_fail) {
        (_, OnFail::Ignore) => {
            (Key::OnFail, "a rejection there is ignored", "remove on_fail = \"ignore\"")
        }
        (Course::Perhaps, _) => {
            (Key::Approval, "its `when` may skip it", "remove `when`, or give the inputs it reads")
        }
        (Course::Runs, _) if gate.each.is_some() => {
            (Key::Id, "its list may be empty", "put a gate that a person does after it")
        }
        (Course::Runs, _) if !is_person(gate) && !gate.answers.is_empty() => (
            Key::Id,
            "an answers file can fill in its form when the run starts",
            "add approval = \"person\"",
        ),
        (Course::Runs | Course::Never, _) => return None,
    };
    let found = Found {
        rule: "avoidable-person",
        level: AuditLevel::Note,
        message: format!("no gate can count on the person at gate {}: {why}", gate.id),
        help: help.to_owned(),
    };
    Some(subject.at(gate, key, found))
}
