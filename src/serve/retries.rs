//! Requests that carry a key of their own: who got no answer sends the same again, and it is carried out
//! once, also by a server that was started since.

use crate::clock::Moment;
use crate::digest::Digest;
use crate::files::Beneath;
use crate::ops::Error;
use crate::ops::Project;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::time::Duration;

/// How long a key is kept.
const KEPT_FOR: Duration = Duration::from_hours(24);

/// A request under a key.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    at: Moment,
    request: Digest,
    /// What it came to; `None` until it has.
    reply: Option<Json>,
}

/// What is known of a key.
#[derive(Debug)]
pub enum Repeat {
    /// Nothing: the request is to be carried out.
    First,
    /// What it came to.
    Done(Json),
    /// It is being carried out, or was cut off.
    Begun,
    /// It was another request.
    Other,
}

fn place(project: &Project, key: &str) -> Beneath {
    project.store.kept_replies().join(format!("{}.json", Digest::of(key)))
}

/// Notes that a request begins, unless one of its key has.
pub fn begin(project: &Project, key: &str, request: Digest) -> Result<Repeat, Error> {
    let place = place(project, key);
    let disk = |source| Error::disk(&place, source);
    let now = project.clock.now();
    let read = || -> Result<Option<Kept>, Error> {
        let bytes = place.read().map_err(disk)?;
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
    };
    if read()?.is_some_and(|kept| now.since(kept.at) > KEPT_FOR) {
        place.remove().map_err(disk)?;
    }
    let kept = Kept { at: now, request, reply: None };
    let kept = serde_json::to_vec(&kept).unwrap_or_default();
    match place.write_new(&kept) {
        Ok(()) => return Ok(Repeat::First),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(disk(error)),
    }
    Ok(match read()? {
        Some(kept) if kept.request != request => Repeat::Other,
        Some(Kept { reply: Some(reply), .. }) => Repeat::Done(reply),
        Some(_) | None => Repeat::Begun,
    })
}

/// Keeps what a request came to.
pub fn finish(project: &Project, key: &str, request: Digest, reply: &Json) -> Result<(), Error> {
    let place = place(project, key);
    let kept = Kept { at: project.clock.now(), request, reply: Some(reply.clone()) };
    let kept = serde_json::to_vec(&kept).unwrap_or_default();
    place.write(&kept).map_err(|source| Error::disk(&place, source))
}

/// Lets go of a key under which nothing was done.
pub fn forget(project: &Project, key: &str) -> Result<(), Error> {
    let place = place(project, key);
    place.remove().map_err(|source| Error::disk(&place, source))
}

/// Removes what is older than it needs to be.
pub fn sweep(project: &Project) -> Result<(), Error> {
    let folder = project.store.kept_replies();
    let names = folder.names().map_err(|source| Error::disk(&folder, source))?;
    for name in names {
        let place = folder.join(name);
        let kept = place.read().ok().flatten();
        let kept = kept.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        if kept.is_none_or(|kept| project.clock.now().since(kept.at) > KEPT_FOR) {
            place.remove().map_err(|source| Error::disk(&place, source))?;
        }
    }
    Ok(())
}
