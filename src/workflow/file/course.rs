//! The course of a run, as a workflow file tells it: what a gate waits for, what follows when it
//! has failed, and where the run ends before its last gate.

use super::word_or_table::word_or_table;
use crate::document::Placed;
use schemars::JsonSchema;
use serde::Deserialize;

/// What must have become of its needs before a gate begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// Each has passed, was waived or skipped, or its failure is ignored.
    #[default]
    All,
    /// One has passed or was waived.
    Any,
    /// Each has ended or can never begin, however it ended.
    Done,
    /// So many have passed or were waived.
    Passed(u32),
}

impl Join {
    fn passed(table: JoinFile) -> Self {
        Self::Passed(table.passed_min)
    }
}

/// How many of the gate's needs must have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinFile {
    /// How many of `needs` must have passed or been waived.
    pub passed_min: u32,
}

/// How a gate ends the run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndFile {
    /// The status of the run.
    pub status: EndStatus,
    /// The reason, for the record. A template.
    #[schemars(with = "Option<String>")]
    pub reason: Option<Placed<String>>,
}

/// The status of a run that ends before its last gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
pub enum EndStatus {
    Passed,
    Canceled,
}

impl EndStatus {
    /// As the record writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Canceled => "CANCELED",
        }
    }
}

/// `"stop"`, `"continue"`, `"ignore"`, or a bounded jump back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OnFailFile {
    Stop,
    Continue,
    Ignore,
    Goto(GotoFile),
}

/// A jump back to a gate, at most `visits` times.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GotoFile {
    /// This gate or an earlier one.
    #[schemars(with = "String")]
    pub goto: Placed<String>,
    /// Maximum number of jumps. The count restarts when a later gate jumps back to or before this
    /// gate.
    pub visits: Option<u32>,
    /// The only later gate whose jumps restart the count.
    #[schemars(with = "Option<String>")]
    pub per: Option<Placed<String>>,
}

word_or_table!(
    Join,
    "\"all\", \"any\", \"done\" or { passed_min = 2 }",
    "{ passed_min = 2 }",
    "all" => Join::All,
    "any" => Join::Any,
    "done" => Join::Done;
    JoinFile => Join::passed
);

word_or_table!(
    OnFailFile,
    "\"stop\", \"continue\", \"ignore\" or { goto = \"…\", visits = 3 }",
    "{ goto = \"…\", visits = 3 }",
    "stop" => OnFailFile::Stop,
    "continue" => OnFailFile::Continue,
    "ignore" => OnFailFile::Ignore;
    GotoFile => OnFailFile::Goto
);
