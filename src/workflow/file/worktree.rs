//! The worktree of a child run as its gate asks for it, where that is not as `orch.toml` says.

use crate::document::Placed;
use schemars::JsonSchema;
use serde::Deserialize;

/// What differs from `[worktree]` in `orch.toml` for the child runs of a gate. Templates, which may use
/// `child.key`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorktreeFile {
    /// The folder of the worktree, relative to the repository.
    #[schemars(with = "Option<String>")]
    pub folder: Option<Placed<String>>,
    /// Its branch, which must not exist yet.
    #[schemars(with = "Option<String>")]
    pub branch: Option<Placed<String>>,
    /// The commit or branch that it starts from.
    #[schemars(with = "Option<String>")]
    pub base: Option<Placed<String>>,
    /// Whether to fetch from the remote first.
    pub fetch: Option<bool>,
    /// A command to run in the new worktree before any gate.
    #[schemars(with = "Option<Vec<String>>")]
    pub setup: Option<Vec<Placed<String>>>,
    /// Globs of ignored files to copy into it.
    #[schemars(with = "Option<Vec<String>>")]
    pub copy: Option<Vec<Placed<String>>>,
    /// Whether it stays when the run has passed.
    pub keep: Option<bool>,
}
