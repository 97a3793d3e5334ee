//! Amounts and statuses as a report says them.

use crate::budget::Measure;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::event::RunStatus;
use crate::run::AttemptStatus;
use crate::run::GateStatus;
use crate::run::Spent;
use crate::spending::Cost;
use crate::standing::State;
use serde::Serialize;
use std::time::Duration;

/// A status, and how it is to look.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Status {
    pub word: &'static str,
    pub tone: Tone,
}

/// What a status means for whoever looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Good,
    Bad,
    Open,
    Quiet,
}

impl Status {
    pub fn of_run(state: State) -> Self {
        let tone = match state {
            State::Recorded(RunStatus::Passed) => Tone::Good,
            State::Recorded(RunStatus::Failed) | State::Stalled | State::Damaged => Tone::Bad,
            State::Recorded(RunStatus::Running | RunStatus::Waiting | RunStatus::Paused) => {
                Tone::Open
            }
            State::Recorded(RunStatus::Canceled) => Tone::Quiet,
        };
        Self { word: state.as_str(), tone }
    }

    pub fn of_gate(status: GateStatus) -> Self {
        let tone = match status {
            GateStatus::Pass => Tone::Good,
            GateStatus::Fail => Tone::Bad,
            GateStatus::Running | GateStatus::Waiting | GateStatus::Stale => Tone::Open,
            GateStatus::NotStarted | GateStatus::Skipped | GateStatus::Waived => Tone::Quiet,
        };
        Self { word: status.as_str(), tone }
    }

    pub fn of_attempt(status: AttemptStatus) -> Self {
        let tone = match status {
            AttemptStatus::Pass => Tone::Good,
            AttemptStatus::Fail => Tone::Bad,
            AttemptStatus::Running | AttemptStatus::Waiting => Tone::Open,
            AttemptStatus::Interrupted | AttemptStatus::Escalated | AttemptStatus::Canceled => {
                Tone::Quiet
            }
        };
        Self { word: status.as_str(), tone }
    }
}

/// Time of work and time of waiting, apart; empty where there was none.
#[derive(Debug, Clone, Serialize)]
pub struct Times {
    pub worked: String,
    pub waited: String,
}

impl Times {
    pub fn of(spent: Spent) -> Self {
        Self { worked: duration(spent.active), waited: duration(spent.waiting) }
    }
}

fn duration(duration: Duration) -> String {
    if duration.is_zero() { String::new() } else { show_duration(duration) }
}

/// What calls cost, and their tokens; empty where nobody was called.
pub fn money(cost: &Cost) -> String {
    let mark = if cost.cost_is_estimate { "~" } else { "" };
    let usd = cost.cost_usd.map(|usd| format!("{mark}{}", Measure::Usd.show(usd)));
    match (usd, cost.cost_unknown) {
        (Some(usd), 0) => usd,
        (Some(usd), unknown) => format!("{usd} and {unknown} unknown"),
        (None, 0) => String::new(),
        (None, _) => "unknown".to_owned(),
    }
}

/// The tokens of calls; empty where none are known.
pub fn tokens(cost: &Cost) -> String {
    cost.tokens.map(|tokens| tokens.to_string()).unwrap_or_default()
}

/// A moment as people read it: to the second, in UTC.
pub fn moment(at: Moment) -> String {
    let whole = at.to_string();
    let second = whole.split('.').next().unwrap_or_default();
    format!("{} UTC", second.replace('T', " "))
}
