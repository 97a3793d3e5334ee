//! The beginning of an attempt: who does what, made from what; or an earlier one taken over.

use super::Artifact;
use super::ChildOrder;
use super::Routing;
use super::Worker;
use crate::digest::Digest;
use crate::executor::ExecutorKind;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// An attempt begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GateStarted {
    /// The gate.
    pub gate: GateId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The kind of its executor.
    pub executor: ExecutorKind,
    /// The agent's name or role.
    pub agent: Option<String>,
    /// Which agent it is, under whatever name.
    #[serde(flatten)]
    pub worker: Worker,
    /// Which agent it is and why, where more than its role decided that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing: Option<Box<Routing>>,
    /// The agent's session that is resumed.
    pub session: Option<String>,
    /// The digest of the packet.
    pub prompt_sha256: Option<Digest>,
    /// The outputs that the contract requires.
    pub required_outputs: Vec<String>,
    /// Globs of what it may change of what earlier gates left behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
    /// What the work is made from; the result for equal ones can be reused.
    pub recipe: Option<Recipe>,
    /// Why an earlier result was not reused, if the gate asks for that.
    pub reuse: Option<String>,
    /// The child run that does the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<Box<ChildOrder>>,
}

impl GateStarted {
    /// An attempt of which no more is known than who begins it.
    pub fn new(attempt: &AttemptId, executor: ExecutorKind) -> Self {
        Self {
            gate: attempt.gate.clone(),
            attempt: attempt.number,
            executor,
            agent: None,
            worker: Worker::default(),
            routing: None,
            session: None,
            prompt_sha256: None,
            required_outputs: Vec::new(),
            edits: Vec::new(),
            recipe: None,
            reuse: None,
            child: None,
        }
    }
}

/// Everything that a gate's work depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recipe {
    /// Of the gate, its contract, prompt, command and inputs as rendered.
    pub sha256: Digest,
    /// Of the files that it reads, by path.
    pub reads: BTreeMap<String, Digest>,
}

/// A gate taken over from an earlier run, with the proof that nothing changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reused {
    /// The gate.
    pub gate: GateId,
    /// The earlier run.
    pub run_id: RunId,
    /// The number of the attempt there.
    pub attempt: u32,
    /// The agent's name or role there.
    pub agent: Option<String>,
    /// Which agent it was, under whatever name.
    #[serde(flatten)]
    pub worker: Worker,
    /// The agent's session there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// What the work was made from, there and here.
    pub recipe: Recipe,
    /// Its outputs.
    pub artifacts: Vec<Artifact>,
    /// Its answers.
    pub answers: Values,
}
