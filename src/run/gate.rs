//! Gates and attempts, as far as a run has come.

use super::AttemptStatus;
use super::Producer;
use super::TimeSpent;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Artifact;
use crate::event::ChildEnd;
use crate::event::ChildOrder;
use crate::event::GateStarted;
use crate::event::Item;
use crate::event::Question;
use crate::event::Recipe;
use crate::event::Reply;
use crate::event::Reused;
use crate::event::Routing;
use crate::event::WaitsFor;
use crate::event::Worker;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::finding::Validation;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::workflow::Gate;
use crate::workflow::GateStatus;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// How an attempt said no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Declined {
    /// It did its work, and refused that of another gate.
    Refused,
    /// The work cannot be done.
    GivenUp,
    /// It changed files of earlier gates without saying so.
    Trespassed,
    /// No work was done: a text of the definition could not be rendered.
    Unusable,
}

/// Failures in a row that say nothing about the work and may pass: no try is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outage {
    /// When the first of them was.
    pub since: Moment,
    /// How many there were.
    pub failures: u32,
    /// When the gate is tried again.
    pub retry_at: Moment,
}

/// A gate, or one instance of it, as far as the run has come.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct GateState {
    /// How many gates the run had come to before this one.
    pub place: usize,
    /// How it stands.
    pub status: GateStatus,
    /// The number of the event that began it last, or settled it without an attempt.
    pub begun: usize,
    /// The number of the event that changed its status last.
    pub changed: usize,
    /// Its attempts, the first one first.
    pub attempts: Vec<Attempt>,
    /// Tries since the gate was last opened; interrupted ones are not counted.
    pub tries: u32,
    /// Interruptions in a row.
    pub interruptions: u32,
    /// Failures in a row of what the work needs around it.
    pub outage: Option<Outage>,
    /// Who takes over from an agent whose surroundings failed, until the gate is opened anew.
    pub fallback: Option<Box<Routing>>,
    /// Jumps that started here, as far as they count.
    pub visits: u32,
    /// What the next attempt is told.
    pub feedback: Vec<Finding>,
    /// What attempts were told, by their numbers.
    pub told: BTreeMap<u32, Vec<Finding>>,
    /// The first attempt of the round that goes on; 0 for the first one.
    pub round: u32,
    /// What the round's outputs must differ from: those that were refused, where it answers that.
    pub refused: Option<BTreeMap<String, Digest>>,
    /// How the last attempt said no, where it did.
    pub declined: Option<Declined>,
    /// The gates that sent it back, whose findings the next attempt is told.
    pub sent_back_by: Vec<GateId>,
    /// Whether its work stands as it lies there, and is only judged and approved anew.
    pub is_kept: bool,
    /// Whether it comes before the beginning of the run: it is judged once, and never done.
    pub is_adopted: bool,
    /// The number of the event in which it refused the work of another gate last.
    pub refused_at: usize,
    /// The number of the event that told what its artifacts are.
    pub made: usize,
    /// What was answered at it.
    pub answers: Values,
    /// The approval of the work that stands.
    pub approval: Option<Box<Approved>>,
    /// Whom it waits for.
    pub waits_for: Option<WaitsFor>,
    /// Since when it waited last.
    pub waits_since: Option<Moment>,
    /// When a command said last that it is not there yet, while it waits to be asked again.
    pub polled_at: Option<Moment>,
    /// The instances of a fan-out, once they are known.
    pub items: Option<Vec<Item>>,
    /// What somebody added to its list: it stays there when the list is read again.
    pub added: Vec<Json>,
    /// How many of those are begun and not ended at the same time, where that is limited.
    pub jobs: Option<u32>,
    /// Why it was skipped, waived or reopened.
    pub reason: Option<String>,
    /// The attempt of another run whose result it took over.
    pub reused: Option<Box<Reused>>,
    /// How long it was worked on and waited for.
    pub time: TimeSpent,
    /// How long it should take, where that was said after the run began.
    pub estimate_s: Option<u64>,
}

impl GateState {
    /// Takes in the instances of a fan-out.
    pub(super) fn expand(&mut self, items: &[Item], jobs: Option<u32>, is_added: bool) {
        if is_added {
            let known = self.items.as_ref().map_or(0, Vec::len);
            self.added.extend(items.iter().skip(known).map(|item| item.value.clone()));
        }
        self.items = Some(items.to_vec());
        self.jobs = jobs;
    }

    /// Whether it is tried once more after a failure. A refusal is an answer, and whoever cannot audit
    /// now cannot at once.
    pub fn has_tries(&self, gate: &Gate) -> bool {
        let has_answered = match self.declined {
            Some(Declined::Refused | Declined::Trespassed) => true,
            Some(Declined::GivenUp) => gate.audits.is_some(),
            Some(Declined::Unusable) | None => false,
        };
        !has_answered && !self.is_adopted && self.tries < gate.retry.attempts
    }

    /// The number of the attempt that comes next.
    pub fn next_attempt(&self) -> u32 {
        u32::try_from(self.attempts.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// When the round began, where it has.
    pub fn round_began(&self) -> Option<Moment> {
        let number = self.round();
        let first = self.attempts.iter().find(|attempt| attempt.attempt >= number);
        first.map(|attempt| attempt.started_at)
    }

    /// The attempt that began the round.
    pub fn round(&self) -> u32 {
        self.round.max(1)
    }

    /// The status as an event of this number leaves it.
    pub(super) fn turn_to(&mut self, status: GateStatus, event: usize) {
        self.status = status;
        self.changed = event;
    }

    /// The last attempt.
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Why its last attempt failed, or what else made it fail.
    pub fn why_it_failed(&self) -> Option<&str> {
        let failure = self.attempt().and_then(|attempt| attempt.failure_reason.as_deref());
        failure.or(self.reason.as_deref())
    }

    /// What cut its last attempt short, where it waits for a decision on that.
    pub fn why_it_was_cut(&self) -> Option<&str> {
        let attempt = self.attempt().filter(|_| self.waits_for == Some(WaitsFor::Decision))?;
        attempt.failure_reason.as_deref()
    }

    /// The files that the gate's result stands on.
    pub fn artifacts(&self) -> &[Artifact] {
        match (&self.reused, self.attempts.last()) {
            (Some(reused), _) => &reused.artifacts,
            (None, Some(attempt)) => &attempt.artifacts,
            (None, None) => &[],
        }
    }

    /// Who did the work that stands.
    pub fn producer(&self) -> Producer<'_> {
        let (agent, worker, session) = match (&self.reused, self.attempts.last()) {
            (Some(reused), _) => (&reused.agent, &reused.worker, &reused.session),
            (None, Some(attempt)) => (&attempt.agent, &attempt.worker, &attempt.session),
            (None, None) => return Producer::default(),
        };
        Producer {
            agent: agent.as_deref(),
            definition: worker.definition.as_deref(),
            session: session.as_deref(),
        }
    }
}

/// One try of a gate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// Its number, from 1.
    pub attempt: u32,
    /// How it ended, or that it has not.
    pub status: AttemptStatus,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// The number of the event in which it passed or failed; 0 where it did neither.
    pub ended: usize,
    /// How long it was worked on and waited for.
    pub time: TimeSpent,
    /// What kind of executor did it.
    pub executor: ExecutorKind,
    /// Who did it, as the record names them.
    pub agent: Option<String>,
    /// What the agent was.
    pub worker: Worker,
    /// Why it was that one, where more than its role decided.
    pub routing: Option<Box<Routing>>,
    /// The session of the agent's own program.
    pub session: Option<String>,
    /// The digest of its packet.
    pub prompt_sha256: Option<Digest>,
    /// The outputs that its contract asked for.
    pub required_outputs: Vec<String>,
    /// Globs of what it may change of what earlier gates left behind.
    pub edits: Vec<String>,
    /// What decided the work, where it can be taken over.
    pub recipe: Option<Box<Recipe>>,
    /// Why an earlier result did not serve.
    pub reuse: Option<String>,
    /// The child run that does it.
    pub child: Option<Box<ChildOrder>>,
    /// What the child run came to.
    pub child_end: Option<Box<ChildEnd>>,
    /// Its calls.
    pub invocation_ids: Vec<InvocationId>,
    /// What it left behind.
    pub artifacts: Vec<Artifact>,
    /// Files of earlier gates that it changed without saying so, as it left them.
    pub trespassed: Vec<Artifact>,
    /// What was checked.
    pub validations: Vec<Validation>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The approval that it got.
    pub approval: Option<Box<Approved>>,
    /// Everybody who handed it in, where the workflow asks for it.
    pub handed_in_by: Vec<String>,
    /// Why it failed.
    pub failure_reason: Option<String>,
    /// What it left to a person.
    pub question: Option<Box<Question>>,
    /// What the person said.
    pub reply: Option<Box<Reply>>,
}

impl Attempt {
    /// Notes who handed the work in; it may be judged again for somebody else.
    pub(super) fn hand_in(&mut self, by: &String) {
        if !self.handed_in_by.contains(by) {
            self.handed_in_by.push(by.clone());
        }
    }

    /// An attempt that has just begun.
    pub(super) fn begin(at: Moment, started: &GateStarted) -> Self {
        Self {
            attempt: started.attempt,
            status: AttemptStatus::Running,
            started_at: at,
            finished_at: None,
            ended: 0,
            time: TimeSpent::default(),
            executor: started.executor,
            agent: started.agent.clone(),
            worker: started.worker.clone(),
            routing: started.routing.clone(),
            session: started.session.clone(),
            prompt_sha256: started.prompt_sha256,
            required_outputs: started.required_outputs.clone(),
            edits: started.edits.clone(),
            recipe: started.recipe.clone().map(Box::new),
            reuse: started.reuse.clone(),
            child: started.child.clone(),
            child_end: None,
            invocation_ids: Vec::new(),
            artifacts: Vec::new(),
            trespassed: Vec::new(),
            validations: Vec::new(),
            findings: Vec::new(),
            approval: None,
            handed_in_by: Vec::new(),
            failure_reason: None,
            question: None,
            reply: None,
        }
    }
}
