//! Outages: what an attempt needs around it failed and may be well again after a pause. It is tried
//! again as long as its agent allows, and then a person is asked.

use crate::clock;
use crate::clock::Moment;
use crate::executor::Cut;
use crate::id::AttemptId;
use crate::project::Driver;
use crate::workflow::OnInterrupt;

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
    let now = driver.project.clock.now();
    let outage = driver.run().gate(&attempt.gate).and_then(|state| state.outage);
    let (since, failures) = outage.map_or((now, 0), |outage| (outage.since, outage.failures));
    let pause = backoff.pause(failures + 1, retry_after);
    let (took, within) = (now.since(since), backoff.within());
    if took.saturating_add(pause) <= within {
        let pause_in_words = clock::show_duration(pause);
        return (
            Next::Retry(now.plus(pause)),
            format!("{reason}; next attempt in {pause_in_words}"),
        );
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
    (Next::GiveUp, format!("{reason}; {given_up}"))
}
