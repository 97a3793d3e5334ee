//! Who does what: a person, an agent, a command or a child run.

use super::programs;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Player;
use super::subject::counted;
use crate::digest::Digest;
use crate::workflow::Gate;
use crate::workflow::Role;
use crate::workflow::Work;

/// The longest command that is shown, in characters.
const COMMAND_MAX: usize = 72;

/// How much of a script's digest is shown.
const DIGEST_SHOWN: usize = 8;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("work");
    for (_, gate) in subject.gates() {
        match &gate.work {
            Work::Human if gate.end().is_some_and(|end| !end.after_work) => {
                row.say(Some(&gate.id), "ends the run");
            }
            Work::Human => row.say(Some(&gate.id), "a person"),
            Work::Agent(role) => of_agent(subject, gate, role, &mut row),
            Work::Command(_) => row.grant(Some(&gate.id), command(gate)),
            Work::Shell { script, with } => {
                row.grant(Some(&gate.id), script_in_words(script, with));
            }
            Work::Workflow(child) => {
                let text = format!("a run of the workflow {}", child.workflow.text());
                row.grant(Some(&gate.id), text);
                row.leave_out(Certainty::Partial, "the workflows of child runs; audit them too");
            }
        }
    }
    if subject.has_routes() {
        row.leave_out(Certainty::Partial, "routes in orch.toml that send work to other agents");
    }
    row
}

fn of_agent(subject: &AuditSubject<'_>, gate: &Gate, role: &Role, row: &mut AuditRow) {
    let role = match role {
        Role::Any => String::new(),
        Role::Named(name) => format!(" as {name}"),
        Role::Chosen(name) => format!(" as {}", name.text()),
    };
    match subject.player(role_of(gate)) {
        Player::Known(agent) if agent.name == agent.definition => {
            row.grant(Some(&gate.id), format!("agent {}{role}", agent.name));
        }
        Player::Known(agent) => {
            let text = format!("agent {} ({}){role}", agent.name, agent.definition);
            row.grant(Some(&gate.id), text);
        }
        Player::Nobody => {
            row.grant(Some(&gate.id), format!("an agent{role}, which orch.toml does not name"));
            row.leave_out(Certainty::Partial, "which agent is chosen when the run starts");
        }
        Player::Open => {
            row.grant(Some(&gate.id), format!("an agent{role}"));
            row.leave_out(Certainty::Partial, "which agents templates name in a run");
        }
    }
}

/// The role of an agent's gate.
pub(super) fn role_of(gate: &Gate) -> &Role {
    match &gate.work {
        Work::Agent(role) => role,
        Work::Human | Work::Command(_) | Work::Shell { .. } | Work::Workflow(_) => &Role::Any,
    }
}

fn command(gate: &Gate) -> String {
    let words = programs::words(gate);
    let line = words.join(" ");
    let is_short = line.chars().count() <= COMMAND_MAX && !line.contains('\n');
    if is_short {
        return format!("command: {line}");
    }
    let program = words.first().copied().unwrap_or_default();
    format!("command: {program} … ({} arguments, sha256 {})", words.len() - 1, digest(&line))
}

fn script_in_words(script: &str, with: &[String]) -> String {
    let program = with.first().map(String::as_str).unwrap_or_default();
    let lines = counted(script.trim().lines().count(), "line", "lines");
    format!("script: {lines} for {program} (sha256 {})", digest(script))
}

fn digest(text: &str) -> String {
    Digest::of(text).to_string().chars().take(DIGEST_SHOWN).collect()
}
