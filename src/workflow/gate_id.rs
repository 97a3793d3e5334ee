//! The ids of gates as they are written.

use crate::document::Placed;
use crate::id;
use crate::id::GateId;
use crate::source::Source;
use crate::source::Unsound;

/// The id that is written here, or what would be one.
pub(super) fn gate_id(source: &Source, text: &Placed<String>) -> Result<GateId, Box<Unsound>> {
    GateId::parse(text.get_ref().as_str()).map_err(|error| {
        let help = id::slug_like(text.get_ref()).map(|slug| format!("write \"{slug}\""));
        source.unsound(text.span(), error.to_string()).advise_if(help)
    })
}
