//! `orch run pause`: a run stays as it is until somebody resumes it.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::envelope::exit;
use crate::files::LockHolder;
use crate::ops::Error;
#[cfg(feature = "engine")]
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::run_pause;
#[cfg(feature = "engine")]
use crate::ops::shared_pause;

pub fn execute(face: &Face, request: &run_pause::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    #[cfg(feature = "engine")]
    if let Some(run) = shared_pause::pause(&project, &face.caller, request)? {
        let mut instructions = Instructions::default();
        instructions.suggest(&Suggestion::new("list"));
        face.answer(&run, &instructions, &format!("asked for run {} to be paused\n", run.run_id));
        return Ok(exit::DONE);
    }
    let standing = run_pause::run_pause(&project, &face.caller, request, &mut told(face))?;
    if standing.status.is_end() {
        let message =
            format!("run {} cannot be paused; it is {}", standing.run_id, standing.status);
        return Err(Error::usage(message)
            .advise_command(Suggestion::new("run show").of(&standing.run_id))
            .into());
    }
    drive::last_words(face, &project, &standing);
    Ok(exit::DONE)
}

/// Says which process is asked to stop: that may take a while.
pub(super) fn told(face: &Face) -> impl FnMut(&LockHolder) {
    |held| face.say(&format!("waiting for process {}, which drives the run, to stop", held.process))
}
