//! What a run does next: a pure function of its plan and its state. It reads no
//! clock and touches nothing; whoever performs its steps writes events and asks again.

mod close;
mod deadline;
mod fan_out;
mod jump;
mod outlook;
#[cfg(test)]
mod property;
mod reopened;
mod seen;
mod step;
#[cfg(test)]
mod tests;

pub use deadline::Deadline;
pub use reopened::followed_by;
pub use reopened::jumped;
pub use step::RefusedBy;
pub use step::Step;

use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::template::Context;
use crate::workflow::EndStatus;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use crate::workflow::input;
use fan_out::gathered;
use fan_out::instances;
use fan_out::instances_max;
use fan_out::is_judged_at;
use jump::Jumps;
use outlook::Outlooks;
use outlook::count;
use outlook::has_passed;
use serde_json::Value as Json;

/// All steps that can be taken now, in the order of the workflow.
pub fn next(workflow: &Workflow, run: &Run) -> Vec<Step> {
    next_within(workflow, run, &|_| true)
}

/// The same where only some gates may begin; a jump waits for no others.
pub fn next_within(
    workflow: &Workflow,
    run: &Run,
    may_begin: &dyn Fn(&GateId) -> bool,
) -> Vec<Step> {
    if run.status.is_end() {
        return Vec::new();
    }
    let known = workflow.along(&run.gates);
    // Few runs have failures, and most gates of a long one cannot begin yet: both are told apart
    // before anything is built, since this is asked after every event.
    let has_failures = run.gates.values().any(|state| state.status == GateStatus::Fail);
    let jumps = if has_failures { jump::asked(workflow, run) } else { Jumps::default() };
    let stopped = has_failures && workflow.gates.iter().any(|gate| stops(gate, run, &jumps));
    let mut plan = Plan { workflow, run, jumps, stopped, outlooks: Outlooks::default() };
    let satisfied: Vec<bool> = workflow
        .gates
        .iter()
        .zip(&known)
        .map(|(gate, state)| state.is_some_and(|state| is_satisfied(gate, state)))
        .collect();
    let mut steps = Vec::new();
    let mut at_work = false;
    let mut waiting = false;
    for (at, gate) in workflow.gates.iter().enumerate().filter(|(_, gate)| !gate.is_finally()) {
        let is_held_up =
            || gate.join == Join::All && !workflow.needs_of(at).iter().all(|need| satisfied[*need]);
        // What told how its needs ended is looked at again; all else that is settled stays so.
        let is_settled = satisfied[at] && gate.join != Join::Done && gate.end().is_none();
        if is_settled || known[at].is_none() && is_held_up() {
            continue;
        }
        let mut room = instances_max(gate, run);
        for (id, state) in instances(gate, run) {
            let status = state.map(|state| state.status);
            at_work |= status == Some(GateStatus::Running);
            waiting |= status == Some(GateStatus::Waiting);
            if run.ending.is_none() && room > 0 {
                steps.extend(plan.step(gate, &id, state));
            }
            if !state.is_some_and(|state| is_over(gate, state)) {
                room = room.saturating_sub(1);
            }
        }
        if run.ending.is_none() {
            steps.extend(gathered(gate, run, plan.stopped));
        }
    }
    // Nothing begins beside the end of the run.
    if let Some(end) = steps.iter().position(|step| matches!(step, Step::End { .. })) {
        return vec![steps.swap_remove(end)];
    }
    if run.ending.is_none() && !plan.stopped {
        let due = plan.jumps.due((workflow, run), &steps, may_begin);
        steps.extend(due);
    }
    // What waits could not bring a stopped run any further. While somebody sits at the run, its end
    // is theirs to give.
    let is_ending = plan.stopped || run.ending.is_some();
    let is_over = !at_work && (!waiting || is_ending);
    let is_free = run.session().is_none() || run.ending.is_some();
    if steps.is_empty() && is_over && is_free {
        steps.extend(plan.close(&satisfied));
    }
    steps
}

/// What could start at once of one gate: the gate itself, or its instances.
pub fn startable(workflow: &Workflow, run: &Run, gate: &Gate) -> Vec<GateId> {
    let mut plan = Plan {
        workflow,
        run,
        jumps: Jumps::default(),
        stopped: false,
        outlooks: Outlooks::default(),
    };
    let opening = |(id, _): (GateId, _)| plan.opening(gate, &id);
    let steps = instances(gate, run).into_iter().filter_map(opening);
    let at_once = |step| {
        if let Step::Start { gate, not_before: None } = step { Some(gate) } else { None }
    };
    steps.filter_map(at_once).collect()
}

/// Whether nothing comes after this gate's failure by its own means: no try, no jump.
pub fn has_failed_for_good(gate: &Gate, state: &GateState) -> bool {
    state.status == GateStatus::Fail
        && state.items.is_none()
        && !state.has_tries(gate)
        && jump::goal(gate, state).is_none()
}

/// Whether what needs this gate may go on: it is done, or its failure is ignored.
pub fn is_satisfied(gate: &Gate, state: &GateState) -> bool {
    let is_over = state.items.is_some() || has_failed_for_good(gate, state);
    let is_ignored = gate.on_fail == OnFail::Ignore && state.status == GateStatus::Fail && is_over;
    state.status.satisfies() || is_ignored
}

/// The values that a gate's templates see.
pub fn context(run: &Run, gate: &Gate, id: &GateId) -> Context {
    let mut context = input::context(&gate.takes(&run.started.inputs));
    context.insert("run", &run.started.run_id);
    context.insert("gate", id);
    let state = run.gate(id);
    let attempt = state.map_or(0, |state| state.attempts.len()) + 1;
    context.insert("attempt", &attempt);
    context.insert("gates", &seen::gates(run, gate));
    // The number of the sitting; 0 where nobody sits.
    context.insert("session", &run.session().map_or(0, |session| session.number));
    if let Some(each) = &gate.each {
        let base = run.gate(&gate.id).and_then(|state| state.items.as_ref());
        let item = base.and_then(|items| items.iter().find(|item| item.gate == *id));
        context.insert(each.name.clone(), &item.map_or(Json::Null, |item| item.value.clone()));
    }
    context
}

/// Whether an instance leaves the way to the next one free.
fn is_over(gate: &Gate, state: &GateState) -> bool {
    state.status.satisfies() || has_failed_for_good(gate, state)
}

/// Whether nothing more begins because of a gate; what a jump opens again stops nothing.
fn stops(gate: &Gate, run: &Run, jumps: &Jumps) -> bool {
    match gate.on_fail {
        OnFail::Continue | OnFail::Ignore => return false,
        OnFail::Stop | OnFail::Goto { .. } => {}
    }
    !gate.is_finally()
        && !jumps.open(&gate.id)
        && instances(gate, run)
            .iter()
            .any(|(_, state)| state.is_some_and(|state| has_failed_for_good(gate, state)))
}

/// What is looked at to tell the next steps.
struct Plan<'p> {
    workflow: &'p Workflow,
    run: &'p Run,
    jumps: Jumps,
    stopped: bool,
    outlooks: Outlooks,
}

impl Plan<'_> {
    /// What comes next for a gate or an instance of it.
    fn step(&mut self, gate: &Gate, id: &GateId, state: Option<&GateState>) -> Option<Step> {
        let status = state.map(|state| state.status);
        if gate.join == Join::Done
            && let Some(state) = state
            && let Some(reason) = self.is_outdated(gate, state)
        {
            return Some(Step::Reopen { gate: gate.id.clone(), reason });
        }
        if self.jumps.hold(gate) {
            return None;
        }
        match (status, state) {
            (Some(GateStatus::Pass), _) => self.end(gate, id),
            (Some(GateStatus::Fail), Some(state)) => self.retry(gate, id, state),
            (Some(GateStatus::Running), _) => None,
            (Some(GateStatus::Waiting), Some(state)) => {
                follow(id, state).or_else(|| poll(gate, id, state)).filter(|_| !self.stopped)
            }
            _ if self.stopped && gate.join != Join::Done => None,
            _ => self.opening(gate, id),
        }
    }

    /// Why what a gate told of the ends of its needs holds no longer.
    fn is_outdated(&self, gate: &Gate, state: &GateState) -> Option<String> {
        match state.status {
            GateStatus::Pass | GateStatus::Fail | GateStatus::Skipped => {}
            GateStatus::NotStarted
            | GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Stale
            | GateStatus::Waived => return None,
        }
        let changed = gate
            .needs
            .iter()
            .find(|need| self.run.gate(need).is_some_and(|need| need.changed > state.begun))?;
        Some(format!("{changed} is now {}", self.run.status_of(changed)))
    }

    fn retry(&mut self, gate: &Gate, id: &GateId, state: &GateState) -> Option<Step> {
        if state.items.is_some() || !state.has_tries(gate) || !self.is_ready(gate) {
            return None;
        }
        let ended = state.attempt().and_then(|attempt| attempt.finished_at);
        let not_before = ended.map(|ended| ended.plus(gate.retry.pause(state.tries)));
        Some(Step::Start { gate: id.clone(), not_before })
    }

    /// What opens a gate that is not begun or has gone stale.
    fn opening(&mut self, gate: &Gate, id: &GateId) -> Option<Step> {
        match self.run.status_of(id) {
            GateStatus::NotStarted | GateStatus::Stale => {}
            GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Pass
            | GateStatus::Fail
            | GateStatus::Skipped
            | GateStatus::Waived => return None,
        }
        if !self.is_ready(gate) {
            let reason = self.out_of_reach(gate)?;
            return Some(Step::Refuse { gate: id.clone(), reason, by: RefusedBy::Needs });
        }
        self.begin(gate, id)
    }

    /// How a gate begins whose needs are as it wants them.
    fn begin(&self, gate: &Gate, id: &GateId) -> Option<Step> {
        let by = RefusedBy::When;
        let refuse = |reason| Some(Step::Refuse { gate: id.clone(), reason, by });
        if let Some(when) = gate.when.as_ref().filter(|when| is_judged_at(gate, id, when)) {
            match when.holds(&context(self.run, gate, id)) {
                Ok(true) => {}
                Ok(false) => {
                    let reason = format!("when = \"{}\" is false", when.text());
                    return Some(Step::Skip { gate: id.clone(), reason });
                }
                Err(reason) => return refuse(reason),
            }
        }
        if gate.end().is_some_and(|end| !end.after_work) {
            return self.end(gate, id);
        }
        if gate.each.is_some() && *id == gate.id {
            return Some(Step::Expand(id.clone()));
        }
        let outage = self.run.gate(id).and_then(|state| state.outage);
        Some(Step::Start { gate: id.clone(), not_before: outage.map(|outage| outage.retry_at) })
    }

    /// The end that the run has come to where a gate says so.
    fn end(&self, gate: &Gate, id: &GateId) -> Option<Step> {
        let end = gate.end()?;
        let context = context(self.run, gate, id);
        let status = match end.status {
            EndStatus::Passed => RunStatus::Passed,
            EndStatus::Canceled => RunStatus::Canceled,
        };
        let reason = end
            .reason
            .as_ref()
            .map(|reason| reason.render(&context).unwrap_or_else(|_| reason.text().to_owned()));
        Some(Step::End { gate: id.clone(), status, reason })
    }

    fn is_ready(&mut self, gate: &Gate) -> bool {
        let run = self.run;
        let satisfied = |id: &GateId| match (run.gate(id), self.workflow.gate(id)) {
            (Some(state), Some(need)) => is_satisfied(need, state),
            (None, _) | (Some(_), None) => false,
        };
        let passed = |id: &GateId| has_passed(run.status_of(id));
        match gate.join {
            Join::All => gate.needs.iter().all(satisfied),
            Join::Any => gate.needs.iter().any(passed),
            Join::Passed(min) => count(gate.needs.iter().filter(|id| passed(id))) >= min,
            Join::Done => gate.needs.iter().all(|id| {
                satisfied(id)
                    || self.outlooks.is_over(self.workflow, run, (&self.jumps, self.stopped), id)
            }),
        }
    }

    /// Why a gate can never begin that needs some of several gates to pass.
    fn out_of_reach(&mut self, gate: &Gate) -> Option<String> {
        let min = match gate.join {
            Join::Any => 1,
            Join::Passed(min) => min,
            Join::All | Join::Done => return None,
        };
        let run = self.run;
        let around = (&self.jumps, self.stopped);
        let may_pass = gate.needs.iter().filter(|id| {
            has_passed(run.status_of(id)) || !self.outlooks.is_over(self.workflow, run, around, id)
        });
        if count(may_pass) >= min {
            return None;
        }
        let ends = gate.needs.iter().map(|id| format!("{id} is {}", run.status_of(id)));
        let ends = ends.collect::<Vec<_>>().join(", ");
        Some(match gate.join {
            Join::Any => format!("none of its needs can still pass: {ends}"),
            Join::Passed(_) | Join::All | Join::Done => {
                format!("fewer than {min} of its needs can still pass: {ends}")
            }
        })
    }
}

/// A child run that does the work of a gate is followed until it is over.
fn follow(id: &GateId, state: &GateState) -> Option<Step> {
    (state.waits_for == Some(WaitsFor::ChildRun)).then(|| Step::Follow(id.clone()))
}

/// When a command is asked again that said "not yet".
fn poll(gate: &Gate, id: &GateId, state: &GateState) -> Option<Step> {
    let (poll, asked_at) = (gate.poll.as_ref()?, state.polled_at?);
    let began_at = state.attempt()?.started_at;
    let (not_before, deadline) = (asked_at.plus(poll.every), began_at.plus(poll.deadline));
    Some(Step::Poll { gate: id.clone(), not_before, deadline })
}
