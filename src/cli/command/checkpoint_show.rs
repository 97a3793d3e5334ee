//! `orch checkpoint show`: all there is to say about one checkpoint.

use super::Failure;
use super::checkpoint_create::tree;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::checkpoint_show;

pub fn execute(face: &Face, request: &checkpoint_show::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = checkpoint_show::checkpoint_show(&project, &face.caller, request)?;
    let checkpoint = &reply.entry.checkpoint;
    let kept = if reply.entry.is_kept { "saved" } else { "not saved here" };
    let rows = [
        ("checkpoint", Some(checkpoint.checkpoint.to_string())),
        ("run", Some(reply.run_id.to_string())),
        ("sealed", Some(reply.entry.sealed_at.to_string())),
        ("session", checkpoint.session.map(|session| session.to_string())),
        ("reason", Some(checkpoint.reason.clone())),
        ("state", Some(checkpoint.summary.clone())),
        ("cost", checkpoint.cost_usd.map(|cost| format!("{cost:.4} USD"))),
        ("head", Some(checkpoint.journal_head.to_string())),
        ("checked out", checkpoint.git_head.clone()),
        ("tree", checkpoint.snapshot.as_ref().map(|tree| format!("{} ({kept})", tree.commit))),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().filter_map(|(name, value)| Some(vec![name.to_owned(), value?])).collect();
    let text = format!("{}{}", table(&rows), tree(checkpoint));
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}
