//! `orch back`: return to the run that was current before the last `orch use`.

use super::Caller;
use super::Error;
use super::Project;
use super::current::Current;
use super::use_run;
use super::use_run::Reply;
use crate::suggestion::Suggestion;

/// Leaves the current run.
pub fn back(project: &Project, caller: &Caller) -> Result<Reply, Error> {
    let mut current = Current::read(project, caller)?;
    if current.stack.is_empty() {
        return Err(
            Error::usage("no current run").advise_command(Suggestion::new("use").word("RUN"))
        );
    }
    current.stack.remove(0);
    current.write(project, caller)?;
    Ok(use_run::reply(current))
}
