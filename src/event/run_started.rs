//! How a run began: the first fact of its journal, in which everything that it goes by is frozen.

use crate::budget::Budget;
use crate::check::Baseline;
use crate::definition::Frozen;
use crate::id::GateId;
use crate::id::RunId;
use crate::phase::Phase;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// The first fact of every run: what it will be, frozen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunStarted {
    /// The run's id.
    pub run_id: RunId,
    /// The project that the run belongs to: its folder relative to the repository's root, `.` for the
    /// root itself; none outside of git.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The workflow's name.
    pub workflow: String,
    /// The workflow's version.
    pub version: String,
    /// What the run is about, as the workflow's key renders it.
    pub key: String,
    /// The inputs, defaults included.
    pub inputs: Values,
    /// Whether orch drives it, or a person gate by gate.
    pub driven: bool,
    /// The agent for gates whose role is not configured; `none` for no agent.
    pub agent: Option<String>,
    /// Every gate of the plan, in its order.
    pub gates: Vec<PlannedGate>,
    /// All texts of the workflow, its contracts, prompts and agents.
    pub definition: Vec<Frozen>,
    /// The version of `orch` that started it.
    pub orch: String,
    /// Names of the variables that programs were allowed to see at the start; never their values.
    pub environment: Vec<String>,
    /// The state of the repository; null outside of git.
    pub git: Option<GitFacts>,
    /// The run that this one is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    /// Its budget: the workflow's limits, and those of `orch.toml` for what it leaves out.
    #[serde(default, skip_serializing_if = "Budget::is_open")]
    pub budget: Budget,
    /// What later gates must find unchanged.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, Baseline>,
}

/// A gate as the plan names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlannedGate {
    /// Its id.
    pub gate: GateId,
    /// Its name for people.
    pub name: String,
    /// Whether the run goes on, and can pass, though it has failed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_ignored: bool,
    /// The phase that the work is in from this gate on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
}

impl PlannedGate {
    /// A gate of a workflow.
    pub fn of(gate: &Gate) -> Self {
        let is_ignored = gate.on_fail == OnFail::Ignore;
        Self { gate: gate.id.clone(), name: gate.name.clone(), is_ignored, phase: gate.phase }
    }
}

/// The state of the repository when a run started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GitFacts {
    /// The commit that was checked out; null before the first one.
    pub head: Option<String>,
    /// The full name of the branch that the record belongs to; `None` on a detached HEAD.
    pub branch: Option<String>,
}
