//! `orch checkpoint list`: one line for each checkpoint.

use super::Failure;
use super::checkpoint::bytes;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::checkpoint_list;
use crate::ops::checkpoint_list::CheckpointEntry;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &checkpoint_list::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = checkpoint_list::checkpoint_list(&project, &face.caller, request)?;
    let rows: Vec<Vec<String>> = reply.checkpoints.iter().map(row).collect();
    let mut text = table(&rows);
    let (kept, new) = (reply.kept, bytes(reply.new_bytes));
    let _ = match kept {
        0 if rows.is_empty() => writeln!(text, "no checkpoints"),
        0 => writeln!(text, "no working trees saved here"),
        1 => writeln!(text, "1 working tree saved, {new} beyond its commit"),
        _ => writeln!(text, "{kept} working trees saved, {new} beyond their commits"),
    };
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

fn row(entry: &CheckpointEntry) -> Vec<String> {
    let checkpoint = &entry.checkpoint;
    let tree = match &checkpoint.snapshot {
        Some(snapshot) if entry.is_kept => {
            let (all, new) = (bytes(snapshot.bytes), bytes(snapshot.new_bytes));
            format!("{} files, {all}, {new} new", snapshot.files)
        }
        Some(_) => "working tree no longer saved".to_owned(),
        None => "no working tree".to_owned(),
    };
    let cost = checkpoint.cost_usd.map(|cost| format!("{cost:.4} USD")).unwrap_or_default();
    vec![
        checkpoint.checkpoint.to_string(),
        entry.sealed_at.to_string(),
        checkpoint.reason.replace('\n', " "),
        tree,
        cost,
    ]
}
