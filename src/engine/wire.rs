//! What machines and the engine say to each other: ids, digests and states, never packets or secrets.

use crate::clock::Moment;
use crate::digest::Digest;
use crate::dispatch::Back;
use crate::dispatch::Dispatch;
use crate::dispatch::Grant;
use crate::dispatch::Wish;
use crate::event::RunStatus;
use crate::event::WaitsFor;
use crate::id::GateId;
use crate::id::RunId;
use crate::phase::Phase;
use crate::store::pool::Errand;
use crate::store::pool::Ticket;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// Something that is wanted of the pool for one run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Submission {
    pub run: RunId,
    pub what: Submitting,
}

/// What is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Submitting {
    /// That it is driven, if its key has no other run that is open.
    New {
        view: Box<RunView>,
        /// Whether it is driven beside one.
        again: bool,
    },
    /// That a run which is open goes on or stops.
    Known { wish: Wish, reason: Option<String> },
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Submitted {
    Accepted,
    /// This run, or another one of the key, is open.
    Open(RunId),
    /// The pool does not know of the run, or it is over.
    Unknown,
}

/// How a run stands, as the worker that had it last saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub run: RunId,
    pub key: String,
    pub workflow: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<RunId>,
    #[serde(default)]
    pub priority: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// `None` where it has not begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<WaitsFor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The worker that had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    pub seen_at: Moment,
}

impl RunView {
    /// A run that has not begun; `None` where the ticket is not of one.
    pub fn of_order(ticket: &Ticket) -> Option<Self> {
        let Errand::Begin { order, parent } = &ticket.errand else { return None };
        Some(Self {
            run: ticket.run.clone(),
            key: order.key.clone(),
            workflow: order.workflow.clone(),
            parent: parent.clone(),
            priority: ticket.priority,
            labels: ticket.labels.clone(),
            status: None,
            phase: None,
            gate: None,
            waits_for: None,
            reason: None,
            worker: None,
            cost_usd: None,
            seen_at: ticket.queued_at,
        })
    }

    /// What all runs of the same key have in common.
    pub fn subject(&self) -> Digest {
        Digest::of(format!("{}\0{}", self.workflow, self.key))
    }

    pub fn is_over(&self) -> bool {
        self.status.is_some_and(RunStatus::is_end)
    }
}

/// A worker asks for runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkerPoll {
    pub pool: String,
    pub worker: String,
    pub labels: BTreeSet<String>,
    pub slots: usize,
    pub wait_ms: u64,
}

/// A worker lets itself be heard of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beats {
    pub grants: Vec<u64>,
    pub lease_ms: u64,
}

/// Somebody asks for one run by its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claiming {
    pub run: RunId,
    pub worker: String,
}

/// Whether they have it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claimed {
    Granted(Box<Grant>),
    /// This worker has it.
    Held(String),
    Unknown,
}

/// A worker gives a run back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GivenBack {
    pub grant: u64,
    pub back: Back,
    /// `None` where nothing is known that the pool does not know.
    pub view: Option<RunView>,
}

/// What a worker that asked got.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Collected {
    pub grants: Vec<Grant>,
}

/// All of a pool at one moment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PoolView {
    pub dispatch: Dispatch,
    pub runs: Vec<RunView>,
}
