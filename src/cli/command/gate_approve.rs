//! `orch gate approve`: asks the person at the terminal, and nobody else.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::approval;
use crate::cli::drive;
use crate::cli::menu;
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::ops::Error;
use crate::ops::RunChoice;
use crate::ops::gate_approve;

pub fn execute(face: &Face, request: &gate_approve::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let asked = gate_approve::question(&project, &face.caller, &request.gate)?;
    approval::show(face, &asked);
    let person = match terminal::person(&project, &face.caller, face.global.is_ci()) {
        Ok(person) => person,
        Err(error) => {
            // Who has no terminal to be asked at can still read.
            if approval::is_long(&asked) {
                approval::show_files(face, &asked);
            }
            return Err(error.into());
        }
    };
    if asked.changed.is_empty() && approval::is_long(&asked) {
        approval::page(face, &project, &asked)?;
    }
    if !asked.changed.is_empty() {
        return Err(gate_approve::changed(&asked.run, &asked.gate).into());
    }
    let run = RunChoice { run: Some(asked.run.to_string()) };
    let mut look = menu::unless_stopped(face, &project, &run, Some(&asked.gate))?;
    if !approval::ask(&person, &asked, &mut look)? {
        return Err(Error::usage("not approved; nothing was written").into());
    }
    let progress = Progress::of(face, &project, &request.gate.run);
    let reply = gate_approve::gate_approve(&project, &face.caller, request, (&person, &asked))?;
    drop(progress);
    Ok(drive::gate_words(face, &project, &reply))
}
