//! Events: the facts of a run, in the order in which they became true. Intent is
//! written before an act, the result after it; everything else is derived.

mod approved;
mod amended;
mod attempt;
mod checkpoint;
mod child;
mod decided;
mod ends;
mod escalation;
mod invocation;
mod item;
mod judged;
mod kind;
mod note;
mod pause;
mod range;
mod routing;
mod run_started;
mod run_status;
mod session;
mod texts;
mod waits_for;

pub use amended::Amended;
pub use amended::TextChange;
pub use approved::APPROVAL_NAMESPACE;
pub use approved::Approved;
pub use approved::HEAD_NAMESPACE;
pub use approved::Signed;
pub use approved::SignedHead;
pub use attempt::GateStarted;
pub use attempt::Recipe;
pub use attempt::Reused;
pub use checkpoint::Checkpoint;
pub use checkpoint::Snapshot;
pub use child::ChildEnd;
pub use child::ChildOrder;
pub use decided::DECISION_NAMESPACE;
pub use decided::Decision;
pub use decided::SignedDecision;
pub use escalation::Question;
pub use escalation::Reply;
pub use invocation::Invocation;
pub use invocation::InvocationStatus;
pub use invocation::Worker;
pub use item::Item;
pub use judged::Artifact;
pub use judged::Judged;
pub use judged::digests_of;
pub use note::Author;
pub use note::Note;
pub use note::NoteKind;
pub use pause::PauseCause;
pub use range::Range;
pub use routing::Routing;
pub use run_started::GitFacts;
pub use run_started::PlannedGate;
pub use run_started::RunStarted;
pub use run_status::RunStatus;
pub use session::SessionStarted;
pub use session::SessionStatus;
pub use waits_for::WaitsFor;

use crate::budget::Budget;
use crate::clock::Moment;
use crate::definition::Frozen;
use crate::finding::Finding;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;

/// One fact. The names are those of the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(EventKind),
    derive(Serialize, strum::EnumIter),
    doc = "What kind of fact an event is."
)]
#[strum_discriminants(serde(rename_all = "SCREAMING_SNAKE_CASE"))]
#[serde(tag = "type", content = "data", rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Event {
    /// The run began, with everything it goes by.
    RunStarted(Box<RunStarted>),
    /// The run is driven again; gates that had failed get a new attempt.
    RunResumed {
        /// The failed gates that are tried again.
        retried: Vec<GateId>,
    },
    /// A person applied a corrected definition.
    RunAmended(Box<Amended>),
    /// Nothing can go on until somebody acts.
    RunWaiting {
        /// The gates that wait.
        gates: Vec<GateId>,
    },
    /// Which of its gates the run does from here on.
    RangeSet(Range),
    /// The run stands still until it is resumed.
    RunPaused {
        /// The reason, in words for people.
        reason: String,
        /// The reason, as what happened.
        #[serde(default)]
        cause: PauseCause,
    },
    /// The run is over.
    RunCompleted {
        /// How it ended.
        status: RunStatus,
        /// Why, where it is not evident from its gates.
        reason: Option<String>,
    },
    /// The list of a fan-out is known.
    GateExpanded {
        /// The fan-out.
        gate: GateId,
        /// Its instances.
        items: Vec<Item>,
        /// How many of them are begun and not ended at the same time, where that is limited.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        jobs: Option<u32>,
        /// The person who added to the list of one that was expanded already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        added_by: Option<Box<str>>,
    },
    /// A gate is not needed in this run.
    GateSkipped {
        /// The gate.
        gate: GateId,
        /// Why it is skipped.
        reason: String,
    },
    /// All instances of a fan-out are done.
    GateGathered {
        /// The fan-out.
        gate: GateId,
        /// Whether all instances passed.
        passed: bool,
    },
    /// An attempt began.
    GateStarted(GateStarted),
    /// A call of an executor is about to begin.
    InvocationStarted {
        /// The call, which [`Event::InvocationRecorded`] names again.
        invocation_id: InvocationId,
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
        /// What is reserved for it in the budgets until it is recorded.
        #[serde(default, skip_serializing_if = "Budget::is_open")]
        reserved: Budget,
    },
    /// A call of an executor is over.
    InvocationRecorded(Box<Invocation>),
    /// An attempt waits for somebody.
    GateWaiting {
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
        /// For whom.
        waits_for: WaitsFor,
        /// What was found, where the outputs were judged before the wait.
        judged: Option<Judged>,
    },
    /// A command said "not yet"; its attempt continues when it is polled again.
    GatePolled {
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
    },
    /// The child run of a gate is over.
    ChildEnded {
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
        /// What it came to.
        child: Box<ChildEnd>,
    },
    /// The form of a gate was filled in.
    GateAnswered {
        /// The gate.
        gate: GateId,
        /// The answers, by name.
        answers: Values,
    },
    /// A person approved a gate's outputs.
    GateApproved {
        /// The gate.
        gate: GateId,
        /// The number of the approved attempt.
        attempt: u32,
        /// Who approved what.
        approval: Approved,
    },
    /// Someone finished work that they did themselves; a later approval depends on who it was.
    GateHandedIn {
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
        /// Who did the work.
        by: String,
    },
    /// An attempt passed.
    GatePassed {
        /// The gate.
        gate: GateId,
        /// The number of the attempt.
        attempt: u32,
        /// Its outputs and what was found.
        judged: Judged,
    },
    /// An attempt failed.
    GateFailed {
        /// The gate.
        gate: GateId,
        /// The number of the attempt.
        attempt: u32,
        /// The reason, in words for people.
        reason: String,
        /// Its outputs and what was found.
        judged: Judged,
    },
    /// An attempt was cut short; it counts as none.
    GateInterrupted {
        /// The gate.
        gate: GateId,
        /// The number of the attempt.
        attempt: u32,
        /// What cut it short.
        reason: String,
        /// What was found until then.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        findings: Vec<Finding>,
        /// When it is tried again after a failure of the surroundings that may pass.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Moment>,
        /// Who takes over, if another agent does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fallback: Option<Box<Routing>>,
    },
    /// Whoever worked at an attempt asks a person, and has ended; no try is spent.
    GateEscalated {
        /// The gate.
        gate: GateId,
        /// The number of the attempt.
        attempt: u32,
        /// What is asked.
        question: Question,
    },
    /// A person answered; the next attempt is told.
    GateReplied {
        /// The gate.
        gate: GateId,
        /// The number of the attempt that asked.
        attempt: u32,
        /// The answer.
        reply: Reply,
    },
    /// A person decided something and signed it; the next events carry it out.
    DecisionSigned(Box<SignedDecision>),
    /// A person lets the run go on without a gate.
    GateWaived {
        /// The gate.
        gate: GateId,
        /// Who waived it.
        by: String,
        /// Why.
        reason: String,
    },
    /// Gates that were done and are reopened, and why.
    GatesReopened {
        /// All gates that are open again.
        gates: Vec<GateId>,
        /// Why.
        reason: String,
        /// The gate among them whose work stands as it lies there: it is judged and approved anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<GateId>,
    },
    /// A gate failed, and the run goes back to an earlier one.
    GateJumped {
        /// The gate that failed.
        from: GateId,
        /// The gate that the run goes back to.
        to: GateId,
        /// All gates that are open again.
        reopened: Vec<GateId>,
        /// Of all gates that had failed and are open again.
        findings: Vec<Finding>,
        /// Other gates that asked for the same jump.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<GateId>,
        /// Gates whose own jumps are counted from here on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        anew: Vec<GateId>,
    },
    /// A person opened a gate again, and everything that depends on it.
    GateRedone {
        /// The gate.
        gate: GateId,
        /// All gates that are open again.
        reopened: Vec<GateId>,
        /// Who opened it.
        by: String,
        /// Why.
        reason: String,
    },
    /// The run ends early: only gates that run at every end still start.
    RunEnding {
        /// How it will have ended.
        status: RunStatus,
        /// Why.
        reason: Option<String>,
        /// The gate that ends it; a person, if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gate: Option<GateId>,
    },
    /// Artifacts that changed after their gate passed and still fulfil its contract.
    GateRerecorded {
        /// The gate.
        gate: GateId,
        /// The number of its attempt.
        attempt: u32,
        /// The outputs as they are now, and what was found.
        judged: Judged,
    },
    /// Gates took over the results of an earlier run.
    GatesReused {
        /// The gates, each with the proof that nothing changed.
        gates: Vec<Reused>,
    },
    /// Somebody chose who plays the roles that have no agent of their own, after the run began; what
    /// that agent is, where the run does not know it yet.
    AgentGiven {
        /// The agent.
        agent: String,
        /// Who chose it.
        by: String,
        /// The texts that define the agent, as far as they are new.
        texts: Vec<Frozen>,
    },
    /// The chain before this line was signed.
    HeadSigned(SignedHead),
    /// A session began.
    SessionStarted(SessionStarted),
    /// The gates that every session checks were checked; the work can start.
    SessionReady {
        /// Its number within the run.
        session: u32,
    },
    /// A session is over.
    SessionEnded {
        /// Its number within the run.
        session: u32,
        /// How it ended.
        status: SessionStatus,
        /// Why.
        reason: Option<String>,
        /// The last sign of life of one that died; nothing was done since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seen_at: Option<Moment>,
    },
    /// A checkpoint was sealed.
    CheckpointSealed(Box<Checkpoint>),
    /// A note on the work.
    Noted(Note),
    /// A newer estimate of a gate than the workflow's.
    GateEstimated {
        /// The gate.
        gate: GateId,
        /// The estimated work, in seconds.
        estimate_s: u64,
        /// Who estimated it.
        by: String,
    },
    /// What the run may spend from now on, over what it could before. Gates and agents have
    /// their own budgets anew.
    BudgetSet {
        /// The new budget.
        budget: Budget,
        /// Who set it.
        by: String,
    },
}

#[cfg(test)]
pub(crate) mod testing;
