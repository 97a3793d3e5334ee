//! `orch run resume`: take a run up and drive it.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::ci::CiArguments;
use crate::cli::ci::Reports;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::envelope::exit;
use crate::ops::Foreword;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::restart;
use crate::ops::run_resume;

/// The run, how to drive it, and what CI wants.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: run_resume::Request,
    #[command(flatten)]
    ci: CiArguments,
    /// Have workers resume all runs whose processes are gone, such as after a reboot.
    #[arg(long, conflicts_with = "run")]
    all: bool,
}

impl Arguments {
    /// The run that is to be taken up.
    pub fn run(&self) -> &RunChoice {
        &self.request.run
    }
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    if arguments.all {
        let left = restart::restart_all(&project, &face.caller)?;
        if left.is_empty() {
            face.say("no run has lost its process");
        }
        let lines = left.iter().map(|run| format!("{} queued {}\n", run.key, run.run_id));
        face.answer(&left, &Instructions::default(), &lines.collect::<String>());
        return Ok(exit::DONE);
    }
    let reports = Reports::of(&arguments.ci)?;
    resume(face, &project, &arguments.request, (&arguments.ci, &reports))
}

/// Takes a run up and drives it, with what CI wants of it.
pub(super) fn resume(
    face: &Face,
    project: &Project,
    request: &run_resume::Request,
    (ci, reports): (&CiArguments, &Reports),
) -> Result<u8, Failure> {
    let mut progress = Progress::new(face);
    let mut brief = None;
    let mut greet = |foreword: &Foreword| {
        progress.greet(project, foreword);
        brief.clone_from(&foreword.brief);
    };
    let standing = run_resume::run_resume(project, &face.caller, request, &mut greet)?;
    drop(progress);
    let brief = brief.and_then(Result::ok);
    let how = (&request.drive, ci, reports);
    Ok(drive::go_on(face, project, (standing, brief.as_deref()), how)?)
}
