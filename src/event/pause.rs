//! Why a run stands still, as a fact of its own: the words beside it are for people.

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Why a run stands still until somebody takes it up.
///
/// Journals that were written before there was one give no cause, and count as a person's: of a
/// budget that is still reached the run speaks by itself as soon as it is taken up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PauseCause {
    /// By a person.
    #[default]
    Person,
    /// The rest of a budget is not enough for what comes next.
    Budget,
    /// The process that drove it was told to end by a signal.
    Signal,
    /// It reached the gate to stop at.
    Reached,
    /// Files keep changing after their gate has passed.
    Changes,
    /// Its definition was amended.
    Amendment,
    /// The run that started it was paused.
    Parent,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn a_pause_without_a_cause_reads_as_a_persons() {
        let read = |data: &str| {
            let line = format!("{{\"type\":\"RUN_PAUSED\",\"data\":{data}}}");
            serde_json::from_str::<Event>(&line).unwrap()
        };
        let reason = "the budget of 5.00 USD is spent".to_owned();
        let before = Event::RunPaused { reason: reason.clone(), cause: PauseCause::Person };
        assert_eq!(read("{\"reason\":\"the budget of 5.00 USD is spent\"}"), before);
        let now = Event::RunPaused { reason, cause: PauseCause::Budget };
        let data = "{\"reason\":\"the budget of 5.00 USD is spent\",\"cause\":\"budget\"}";
        assert_eq!(read(data), now);
    }
}
