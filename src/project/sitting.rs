//! How a sitting at a run ends: what is written, and the process that kept it.

use super::Driver;
use super::Project;
use crate::event::Event;
use crate::event::SessionStatus;
use crate::files::Lock;
use crate::id::RunId;
use crate::process;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long a keeper that was asked to end may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Ends the keeping of the session, if somebody does. A thread sees by itself that it is over.
pub fn end_keeping(project: &Project, run: &RunId) {
    let path = project.store.session_lock(run);
    let Some(held) = Lock::holder(&path) else { return };
    if held.process != std::process::id() {
        process::end_detached(held.process);
    }
    let start = Instant::now();
    while Lock::is_held(&path) && start.elapsed() < PATIENCE {
        thread::sleep(LOOK_EVERY);
    }
}

/// The event that ends the sitting which goes on.
pub fn ended(driver: &Driver<'_>, status: SessionStatus, reason: Option<String>) -> Option<Event> {
    let session = driver.run().session()?.number;
    Some(Event::SessionEnded { session, status, reason, seen_at: None })
}
