//! `orch run amend`: shows the person at the terminal what has changed, and asks them.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::door;
use crate::cli::drive;
use crate::cli::menu;
use crate::cli::question;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::id::GateId;
use crate::ops;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::RunChoice;
use crate::ops::run_amend;

/// What takes an amendment in, typed whole.
const WORDS: [&str; 3] = ["yes", "y", "amend"];

pub fn execute(face: &Face, request: &run_amend::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let Some(asked) = run_amend::question(&project, &face.caller, request)? else {
        let reply = run_amend::unchanged(&project, &face.caller, request)?;
        let text =
            format!("nothing to amend: run {} already uses the current files", reply.run.run_id);
        face.answer(&reply, &Instructions::default(), &text);
        return Ok(exit::DONE);
    };
    let person = terminal::person(&project, &face.caller, face.global.is_ci())?;
    face.say(&format!("Run {} would continue with a changed definition:", asked.run));
    for change in &asked.changes {
        face.say(&format!("  {change}"));
    }
    for text in &asked.diffs {
        face.say(&format!("\n{}:", text.path));
        text.diff.lines().for_each(|line| door::err(&format!("  {line}\n")));
    }
    let gates: Vec<&str> = asked.reopened.iter().map(GateId::as_str).collect();
    if !gates.is_empty() {
        face.say(&format!("  reopened, approvals withdrawn: {}", gates.join(", ")));
    }
    let run = RunChoice { run: Some(asked.run.to_string()) };
    let mut look = menu::unless_stopped(face, &project, &run, None)?;
    let ask = format!("Apply this as {}? [yes/no]", person.by);
    if !question::word(&ask, &WORDS, &mut look)? {
        return Err(Error::usage("not amended; nothing was written").into());
    }
    let reply = run_amend::run_amend(&project, &face.caller, request, (&person, &asked))?;
    let text = format!("run {} {}\nhead {}", reply.run.run_id, reply.run.status, reply.run.head);
    drive::warn(face, &project, &reply.run);
    face.answer(&reply, &Instructions::of(&reply.run, ops::at_hand(&project, &face.caller)), &text);
    Ok(exit::DONE)
}
