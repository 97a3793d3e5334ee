//! The end of a run: what is done at every end, and what the run comes to.

use super::Plan;
use super::Step;
use super::count;
use super::fan_out::gathered;
use super::fan_out::instances;
use super::has_passed;
use super::is_satisfied;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::workflow::Gate;
use crate::workflow::Join;

impl Plan<'_> {
    /// The end of a run that nothing else can go on in: what runs at every end, then the end itself.
    pub(super) fn close(&self, satisfied: &[bool]) -> Option<Step> {
        let run = self.run;
        let is_finally = |id: &GateId| self.workflow.gate(id).is_some_and(Gate::is_finally);
        let others = run.gates.iter().filter(|(id, _)| !is_finally(id));
        let last = others.map(|(_, state)| state.changed).max().unwrap_or_default();
        for gate in self.workflow.gates.iter().filter(|gate| gate.is_finally()) {
            for (id, state) in instances(gate, run) {
                let Some(state) = state else { return self.begin(gate, &id) };
                match state.status {
                    GateStatus::Running | GateStatus::Waiting => return None,
                    GateStatus::NotStarted | GateStatus::Stale => return self.begin(gate, &id),
                    GateStatus::Fail if state.items.is_none() && state.has_tries(gate) => {
                        let ended = state.attempt().and_then(|attempt| attempt.finished_at);
                        let pause = gate.retry.pause(state.tries);
                        let not_before = ended.map(|ended| ended.plus(pause));
                        return Some(Step::Start { gate: id, not_before });
                    }
                    GateStatus::Pass | GateStatus::Fail | GateStatus::Skipped => {
                        if last > state.begun {
                            let reason = "the run continued after it".to_owned();
                            return Some(Step::Reopen { gate: gate.id.clone(), reason });
                        }
                    }
                    GateStatus::Waived => {}
                }
            }
            if let Some(gathered) = gathered(gate, run, false) {
                return Some(gathered);
            }
        }
        let status = match &run.ending {
            // What cleans up must have done so.
            Some(ending) if ending.status == RunStatus::Passed && self.has_failed() => {
                RunStatus::Failed
            }
            Some(ending) => ending.status,
            None if satisfied.iter().all(|satisfied| *satisfied) => RunStatus::Passed,
            None => RunStatus::Failed,
        };
        Some(Step::Finish(status))
    }

    /// Whether as many of a gate's needs have passed as it asks for.
    fn could_start(&self, gate: &Gate) -> bool {
        let passed = gate.needs.iter().filter(|id| has_passed(self.run.status_of(id)));
        match gate.join {
            Join::Any => count(passed) >= 1,
            Join::Passed(min) => count(passed) >= min,
            Join::All | Join::Done => true,
        }
    }

    /// Whether a gate has failed, or one that cleans up did not do so: an end that says PASSED stands
    /// for what was not done, and not for that.
    fn has_failed(&self) -> bool {
        self.workflow.gates.iter().any(|gate| {
            let unsatisfied = self.run.gate(&gate.id).filter(|state| !is_satisfied(gate, state));
            // One that could never start has failed at nothing.
            let did_fail =
                |state: &GateState| state.status == GateStatus::Fail && self.could_start(gate);
            unsatisfied.is_some_and(|state| gate.is_finally() || did_fail(state))
        })
    }
}
