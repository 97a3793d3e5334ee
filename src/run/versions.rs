//! Versions of files: a file belongs to the last gate that passed with it, and what earlier gates
//! passed with stands for their own version of it. A gate that the run passed without may have been
//! the last to change it.

use super::GateState;
use super::GateStatus;
use super::Run;
use crate::event::Artifact;
use crate::event::RunStatus;
use crate::id::GateId;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The newest version of a file that was seen so far.
struct Newest<'r> {
    made: usize,
    gate: &'r GateId,
    artifact: &'r Artifact,
    /// Whether a gate passed with any version of it.
    is_proved: bool,
}

impl Run {
    /// The last version of each file that the gates which have passed left behind, by path.
    pub fn versions(&self) -> BTreeMap<&str, (&GateId, &Artifact)> {
        self.versions_among(|_| true)
    }

    /// The same, of what some of the gates left behind.
    pub fn versions_among(
        &self,
        is_among: impl Fn(&GateId) -> bool,
    ) -> BTreeMap<&str, (&GateId, &Artifact)> {
        let mut versions: BTreeMap<&str, Newest<'_>> = BTreeMap::new();
        let among = self.gates.iter().filter(|(id, state)| self.has_left(state) && is_among(id));
        for (gate, state) in among {
            let is_proved = state.status == GateStatus::Pass;
            for artifact in state.artifacts() {
                let new = Newest { made: state.made, gate, artifact, is_proved };
                match versions.entry(&artifact.path) {
                    Entry::Vacant(place) => {
                        place.insert(new);
                    }
                    Entry::Occupied(mut known) => {
                        let is_proved = is_proved || known.get().is_proved;
                        if known.get().made < new.made {
                            known.insert(new);
                        }
                        known.get_mut().is_proved = is_proved;
                    }
                }
            }
        }
        let proved = versions.into_iter().filter(|(_, newest)| newest.is_proved);
        proved.map(|(path, newest)| (path, (newest.gate, newest.artifact))).collect()
    }

    /// Whether what a gate left behind stays: it has passed, or the run goes on without it.
    pub fn has_left(&self, state: &GateState) -> bool {
        match state.status {
            GateStatus::Pass | GateStatus::Waived | GateStatus::Skipped => true,
            // A run that passed did so without it.
            GateStatus::Fail => self.status == RunStatus::Passed,
            GateStatus::NotStarted
            | GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Stale => false,
        }
    }

    /// The gate that made the newest version of each file, by path, whatever became of it since.
    pub fn makers(&self) -> BTreeMap<&str, (usize, &GateId)> {
        let mut makers: BTreeMap<&str, (usize, &GateId)> = BTreeMap::new();
        for (id, state) in &self.gates {
            for artifact in state.artifacts() {
                let known = makers.get(artifact.path.as_str());
                if known.is_none_or(|(made, _)| *made < state.made) {
                    makers.insert(&artifact.path, (state.made, id));
                }
            }
        }
        makers
    }
}
