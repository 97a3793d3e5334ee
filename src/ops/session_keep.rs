//! The keeper of a sitting: a process of its own that holds the session's lock, and seals a
//! checkpoint every so often, until it is asked to end or the sitting is over.

use super::Driver;
use super::Error;
use super::Site;
use super::seal;
use crate::files::Lock;
use crate::id::RunId;
use crate::process;
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

/// How often it is looked whether the run is there at all.
const GLANCE_EVERY: Duration = Duration::from_secs(5);

/// Which sitting is kept.
#[derive(Debug, Clone, clap::Args)]
pub struct Request {
    /// The run's id.
    #[arg(long)]
    pub run: String,
    /// The number of the sitting.
    #[arg(long)]
    pub session: u32,
}

/// Keeps it. A signal ends this at any point: what it does outlasts that.
pub fn session_keep(site: &Site, request: &Request) -> Result<(), Error> {
    let id = RunId::parse(&request.run).map_err(|error| Error::usage(error.to_string()))?;
    let path = site.home.session_lock(&id);
    let trouble = |source| Error::environment(format!("{}: {source}", path.display()));
    let since = site.clock.now().to_string();
    let _lock = Lock::take(&path, &since, Duration::ZERO)
        .map_err(trouble)?
        .map_err(|held| Error::Held { run: id.to_string(), held })?;
    process::be_on_own().map_err(trouble)?;
    thread::sleep(BEGIN_AFTER);
    while site.home.is_own(&id) {
        // A full disk or a held run may pass; nobody is here to be told.
        match look(site, &id, request.session) {
            Ok(Some(pause)) => rest(site, &id, pause.max(BREATH)),
            Ok(None) => return Ok(()),
            Err(_) => thread::sleep(LOOK_AGAIN_AFTER),
        }
    }
    Ok(())
}

/// Does nothing for so long; not for a run that somebody removes meanwhile.
fn rest(site: &Site, id: &RunId, pause: Duration) {
    let start = Instant::now();
    loop {
        let left = pause.saturating_sub(start.elapsed());
        if left.is_zero() || !site.home.is_own(id) {
            return;
        }
        thread::sleep(left.min(GLANCE_EVERY));
    }
}

/// Seals a checkpoint if it is time; gives the time until the next look, `None` where nobody sits
/// at the run any more.
fn look(site: &Site, id: &RunId, session: u32) -> Result<Option<Duration>, Error> {
    let mut driver = Driver::take(site, id)?;
    if driver.run().session().is_none_or(|live| live.number != session) {
        return Ok(None);
    }
    seal::seal_in_time(&mut driver)?;
    Ok(Some(seal::time_left(&driver).unwrap_or(IDLE)))
}
