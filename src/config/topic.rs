//! What somebody can be told of, by the words that `orch.toml` has for it.

use crate::phase::Phase;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::json_schema;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error as _;
use std::borrow::Cow;
use std::fmt;

/// What stands before the name of a phase.
const PHASE: &str = "phase:";

/// What somebody is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A gate waits for a person or an agent.
    Waiting,
    /// The work at a gate asks a question.
    Escalated,
    /// The run failed.
    Failed,
    /// The run passed.
    Passed,
    /// A budget stopped the run.
    Budget,
    /// The work came to a phase.
    Phase(Phase),
}

impl Topic {
    /// All but the phases.
    const NAMED: [(Self, &'static str); 5] = [
        (Self::Waiting, "waiting"),
        (Self::Escalated, "escalated"),
        (Self::Failed, "failed"),
        (Self::Passed, "passed"),
        (Self::Budget, "budget"),
    ];

    /// The topic of this word.
    fn parse(word: &str) -> Option<Self> {
        if let Some(phase) = word.strip_prefix(PHASE) {
            return Phase::parse(phase).map(Self::Phase);
        }
        Self::NAMED.into_iter().find(|(_, name)| *name == word).map(|(topic, _)| topic)
    }

    /// Every word that is known.
    fn words() -> Vec<String> {
        let named = Self::NAMED.into_iter().map(|(_, name)| name.to_owned());
        named.chain(Phase::names().map(|name| format!("{PHASE}{name}"))).collect()
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Phase(phase) = self {
            return write!(f, "{PHASE}{phase}");
        }
        let named = Self::NAMED.into_iter().find(|(topic, _)| topic == self);
        f.write_str(named.map_or("", |(_, name)| name))
    }
}

impl Serialize for Topic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        // As the derived ones say it, so that the nearest word is told.
        Self::parse(&word).ok_or_else(|| {
            let is_phase = word.starts_with(PHASE);
            let mut known = Self::words();
            known.retain(|known| known.starts_with(PHASE) == is_phase);
            let known = known.join("`, `");
            D::Error::custom(format!("unknown variant `{word}`, expected one of `{known}`"))
        })
    }
}

impl JsonSchema for Topic {
    fn schema_name() -> Cow<'static, str> {
        "Topic".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What somebody can be told of.",
            "type": "string",
            "enum": Self::words(),
        })
    }
}
