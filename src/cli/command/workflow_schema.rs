//! `orch workflow schema`: a JSON Schema for editors.

use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::workflow_schema;

pub fn execute(face: &Face, request: &workflow_schema::Request) -> u8 {
    let schema = workflow_schema::workflow_schema(request);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    face.answer(&schema, &Instructions::default(), &text);
    exit::DONE
}
