//! `orch record fetch`: which runs came, which went on in both places, and which came damaged.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
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
    lines.extend(fetched.damaged.iter().map(|damaged| {
        format!(
            "{} is damaged at {}, and was not updated: {}",
            damaged.run_id, fetched.remote, damaged.problem
        )
    }));
    if lines.is_empty() {
        lines.push(format!("nothing new at {}", fetched.remote));
    }
    let text = lines.join("\n");
    let mut next = Instructions::default();
    if let Some(run) = fetched.brought.iter().find(|run| project.store.is_of_project(run)) {
        next.suggest(&Suggestion::new("run show").of(run));
    }
    if fetched.forked.is_empty() && fetched.damaged.is_empty() {
        face.answer(&fetched, &next, &text);
        Ok(exit::DONE)
    } else {
        face.answer_failure(&fetched, &next, &text);
        Ok(exit::DIFFERENT)
    }
}
