//! Where child runs work.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Where a child run works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    /// In a git worktree of its own.
    #[default]
    Worktree,
    /// In the folder of the run that starts it.
    Shared,
}
