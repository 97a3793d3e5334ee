//! Cost: what stops a run that spends. A budget is a bound, and no bill: calls at work when it is
//! reached may go over it.

use super::places::Key;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::Player;
use super::work::role_of;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::executor::Agent;
use crate::workflow::Gate;
use crate::workflow::Work;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("cost");
    let run = &subject.workflow.budget;
    let project = &subject.config.budget;
    if let Some(words) = in_words(run) {
        row.say(None, format!("a run stops at {words}; running calls may exceed it"));
    }
    if let Some(words) = in_words(project) {
        row.say(None, format!("orch.toml stops it at {words}"));
    }
    for (_, gate) in subject.gates() {
        if let Some(words) = in_words(&gate.budget) {
            row.say(Some(&gate.id), format!("stops at {words}"));
        }
    }
    for (_, gate) in subject.gates().filter(|(_, gate)| matches!(gate.work, Work::Agent(_))) {
        let own = |measure: &Measure| {
            [run, project, &gate.budget].iter().any(|budget| budget.bound(*measure).is_some())
        };
        let bounds: Vec<Measure> = Measure::ALL.into_iter().filter(own).collect();
        match subject.player(role_of(gate)) {
            Player::Known(agent) => row_of_agent(subject, gate, agent, &bounds, &mut row),
            Player::Nobody | Player::Open if bounds.is_empty() => {
                row.leave_out(Certainty::Unknown, "what agents without a budget spend");
            }
            Player::Nobody | Player::Open => row.leave_out(
                Certainty::Partial,
                "whether agents that are named in a run report what the budget counts",
            ),
        }
    }
    row.leave_out(Certainty::Sound, "what commands and people cost");
    row
}

/// Tells an agent that no budget stops.
fn row_of_agent(
    subject: &AuditSubject<'_>,
    gate: &Gate,
    agent: &Agent,
    bounds: &[Measure],
    row: &mut AuditRow,
) {
    let is_own = agent.budget.is_some_and(|budget| !budget.is_open());
    if is_own || bounds.iter().any(|measure| agent.can_tell(*measure)) {
        return;
    }
    row.leave_out(Certainty::Unknown, "what agents without a budget spend");
    row.grant(Some(&gate.id), "no budget stops its agent");
    let (name, id) = (&agent.name, &gate.id);
    let (message, help) = if bounds.is_empty() {
        (
            format!("no budget stops agent {name} at gate {id}"),
            "write [budget] with usd, tokens or minutes in the workflow",
        )
    } else {
        (
            format!(
                "agent {name} does not report what the budget counts, so the budget does not stop \
                 it at gate {id}"
            ),
            "add minutes to [budget]",
        )
    };
    let (rule, help) = ("no-budget", help.to_owned());
    let found = Found { rule, level: AuditLevel::Note, message, help };
    row.findings.push(subject.at(gate, Key::Agent, found));
}

fn in_words(budget: &Budget) -> Option<String> {
    let bounds = Measure::ALL.into_iter();
    let bounds = bounds.filter_map(|measure| Some(measure.show(budget.bound(measure)?)));
    let bounds: Vec<String> = bounds.collect();
    (!bounds.is_empty()).then(|| bounds.join(" or "))
}
