//! Rules over a whole workflow, one file each, one line in [`RULES`]. They look at
//! the file as written, so that every error has its place.

mod child_runs;
mod course;
mod cycles;
mod executor_keys;
mod goto;
mod inputs;
mod instances;
mod names;
mod references;
mod shell;
mod unreachable;
mod variables;

pub use inputs::RESERVED_FLAGS;
pub use names::RESERVED_NAMES;
pub use names::TO_THE_END;
pub use names::name_rule;

use super::file::GateFile;
use super::file::WorkflowFile;
use crate::source::Source;
use crate::source::Unsound;
use std::collections::BTreeMap;

/// A workflow as written, not yet known to be sound.
pub(super) struct Draft<'d> {
    pub(super) source: &'d Source,
    pub(super) file: &'d WorkflowFile,
    /// The name it was found by: the stem of its file.
    pub(super) name: &'d str,
    /// Its gates by id; of two that share one, the first.
    gates: BTreeMap<&'d str, &'d GateFile>,
}

impl<'d> Draft<'d> {
    pub(super) fn new(source: &'d Source, file: &'d WorkflowFile, name: &'d str) -> Self {
        let gates = file.gate.iter().rev().map(|gate| (gate.id.get_ref().as_str(), gate)).collect();
        Self { source, file, name, gates }
    }

    /// What each gate waits for, by id: what it names, else the gate above it that is part of the way.
    fn needs(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut above: Option<&str> = None;
        let mut all = BTreeMap::new();
        for gate in &self.file.gate {
            let id = gate.id.get_ref().as_str();
            let needs = match &gate.needs {
                Some(needs) => needs.iter().map(|need| need.get_ref().as_str()).collect(),
                None if gate.finally => Vec::new(),
                None => above.into_iter().collect(),
            };
            all.insert(id, needs);
            if !gate.finally {
                above = Some(id);
            }
        }
        all
    }

    /// Whether two gates share an id.
    fn has_duplicates(&self) -> bool {
        self.gates.len() < self.file.gate.len()
    }

    /// What a rule has against each gate.
    fn each_gate(&self, rule: impl Fn(&GateFile) -> Result<(), Box<Unsound>>) -> Vec<Box<Unsound>> {
        self.file.gate.iter().filter_map(|gate| rule(gate).err()).collect()
    }

    fn gate(&self, id: &str) -> Option<&'d GateFile> {
        self.gates.get(id).copied()
    }
}

type Rule = fn(&Draft<'_>) -> Vec<Box<Unsound>>;

/// Every rule there is, in the order in which a person wants to hear of them.
static RULES: &[Rule] = &[
    names::check,
    inputs::check,
    executor_keys::check,
    shell::check,
    variables::check,
    references::check,
    cycles::check,
    goto::check,
    course::check,
    instances::check,
    unreachable::check,
    child_runs::check,
];

/// What is wrong, by each rule; most tell the first error of every gate.
pub(super) fn all(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    RULES.iter().flat_map(|rule| rule(draft)).collect()
}
