//! `orch cancel` and `orch delete`: runs that workers drive, and their worktrees.

use super::Failure;
use super::run_pause;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::event::RunStatus;
use crate::ops::Instructions;
use crate::ops::cancel;
use crate::ops::cancel::CanceledRun;
use crate::ops::delete;
use crate::ops::get;

pub fn execute(face: &Face, request: &cancel::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let mut told = run_pause::told(face);
    let reply = cancel::cancel(&project, &face.caller, request, &mut told)?;
    // It may have come to another end before.
    let text = match reply.status {
        Some(status @ (RunStatus::Passed | RunStatus::Failed)) => {
            format!("{} {} is {status} already\n", reply.key, reply.run_id)
        }
        Some(_) | None => text("canceled", &reply),
    };
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

pub fn execute_delete(face: &Face, request: &get::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = delete::delete(&project, &face.caller, request)?;
    face.answer(&reply, &Instructions::default(), &text("deleted", &reply));
    Ok(exit::DONE)
}

fn text(what: &str, reply: &CanceledRun) -> String {
    let mut text = format!("{what} {} {}\n", reply.key, reply.run_id);
    if let Some(folder) = &reply.removed.folder {
        text.push_str(&format!("removed worktree {}\n", folder.display()));
    }
    if let Some(branch) = &reply.removed.branch {
        text.push_str(&format!("deleted branch {branch}\n"));
    }
    for saved in &reply.removed.saved {
        text.push_str(&format!("saved {saved}\n"));
    }
    text
}
