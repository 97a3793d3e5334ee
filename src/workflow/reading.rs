//! Reading a workflow file: what its gates take over from templates stands in each of them then.

use super::file::GateFile;
use super::file::WorkflowFile;
use crate::document;
use crate::document::Filled;
use crate::source::Source;
use crate::source::Unsound;
use serde_json::Value as Json;

/// The list of gates.
const GATES: &str = "gate";

/// Reads a workflow file, its unused templates too, or tells everything that is wrong: at least one
/// thing.
pub(super) fn read(source: &Source) -> Result<WorkflowFile, Vec<Box<Unsound>>> {
    let filled = document::filled(source, GATES).map_err(|error| vec![error])?;
    let Filled { whole, samples } = filled;
    let file = document::read_value_all(source, whole);
    let samples = samples.into_iter();
    let samples = samples.filter_map(|it| document::read_value_all::<GateFile>(source, it).err());
    let errors: Vec<_> = samples.flatten().collect();
    match file {
        Ok(file) if errors.is_empty() => Ok(file),
        Ok(_) => Err(errors),
        Err(found) => Err(found.into_iter().chain(errors).collect()),
    }
}

/// The same file as data.
pub(super) fn data(source: &Source) -> Option<Json> {
    let whole = document::filled(source, GATES).ok()?.whole;
    Some(document::data_of(source, &whole).into_json())
}
