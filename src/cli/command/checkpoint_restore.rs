//! `orch checkpoint restore`: which files were changed, one line each.

use super::Failure;
use super::checkpoint_diff::word;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::checkpoint_restore;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &checkpoint_restore::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = checkpoint_restore::checkpoint_restore(&project, &face.caller, request)?;
    let files = &reply.plan.files;
    let rows = files.iter().map(|put| vec![word(put.what).to_owned(), put.path.clone()]);
    let mut text = table(&rows.collect::<Vec<_>>());
    let count = match files.len() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let number = reply.checkpoint;
    let _ = if files.is_empty() && reply.plan.filtered.is_empty() && !request.paths.is_empty() {
        let paths = request.paths.join(", ");
        writeln!(
            text,
            "nothing restored: no file that matches {paths} differs from checkpoint {number}"
        )
    } else {
        writeln!(text, "restored {count} from checkpoint {number}")
    };
    let mut next = Instructions::default();
    if let Some(folder) = &reply.worktree {
        let _ = writeln!(text, "worktree {}", folder.display());
        next.suggest_other(format!("cd {}", folder.display()));
    }
    if !reply.plan.filtered.is_empty() {
        next.say("These files pass through a git filter; restore them with git:");
        let (commit, paths) = (&reply.commit, reply.plan.filtered.join(" "));
        next.suggest_other(format!("git restore --source {commit} -- {paths}"));
    }
    face.answer(&reply, &next, &text);
    Ok(exit::DONE)
}
