//! A run in the formats of other tools, made from its record alone: no working tree, no clock. The
//! same record and the same key give the same bytes.

pub mod in_toto;
mod materials;
pub mod prov;
pub mod ro_crate;
pub mod sarif;
pub mod slsa;

use crate::definition::TextKind;
use crate::digest::Digest;
use crate::event::Artifact;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::run::Run;
use crate::store::journal::Reading;
use crate::workflow::Workflow;
use std::collections::BTreeMap;

/// What is exported.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    pub run: &'r Run,
    pub workflow: &'r Workflow,
    /// The head of the journal's hash chain.
    pub head: Digest,
}

/// A document of an export, before it is signed.
#[derive(Debug)]
pub struct Sheet {
    /// Relative to the folder of the export.
    pub path: String,
    pub content: String,
    pub sealing: Sealing,
}

/// How a document is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sealing {
    /// In a DSSE envelope, as content of this type.
    Envelope(&'static str),
    /// By a file beside it, as `ssh-keygen` makes and checks it.
    Beside,
    /// Not at all: another document has its digest.
    None,
}

/// The namespace of signatures beside documents.
pub const NAMESPACE: &str = "orch-export@v1";

/// The type of what in-toto signs.
pub const IN_TOTO_TYPE: &str = "application/vnd.in-toto+json";

/// A version of a file, and the gate that made it.
type Version<'r> = (&'r GateId, &'r Artifact);

impl<'r> Record<'r> {
    /// What was read of a run, and the workflow that is frozen in it.
    pub fn new(reading: &'r Reading, workflow: &'r Workflow) -> Self {
        Self { run: &reading.run, workflow, head: reading.head }
    }

    /// The gates and instances whose work stands, in the order in which the run came to them: those
    /// that passed, and those that were the last to change a file of one that passed, though the run
    /// passed without them.
    pub fn steps(&self) -> Vec<(&'r GateId, &'r GateState)> {
        let proved = self.run.versions();
        let stands = |state: &GateState| {
            is_work_that_stands(state)
                || self.run.has_left(state)
                    && state.artifacts().iter().any(|left| proved.contains_key(left.path.as_str()))
        };
        let mut steps: Vec<_> = self.run.gates.iter().filter(|(_, state)| stands(state)).collect();
        steps.sort_by_key(|(_, state)| state.place);
        steps
    }

    /// The last version of each file, by path, where it was there.
    pub fn results(&self) -> BTreeMap<&'r str, (&'r GateId, Digest)> {
        let there = |(path, (gate, artifact)): (&'r str, Version<'r>)| {
            Some((path, (gate, artifact.sha256?)))
        };
        self.run.versions().into_iter().filter_map(there).collect()
    }
}

/// Whether a gate passed by work of its own: a fan-out passes by that of its instances.
fn is_work_that_stands(state: &GateState) -> bool {
    state.status == GateStatus::Pass && state.items.is_none()
}

/// The path of a run's workflow among the texts of its definition.
fn workflow_path(run: &Run) -> String {
    TextKind::Workflow.path(&run.started.workflow)
}
