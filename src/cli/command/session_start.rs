//! `orch session start` and `resume`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::progress::Progress;
use crate::cli::table::folded;
use crate::envelope::exit;
use crate::ops;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::session_start;
use crate::ops::session_start::Request;
use std::fmt::Write as _;

/// The run to resume.
#[derive(Debug, clap::Args)]
pub struct Resume {
    /// Key of the run, or of one of its sessions.
    #[arg(value_name = "KEY")]
    key: String,
    /// Budget for the whole run, in US dollars, across all sessions.
    #[arg(long, value_name = "USD", allow_negative_numbers = true)]
    budget: Option<f64>,
}

impl Resume {
    /// The key of the run.
    pub fn epic(&self) -> &str {
        match self.key.rsplit_once('@') {
            Some((key, number)) if number.parse::<u32>().is_ok() => key,
            Some(_) | None => &self.key,
        }
    }

    pub fn request(&self) -> Request {
        let epic = self.epic().to_owned();
        Request { epic, budget: self.budget, resume: true, ..Request::default() }
    }
}

pub fn execute(face: &Face, request: &Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let mut progress = Progress::new(face);
    let reply = session_start::session_start(&project, &face.caller, request, &mut |foreword| {
        progress.greet(&project, foreword);
    })?;
    drop(progress);
    let mut text = format!(
        "session {} {}\nrun {} {} ({})\n",
        reply.session_key, reply.status, reply.run_id, reply.run.status, reply.workflow
    );
    if let Some(found) = &reply.found {
        let _ = writeln!(text, "recovered: {found}");
    }
    // Why they failed has been shown, and is said with what to do next.
    for failed in &reply.run.failed {
        let _ = writeln!(text, "gate {} FAIL", failed.gate);
    }
    let _ = writeln!(text, "head {}", reply.run.head);
    drive::warn(face, &project, &reply.run);
    let instructions = match &reply.child {
        Some(child) => {
            let _ = writeln!(text, "current run {child}; `orch back` returns to {}", reply.epic);
            Instructions::of_run(
                &project,
                &face.caller,
                &RunChoice { run: Some(child.to_string()) },
            )
        }
        None => Instructions::of(&reply.run, ops::at_hand(&project, &face.caller)),
    };
    // The session runs; what failed waits for whoever sits there.
    let code = if reply.run.failed.is_empty() { exit::DONE } else { exit::of_standing(&reply.run) };
    if code == exit::FAILED {
        face.answer_failure(&reply, &instructions, &folded(&text));
    } else {
        face.answer(&reply, &instructions, &folded(&text));
    }
    Ok(code)
}
