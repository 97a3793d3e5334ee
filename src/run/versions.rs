//! Versions of files: a file belongs to the last gate that passed with it, and what earlier gates
//! passed with stands for their own version of it.

use super::GateStatus;
use super::Run;
use crate::event::Artifact;
use crate::id::GateId;
use std::collections::BTreeMap;

impl Run {
    /// The last version of each file that the gates which have passed left behind, by path.
    pub fn versions(&self) -> BTreeMap<&str, (&GateId, &Artifact)> {
        let mut versions: BTreeMap<&str, (usize, &GateId, &Artifact)> = BTreeMap::new();
        let passed = self.gates.iter().filter(|(_, state)| state.status == GateStatus::Pass);
        for (id, state) in passed {
            for artifact in state.artifacts() {
                let known = versions.get(artifact.path.as_str());
                if known.is_none_or(|(made, _, _)| *made < state.made) {
                    versions.insert(&artifact.path, (state.made, id, artifact));
                }
            }
        }
        versions.into_iter().map(|(path, (_, id, artifact))| (path, (id, artifact))).collect()
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
