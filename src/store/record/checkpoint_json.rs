//! `checkpoints/ckpt-<n>.json`: where a run stood when it was sealed.

use crate::clock::Moment;
use crate::event::Checkpoint;
use crate::run::Run;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct CheckpointJson<'a> {
    schema: &'static str,
    run_id: &'a crate::id::RunId,
    workflow: &'a str,
    key: &'a str,
    sealed_at: Moment,
    #[serde(flatten)]
    checkpoint: &'a Checkpoint,
}

/// The file's bytes.
pub(super) fn render(run: &Run, at: Moment, checkpoint: &Checkpoint) -> Vec<u8> {
    crate::json::pretty(&CheckpointJson {
        schema: "orch/checkpoint@1",
        run_id: &run.started.run_id,
        workflow: &run.started.workflow,
        key: &run.started.key,
        sealed_at: at,
        checkpoint,
    })
}
