//! The kinds of executor, by the names that workflows and records give them.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// A kind of executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExecutorKind {
    /// A person does the work and says when it is done.
    Human,
    /// An AI agent of `orch.toml` is handed the packet.
    Agent,
    /// A program runs, given as `command` or as a `shell` script.
    Command,
    /// Another workflow runs as a child.
    Workflow,
}

impl ExecutorKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Human, Self::Agent, Self::Command, Self::Workflow];

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind as workflows and the record write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Agent => "agent",
            Self::Command => "command",
            Self::Workflow => "workflow",
        }
    }
}

impl fmt::Display for ExecutorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_names_a_kind_as_a_workflow_does() {
        for kind in ExecutorKind::ALL {
            assert_eq!(ExecutorKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(ExecutorKind::parse("Human"), None);
    }
}
