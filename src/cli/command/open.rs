//! `orch open`: the packet and the outputs of a gate, in a pager on a terminal.

use super::Failure;
use crate::check::plain_text;
use crate::cli::answer::Face;
use crate::cli::door;
use crate::cli::pager;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::files;
use crate::ops::AttemptChoice;
use crate::ops::Instructions;
use crate::ops::open;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &AttemptChoice) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = open::open(&project, &face.caller, request)?;
    let text = shown(&reply);
    if face.can_ask() && terminal::shows_both() {
        let kept = open::keep(&project, &reply, &door::clean(&text))?;
        match pager::page(&kept, project.folder.root()) {
            Ok(()) => return Ok(exit::DONE),
            Err(error) => face.say(&format!("{}; set PAGER", files::in_words(&error.to_string()))),
        }
    }
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

/// A line above each file, and what it holds.
fn shown(reply: &open::Reply) -> String {
    let mut text = format!("gate {}, attempt {}: {}\n", reply.gate, reply.attempt, reply.status);
    for file in &reply.files {
        let remark = file.remark.as_ref().map(|remark| format!(" ({remark})")).unwrap_or_default();
        let _ = writeln!(text, "\n--- {} {}{remark}", file.role.as_str(), file.path);
        if let Some(content) = &file.text {
            let _ = writeln!(text, "{}", plain_text(content).trim_end());
        }
    }
    text
}
