//! What can be done next, from how a run stands: by rules in one place, for every face to say in its
//! own way.

use super::DrivenBy;
use super::FailedGate;
use super::LockWait;
use super::Standing;
use super::Waiting;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::run::Declined;

/// Something that somebody can do next.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NextStep<'s> {
    /// Do the work of a gate, and hand it in.
    Work(&'s Waiting),
    /// Look at what was done, and approve or reject it.
    Approve(&'s Waiting),
    /// A gate was cut off: do it again, or fail it.
    Decide(&'s Waiting),
    /// Answer the question that whoever worked at a gate has left.
    Answer(&'s Waiting),
    /// The child run of a gate is not over: see what it waits for.
    SeeChild(&'s Waiting),
    /// What a gate waits for did not come in time: its attempt has failed once the run goes on.
    Expire(&'s Waiting),
    /// See why a gate failed, and put that right.
    Mend {
        /// The gate.
        gate: &'s GateId,
        /// Why it failed.
        reason: &'s str,
        /// Whether it did its work, and what it refused is to be mended.
        refused: bool,
    },
    /// A text of a gate's definition could not be used: change it, and apply the change.
    Rewrite {
        /// The gate.
        gate: &'s GateId,
        /// Why it failed.
        reason: &'s str,
    },
    /// The run goes on under originals of files that have changed: apply the changes.
    Amend(&'s [String]),
    /// Put right why a gate failed, and do it again; the run waits for others meanwhile.
    Redo {
        /// The gate.
        gate: &'s GateId,
        /// Why it failed.
        reason: &'s str,
    },
    /// Give the run more to spend, or the session whose budget binds it.
    RaiseBudget,
    /// Resume the run that is paused.
    Resume,
    /// Move or lift the bound that the run came to.
    GoFurther,
    /// Take the run up that failed.
    TakeUp,
    /// Take the run up that nobody drives.
    Drive,
    /// Another process drives it; a gate may be at work.
    Watch(Option<&'s GateId>),
    /// A gate waits for a lock that a gate of another run holds.
    WaitForLock(&'s LockWait),
    /// A gate waits for somebody, who can act once the process that drives the run has stopped.
    ActLater(&'s Waiting),
    /// This process goes on with it: see what it comes to.
    Follow,
    /// Begin a gate by hand; one that failed is put right first.
    Start {
        /// The gate.
        gate: &'s GateId,
        /// Why it failed before.
        failed: Option<&'s str>,
    },
    /// No gate is left to begin: end the run.
    Complete,
    /// The same where a session is open: it ends with that.
    CompleteSession,
    /// A gate failed that the run cannot pass without: end it as failed.
    GiveUp,
    /// It is over: look at what it came to.
    Show,
    /// Somebody sits at it: say how far the work has come.
    Report,
}

impl Standing {
    /// What can be done next, the nearest first.
    pub fn next_steps(&self) -> Vec<NextStep<'_>> {
        let mut steps = Vec::new();
        // Where a run has ended, nobody works on; where it is paused, somebody takes it up first.
        let is_free = self.here.driver != DrivenBy::Another;
        // A session does not build on what has failed.
        let redo_first = self.here.session.is_some() && self.status == RunStatus::Waiting;
        if redo_first && is_free && !self.waiting.is_empty() {
            steps.extend(self.redo());
        }
        if is_free && matches!(self.status, RunStatus::Running | RunStatus::Waiting) {
            steps.extend(self.waiting.iter().map(|waiting| {
                if waiting.is_overdue() {
                    return NextStep::Expire(waiting);
                }
                match waiting.waits_for {
                    WaitsFor::Person | WaitsFor::Agent => NextStep::Work(waiting),
                    WaitsFor::Approval => NextStep::Approve(waiting),
                    WaitsFor::Decision => NextStep::Decide(waiting),
                    WaitsFor::ChildRun => NextStep::SeeChild(waiting),
                    WaitsFor::Answer => NextStep::Answer(waiting),
                }
            }));
        }
        match self.status {
            RunStatus::Failed => {
                let mends = self.failed.iter();
                steps.extend(mends.map(|FailedGate { gate, reason, declined }| {
                    if *declined == Some(Declined::Unusable) && self.differs.is_empty() {
                        return NextStep::Rewrite { gate, reason };
                    }
                    let refused = *declined == Some(Declined::Refused);
                    NextStep::Mend { gate, reason, refused }
                }));
                steps.extend(self.amend());
                steps.push(NextStep::TakeUp);
            }
            RunStatus::Paused if self.pause == Some(PauseCause::Budget) => {
                steps.push(NextStep::RaiseBudget);
            }
            RunStatus::Paused if self.pause == Some(PauseCause::Reached) => {
                steps.push(NextStep::GoFurther);
            }
            RunStatus::Paused => steps.push(NextStep::Resume),
            RunStatus::Running => steps.extend(self.going_on()),
            // It was taken up, and has not moved yet.
            RunStatus::Waiting if !is_free => steps.extend(self.going_on()),
            // Step by step a run is not told that the gate it waited for is done.
            RunStatus::Waiting if self.waiting.is_empty() && !self.is_stuck() => {
                steps.extend(self.going_on());
            }
            RunStatus::Passed | RunStatus::Canceled => steps.push(NextStep::Show),
            RunStatus::Waiting => {
                if !redo_first || self.waiting.is_empty() {
                    steps.extend(self.redo());
                }
                if self.is_stuck() {
                    steps.push(NextStep::GiveUp);
                }
            }
        }
        if self.here.session.is_some() && !self.status.is_end() {
            steps.push(NextStep::Report);
        }
        steps
    }

    /// What comes before anything is done again that failed.
    fn amend(&self) -> Option<NextStep<'_>> {
        (!self.differs.is_empty()).then_some(NextStep::Amend(&self.differs))
    }

    /// What has failed, to be done again while the run waits.
    fn redo(&self) -> Vec<NextStep<'_>> {
        let failed = self.failed.iter();
        let failed = failed.map(|FailedGate { gate, reason, .. }| NextStep::Redo { gate, reason });
        self.amend().into_iter().chain(failed).collect()
    }

    /// Whether nothing but its failed gates keeps the run from its end: to drive it changes nothing.
    fn is_stuck(&self) -> bool {
        let here = &self.here;
        let is_at_rest = here.is_driven && here.driver == DrivenBy::Nobody && here.ready.is_empty();
        is_at_rest && self.waiting.is_empty() && !self.failed.is_empty()
    }

    /// Whether nothing but its open session keeps the run from its end.
    fn is_all_done(&self) -> bool {
        let here = &self.here;
        let has_open_gate = !here.ready.is_empty() || !self.waiting.is_empty();
        self.status == RunStatus::Waiting
            && here.session.is_some()
            && !has_open_gate
            && self.failed.is_empty()
    }

    /// A run that neither waits nor has ended: somebody drives it, or somebody begins a gate.
    fn going_on(&self) -> Vec<NextStep<'_>> {
        let here = &self.here;
        match here.driver {
            // Whoever reads this is about to drive it.
            DrivenBy::This if self.waiting.is_empty() => vec![NextStep::Follow],
            DrivenBy::This => Vec::new(),
            DrivenBy::Another => {
                let is_waiting = |gate: &&GateId| self.waiting.iter().any(|it| it.gate == **gate);
                let is_at_work = |gate: &&GateId| !is_waiting(gate) && !here.ready.contains(gate);
                let gate = here.gate.as_ref().filter(is_at_work);
                let locked = self.lock_waits.iter().map(NextStep::WaitForLock);
                let later = self.waiting.iter().map(NextStep::ActLater);
                [NextStep::Watch(gate)].into_iter().chain(locked).chain(later).collect()
            }
            DrivenBy::Nobody if self.is_all_done() => vec![NextStep::CompleteSession],
            DrivenBy::Nobody if here.is_driven && self.waiting.is_empty() => vec![NextStep::Drive],
            DrivenBy::Nobody if here.is_driven => Vec::new(),
            DrivenBy::Nobody => {
                let again =
                    self.failed.iter().map(|failed| (&failed.gate, Some(failed.reason.as_str())));
                let ready = here.ready.iter().filter(|gate| !self.has_failed(gate));
                let all = again.chain(ready.map(|gate| (gate, None)));
                let mut steps: Vec<NextStep<'_>> =
                    all.map(|(gate, failed)| NextStep::Start { gate, failed }).collect();
                if steps.is_empty() && self.waiting.is_empty() {
                    steps.push(NextStep::Complete);
                }
                steps
            }
        }
    }
}
