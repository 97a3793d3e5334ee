//! `RUN.json` read back: what a list needs of a run without reading its journal. It counts as long as it
//! tells of a journal of this length: then nothing has happened since.

use crate::clock::Moment;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::run::GateStatus;
use crate::store::Store;
use serde::Deserialize;

/// The first member of `RUN.json` that grows with the run, and what parts it from those before it.
const FIRST_LIST: &str = ",\n  \"definition\": ";

/// How much of `RUN.json` is read for what comes before that.
const TOP_BYTES_MAX: u64 = 64 * 1024;

/// What `RUN.json` says of a run; the rest of it is passed over unread.
#[derive(Debug, Deserialize)]
pub struct Summary {
    /// The project that it belongs to, as a folder of the repository.
    #[serde(default)]
    pub project: Option<String>,
    workflow: Named,
    /// Its key.
    pub key: String,
    /// Its status.
    pub status: RunStatus,
    /// When it began.
    pub started_at: Moment,
    /// When it came to its end.
    pub finished_at: Option<Moment>,
    cost: Spent,
    /// The run that it is a part of.
    #[serde(default)]
    pub parent: Option<RunId>,
    driven: bool,
    journal: Length,
    gates: Vec<Gate>,
}

/// What the beginning of `RUN.json` says.
#[derive(Debug, Deserialize)]
struct Top {
    status: RunStatus,
    journal: Length,
}

#[derive(Debug, Deserialize)]
struct Spent {
    cost_usd: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Length {
    bytes: u64,
}

#[derive(Debug, Deserialize)]
struct Gate {
    gate: String,
    status: GateStatus,
}

impl Summary {
    /// The workflow's name.
    pub fn workflow(&self) -> &str {
        &self.workflow.name
    }

    /// Known costs together.
    pub fn cost_usd(&self) -> Option<f64> {
        self.cost.cost_usd
    }

    /// The first gate of this status.
    pub fn gate_in(&self, status: GateStatus) -> Option<&str> {
        self.gates.iter().find(|gate| gate.status == status).map(|gate| gate.gate.as_str())
    }

    /// Whether it should be in somebody's hand.
    pub fn wants_a_driver(&self) -> bool {
        let is_at_work = self.gate_in(GateStatus::Running).is_some();
        self.status == RunStatus::Running && (self.driven || is_at_work)
    }
}

impl Store {
    /// What `RUN.json` says of a run, where nothing has happened since.
    pub fn summary(&self, id: &RunId) -> Option<Summary> {
        let bytes = self.record(id).join("RUN.json").read().ok()??;
        let summary: Summary = serde_json::from_slice(&bytes).ok()?;
        self.is_as_long(id, &summary.journal).then_some(summary)
    }

    /// Whether a run has passed or was canceled, as far as `RUN.json` says: then nobody sits at it, and
    /// nothing comes after. What it begins with tells, however long the run was.
    pub fn is_over(&self, id: &RunId) -> bool {
        let place = self.record(id).join("RUN.json");
        let top = place.read_head(TOP_BYTES_MAX).ok().flatten().and_then(|head| top(&head));
        top.is_some_and(|top| top.status.is_final() && self.is_as_long(id, &top.journal))
    }

    fn is_as_long(&self, id: &RunId, told: &Length) -> bool {
        self.journal_bytes(id).is_none_or(|length| length == told.bytes)
    }
}

/// The members that stand before the first long one.
fn top(head: &[u8]) -> Option<Top> {
    // Where it was cut, half a letter may stand at its end.
    let text = String::from_utf8_lossy(head);
    let (top, _) = text.split_once(FIRST_LIST)?;
    serde_json::from_str(&format!("{top}\n}}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::event::Event;
    use crate::event::testing;
    use crate::run::Run;
    use crate::store::record;
    use std::collections::BTreeMap;

    #[test]
    fn the_beginning_of_a_summary_says_what_the_whole_does() {
        let at = Moment::parse("2026-01-19T14:30:12Z").unwrap();
        let mut run = Run::begin(at, &Event::RunStarted(Box::new(testing::started()))).unwrap();
        for status in [RunStatus::Running, RunStatus::Passed] {
            run.status = status;
            let head = record::Head { count: 1, bytes: 77, sha256: Digest::of("") };
            let (_, bytes) = record::summary_files(&run, head, &BTreeMap::new()).remove(0);
            let whole: Summary = serde_json::from_slice(&bytes).unwrap();
            let cut = bytes.len() - bytes.len() / 3;
            let top = top(&bytes[..cut]).unwrap();
            assert_eq!((top.status, top.journal.bytes), (status, 77));
            assert_eq!((whole.status, whole.journal.bytes), (status, 77));
            assert_eq!((whole.workflow(), whole.cost_usd()), ("w", None));
        }
    }
}
