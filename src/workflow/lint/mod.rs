//! Rules over a whole workflow, one file each, one line in [`RULES`]. They look at
//! the file as written, so that every error has its place.

mod child_runs;
mod course;
mod cycles;
mod each;
mod executor_keys;
mod goto;
mod inputs;
mod instances;
mod names;
mod references;
mod shell;
mod unreachable;
mod variables;

pub use names::TO_THE_END;
pub use names::is_name;
pub use names::name_rule;

use super::file::GateFile;
use super::file::WorkflowFile;
use super::reading::Gaps;
use crate::definition::Reserved;
use crate::source::Source;
use crate::source::Unsound;
use std::collections::BTreeMap;

/// A workflow as written, not yet known to be sound.
pub(super) struct Draft<'d> {
    pub(super) source: &'d Source,
    pub(super) file: &'d WorkflowFile,
    /// The name it was found by: the stem of its file.
    pub(super) name: &'d str,
    /// What it and its inputs may not be called.
    pub(super) reserved: &'d Reserved,
    /// Its gates by id; of two that share one, the first.
    gates: BTreeMap<&'d str, &'d GateFile>,
}

impl<'d> Draft<'d> {
    pub(super) fn new(
        source: &'d Source,
        file: &'d WorkflowFile,
        name: &'d str,
        reserved: &'d Reserved,
    ) -> Self {
        let gates = file.gate.iter().rev().map(|gate| (gate.id.get_ref().as_str(), gate)).collect();
        Self { source, file, name, reserved, gates }
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

/// What a rule must know, so that what it says does not follow from another error.
#[derive(Clone, Copy)]
enum Needs {
    /// One gate, whole.
    Gate,
    /// Which gates there are.
    Gates,
    /// Both.
    Plan,
}

/// Every rule there is, in the order in which a person wants to hear of them.
static RULES: &[(Needs, Rule)] = &[
    (Needs::Plan, names::check),
    (Needs::Gate, inputs::check),
    (Needs::Gate, executor_keys::check),
    (Needs::Gate, shell::check),
    (Needs::Gate, variables::check),
    (Needs::Gates, references::check),
    (Needs::Plan, cycles::check),
    (Needs::Plan, goto::check),
    (Needs::Plan, course::check),
    (Needs::Plan, each::check),
    (Needs::Gate, instances::check),
    (Needs::Plan, unreachable::check),
    (Needs::Gate, child_runs::check),
];

/// What is wrong, by each rule, but for what may follow from a gap; most tell the first error of
/// every gate.
pub(super) fn all(draft: &Draft<'_>, gaps: &Gaps) -> Vec<Box<Unsound>> {
    let told = RULES.iter().flat_map(|(needs, rule)| {
        let (needs_gates, needs_whole) = match needs {
            Needs::Gate => (false, true),
            Needs::Gates => (true, false),
            Needs::Plan => (true, true),
        };
        let mut errors =
            if needs_gates && gaps.gates_are_unknown { Vec::new() } else { rule(draft) };
        errors.retain(|error| !needs_whole || !gaps.cover(error.span().start));
        errors
    });
    told.collect()
}
