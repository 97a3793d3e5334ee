//! `orch run resume`: take a run up and drive it.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::ci::CiArguments;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::ops::run_resume;

/// The run, how to drive it, and what CI wants.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: run_resume::Request,
    #[command(flatten)]
    ci: CiArguments,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let site = face.global.site(true)?;
    let mut progress = Progress::new(face);
    let outcome =
        run_resume::run_resume(&site, &arguments.request, &mut |notice| progress.show(&notice))?;
    Ok(drive::go_on(face, &site, outcome, (&arguments.request.drive, &arguments.ci))?)
}
