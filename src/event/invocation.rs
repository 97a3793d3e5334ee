//! One call of an executor, with what it took.

use crate::clock::Moment;
use crate::executor::ExecutorKind;
use crate::id::GateId;
use crate::id::InvocationId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Which agent it was, whatever role it played: what another one must not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// The agent of `orch.toml`, or the preset, that its command comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The program that was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The agent of `orch.toml` whose budget its calls use, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<String>,
}

/// One call of an executor. What it did not report is null, never zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invocation {
    pub invocation_id: InvocationId,
    pub gate: GateId,
    pub attempt: u32,
    pub executor: ExecutorKind,
    pub agent: Option<String>,
    #[serde(flatten)]
    pub worker: Worker,
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
    /// Why some of its usage is unknown although its agent should have reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Box<str>>,
    /// Warnings about budgets when it was recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "cli", value(rename_all = "SCREAMING_SNAKE_CASE"))]
pub enum InvocationStatus {
    #[default]
    Success,
    Fail,
    Timeout,
    Interrupted,
}
