//! `orch done`: what is missing is listed; a person may add it at once, force it, or go on.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::exit;
use crate::cli::menu;
use crate::cli::progress;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::cli::terminal;
use crate::finding::Finding;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::Instructions;
use crate::ops::OPEN_WORDS;
use crate::ops::Person;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Suggestion;
use crate::ops::done;
use crate::ops::done::Reply;
use crate::ops::gate_waive;
use serde::Serialize;
use std::fmt::Write as _;

/// What a person wants where something is missing.
pub(super) enum Choice {
    /// To say now what the work comes to.
    Add(String),
    /// To end it all the same, on their word.
    Force(Person, String),
    /// To go on working.
    GoOn,
}

/// What a person may choose from.
enum Offer {
    Add,
    Keep,
    Force,
}

pub fn execute(face: &Face, request: &done::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let mut request = request.clone();
    loop {
        let progress = Progress::of(face, &project, &request.finish.gate.run);
        let reply = done::done(&project, &face.caller, &request)?;
        drop(progress);
        let missing = match reply {
            Reply::Done(reply) => return Ok(drive::gate_words(face, &project, &reply)),
            Reply::HandedOver(said) => {
                let text = "summary recorded; the gate is judged when this work ends";
                let choice = RunChoice { run: Some(said.run_id.to_string()) };
                face.answer(&said, &Instructions::of_run(&project, &face.caller, &choice), text);
                return Ok(exit::DONE);
            }
            Reply::Missing(missing) => missing,
        };
        progress::differs(face, &missing.run_id, &missing.differs);
        let run = RunChoice { run: Some(missing.run_id.to_string()) };
        match ask(face, &project, &run, (&missing.missing, missing.asks_for_summary))? {
            Choice::Add(summary) => request.summary = vec![summary],
            Choice::Force(person, reason) => {
                let gate = GateChoice {
                    run: RunChoice { run: Some(missing.run_id.to_string()) },
                    gate: Some(missing.gate.to_string()),
                };
                let waive =
                    gate_waive::Request { gate, reason, drive: request.finish.drive.clone() };
                let progress = Progress::of(face, &project, &waive.gate.run);
                let mut reply = gate_waive::gate_waive(&project, &face.caller, &waive, &person)?;
                drop(progress);
                reply.passed = true;
                return Ok(drive::gate_words(face, &project, &reply));
            }
            Choice::GoOn => {
                let summary = missing.asks_for_summary.then_some(OPEN_WORDS);
                let again = Suggestion::new("done").of(&missing.run_id).at(&missing.gate);
                let again = summary.into_iter().fold(again, Suggestion::word);
                list((face, &project), (&missing.run_id, &missing), &missing.missing, Some(&again));
                return Ok(exit::FAILED);
            }
        }
    }
}

/// Asks a person at a terminal; anybody else goes on working. A summary is asked for where the work is
/// handed in with one.
pub(super) fn ask(
    face: &Face,
    project: &Project,
    run: &RunChoice,
    (missing, asks_for_summary): (&[Finding], bool),
) -> Result<Choice, Error> {
    if !face.can_ask() || face.caller.agent_mark.is_some() {
        return Ok(Choice::GoOn);
    }
    face.say("not done yet:");
    for finding in missing {
        face.say(&format!("  {finding}"));
    }
    let add = asks_for_summary.then_some((Offer::Add, "add a summary"));
    let others = [(Offer::Keep, "keep working"), (Offer::Force, "end it anyway")];
    let (offers, labels): (Vec<Offer>, Vec<&str>) = add.into_iter().chain(others).unzip();
    let mut look = menu::unless_stopped(face, project, run, None)?;
    let chosen = question::choose("What now", &labels, 0, &mut look)?;
    let said = match chosen.map(|chosen| &offers[chosen]) {
        Some(Offer::Add) => question::line("summary", &mut look)?.map(Choice::Add),
        Some(Offer::Force) => {
            let person = terminal::person(project, &face.caller, face.global.is_ci())?;
            question::reason(&mut look)?.map(|reason| Choice::Force(person, reason))
        }
        Some(Offer::Keep) | None => None,
    };
    Ok(said.unwrap_or(Choice::GoOn))
}

/// Says what is missing of a run; next comes the same again, where one command can add it, else what
/// the run itself needs.
pub(super) fn list(
    (face, project): (&Face, &Project),
    (run, reply): (&RunId, &impl Serialize),
    missing: &[Finding],
    again: Option<&Suggestion>,
) {
    let mut text = String::from("not done yet:\n");
    for finding in missing {
        let _ = writeln!(text, "  {finding}");
    }
    let choice = RunChoice { run: Some(run.to_string()) };
    let of_run = Instructions::of_run(project, &face.caller, &choice);
    let instructions = match again {
        Some(again) => Instructions::again(of_run, again),
        None => of_run,
    };
    face.answer_failure(reply, &instructions, &text);
}
