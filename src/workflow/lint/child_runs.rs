//! Child runs: a gate may say what one is to be, and no run can begin one yet.

use super::Draft;
use crate::source::Unsound;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| match &gate.workflow {
        Some(workflow) => Err(draft
            .source
            .unsound(
                gate.executor.as_ref().unwrap_or(workflow).span(),
                "child runs are not available in this version",
            )
            .advise(
                "run the other workflow from a command gate: command = [\"orch\", \"run\", …]",
            )),
        None => Ok(()),
    })
}
