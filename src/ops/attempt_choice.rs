//! Which attempt of which gate is meant by a command that only shows it.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::id::AttemptId;
use crate::run::Run;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The attempt that is shown.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct AttemptChoice {
    /// Gate id; defaults to the running gate, or else the one that started last.
    #[cfg_attr(feature = "cli", arg(value_name = "GATE"))]
    pub gate: Option<String>,
    /// Attempt number; defaults to the last one.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub attempt: Option<u32>,
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
}

impl AttemptChoice {
    /// The attempt that is meant in a run.
    pub(super) fn find(
        &self,
        project: &Project,
        caller: &Caller,
        run: &Run,
    ) -> Result<AttemptId, Error> {
        let named = self.gate.as_deref();
        let named =
            named.map(|name| choose::gate_of(project, caller, run, Some(name))).transpose()?;
        let at_hand = || choose::gate_at_hand(project, caller, run);
        let last = || {
            let started = run.gates.iter().filter(|(_, state)| !state.attempts.is_empty());
            Some(started.max_by_key(|(_, state)| state.begun)?.0.clone())
        };
        let Some(gate) = named.or_else(at_hand).or_else(last) else {
            let message = format!("no gate of run {} has started yet", run.started.run_id);
            return Err(Error::usage(message));
        };
        let attempts = run.gate(&gate).map(|state| state.attempts.as_slice()).unwrap_or_default();
        let found = match self.attempt {
            Some(number) => attempts.iter().find(|attempt| attempt.attempt == number),
            None => attempts.last(),
        };
        let Some(found) = found else {
            let message = match self.attempt {
                Some(number) => {
                    format!("gate {gate} has no attempt {number}; it has {}", attempts.len())
                }
                None => format!("gate {gate} has not started yet"),
            };
            let status = Suggestion::new("status").of(&run.started.run_id);
            return Err(Error::usage(message).advise_command(status));
        };
        Ok(AttemptId::new(&gate, found.attempt))
    }
}
