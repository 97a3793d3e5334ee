//! When the attempts of gates were: worked and waited apart. A run that was paused stood still, so an
//! attempt may be longer than both together.

use super::link;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::id::GateId;
use crate::ops::report::words::Status;
use crate::ops::report::words::Tone;
use crate::ops::report::words::moment;
use crate::run::Attempt;
use crate::run::Run;
use serde::Serialize;
use std::time::Duration;

/// How many gates are drawn.
const ROWS_MAX: usize = 60;

/// How wide all of the time is.
const WIDTH: f64 = 1000.0;

/// The narrowest bar that can be seen.
const WIDTH_MIN: f64 = 2.0;

/// Gates with the bars of their attempts.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    from: String,
    to: String,
    rows: Vec<TimelineRow>,
    /// How many gates are left out.
    more: usize,
}

#[derive(Debug, Serialize)]
struct TimelineRow {
    gate: String,
    href: String,
    bars: Vec<Bar>,
    /// The same in words.
    words: String,
}

/// An attempt, from its beginning to its end; it is worked first and waited then.
#[derive(Debug, Serialize)]
struct Bar {
    x: String,
    width: String,
    worked: String,
    waited_x: String,
    waited: String,
    tone: Tone,
}

/// Of the gates of a run that have begun, in this order; nothing where none has.
pub(super) fn of_gates<'g>(
    run: &Run,
    gates: impl IntoIterator<Item = &'g GateId>,
    (base, now): (&str, Moment),
) -> Option<Timeline> {
    let end = run.finished_at.unwrap_or(now);
    let whole = end.since(run.started_at).as_secs_f64().max(0.001);
    let mut rows = Vec::new();
    let mut more = 0;
    for gate in gates {
        let attempts = run.gate(gate).map(|state| state.attempts.as_slice()).unwrap_or_default();
        if attempts.is_empty() {
            continue;
        }
        if rows.len() == ROWS_MAX {
            more += 1;
            continue;
        }
        let bar = |attempt: &Attempt| bar(attempt, run.started_at, (end, whole));
        let spent = run.gate(gate).map(|state| state.time.until(now)).unwrap_or_default();
        let waited = if spent.waiting.is_zero() {
            String::new()
        } else {
            format!(", waited {}", show_duration(spent.waiting))
        };
        rows.push(TimelineRow {
            gate: gate.to_string(),
            href: link::gate(base, &run.started.run_id, gate),
            bars: attempts.iter().map(bar).collect(),
            words: format!("worked {}{waited}", show_duration(spent.active)),
        });
    }
    (!rows.is_empty()).then(|| Timeline {
        from: moment(run.started_at),
        to: moment(end),
        rows,
        more,
    })
}

fn bar(attempt: &Attempt, begin: Moment, (end, whole): (Moment, f64)) -> Bar {
    let scaled = |time: Duration| time.as_secs_f64() / whole * WIDTH;
    let x = scaled(attempt.started_at.since(begin));
    let last = attempt.finished_at.unwrap_or(end);
    let width = scaled(last.since(attempt.started_at)).max(WIDTH_MIN);
    let spent = attempt.time.until(last);
    let waited = scaled(spent.waiting).min(width);
    let worked = scaled(spent.active).max(WIDTH_MIN).min(width - waited);
    let shown = |length: f64| format!("{:.1}", length.max(0.0));
    Bar {
        x: shown(x.min(WIDTH - WIDTH_MIN)),
        width: shown(width),
        worked: shown(worked),
        waited_x: shown(x + width - waited),
        waited: shown(waited),
        tone: Status::of_attempt(attempt.status).tone,
    }
}
