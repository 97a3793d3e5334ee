//! One call of an executor, with what it took.

use crate::clock::Moment;
use crate::executor::ExecutorKind;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::permits::Enforcement;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Which agent it was, whatever role it played: what another one must not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Invocation {
    /// Its id.
    pub invocation_id: InvocationId,
    /// The gate.
    pub gate: GateId,
    /// The number of the attempt.
    pub attempt: u32,
    /// The kind of its executor.
    pub executor: ExecutorKind,
    /// The agent's name or role.
    pub agent: Option<String>,
    /// Which agent it was, under whatever name.
    #[serde(flatten)]
    pub worker: Worker,
    /// The model or models that answered.
    pub model: Option<String>,
    /// The agent's own name for its session.
    pub session: Option<String>,
    /// How it ended.
    pub status: InvocationStatus,
    /// The exit code of its program.
    pub exit_code: Option<i32>,
    /// Time of its beginning.
    pub started_at: Moment,
    /// Time of its end.
    pub finished_at: Moment,
    /// Its duration in milliseconds.
    pub duration_ms: u64,
    /// Its cost in US dollars.
    pub cost_usd: Option<f64>,
    /// Whether the cost comes from a price table.
    pub cost_is_estimate: bool,
    /// All tokens that went in, those read from a cache among them.
    pub input_tokens: Option<u64>,
    /// Tokens that came out.
    pub output_tokens: Option<u64>,
    /// The part of `input_tokens` that was read from a cache.
    pub cached_input_tokens: Option<u64>,
    /// What went wrong.
    pub error: Option<String>,
    /// Why some of its usage is unknown although its agent should have reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Box<str>>,
    /// What its program was held to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permits: Option<Box<Enforcement>>,
    /// Warnings about budgets when it was recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[cfg_attr(feature = "cli", value(rename_all = "SCREAMING_SNAKE_CASE"))]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
#[non_exhaustive]
pub enum InvocationStatus {
    #[default]
    Success,
    Fail,
    Timeout,
    Interrupted,
}
