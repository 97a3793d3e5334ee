//! `orch workflow graph`: a drawing as text.

use super::Failure;
use crate::cli::answer::Face;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::workflow_graph;

pub fn execute(face: &Face, request: &workflow_graph::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let drawing = workflow_graph::workflow_graph(&project, request)?;
    face.answer(&drawing, &Instructions::default(), &drawing);
    Ok(exit::DONE)
}
