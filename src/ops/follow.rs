//! Following a run: a face shows what happens to it by the events that are appended to its journal.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use crate::store::journal::Follow;

/// Follows a run from where it stands now; whoever asks [`Follow::news`] gets what was appended since,
/// by this process or another one.
pub fn follow(site: &Site, choice: &RunChoice) -> Result<Follow, Error> {
    let id = choose::run(site, choice)?;
    Ok(site.store.follow(&id)?)
}
