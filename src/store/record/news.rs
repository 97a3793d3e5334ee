//! What is new of a run, for its record, and what the commit says that takes it in.

use super::Head;
use crate::clock::Moment;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::run::Run;
use crate::store::journal::Segment;

/// RecordNews of a run that the record is to hold.
#[derive(Debug)]
pub struct RecordNews<'n> {
    /// The run.
    pub run: &'n Run,
    /// Time of the commit.
    pub at: Moment,
    /// Where the journal stands.
    pub head: Head,
    /// Journal segments that were closed.
    pub closed: Vec<Segment>,
    /// Attempts that have ended or changed.
    pub attempts: Vec<AttemptId>,
    /// Checkpoints that were sealed.
    pub checkpoints: Vec<u32>,
    /// Whether the definition has changed.
    pub is_amended: bool,
    /// Whether the run stops here, so that the record must be true and whole for everybody.
    pub is_stop: bool,
    /// Whether the journal has gone on meanwhile: a summary of it belongs to a later commit.
    pub is_late: bool,
    /// The gate that it names.
    pub gate: Option<GateId>,
    /// What gate or run came to.
    pub status: &'static str,
    /// The commit's first line.
    pub title: String,
}

impl RecordNews<'_> {
    /// The title, and the trailers by which a commit is found and the chain is anchored; `base` is the
    /// commit that the work stood on.
    pub(super) fn message(&self, base: Option<&str>) -> String {
        let gate = self.gate.as_ref();
        let gate = gate.map(|gate| format!("Orch-Gate: {gate}\n")).unwrap_or_default();
        let base = base.map(|base| format!("Orch-Base: {base}\n")).unwrap_or_default();
        format!(
            "{}\n\nOrch-Run: {}\n{gate}Orch-Status: {}\nOrch-Chain: {}\n{base}",
            self.title, self.run.started.run_id, self.status, self.head.sha256
        )
    }
}
