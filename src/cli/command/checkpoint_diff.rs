//! `orch checkpoint diff`: a unified diff, or one line for each file.

use super::Failure;
use crate::check::plain_text;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::git::Differing;
use crate::git::Fell;
use crate::ops::Instructions;
use crate::ops::checkpoint_diff;
use std::fmt::Write as _;

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: checkpoint_diff::Request,
    /// Show only file names, with the number of lines added and deleted.
    #[arg(long)]
    stat: bool,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let mut reply = checkpoint_diff::checkpoint_diff(&project, &face.caller, &arguments.request)?;
    let text = if arguments.stat {
        reply.comparison.patch.clear();
        stat(&reply.comparison.files)
    } else {
        // What stands in files is no word to the terminal.
        reply.comparison.patch.split('\n').map(plain_text).collect::<Vec<_>>().join("\n")
    };
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

fn stat(files: &[Differing]) -> String {
    let row = |file: &Differing| {
        let count = |sign, lines: Option<usize>| {
            lines.map_or_else(|| "binary".to_owned(), |lines| format!("{sign}{lines}"))
        };
        let lines = [count('+', file.lines_added), count('-', file.lines_deleted)];
        [vec![word(file.what).to_owned(), file.path.clone()], lines.to_vec()].concat()
    };
    let mut text = table(&files.iter().map(row).collect::<Vec<_>>());
    let sum =
        |lines: fn(&Differing) -> Option<usize>| files.iter().filter_map(lines).sum::<usize>();
    let (added, deleted) = (sum(|file| file.lines_added), sum(|file| file.lines_deleted));
    let _ = match files.len() {
        1 => writeln!(text, "1 file, {added} lines added, {deleted} deleted"),
        count => writeln!(text, "{count} files, {added} lines added, {deleted} deleted"),
    };
    text
}

pub(super) fn word(what: Fell) -> &'static str {
    match what {
        Fell::Added => "added",
        Fell::Changed => "changed",
        Fell::Deleted => "deleted",
    }
}
