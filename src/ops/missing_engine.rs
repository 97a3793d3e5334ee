//! What a build without the engine says where `orch.toml` names one: runs that other machines are to
//! drive do not wait in the pool of this machine, where none of them sees it.

use super::Error;
use super::Project;

/// Refuses to use the pool of this machine in place of the engine's.
pub(super) fn refuse(project: &Project) -> Result<(), Error> {
    let Some(url) = &project.config.engine.url else { return Ok(()) };
    let message = format!(
        "runs of this project go through the engine at {url}, for which this orch was not built"
    );
    Err(Error::usage(message).advise(
        "install one that was built with the Cargo feature `engine`, or remove `url` from [engine] in \
         orch.toml",
    ))
}
