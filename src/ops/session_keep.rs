//! The keeper of a session: a process of its own that holds the session's lock and seals a
//! checkpoint every so often, until it is asked to end or the session is over.

use super::Driver;
use super::Error;
use super::Options;
use super::Project;
use crate::files::Lock;
use crate::id::RunId;
use crate::process;
use crate::project::seal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// How long whoever began the sitting is left to finish.
const BEGIN_AFTER: Duration = Duration::from_secs(1);

/// How long until it is looked again, where another process holds the run: that one seals too.
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// How long until it is looked whether the sitting is over, where nothing is to be sealed.
const IDLE: Duration = Duration::from_hours(1);

/// The shortest time between two looks.
const BREATH: Duration = Duration::from_millis(100);

/// How often a process looks whether there is still something to keep. It is asked to end where it
/// can be found; a lock that was written over names nobody.
const PROCESS_LOOKS_EVERY: Duration = Duration::from_secs(2);

/// How often a thread does, which cannot be asked.
const THREAD_LOOKS_EVERY: Duration = Duration::from_millis(100);

/// The session to keep open.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id.
    #[cfg_attr(feature = "cli", arg(long))]
    pub run: String,
    /// Session number.
    #[cfg_attr(feature = "cli", arg(long))]
    pub session: u32,
}

/// Keeps it in a process of its own. A signal may end that at any point; what it did lasts.
pub fn session_keep(project: &Project, request: &Request) -> Result<(), Error> {
    let id = RunId::parse(&request.run).map_err(|error| Error::usage(error.to_string()))?;
    let _lock = hold(project, &id)?;
    process::be_on_own().map_err(|error| Error::environment(error.to_string()))?;
    keep(project, &id, request.session, PROCESS_LOOKS_EVERY);
    Ok(())
}

/// Keeps it in a thread of this process, until the sitting is over or the process ends.
pub(super) fn keep_here(project: &Project, id: &RunId, session: u32) -> Result<(), Error> {
    let lock = hold(project, id)?;
    let folder = project.folder.root().to_owned();
    let surroundings = project.surroundings.clone();
    let own = Project::open(Options { folder, surroundings, ..Options::default() })?;
    let id = id.clone();
    thread::spawn(move || {
        let _lock = lock;
        // Whoever ends the sitting waits for the lock.
        keep(&own, &id, session, THREAD_LOOKS_EVERY);
    });
    Ok(())
}

fn hold(project: &Project, id: &RunId) -> Result<Lock, Error> {
    let path = project.store.session_lock(id);
    let since = project.clock.now().to_string();
    Lock::take(&path, &since, Duration::ZERO)
        .map_err(|source| Error::disk(&path, source))?
        .map_err(|held| Error::held(id, held))
}

fn keep(project: &Project, id: &RunId, session: u32, look_every: Duration) {
    let mut known = (None, true);
    // The run is read where its journal has grown since.
    let mut goes_on = || {
        let bytes = project.store.journal_bytes(id);
        if bytes.is_none() || bytes != known.0 {
            known = (bytes, sits(project, id, session));
        }
        known.1 && project.store.is_own(id)
    };
    rest(BEGIN_AFTER, look_every, &mut goes_on);
    while goes_on() {
        // A full disk or a held run may pass; nobody is here to be told.
        let pause = look(project, id).unwrap_or(LOOK_AGAIN_AFTER).max(BREATH);
        rest(pause, look_every, &mut goes_on);
    }
}

/// Does nothing for so long, or until there is nothing to keep.
fn rest(pause: Duration, look_every: Duration, goes_on: &mut impl FnMut() -> bool) {
    let start = Instant::now();
    loop {
        let left = pause.saturating_sub(start.elapsed());
        if left.is_zero() || !goes_on() {
            return;
        }
        thread::sleep(left.min(look_every));
    }
}

/// Whether the sitting goes on.
fn sits(project: &Project, id: &RunId, session: u32) -> bool {
    let run = project.store.glance(id).map(|reading| reading.run);
    run.is_ok_and(|run| run.session().is_some_and(|live| live.number == session))
}

/// Seals a checkpoint if it is time; gives the time until the next look.
fn look(project: &Project, id: &RunId) -> Result<Duration, Error> {
    let mut driver = Driver::take(project, id)?;
    seal::seal_in_time(&mut driver)?;
    Ok(seal::time_left(&driver).unwrap_or(IDLE))
}
