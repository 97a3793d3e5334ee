//! `[checkpoint]`: when a checkpoint is sealed. Workflows and `orch.toml` have the
//! same table, so it is read in one place.

use crate::budget::Share;
use crate::clock::Period;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::num::NonZeroU32;

/// How many snapshots are kept where nothing else is said.
const KEEP: u32 = 20;

/// How often a sitting is sealed where nothing else is said.
const SESSION_EVERY: Period = Period::of_minutes(15);

/// When to seal a checkpoint. Only the conditions that are given apply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckpointPolicy {
    /// Maximum time between two checkpoints while a run is at work, such as `15m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
    /// Occasions on which to seal one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Vec<Occasion>>,
    /// The share of the budget at which to seal one, such as 0.8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_cost: Option<Share>,
    /// How many snapshots of the working tree to keep per run; the newest 20 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<NonZeroU32>,
}

/// What may happen to a run that is worth a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A session starts.
    SessionStart,
    /// A gate passes.
    GatePassed,
    /// A gate fails or an executor cannot be started.
    Error,
    /// A person pauses the run.
    Pause,
}

impl CheckpointPolicy {
    /// This policy, with what it leaves open taken from `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            every: self.every.or(other.every),
            on: self.on.or(other.on),
            at_cost: self.at_cost.or(other.at_cost),
            keep: self.keep.or(other.keep),
        }
    }

    /// What holds while somebody sits at a run, where nothing else is said.
    #[must_use]
    pub fn of_sessions() -> Self {
        let on = vec![Occasion::SessionStart, Occasion::Error, Occasion::Pause];
        Self { every: Some(SESSION_EVERY), on: Some(on), ..Self::default() }
    }

    /// How many snapshots are kept.
    pub fn kept(&self) -> u32 {
        self.keep.map_or(KEEP, NonZeroU32::get)
    }

    /// Whether one is sealed on this occasion.
    pub fn is_due_on(&self, occasion: Occasion) -> bool {
        self.on.as_ref().is_some_and(|on| on.contains(&occasion))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::source::Source;
    use std::time::Duration;

    fn read(text: &str) -> Result<CheckpointPolicy, (String, usize)> {
        let source = Source::new("a.toml", text);
        document::read(&source).map_err(|error| (error.message.clone(), error.place().1))
    }

    #[test]
    fn a_policy_is_read_and_its_gaps_are_filled() {
        let policy = read("every = '15m'\non = ['session_start', 'error']").unwrap();
        assert_eq!(policy.every.map(Period::duration), Some(Duration::from_mins(15)));
        assert!(policy.is_due_on(Occasion::Error) && !policy.is_due_on(Occasion::GatePassed));
        let filled = read("on = []").unwrap().or(policy);
        assert!(filled.every.is_some() && !filled.is_due_on(Occasion::Error));
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_place() {
        let (message, line) = read("at_cost = 0.8\nevery = '15'").unwrap_err();
        assert!(message.starts_with("`15` is not a duration"), "{message}");
        assert_eq!(line, 2);
        assert!(read("every = '0s'").unwrap_err().0.contains("is zero; omit the key"));
        assert!(read("on = ['gate']").unwrap_err().0.contains("unknown value `gate`"));
    }
}
