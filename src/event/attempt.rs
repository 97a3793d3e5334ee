//! The beginning of an attempt: who does what, made from what; or an earlier one taken over.

use super::Artifact;
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
pub struct GateStarted {
    pub gate: GateId,
    pub attempt: u32,
    pub executor: ExecutorKind,
    pub agent: Option<String>,
    #[serde(flatten)]
    pub worker: Worker,
    pub session: Option<String>,
    pub prompt_sha256: Option<Digest>,
    pub required_outputs: Vec<String>,
    /// Globs of what it may change of what earlier gates left behind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
    /// What the work is made from; the result for equal ones can be reused.
    pub recipe: Option<Recipe>,
    /// Why an earlier result was not reused, if the gate asks for that.
    pub reuse: Option<String>,
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
            session: None,
            prompt_sha256: None,
            required_outputs: Vec::new(),
            edits: Vec::new(),
            recipe: None,
            reuse: None,
        }
    }
}

/// Everything that a gate's work depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipe {
    /// Of the gate, its contract, prompt, command and inputs as rendered.
    pub sha256: Digest,
    pub reads: BTreeMap<String, Digest>,
}

/// A gate taken over from an earlier run, with the proof that nothing changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reused {
    pub gate: GateId,
    pub run_id: RunId,
    pub attempt: u32,
    pub agent: Option<String>,
    #[serde(flatten)]
    pub worker: Worker,
    /// The agent's session there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    pub recipe: Recipe,
    pub artifacts: Vec<Artifact>,
    pub answers: Values,
}
