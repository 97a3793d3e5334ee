//! Workflows: plans that are sound by construction. Reading one checks it whole;
//! what is wrong is told with its place, and an unsound one cannot exist.

mod approval;
mod build;
mod changed;
mod child;
mod child_inputs;
mod collect;
mod secret_file;
mod course;
mod decided;
mod error;
mod file;
mod gate;
mod gate_id;
mod gate_status;
pub mod input;
mod lint;
mod looked_at;
mod names;
mod outputs;
mod part;
mod permits;
mod reading;
mod script_as_command;
mod since;
mod single_braces;
mod texts;
mod times;
mod warnings;
mod work;

pub use approval::Approval;
pub use approval::Asking;
pub use changed::changed;
pub use child::CHILD;
pub use child::ChildWork;
pub use child::ChildWorktree;
pub use child::WorktreeOrder;
pub use child_inputs::NoKeyInput;
pub use course::Course;
pub use course::End;
pub use course::OnFail;
pub use course::Retry;
pub use decided::refuse_unfit;
pub use error::Error;
pub use file::EndStatus;
pub use file::InputType;
pub use file::Isolation;
pub use file::Join;
pub use file::OnInterrupt;
pub use file::Order;
pub use file::WorkflowFile;
pub use gate::Each;
pub use gate::EachList;
pub use gate::Gate;
pub use gate::Poll;
pub use gate_status::GateStatus;
pub use input::Input;
pub use lint::TO_THE_END;
pub use lint::is_name;
pub use lint::name_rule;
pub use names::SeenGate;
pub use permits::PermitsTemplate;
pub use work::AnswersFrom;
pub use work::Role;
pub use work::Work;

use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::definition::Definition;
use crate::definition::Shelf;
use crate::definition::Text;
use crate::definition::TextKind;
use crate::id::GateId;
use crate::secret;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest_of;
use crate::suggestion::Suggestion;
use crate::template::Library;
use crate::template::Template;
use build::build;
use collect::Collected;
use collect::collect;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

/// A sound plan.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its name, which is its file's.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for.
    pub description: String,
    /// What one run of it is about.
    pub key: Template,
    /// Its parameters.
    pub inputs: Vec<Input>,
    /// What a run may spend.
    pub budget: Budget,
    /// What an agent asks a person before it decides.
    pub must_ask: Vec<String>,
    /// When checkpoints are sealed.
    pub checkpoint: CheckpointPolicy,
    /// The gates, in the order of the file.
    pub gates: Vec<Gate>,
    index: BTreeMap<GateId, usize>,
    /// The places in `gates` of what each gate needs.
    needs: Vec<Vec<usize>>,
    prompts: Library,
}

impl Workflow {
    /// Finds a workflow by name, with all the texts it is made of.
    pub fn load(name: &str, shelf: &Shelf) -> Result<(Self, Definition), Error> {
        let text = find(name, shelf)?;
        let source = text.source.clone();
        let Collected { reading, definition, errors } =
            collect(text, name, shelf).map_err(together)?;
        match build(&source, reading, &definition, name) {
            Ok(workflow) if errors.is_empty() => Ok((workflow, definition)),
            built => {
                let errors = in_order(errors.into_iter().chain(built.err().into_iter().flatten()));
                // What is wrong with the workflow's own file is told before what it names.
                let (own, named): (Vec<_>, Vec<_>) =
                    errors.into_iter().partition(|error| error.place().0 == source.name);
                Err(together(own.into_iter().chain(named).collect()))
            }
        }
    }

    /// Builds the workflow from its texts: fresh ones, or those that a run froze.
    pub fn parse(name: &str, definition: &Definition) -> Result<Self, Error> {
        let path = TextKind::Workflow.path(name);
        let source = definition.source(&path).ok_or_else(|| {
            Error::Unreadable(format!("the definition does not contain `{path}`"))
        })?;
        let reading = reading::read(source, name).map_err(together)?;
        build(source, reading, definition, name).map_err(together)
    }

    /// The input whose value is the key of a run.
    pub fn key_input(&self) -> Result<&Input, NoKeyInput> {
        let names = self.inputs.iter().map(|input| input.name.as_str());
        let name = child_inputs::sole(&self.key, names);
        let input = self.inputs.iter().find(|input| name == Some(input.name.as_str()));
        input.ok_or_else(|| NoKeyInput(self.name.clone()))
    }

    /// The secrets of all gates.
    pub fn secrets(&self) -> impl Iterator<Item = &secret::Name> {
        self.gates.iter().flat_map(|gate| &gate.secrets)
    }

    /// The gate of an id.
    pub fn gate(&self, id: &GateId) -> Option<&Gate> {
        let index = self.index.get(id).or_else(|| {
            let base = GateId::parse(id.base()).ok()?;
            self.index.get(&base)
        })?;
        self.gates.get(*index)
    }

    /// What there is for each gate, in the order of the gates, at a fraction of what it takes to look
    /// each one up.
    pub fn along<'v, V>(&self, values: &'v BTreeMap<GateId, V>) -> Vec<Option<&'v V>> {
        let mut found = vec![None; self.gates.len()];
        let mut values = values.iter().peekable();
        for (id, at) in &self.index {
            while values.next_if(|(other, _)| *other < id).is_some() {}
            found[*at] = values.next_if(|(other, _)| *other == id).map(|(_, value)| value);
        }
        found
    }

    /// The places in `gates` of what the gate at a place needs.
    pub fn needs_of(&self, at: usize) -> &[usize] {
        &self.needs[at]
    }

    /// The gates that each gate is needed or audited by, under its id.
    pub fn dependents(&self) -> BTreeMap<&str, Vec<&Gate>> {
        let mut dependents: BTreeMap<&str, Vec<&Gate>> = BTreeMap::new();
        for gate in &self.gates {
            for need in gate.needs.iter().chain(&gate.audits) {
                dependents.entry(need.as_str()).or_default().push(gate);
            }
        }
        dependents
    }

    /// The gates that come neither before this one nor behind it; those at the end of the run come
    /// behind all.
    pub(crate) fn unordered_with(&self, gate: &Gate) -> Vec<&Gate> {
        let before = self.stands_on(&gate.id);
        let behind: BTreeSet<GateId> = self.followers(&gate.id).into_iter().collect();
        let is_ordered = |id: &GateId| before.contains(id) || behind.contains(id);
        let others = self.gates.iter().filter(|other| other.id != gate.id && !other.is_finally());
        others.filter(|other| !is_ordered(&other.id)).collect()
    }

    /// All gates that follow from this one, by `needs` and `audits`, nearest first.
    pub fn followers(&self, id: &GateId) -> Vec<GateId> {
        let mut found: BTreeSet<&GateId> = BTreeSet::from([id]);
        let mut order = Vec::new();
        // Gates stand in an order that respects needs no more than a person wrote them, so repeat.
        loop {
            let before = order.len();
            for gate in &self.gates {
                let follows =
                    gate.needs.iter().chain(&gate.audits).any(|need| found.contains(need));
                if follows && found.insert(&gate.id) {
                    order.push(gate.id.clone());
                }
            }
            if order.len() == before {
                return order;
            }
        }
    }

    /// Every gate that one stands on, over all that those need.
    pub fn stands_on(&self, id: &GateId) -> BTreeSet<GateId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&Gate> = self.gate(id).into_iter().collect();
        while let Some(gate) = open.pop() {
            for need in gate.needs.iter().chain(&gate.audits) {
                if found.insert(need.clone()) {
                    open.extend(self.gate(need));
                }
            }
        }
        found
    }

    /// The templates of its prompts.
    pub fn prompts(&self) -> &Library {
        &self.prompts
    }
}

/// The file of this name; what is a path is told to be no name rather than looked for.
fn find(name: &str, shelf: &Shelf) -> Result<Text, Error> {
    let is_plain = !name.contains("..");
    let path = TextKind::Workflow.path(name);
    let found = if is_plain { shelf.find(&path)? } else { None };
    found.ok_or_else(|| {
        let names = shelf.names("workflows", ".toml");
        let names = names.iter().map(String::as_str);
        // Whoever typed a path meant the workflow in that file.
        let stem = Path::new(name).file_stem().and_then(OsStr::to_str).unwrap_or(name);
        let help = suggest_of(stem, names, Suggestion::new("workflow list"));
        if is_plain && !name.contains('/') {
            Error::Unknown { name: name.to_owned(), help }
        } else {
            Error::NoName { name: name.to_owned(), help }
        }
    })
}

/// A workflow file as it is written, with the places of its keys.
pub(crate) fn written(source: &Source, name: &str) -> Result<WorkflowFile, Box<Unsound>> {
    reading::read_whole(source, name)
}

/// Everything that is wrong with a workflow and its texts, file by file from top to bottom.
pub fn check(name: &str, shelf: &Shelf) -> Vec<Error> {
    let collected = find(name, shelf);
    let collected = collected.map(|text| (text.source.clone(), collect(text, name, shelf)));
    let errors = match collected {
        Ok((source, Ok(Collected { reading, definition, mut errors }))) => {
            errors.extend(build(&source, reading, &definition, name).err().into_iter().flatten());
            errors
        }
        Ok((_, Err(errors))) => errors,
        Err(error) => return vec![error],
    };
    in_order(errors).into_iter().map(Error::Unsound).collect()
}

/// Each error once, file by file from top to bottom.
fn in_order(errors: impl IntoIterator<Item = Box<Unsound>>) -> Vec<Box<Unsound>> {
    // Gates may share a contract, and a text that is missing is missed twice.
    let mut told = BTreeSet::new();
    let mut errors: Vec<_> = errors.into_iter().collect();
    errors.retain(|error| told.insert((format!("{:?}", error.place()), error.message.clone())));
    errors.sort_by(|one, other| one.place().cmp(&other.place()));
    errors
}

fn together(errors: Vec<Box<Unsound>>) -> Error {
    Unsound::together(errors).into()
}

#[cfg(test)]
mod tests;
