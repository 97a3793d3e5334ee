//! Who asks: whether this process was started by what works at a live run. That is known by what the
//! processes above it hold and were started with, not by what any program is called.

use super::Error;
use super::Site;
use crate::process;
use crate::record::Home;

/// A person's word is never an agent's: not with an agent's marks in the environment, nor below a
/// live executor, however far away it went and whatever it cleared away.
pub fn refuse_agents(site: &Site) -> Result<(), Error> {
    if let Some(mark) = &site.agent_mark {
        return Err(Error::usage(format!(
            "a person's word cannot be given by an agent ({mark} is set)"
        ))
        .advise("a person types this in a terminal of their own"));
    }
    refuse_executors()
}

/// Whether this is, or was started by, what works at a live run; and how that is known.
fn executor() -> Option<String> {
    let driver = process::holder_above(Home::is_lock)
        .map(|driver| format!("below process {driver}, which drives a run"));
    driver.or_else(|| {
        process::marked_at_work().map(|process| format!("process {process} is at work at a gate"))
    })
}

/// Whether this is, or was started by, what works at a live run.
pub fn is_executor() -> bool {
    executor().is_some()
}

/// What works at a live run gives no person's word, whoever it is otherwise.
pub fn refuse_executors() -> Result<(), Error> {
    match executor() {
        None => Ok(()),
        Some(place) => Err(Error::usage(format!(
            "a person's word cannot be given by what a run has started ({place})"
        ))
        .advise("a person types this in a terminal of their own")),
    }
}
