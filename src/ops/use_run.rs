//! `orch use`: make a run the current one, until another is or `orch back` is typed.

use super::Error;
use super::RunChoice;
use super::Site;
use super::choose;
use super::choose::Current;
use crate::id::RunId;
use serde::Serialize;

/// The longest way back.
const STACK_MAX: usize = 32;

/// The run that is current now, and the ones below it.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub current: Option<RunId>,
    pub before: Vec<RunId>,
}

/// Chooses a run by id, part of it, or key.
pub fn use_run(site: &Site, name: &str) -> Result<Reply, Error> {
    let id = choose::run(site, &RunChoice { run: Some(name.to_owned()) })?;
    let mut current = Current::read(site);
    current.stack.retain(|other| *other != id);
    current.stack.insert(0, id);
    current.stack.truncate(STACK_MAX);
    current.write(site)?;
    Ok(reply(current))
}

pub(super) fn reply(current: Current) -> Reply {
    let mut stack = current.stack.into_iter();
    Reply { current: stack.next(), before: stack.collect() }
}
