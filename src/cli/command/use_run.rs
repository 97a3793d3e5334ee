//! `orch use`: choose the current run and gate.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::table::folded;
use crate::envelope::exit;
use crate::ops::Project;
use crate::ops::use_run;
use crate::ops::use_run::Reply;

pub fn execute(face: &Face, request: &use_run::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = use_run::use_run(&project, &face.caller, request)?;
    answer(face, &project, &reply);
    Ok(exit::DONE)
}

pub(super) fn answer(face: &Face, project: &Project, reply: &Reply) {
    let text = match &reply.current {
        None => "no current run".to_owned(),
        Some(place) => {
            let gate = place.gate.as_ref().map(|gate| format!(", gate {gate}")).unwrap_or_default();
            format!("current run: {}{gate}", place.run)
        }
    };
    face.answer(reply, &reply.instructions(project, &face.caller), &folded(&text));
}
