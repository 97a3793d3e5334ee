//! `orch record rebuild`: which files of a record were made again.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::record_rebuild;

pub fn execute(face: &Face, request: &record_rebuild::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let rebuilt = record_rebuild::record_rebuild(&project, &face.caller, request)?;
    let mut lines = rebuilt.files.clone();
    lines.push(match rebuilt.files.len() {
        0 if !rebuilt.unwritten.is_empty() => "rebuilt 0 files".to_owned(),
        0 => format!("the record of {} is complete", rebuilt.run_id),
        1 => "rebuilt 1 file".to_owned(),
        count => format!("rebuilt {count} files"),
    });
    lines.extend(rebuilt.unwritten.iter().map(|path| format!("{path} could not be written")));
    for problem in &rebuilt.problems {
        face.say(&format!("not committed: {problem}"));
    }
    let mut next = Instructions::of_run(&project, &face.caller, &request.run);
    next.say("Verify the record against the journal.");
    next.suggest(&Suggestion::new("verify").of(&rebuilt.run_id));
    if rebuilt.unwritten.is_empty() {
        face.answer(&rebuilt, &next, &lines.join("\n"));
        return Ok(exit::DONE);
    }
    face.answer_failure(&rebuilt, &next, &lines.join("\n"));
    Ok(exit::FAILED)
}
