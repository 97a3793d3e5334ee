//! Return to the run that was current before the one that was selected last.

use super::Caller;
use super::Error;
use super::Project;
use super::current::Current;
use super::use_run;
use super::use_run::Reply;
use crate::suggestion::Suggestion;

/// Leaves the current run for the one before it; where there is none the current run stays.
pub fn back(project: &Project, caller: &Caller) -> Result<Reply, Error> {
    let mut current = Current::read(project, caller)?;
    let ids = project.store.runs();
    let ids = ids.map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    current.stack.retain(|place| ids.contains(&place.run));
    let message = match current.stack.as_slice() {
        [] => "no current run".to_owned(),
        [only] => format!("no run was selected before {}", only.run),
        [_, _, ..] => {
            current.stack.remove(0);
            current.write(project, caller)?;
            return Ok(use_run::reply(current));
        }
    };
    Err(Error::usage(message).advise_command(Suggestion::new("use").word("RUN")))
}
