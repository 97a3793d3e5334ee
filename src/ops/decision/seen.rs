//! What a page shows of a gate, as one digest: a person is asked to sign only for what they looked at.

use crate::digest::Digest;
use crate::id::GateId;
use crate::ops::gate_approve::ApprovalQuestion;
use crate::run::Run;
use serde_json::json;
use std::collections::BTreeMap;

/// The digest of what is decided on: the attempt, what it waits for, and what there is to approve. Work that
/// is still in progress is not a part of it.
pub(crate) fn seen(run: &Run, gate: &GateId, approval: Option<&ApprovalQuestion>) -> Digest {
    let state = run.gate(gate);
    let approval = approval.map(|question| {
        let shown = question.shown.iter().map(|file| (&file.path, file.digest));
        json!({
            "seen": question.seen,
            "changed": question.changed,
            "signers": question.signers,
            "answers": question.answers,
            "message": question.message,
            "shown": shown.collect::<BTreeMap<_, _>>(),
        })
    });
    let shown = json!({
        "attempt": run.attempt_id(gate).number,
        "status": run.status_of(gate),
        "waits_for": state.and_then(|state| state.waits_for),
        "approval": approval,
    });
    Digest::of(shown.to_string())
}
