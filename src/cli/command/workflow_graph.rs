//! `orch workflow graph`: a drawing as text.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::exit;
use crate::ops::Instructions;
use crate::ops::workflow_graph;
use crate::ops::workflow_graph::GraphFormat;

/// Which workflow, and how to draw it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The workflow's name.
    name: String,
    /// The language of the drawing.
    #[arg(long, value_enum, default_value = "text")]
    format: GraphFormat,
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let drawing = workflow_graph::workflow_graph(&site, &arguments.name, arguments.format)?;
    face.answer(&drawing, &Instructions::default(), &drawing);
    Ok(exit::DONE)
}
