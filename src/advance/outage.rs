//! Outages: what an attempt needs around it failed and may be well again after a pause. It is tried
//! again as long as its agent allows, and then a person is asked.

use crate::clock;
use crate::clock::Moment;
use crate::executor::Backoff;
use crate::executor::Cut;
use crate::id::AttemptId;
use crate::project::Driver;
use crate::run::Outage;
use crate::workflow::OnInterrupt;
use std::time::Duration;

/// What follows an interruption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another try at once, as often as interruptions in a row allow.
    Again,
    /// Another try, not before this moment.
    Retry(Moment),
    /// No other try unasked.
    GiveUp,
}

/// What follows an attempt that was cut off, and why in words.
pub(super) fn after(
    driver: &Driver<'_>,
    attempt: &AttemptId,
    cut: Cut,
    reason: &str,
) -> (Next, String) {
    let (retry_after, backoff) = match cut {
        Cut::Transient { retry_after, backoff } => (retry_after, backoff),
        Cut::Outside | Cut::Budget => return (Next::Again, reason.to_owned()),
        Cut::Missing => return (Next::GiveUp, reason.to_owned()),
    };
    let asks = driver
        .workflow
        .gate(&attempt.gate)
        .is_some_and(|gate| gate.on_interrupt == OnInterrupt::Ask);
    if asks {
        return (Next::GiveUp, reason.to_owned());
    }
    let outage = driver.run().gate(&attempt.gate).and_then(|state| state.outage);
    let failure = Failure { retry_after, backoff, now: driver.project.clock.now() };
    let (next, pause_in_words) = failure.after(outage);
    (next, format!("{reason}; {pause_in_words}"))
}

/// A failure of what the work needs around it.
struct Failure {
    /// The pause that the provider named.
    retry_after: Option<Duration>,
    /// The pauses where none was named.
    backoff: Backoff,
    now: Moment,
}

impl Failure {
    /// What follows it, after the failures in a row that came before.
    fn after(&self, outage: Option<Outage>) -> (Next, String) {
        let Self { retry_after, backoff, now } = *self;
        let (since, failures) = outage.map_or((now, 0), |outage| (outage.since, outage.failures));
        let pause = backoff.pause(failures + 1, retry_after);
        let (took, within) = (now.since(since), backoff.within());
        if took.saturating_add(pause) <= within {
            let pause_in_words = clock::show_duration(pause);
            return (Next::Retry(now.plus(pause)), format!("next attempt in {pause_in_words}"));
        }
        let given_up = match retry_after {
            Some(named) if named > within => format!(
                "the provider asks for a pause of {}, and `within` is {}",
                clock::show_duration(named),
                clock::show_duration(within)
            ),
            Some(_) | None => {
                let times = if failures == 0 { "failure" } else { "failures" };
                format!("gave up after {} {times} in {}", failures + 1, clock::show_duration(took))
            }
        };
        (Next::GiveUp, given_up)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::at;
    use serde_json::json;

    /// What follows the failure after so many others, the first of which was so many minutes ago.
    fn after(failures: u32, minutes: u64, named: Option<u64>) -> String {
        let backoff = json!({"delay": "1m", "max_delay": "10m", "within": "1h"});
        let retry_after = named.map(Duration::from_mins);
        let now = at();
        let failure =
            Failure { retry_after, backoff: serde_json::from_value(backoff).unwrap(), now };
        let since = now.minus(Duration::from_mins(minutes));
        let outage = (failures > 0).then_some(Outage { since, failures, retry_at: now });
        let (next, words) = failure.after(outage);
        match next {
            Next::Retry(due) => format!("{}m: {words}", due.since(now).as_secs() / 60),
            Next::GiveUp => words,
            Next::Again => panic!("an outage is never tried again at once"),
        }
    }

    #[test]
    fn pauses_grow_until_the_time_is_over_that_the_agent_allows() {
        assert_eq!(after(0, 0, None), "1m: next attempt in 1m 00s");
        assert_eq!(after(2, 3, None), "4m: next attempt in 4m 00s");
        // The longest pause.
        assert_eq!(after(9, 40, None), "10m: next attempt in 10m 00s");
        assert_eq!(after(9, 50, None), "10m: next attempt in 10m 00s");
        assert_eq!(after(9, 51, None), "gave up after 10 failures in 51m 00s");
    }

    #[test]
    fn a_pause_that_the_provider_names_counts_instead() {
        assert_eq!(after(0, 0, Some(30)), "30m: next attempt in 30m 00s");
        assert_eq!(after(5, 20, Some(0)), "1m: next attempt in 1m 00s");
        let asks = "the provider asks for a pause of 1h 01m, and `within` is 1h 00m";
        assert_eq!(after(0, 0, Some(61)), asks);
        assert_eq!(after(1, 30, Some(31)), "gave up after 2 failures in 30m 00s");
    }
}
