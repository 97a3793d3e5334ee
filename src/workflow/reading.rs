//! Reading a workflow file: what its gates take over from templates stands in each of them then. Of a
//! file in which something is wrong, all is read that can be, so that the rest of it is judged too.

use super::file::GateFile;
use super::file::InputFile;
use super::file::WorkflowFile;
use crate::document;
use crate::document::Filled;
use crate::document::Removed;
use crate::document::Salvaged;
use crate::document::Value;
use crate::source::Source;
use crate::source::Unsound;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;

/// The list of gates.
const GATES: &str = "gate";

/// The table of inputs.
const INPUTS: &str = "inputs";

/// The table of what gates take over.
const TEMPLATES: &str = "template";

/// The key by which a gate fans out, and names the item that it is about.
const EACH: &str = "each";

/// A workflow file as far as it can be read, and what is wrong with it.
pub(super) struct Reading {
    pub(super) file: WorkflowFile,
    pub(super) gaps: Gaps,
    pub(super) errors: Vec<Box<Unsound>>,
}

/// What could not be read of a file. What follows from a gap is not told beside it.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// Where the tables of gates, inputs and templates begin, and how much of each was read.
    tables: BTreeMap<usize, Extent>,
    /// Which gates there are is unknown, so that none is missed.
    pub(super) gates_are_unknown: bool,
    /// Which inputs there are is unknown, so that none is missed.
    pub(super) inputs_are_unknown: bool,
}

/// How much of a table was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// What is missing gives its templates no name.
    Part,
    /// What is missing may give its templates names.
    PartWithNames,
}

impl Extent {
    fn of_gate(salvaged: &Salvaged<GateFile>, is_filled: bool) -> Self {
        let names = |removed: &Removed| removed.is_nested || removed.key == EACH;
        match salvaged.is_whole && is_filled {
            true => Self::Whole,
            false if is_filled && !salvaged.removed.iter().any(names) => Self::Part,
            false => Self::PartWithNames,
        }
    }
}

impl Gaps {
    /// Whether a place lies in a table that was not read whole.
    pub(super) fn cover(&self, place: usize) -> bool {
        self.around(place) != Extent::Whole
    }

    /// Whether what is missing of the table around a place may give its templates names.
    pub(super) fn hide_names_at(&self, place: usize) -> bool {
        self.around(place) == Extent::PartWithNames
    }

    /// Whether any prompt may use a name that is missing.
    pub(super) fn hide_names(&self) -> bool {
        let mut extents = self.tables.values();
        self.gates_are_unknown || extents.any(|extent| *extent == Extent::PartWithNames)
    }

    fn around(&self, place: usize) -> Extent {
        let before = self.tables.range(..=place).next_back();
        before.map_or(Extent::Whole, |(_, extent)| *extent)
    }
}

/// Reads a workflow file, its unused templates too; an error where it is no TOML.
pub(super) fn read(source: &Source, name: &str) -> Result<Reading, Vec<Box<Unsound>>> {
    let filled = document::filled(source, GATES)?;
    let Filled { mut whole, samples, mut errors, unfilled } = filled;
    let mut misshapen = document::misshapen::<WorkflowFile>(source, &whole);
    for sample in samples {
        let sample = document::read_value_all::<GateFile>(source, sample);
        misshapen.extend(sample.err().unwrap_or_default());
    }
    let places: Vec<Range<usize>> = errors.iter().map(|error| error.span()).collect();
    errors.extend(misshapen.into_iter().filter(|error| !places.contains(&error.span())));
    if errors.is_empty() {
        match document::read_shaped(source, whole) {
            Ok(file) => return Ok(Reading { file, gaps: Gaps::default(), errors }),
            Err(error) => errors.push(error),
        }
        // Parsed again: a long workflow does not lie in memory twice for an error that is rare.
        whole = document::filled(source, GATES)?.whole;
    }
    let advise = |errors| document::advise::<WorkflowFile>(&whole, errors);
    match salvage((source, name), whole.clone(), errors, &unfilled) {
        Ok(reading) => Ok(Reading { errors: advise(reading.errors), ..reading }),
        Err(errors) => Err(advise(errors)),
    }
}

/// The same of a file that must be whole; the first error where it is not.
pub(super) fn read_whole(source: &Source, name: &str) -> Result<WorkflowFile, Box<Unsound>> {
    let reading = read(source, name).map_err(|mut errors| errors.swap_remove(0))?;
    reading.errors.into_iter().next().map_or(Ok(reading.file), Err)
}

/// The same file as data.
pub(super) fn data(source: &Source) -> Option<Json> {
    let whole = document::filled(source, GATES).ok()?.whole;
    Some(document::data_of(source, &whole).into_json())
}

/// Reads what can be read beside the errors that are known; `unfilled` are gates that lack what
/// templates would give them.
fn salvage(
    (source, name): (&Source, &str),
    mut whole: Value<'_>,
    errors: Vec<Box<Unsound>>,
    unfilled: &[usize],
) -> Result<Reading, Vec<Box<Unsound>>> {
    let places = errors.iter().map(|error| error.span()).collect();
    let mut salvage = Salvage { source, places, errors, gaps: Gaps::default() };
    let gates = document::take(&mut whole, GATES);
    let inputs = document::take(&mut whole, INPUTS);
    let templates = document::take(&mut whole, TEMPLATES).and_then(document::entries);
    for (name, _) in templates.into_iter().flatten() {
        salvage.gaps.tables.insert(name.span().start, Extent::Whole);
    }
    // One that is called otherwise may be a list of gates or a table of inputs.
    let is_strange = salvage.holds_unknown_table(&whole);
    let rest = salvage.read::<WorkflowFile>(whole, &[("name", name), ("version", "")]);
    let Some(mut file) = rest.value else { return Err(salvage.errors) };
    salvage.gaps.inputs_are_unknown = is_strange && inputs.is_none();
    salvage.gates(gates, unfilled, &mut file);
    salvage.inputs(inputs, &mut file);
    Ok(Reading { file, gaps: salvage.gaps, errors: salvage.errors })
}

struct Salvage<'s> {
    source: &'s Source,
    /// The places of the errors that were known beforehand.
    places: Vec<Range<usize>>,
    errors: Vec<Box<Unsound>>,
    gaps: Gaps,
}

impl Salvage<'_> {
    fn read<T: DeserializeOwned>(
        &mut self,
        table: Value<'_>,
        stand_ins: &[(&'static str, &str)],
    ) -> Salvaged<T> {
        let mut salvaged = document::salvage(self.source, table, &self.places, stand_ins);
        // What the whole file was refused for is found again in its part.
        let places = &self.places;
        let found = salvaged.errors.drain(..);
        self.errors.extend(found.filter(|error| !places.contains(&error.span())));
        salvaged
    }

    fn holds_unknown_table(&self, top: &Value<'_>) -> bool {
        top.get_ref().as_table().into_iter().flatten().any(|(key, value)| {
            let is_table = value.get_ref().is_table() || value.get_ref().is_array();
            is_table && self.places.contains(&key.span())
        })
    }

    fn gates(&mut self, gates: Option<Value<'_>>, unfilled: &[usize], file: &mut WorkflowFile) {
        let Some(gates) = gates.and_then(document::items) else {
            self.gaps.gates_are_unknown = true;
            return;
        };
        for (at, gate) in gates.into_iter().enumerate() {
            let start = gate.span().start;
            let id = gate.get_ref().as_table().and_then(|table| table.get("id"));
            let has_id = id.is_some_and(|id| id.get_ref().is_str());
            let salvaged = self.read::<GateFile>(gate, &[("id", "")]);
            let extent = Extent::of_gate(&salvaged, !unfilled.contains(&at));
            self.gaps.tables.insert(start, extent);
            self.gaps.gates_are_unknown |= !has_id || salvaged.value.is_none();
            file.gate.extend(salvaged.value);
        }
    }

    fn inputs(&mut self, inputs: Option<Value<'_>>, file: &mut WorkflowFile) {
        let Some(inputs) = inputs else { return };
        let Some(inputs) = document::entries(inputs) else {
            self.gaps.inputs_are_unknown = true;
            return;
        };
        for (name, input) in inputs {
            let salvaged = self.read::<InputFile>(input, &[("type", "string")]);
            let extent = if salvaged.is_whole { Extent::Whole } else { Extent::Part };
            self.gaps.tables.insert(name.span().start, extent);
            if let Some(input) = salvaged.value {
                file.inputs.insert(name.into_inner(), input);
            }
        }
    }
}
