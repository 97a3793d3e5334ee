//! `orch session list`.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Epic;
use crate::ops::Instructions;
use crate::ops::session_list;

pub fn execute(face: &Face, epic: &Epic) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = session_list::session_list(&project, &face.caller, epic)?;
    let rows: Vec<Vec<String>> = reply
        .checkpoints
        .iter()
        .map(|entry| {
            let checkpoint = &entry.checkpoint;
            vec![
                checkpoint.checkpoint.to_string(),
                entry.at.to_string(),
                checkpoint.session.map(|session| format!("session {session}")).unwrap_or_default(),
                checkpoint.reason.clone(),
                checkpoint.summary.clone(),
            ]
        })
        .collect();
    let none = format!("no checkpoints of {} yet", reply.epic);
    let text = if rows.is_empty() { none } else { table(&rows) };
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}
