//! `orch session complete`.

use super::Failure;
use super::done;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::exit;
use crate::cli::menu;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::cli::terminal;
use crate::ops::Error;
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
        match done::ask(face, &project, &run, (&missing.missing, missing.asks_for_summary))? {
            done::Choice::Add(summary) => request.summary = Some(summary),
            done::Choice::Force(who, reason) => {
                request.force = Some(reason);
                person = Some(who);
            }
            done::Choice::GoOn => {
                let again =
                    Suggestion::new("session complete").of_key(&missing.run_id, &missing.epic);
                let again = again.option("summary", OPEN_WORDS);
                let again = missing.asks_for_summary.then_some(&again);
                let reply = (&missing.run_id, &missing);
                done::list((face, &project), reply, &missing.missing, again);
                return Ok(exit::FAILED);
            }
        }
    }
}
