//! `orch done`: what is missing is listed; a person may add it at once, force it, or go on.

use super::Failure;
use crate::check::WorkRemark;
use crate::cli::answer::Face;
use crate::cli::drive;
use crate::cli::menu;
use crate::cli::progress;
use crate::cli::progress::Progress;
use crate::cli::question;
use crate::cli::remark;
use crate::cli::remark::Remarked;
use crate::cli::terminal;
use crate::envelope::exit;
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
    /// To try again: what was missing is recorded.
    Again,
    /// To end it all the same, on their word.
    Force(Person, String),
    /// To go on working.
    GoOn,
}

/// What a person may choose from.
enum Offer {
    Say(WorkRemark),
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
        progress::differs(face, &project, &missing.run_id, &missing.differs);
        let run = RunChoice { run: Some(missing.run_id.to_string()) };
        let gate = GateChoice { run, gate: Some(missing.gate.to_string()) };
        // What was said is recorded.
        request.summary.clear();
        match ask(face, &project, &gate, (&missing.missing, &missing.asks_for))? {
            Choice::Add(summary) => request.summary = vec![summary],
            Choice::Again => {}
            Choice::Force(person, reason) => {
                let waive =
                    gate_waive::Request { gate, reason, drive: request.finish.drive.clone() };
                let progress = Progress::of(face, &project, &waive.gate.run);
                let mut reply = gate_waive::gate_waive(&project, &face.caller, &waive, &person)?;
                drop(progress);
                reply.passed = true;
                return Ok(drive::gate_words(face, &project, &reply));
            }
            Choice::GoOn => {
                let at = |command| Suggestion::new(command).of(&missing.run_id).at(&missing.gate);
                let done = (at("done"), at("done").word(OPEN_WORDS));
                let said = remark::commands(&missing.asks_for, at("update"), done);
                let again = if said.is_empty() { vec![at("done")] } else { said };
                list((face, &project), (&missing.run_id, &missing), &missing.missing, &again);
                return Ok(exit::FAILED);
            }
        }
    }
}

/// Asks a person at a terminal; anybody else goes on working. What can be said at once is offered
/// first.
pub(super) fn ask(
    face: &Face,
    project: &Project,
    gate: &GateChoice,
    (missing, asks_for): (&[Finding], &[WorkRemark]),
) -> Result<Choice, Error> {
    if !face.can_ask() || face.caller.agent_mark.is_some() {
        return Ok(Choice::GoOn);
    }
    face.say("not done yet:");
    for finding in missing {
        face.say(&format!("  {finding}"));
    }
    let say = asks_for.iter().map(|remark| (Offer::Say(*remark), remark::item(*remark)));
    let others = [(Offer::Keep, "keep working"), (Offer::Force, "end it anyway")];
    let (offers, labels): (Vec<Offer>, Vec<&str>) = say.chain(others).unzip();
    let mut look = menu::unless_stopped(face, project, &gate.run, None)?;
    let chosen = question::choose("What now", &labels, 0, &mut look)?;
    let said = match chosen.map(|chosen| &offers[chosen]) {
        Some(Offer::Say(remark)) => match remark::ask((face, project, gate), *remark, &mut look)? {
            Remarked::Nothing => None,
            Remarked::Summary(summary) => Some(Choice::Add(summary)),
            Remarked::Update => Some(Choice::Again),
        },
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
    again: &[Suggestion],
) {
    let mut text = String::from("not done yet:\n");
    for finding in missing {
        let _ = writeln!(text, "  {finding}");
    }
    let choice = RunChoice { run: Some(run.to_string()) };
    let of_run = Instructions::of_run(project, &face.caller, &choice);
    let instructions = match again {
        [] => of_run,
        again => Instructions::again(of_run, again),
    };
    face.answer_failure(reply, &instructions, &text);
}
