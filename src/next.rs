//! What a run does next: a pure function of its plan and its state. It reads no
//! clock and touches nothing; whoever performs its steps writes events and asks again.

use crate::clock::Moment;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use crate::workflow::input;
use serde_json::Value as Json;
use serde_json::json;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Find the instances of a fan-out.
    Expand(GateId),
    /// The gate's own `when` says no, or its fan-out is empty.
    Skip { gate: GateId, reason: String },
    /// Begin an attempt, not before a moment where one follows a failed one.
    Start { gate: GateId, not_before: Option<Moment> },
    /// Go back, as `on_fail` says.
    Jump { from: GateId, to: GateId },
    /// All instances of a fan-out are done.
    Gather { gate: GateId, passed: bool },
    /// The gate cannot begin at all.
    Refuse { gate: GateId, reason: String },
    /// Nothing is left to do and nobody is waited for.
    Finish(RunStatus),
}

/// All steps that can be taken now, in the order of the workflow.
pub fn next(workflow: &Workflow, run: &Run) -> Vec<Step> {
    if run.status.is_end() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let mut at_work = false;
    let mut waiting = false;
    let mut all_satisfied = true;
    // Few runs have failures, and most gates of a long one cannot begin yet: both are told apart
    // before anything is built, since this is asked after every event.
    let has_failures = run.gates.values().any(|state| state.status == GateStatus::Fail);
    let stopped = has_failures && workflow.gates.iter().any(|gate| stops_the_run(gate, run));
    let known = workflow.along(&run.gates);
    let satisfies = |at: usize| known[at].is_some_and(|state| state.status.satisfies());
    for (at, gate) in workflow.gates.iter().enumerate() {
        all_satisfied &= satisfies(at);
        let is_held_up = || match gate.join {
            Join::All => !workflow.needs_of(at).iter().all(|need| satisfies(*need)),
            Join::Any | Join::Done => !is_ready(workflow, run, gate),
        };
        if satisfies(at) || known[at].is_none() && is_held_up() {
            continue;
        }
        for (id, state) in instances(gate, run) {
            let status = state.map(|state| state.status);
            at_work |= status == Some(GateStatus::Running);
            waiting |= status == Some(GateStatus::Waiting);
            let step = match state {
                Some(state) if state.status == GateStatus::Fail => after_failure(gate, &id, state),
                Some(_) | None if stopped => None,
                Some(_) | None => opening(workflow, run, gate, &id),
            };
            steps.extend(step);
        }
        steps.extend(gathered(gate, run));
    }
    // What waits could not bring a stopped run any further. While somebody sits at the run, its end
    // is theirs to give.
    let is_over = !at_work && (!waiting || stopped);
    if steps.is_empty() && is_over && run.session().is_none() {
        let status = if all_satisfied { RunStatus::Passed } else { RunStatus::Failed };
        steps.push(Step::Finish(status));
    }
    steps
}

/// What could start at once of one gate: the gate itself, or its instances.
pub fn startable(workflow: &Workflow, run: &Run, gate: &Gate) -> Vec<GateId> {
    let opening = |(id, _): (GateId, _)| opening(workflow, run, gate, &id);
    let steps = instances(gate, run).into_iter().filter_map(opening);
    steps
        .filter_map(|step| match step {
            Step::Start { gate, not_before: None } => Some(gate),
            Step::Start { not_before: Some(_), .. }
            | Step::Expand(_)
            | Step::Skip { .. }
            | Step::Jump { .. }
            | Step::Gather { .. }
            | Step::Refuse { .. }
            | Step::Finish(_) => None,
        })
        .collect()
}

/// Whether nothing comes after this gate's failure by its own means: no try, no jump.
pub fn has_failed_for_good(gate: &Gate, state: &GateState) -> bool {
    state.status == GateStatus::Fail
        && state.items.is_none()
        && after_failure(gate, &gate.id, state).is_none()
}

/// The values that a gate's templates see.
pub fn context(run: &Run, gate: &Gate, id: &GateId) -> Context {
    let mut context = input::context(&run.started.inputs);
    context.insert("run", &run.started.run_id);
    context.insert("gate", id);
    let state = run.gate(id);
    let attempt = state.map_or(0, |state| state.attempts.len()) + 1;
    context.insert("attempt", &attempt);
    context.insert("gates", &answers(run));
    // The number of the sitting; 0 where nobody sits.
    context.insert("session", &run.session().map_or(0, |session| session.number));
    if let Some(each) = &gate.each {
        let base = run.gate(&gate.id).and_then(|state| state.items.as_ref());
        let item = base.and_then(|items| items.iter().find(|item| item.gate == *id));
        context.insert(each.name.clone(), &item.map_or(Json::Null, |item| item.value.clone()));
    }
    context
}

/// `gates.<id>.answers`, for every gate that has some.
fn answers(run: &Run) -> Json {
    let answered = run.gates.iter().filter(|(_, state)| !state.answers.is_empty());
    Json::Object(
        answered.map(|(id, state)| (id.to_string(), json!({ "answers": state.answers }))).collect(),
    )
}

/// The gate itself, or its instances once they are known.
fn instances<'r>(gate: &Gate, run: &'r Run) -> Vec<(GateId, Option<&'r GateState>)> {
    match run.gate(&gate.id).and_then(|state| state.items.as_ref()) {
        None => vec![(gate.id.clone(), run.gate(&gate.id))],
        Some(items) => items.iter().map(|item| (item.gate.clone(), run.gate(&item.gate))).collect(),
    }
}

fn stops_the_run(gate: &Gate, run: &Run) -> bool {
    gate.on_fail != OnFail::Continue
        && instances(gate, run).iter().any(|(id, state)| {
            state.is_some_and(|state| {
                state.status == GateStatus::Fail
                    && state.items.is_none()
                    && after_failure(gate, id, state).is_none()
            })
        })
}

/// Retries come first, then `on_fail`.
fn after_failure(gate: &Gate, id: &GateId, state: &GateState) -> Option<Step> {
    if state.tries < gate.retry.attempts {
        let ended = state.attempt().and_then(|attempt| attempt.finished_at);
        let not_before = ended.map(|ended| ended.plus(gate.retry.pause(state.tries)));
        return Some(Step::Start { gate: id.clone(), not_before });
    }
    match &gate.on_fail {
        OnFail::Goto { gate: to, visits } if state.visits < *visits => {
            Some(Step::Jump { from: id.clone(), to: to.clone() })
        }
        OnFail::Goto { .. } | OnFail::Stop | OnFail::Continue => None,
    }
}

/// What opens a gate that is not begun or has gone stale.
fn opening(workflow: &Workflow, run: &Run, gate: &Gate, id: &GateId) -> Option<Step> {
    let state = run.gate(id);
    match state.map(|state| state.status) {
        None | Some(GateStatus::NotStarted | GateStatus::Stale) => {}
        Some(
            GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Pass
            | GateStatus::Fail
            | GateStatus::Skipped
            | GateStatus::Waived,
        ) => return None,
    }
    if !is_ready(workflow, run, gate) {
        return None;
    }
    if *id == gate.id
        && let Some(when) = &gate.when
    {
        let context = context(run, gate, id);
        let refuse = |reason| Some(Step::Refuse { gate: id.clone(), reason });
        match when.render(&context).as_deref() {
            Ok("true") => {}
            Ok("false") => {
                let reason = format!("when = \"{}\" is false", when.text());
                return Some(Step::Skip { gate: id.clone(), reason });
            }
            Ok(other) => {
                return refuse(format!("`when` renders `{other}`, neither true nor false"));
            }
            Err(error) => return refuse(format!("`when`: {error}")),
        }
    }
    if gate.each.is_some() && *id == gate.id {
        return Some(Step::Expand(id.clone()));
    }
    Some(Step::Start { gate: id.clone(), not_before: None })
}

fn is_ready(workflow: &Workflow, run: &Run, gate: &Gate) -> bool {
    let satisfied = |id: &GateId| run.status_of(id).satisfies();
    match gate.join {
        Join::All => gate.needs.iter().all(satisfied),
        Join::Any => gate.needs.iter().any(satisfied),
        Join::Done => gate.needs.iter().all(|id| satisfied(id) || is_done(workflow, run, id)),
    }
}

/// Whether a gate is over, for better or worse: failed for good, or never to begin because of one that has.
fn is_done(workflow: &Workflow, run: &Run, id: &GateId) -> bool {
    let Some(gate) = workflow.gate(id) else { return false };
    match run.gate(id) {
        Some(state) if state.status == GateStatus::Fail => {
            state.items.is_some() || has_failed_for_good(gate, state)
        }
        Some(state) if state.status != GateStatus::NotStarted => false,
        Some(_) | None => {
            gate.join == Join::All
                && gate
                    .needs
                    .iter()
                    .any(|need| !run.status_of(need).satisfies() && is_done(workflow, run, need))
        }
    }
}

/// A fan-out is done when each of its instances is.
fn gathered(gate: &Gate, run: &Run) -> Option<Step> {
    let state = run.gate(&gate.id)?;
    let items = state.items.as_ref()?;
    if state.status == GateStatus::Fail {
        return None;
    }
    let mut passed = true;
    for item in items {
        let instance = run.gate(&item.gate)?;
        passed &= instance.status.satisfies();
        let over = instance.status.satisfies()
            || (instance.status == GateStatus::Fail
                && after_failure(gate, &item.gate, instance).is_none());
        if !over {
            return None;
        }
    }
    Some(Step::Gather { gate: gate.id.clone(), passed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Definition;
    use crate::definition::Origin;
    use crate::definition::Text;
    use crate::event::Event;
    use crate::event::GateStarted;
    use crate::event::Judged;
    use crate::executor::ExecutorKind;
    use crate::id::AttemptId;
    use crate::source::Source;

    fn at() -> Moment {
        Moment::parse("2026-01-19T14:30:12Z").unwrap()
    }

    fn id(text: &str) -> GateId {
        GateId::parse(text).unwrap()
    }

    fn workflow(gates: &str) -> Workflow {
        let text = format!("name = 'w'\nversion = '1'\n{gates}");
        let source = Source::new("w.toml", text);
        let mut definition = Definition::default();
        let path = "workflows/w.toml".to_owned();
        definition.insert(Text { path, origin: Origin::Project, source });
        Workflow::parse("w", &definition).unwrap()
    }

    /// The steps after gates have passed (`a+`), failed (`a-`) or begun (`a`).
    fn steps(workflow: &Workflow, done: &str) -> Vec<String> {
        let started = crate::event::testing::started();
        let mut run = Run::begin(at(), &Event::RunStarted(Box::new(started))).unwrap();
        for word in done.split_whitespace() {
            let gate = id(word.trim_end_matches(['+', '-']));
            let attempts = run.gate(&gate).map_or(0, |state| state.attempts.len());
            let attempt = u32::try_from(attempts).unwrap() + 1;
            run.apply(at(), &begun(&AttemptId::new(&gate, attempt))).unwrap();
            let judged = Judged::default();
            let end = match word.chars().last() {
                Some('+') => Event::GatePassed { gate, attempt, judged },
                Some('-') => Event::GateFailed { gate, attempt, reason: String::new(), judged },
                _ => continue,
            };
            run.apply(at(), &end).unwrap();
        }
        next(workflow, &run).iter().map(show).collect()
    }

    fn begun(attempt: &AttemptId) -> Event {
        Event::GateStarted(GateStarted::new(attempt, ExecutorKind::Human))
    }

    fn show(step: &Step) -> String {
        match step {
            Step::Start { gate, not_before: None } => format!("start {gate}"),
            Step::Start { gate, not_before: Some(due) } => {
                format!("start {gate} after {}s", due.since(at()).as_secs())
            }
            Step::Skip { gate, .. } => format!("skip {gate}"),
            Step::Jump { from, to } => format!("jump {from} {to}"),
            Step::Finish(status) => format!("finish {status}"),
            Step::Expand(gate) => format!("expand {gate}"),
            Step::Gather { gate, passed } => format!("gather {gate} {passed}"),
            Step::Refuse { gate, reason } => format!("refuse {gate}: {reason}"),
        }
    }

    fn gate(id: &str, more: &str) -> String {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'human'\n{more}\n")
    }

    #[test]
    fn a_chain_goes_gate_by_gate_and_ends() {
        let chain = workflow(&(gate("a", "") + &gate("b", "")));
        assert_eq!(steps(&chain, ""), ["start a"]);
        assert_eq!(steps(&chain, "a"), Vec::<String>::new());
        assert_eq!(steps(&chain, "a+"), ["start b"]);
        assert_eq!(steps(&chain, "a+ b+"), ["finish PASSED"]);
        assert_eq!(steps(&chain, "a-"), ["finish FAILED"]);
    }

    #[test]
    fn what_is_independent_goes_side_by_side_unless_a_failure_stops_the_run() {
        let roots = gate("a", "needs = []") + &gate("b", "needs = []");
        assert_eq!(steps(&workflow(&roots), ""), ["start a", "start b"]);
        assert_eq!(steps(&workflow(&roots), "a-"), ["finish FAILED"]);
        let goes_on = gate("a", "on_fail = 'continue'")
            + &gate("b", "needs = []")
            + &gate("c", "needs = ['a']");
        assert_eq!(steps(&workflow(&goes_on), "a-"), ["start b"]);
        assert_eq!(steps(&workflow(&goes_on), "a- b+"), ["finish FAILED"]);
    }

    #[test]
    fn retries_come_first_then_the_jump_then_the_end() {
        let retry = "retry = { attempts = 3, delay = '10s', backoff = 2.0 }\non_fail = { goto = 'a', visits = 1 }";
        let workflow = workflow(&(gate("a", "") + &gate("b", retry)));
        assert_eq!(steps(&workflow, "a+ b-"), ["start b after 10s"]);
        assert_eq!(steps(&workflow, "a+ b- b-"), ["start b after 20s"]);
        assert_eq!(steps(&workflow, "a+ b- b- b-"), ["jump b a"]);
    }

    #[test]
    fn joins_say_which_needs_count() {
        let two =
            gate("a", "on_fail = 'continue'") + &gate("b", "needs = []\non_fail = 'continue'");
        let join = |join: &str| {
            workflow(&(two.clone() + &gate("c", &format!("needs = ['a', 'b']\njoin = '{join}'"))))
        };
        assert_eq!(steps(&join("all"), "a- b+"), ["finish FAILED"]);
        assert_eq!(steps(&join("any"), "a- b+"), ["start c"]);
        assert_eq!(steps(&join("done"), "a- b+"), ["start c"]);
        assert_eq!(steps(&join("done"), "a-"), ["start b"]);
    }

    #[test]
    fn a_condition_is_true_or_false_and_nothing_else() {
        let skipped = workflow(&(gate("a", "when = \"{{ 1 > 2 }}\"") + &gate("b", "")));
        assert_eq!(steps(&skipped, ""), ["skip a"]);
        let unclear = workflow(&gate("a", "when = '{{ 3 }}'"));
        assert_eq!(steps(&unclear, ""), ["refuse a: `when` renders `3`, neither true nor false"]);
    }
}
