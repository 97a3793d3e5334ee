//! A gate as a report shows it.

use super::attempt;
use super::attempt::AttemptView;
use super::checking::SignatureProofs;
use super::words::Status;
use super::words::Times;
use super::words::money;
use crate::standing::GateStory;
use serde::Serialize;

/// A gate, and its attempts.
#[derive(Debug, Serialize)]
pub struct GateView {
    pub id: String,
    /// Its name, where it has one of its own.
    pub name: Option<String>,
    pub status: Status,
    /// Whom it waits for, why it was not done, or what is newer.
    pub remark: Option<String>,
    pub times: Times,
    pub cost: String,
    /// What turned it from its course before its first attempt.
    pub turns: Vec<String>,
    pub attempts: Vec<AttemptView>,
}

impl GateView {
    pub fn of(story: &GateStory, proofs: &SignatureProofs<'_>) -> Self {
        let line = &story.line;
        let newer: Vec<String> = line.superseded_by.iter().map(ToString::to_string).collect();
        let newer = (!newer.is_empty()).then(|| format!("superseded by {}", newer.join(", ")));
        let waits = line.waits_for.map(|who| format!("waits for {who}"));
        let undone = line.reason.clone().filter(|_| story.attempts.is_empty());
        Self {
            id: line.gate.to_string(),
            name: line.own_name().map(str::to_owned),
            status: Status::of_gate(line.status),
            remark: waits.or(newer).or(undone),
            times: Times::of(story.spent),
            cost: money(&story.cost),
            turns: attempt::turns(&story.turns, proofs),
            attempts: attempt::attempts(&story.attempts, proofs),
        }
    }
}
