//! What waits for a person: who is needed at which gate, since when, and the one step that is next.

use super::Board;
use super::link;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::parallel;
use crate::project::runs::RunEntry;
use crate::run::GateState;
use crate::run::Run;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use serde::Serialize;

/// Somebody is needed at a gate.
#[derive(Debug, Clone, Serialize)]
pub struct Need {
    /// What names it on a page.
    pub id: String,
    pub key: String,
    pub workflow: String,
    pub run: String,
    pub run_href: String,
    pub gate: String,
    /// Its name, where it has one of its own.
    pub name: Option<String>,
    pub href: String,
    /// What is waited for.
    pub what: &'static str,
    /// What to do about it.
    pub step: &'static str,
    /// The same on a terminal.
    pub command: String,
    /// How long it has waited.
    pub age: String,
    pub since: Option<String>,
    /// What is asked, where it is a question.
    pub question: Option<String>,
    pub options: Vec<String>,
    /// Who alone may answer; anybody where none is named.
    pub to: Vec<String>,
    #[serde(skip)]
    since_at: Option<Moment>,
}

/// How many are shown whole; the others are named.
const WHOLE_MAX: usize = 50;

/// What waits, as a page lists it.
#[derive(Debug, Serialize)]
pub(super) struct NeedList {
    needs: Vec<Need>,
    more_needs: Vec<Need>,
    pub needs_count: usize,
}

impl NeedList {
    pub fn of(mut needs: Vec<Need>) -> Self {
        let needs_count = needs.len();
        let more_needs = needs.split_off(needs_count.min(WHOLE_MAX));
        Self { needs, more_needs, needs_count }
    }
}

/// Of these runs, what waited longest first.
pub(super) fn of_runs(board: &Board<'_>, entries: &[&RunEntry]) -> Vec<Need> {
    let open: Vec<&RunId> =
        entries.iter().filter(|it| it.status.is_open()).map(|it| &it.run_id).collect();
    let found = parallel::map(&open, |id| {
        let reading = board.project.store.glance(id).ok();
        reading.map(|reading| of_run(board, &reading.run)).unwrap_or_default()
    });
    let mut needs: Vec<Need> = found.into_iter().flatten().collect();
    needs.sort_by_key(|need| need.since_at);
    needs
}

/// Of one run.
pub(super) fn of_run(board: &Board<'_>, run: &Run) -> Vec<Need> {
    if run.status.is_end() {
        return Vec::new();
    }
    let waiting = run.gates.iter().filter_map(|(gate, state)| {
        let waits_for = state.waits_for?;
        of_gate(board, run, (gate, state), waits_for)
    });
    waiting.collect()
}

fn of_gate(
    board: &Board<'_>,
    run: &Run,
    (gate, state): (&GateId, &GateState),
    waits_for: WaitsFor,
) -> Option<Need> {
    let id = &run.started.run_id;
    let at = |command| Suggestion::new(command).of(id).at(gate);
    let (what, step, command) = match waits_for {
        WaitsFor::Person => ("your work", "Work on it", at("done")),
        WaitsFor::Agent => ("an agent; none is configured", "Work on it", at("done")),
        WaitsFor::Approval => ("your approval", "Review and decide", at("gate approve")),
        WaitsFor::Decision => ("a decision after an interruption", "Decide", at("gate start")),
        WaitsFor::Answer => {
            let forward = Suggestion::new("forward").word(id.as_str()).word(OPEN_WORDS);
            ("your answer", "Answer", forward.option("gate", gate.as_str()))
        }
        // Whatever it waits for is told with that run.
        WaitsFor::ChildRun => return None,
    };
    let now = board.project.clock.now();
    let attempt = state.attempt();
    let since = state.waits_since.or_else(|| Some(attempt?.started_at));
    let question = attempt.and_then(|attempt| attempt.question.as_deref());
    let question = question.filter(|_| waits_for == WaitsFor::Answer);
    Some(Need {
        id: format!("{id}/{gate}"),
        key: run.started.key.clone(),
        workflow: run.started.workflow.clone(),
        run: id.to_string(),
        run_href: link::run(board.base, id),
        name: name_of(run, gate),
        href: link::gate(board.base, id, gate),
        gate: gate.to_string(),
        what,
        step,
        command: command.to_string(),
        age: since.map(|at| show_duration(now.since(at))).unwrap_or_default(),
        since: since.map(|at| at.to_string()),
        question: question.map(|question| question.text.clone()),
        options: question.map(|question| question.options.clone()).unwrap_or_default(),
        to: question.map(|question| question.to.clone()).unwrap_or_default(),
        since_at: since,
    })
}

/// The name of a gate, where it has one of its own.
pub(super) fn name_of(run: &Run, gate: &GateId) -> Option<String> {
    let planned = run.started.gates.iter().find(|planned| planned.gate.as_str() == gate.base());
    gate.own_name(&planned?.name).map(str::to_owned)
}
