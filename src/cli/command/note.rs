//! `orch update`, `note`, `log` and `decide`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::event::NoteKind;
use crate::ops::Instructions;
use crate::ops::note;

pub fn execute(face: &Face, kind: NoteKind, request: &note::Request) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let reply = note::note(&site, kind, request)?;
    let gate = reply.gate.as_ref().map(|gate| format!(", gate {gate}")).unwrap_or_default();
    let who =
        if reply.handed_over { "; the process that holds the run writes it down" } else { "" };
    let text = format!("{kind} on {}{gate}{who}", reply.run_id);
    face.answer(&reply, &Instructions::of_run(&site, &request.gate.run), &text);
    Ok(exit::DONE)
}
