//! `orch session complete`.

use super::Failure;
use super::done;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::menu;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::cli::remark;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::OPEN_WORDS;
use crate::ops::RunChoice;
use crate::ops::Suggestion;
use crate::ops::session_complete;
use crate::ops::session_complete::Reply;
use crate::ops::session_complete::Request;

pub fn execute(face: &Face, request: &Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let mut request = request.clone();
    let mut person = None;
    session_complete::refuse_blank(&request)?;
    if let Some(reason) = &request.force {
        let who = terminal::person(&project, &face.caller, face.global.is_ci())?;
        let ask = format!("Complete it anyway as {}: {reason}? [yes/no]", who.by);
        let run = RunChoice { run: Some(request.epic.run(&project, &face.caller)?.to_string()) };
        let mut look = menu::unless_stopped(face, &project, &run, None)?;
        if !question::word(&ask, &["yes", "y", "end"], &mut look)? {
            return Err(Error::usage("not completed; nothing was written").into());
        }
        person = Some(who);
    }
    loop {
        let run = RunChoice { run: Some(request.epic.run(&project, &face.caller)?.to_string()) };
        let progress = Progress::of(face, &project, &run);
        let reply =
            session_complete::session_complete(&project, &face.caller, &request, person.as_ref())?;
        drop(progress);
        let missing = match reply {
            Reply::Complete(standing) => {
                drive::last_words(face, &project, &standing);
                return Ok(exit::of_standing(&standing));
            }
            Reply::Missing(missing) => missing,
        };
        let gate = GateChoice { run, gate: None };
        match done::ask(face, &project, &gate, (&missing.missing, &missing.asks_for))? {
            done::Choice::Add(summary) => request.summary = Some(summary),
            done::Choice::Again => {}
            done::Choice::Force(who, reason) => {
                request.force = Some(reason);
                person = Some(who);
            }
            done::Choice::GoOn => {
                let complete =
                    Suggestion::new("session complete").of_key(&missing.run_id, &missing.epic);
                let update = Suggestion::new("update").of(&missing.run_id);
                let summed_up = complete.clone().option("summary", OPEN_WORDS);
                let again = remark::commands(&missing.asks_for, update, (complete, summed_up));
                let reply = (&missing.run_id, &missing);
                done::list((face, &project), reply, &missing.missing, &again);
                return Ok(exit::FAILED);
            }
        }
    }
}
