//! A sealed point in a run.

use crate::digest::Digest;
use serde::Deserialize;
use serde::Serialize;

/// The state of a run and of the working tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Checkpoint {
    /// Its number within the run, from 1.
    pub checkpoint: u32,
    /// The session in which it was sealed.
    pub session: Option<u32>,
    /// Why it was sealed: `every 15m`, `gate G2 passed`, or a person's words.
    pub reason: String,
    /// The state of the run, in a sentence.
    pub summary: String,
    /// The head of the chain before this event.
    pub journal_head: Digest,
    /// The commit that was checked out.
    pub git_head: Option<String>,
    /// The known cost of the run so far.
    pub cost_usd: Option<f64>,
    /// The working tree, if git can keep it.
    pub snapshot: Option<Snapshot>,
    /// Why it is not kept, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_snapshot: Option<String>,
}

/// The working tree with untracked files, as a commit that no branch holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Snapshot {
    /// The full name of the ref that keeps it.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The id of the commit.
    pub commit: String,
    /// The number of its files.
    pub files: u64,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Bytes of files that the commit which was checked out does not hold.
    pub new_bytes: u64,
    /// Files that are too large or cannot be read, and repositories within this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}
