//! One call of an executor, with what it took.

use crate::clock::Moment;
use crate::id::GateId;
use crate::id::InvocationId;
use serde::Deserialize;
use serde::Serialize;

/// One call of an executor. What it did not say is null, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    pub invocation_id: InvocationId,
    pub gate: GateId,
    pub attempt: u32,
    pub executor: String,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub session: Option<String>,
    pub status: InvocationStatus,
    pub exit_code: Option<i32>,
    pub started_at: Moment,
    pub finished_at: Moment,
    pub duration_ms: u64,
    pub cost_usd: Option<f64>,
    pub cost_is_estimate: bool,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    pub cached_input_tokens: Option<u64>,
    pub error: Option<String>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvocationStatus {
    Success,
    Fail,
    Timeout,
    Interrupted,
}
