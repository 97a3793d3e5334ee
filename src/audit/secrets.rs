//! Secrets: which gates are handed which of them, by name.

use super::places::Key;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::Player;
use super::work::role_of;
use crate::workflow::Work;
use std::collections::BTreeSet;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("secrets");
    let mut told = BTreeSet::new();
    for (_, gate) in subject.gates() {
        let is_agent = matches!(gate.work, Work::Agent(_));
        for (number, secret) in gate.secrets.iter().enumerate() {
            row.grant(Some(&gate.id), format!("receives {}", secret.name));
            if is_agent {
                let found = Found {
                    rule: "secret-for-agent",
                    level: AuditLevel::Warning,
                    message: format!("the agent of gate {} can read {}", gate.id, secret.name),
                    help: "hand the secret to a command that does the one thing it is for"
                        .to_owned(),
                };
                row.findings.push(subject.at(gate, Key::Secret(number), found));
            }
        }
        if is_agent && let Player::Known(agent) = subject.player(role_of(gate)) {
            let passed = agent.settings().pass.as_deref().unwrap_or_default();
            if !passed.is_empty() && told.insert(&agent.name) {
                row.say(None, format!("agent {} gets {}", agent.name, passed.join(", ")));
            }
        }
    }
    if !row.said.iter().any(|line| line.widens) {
        row.say(None, "no gate receives a secret");
    }
    row.leave_out(Certainty::Partial, "secrets that programs write to files, and secrets in files");
    row
}
