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

/// Reads a workflow file, its unused templates too.
pub(super) fn read(source: &Source) -> Result<WorkflowFile, Box<Unsound>> {
    let Filled { whole, samples } = document::filled(source, GATES)?;
    let file = document::read_value(source, whole)?;
    for sample in samples {
        document::read_value::<GateFile>(source, sample)?;
    }
    Ok(file)
}

/// The same file as data.
pub(super) fn data(source: &Source) -> Option<Json> {
    let whole = document::filled(source, GATES).ok()?.whole;
    Some(document::data_of(source, &whole).into_json())
}
