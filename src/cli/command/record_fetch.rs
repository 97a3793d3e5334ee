//! `orch record fetch`: which runs came, and which went on in both places.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::record_fetch;

pub fn execute(face: &Face, request: &record_fetch::Request) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let fetched = record_fetch::record_fetch(&project, request)?;
    let mut lines: Vec<String> = fetched.brought.iter().map(ToString::to_string).collect();
    lines.extend(
        fetched.held.iter().map(|run| format!("{run} is held by a process here; not updated")),
    );
    lines.extend(fetched.forked.iter().map(|run| {
        format!(
            "{run} has diverged from {}: refs/orch/fetched/{run} holds the other history",
            fetched.remote
        )
    }));
    if lines.is_empty() {
        lines.push(format!("nothing new at {}", fetched.remote));
    }
    let text = lines.join("\n");
    let mut next = Instructions::default();
    if let Some(run) = fetched.brought.first() {
        next.suggest(&Suggestion::new("run show").of(run));
    }
    if fetched.forked.is_empty() {
        face.answer(&fetched, &next, &text);
        Ok(exit::DONE)
    } else {
        face.answer_failure(&fetched, &next, &text);
        Ok(exit::DIFFERENT)
    }
}
