//! Which run an operation is about.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The run that an operation applies to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunChoice {
    /// Run id, a unique part of it, or key; defaults to the current run.
    pub run: Option<String>,
}
