//! `orch checkpoint create`: what was sealed, and how to come back to it.

use super::Failure;
use super::checkpoint::bytes;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::event::Checkpoint;
use crate::ops;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::checkpoint_create;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &checkpoint_create::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = checkpoint_create::checkpoint_create(&project, &face.caller, request)?;
    for problem in &reply.problems {
        face.say(&format!("not committed: {problem}"));
    }
    let (run, number) = (&reply.run_id, reply.checkpoint.checkpoint);
    let mut next = Instructions::beside(ops::at_hand(&project, &face.caller));
    if reply.checkpoint.snapshot.is_some() {
        next.suggest(&Suggestion::new("checkpoint diff").of(run).word(number.to_string()));
    }
    let text = format!("checkpoint {number} of {run}\n{}", tree(&reply.checkpoint));
    if reply.checkpoint.snapshot.is_some() {
        face.answer(&reply, &next, &text);
        Ok(exit::DONE)
    } else {
        face.answer_failure(&reply, &next, &text);
        Ok(exit::FAILED)
    }
}

/// What a checkpoint keeps of the working tree.
pub(super) fn tree(checkpoint: &Checkpoint) -> String {
    let Some(snapshot) = &checkpoint.snapshot else {
        let reason = checkpoint.no_snapshot.as_deref().unwrap_or_default();
        return format!("working tree not saved: {reason}\n");
    };
    let (all, new) = (bytes(snapshot.bytes), bytes(snapshot.new_bytes));
    let mut text = format!("{} files, {all}, {new} new\n", snapshot.files);
    for path in &snapshot.left_out {
        let _ = writeln!(text, "not saved: {path}");
    }
    text
}
