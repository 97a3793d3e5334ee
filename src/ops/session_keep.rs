//! The keeper of a sitting: a process of its own that holds the session's lock, and seals a
//! checkpoint every so often, until it is asked to end or the sitting is over.

use super::Error;
use super::Site;
use crate::files::Lock;
use crate::id::RunId;
use crate::process;
use std::thread;
use std::time::Duration;

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
    loop {
        thread::sleep(Duration::from_hours(1));
        let run = site.home.glance(&id)?.run;
        if run.session().is_none_or(|session| session.number != request.session) {
            return Ok(());
        }
    }
}
