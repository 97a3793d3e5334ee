//! `orch workflow schema`: a JSON Schema for editors.

use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::workflow_schema;
use crate::ops::workflow_schema::SchemaSubject;

/// Which schema.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file that it describes.
    #[arg(value_enum, default_value = "workflow")]
    subject: SchemaSubject,
}

pub fn execute(face: &Face, arguments: &Arguments) -> u8 {
    let schema = workflow_schema::workflow_schema(arguments.subject);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    face.answer(&schema, &Instructions::default(), &text);
    exit::DONE
}
