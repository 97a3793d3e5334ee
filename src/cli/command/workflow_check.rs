//! `orch workflow check`: every error with its place.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::report;
use crate::envelope;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::workflow_check;
use crate::ops::workflow_check::Checked;
use crate::source::nearest_of;
use crate::workflow;

pub fn execute(face: &Face, request: &workflow_check::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let checked = workflow_check::workflow_check(&project, request);
    let is_sound = checked.iter().all(|checked| checked.errors.is_empty());
    let data: Vec<_> = checked.iter().map(envelope::checked_json).collect();
    let mut text = String::new();
    for checked in &checked {
        if checked.errors.is_empty() {
            text.push_str(&format!("{} is valid\n", checked.name));
            for warning in checked.warnings.iter().filter(|_| !face.global.json) {
                face.say(&format!("warning: {}: {warning}", checked.name));
            }
            for doubt in checked.doubts.iter().filter(|_| !face.global.json) {
                report::warning(face, doubt);
            }
        } else if !face.global.json {
            report::errors(face, &checked.errors);
        }
    }
    if is_sound {
        face.answer(&data, &Instructions::default(), &text);
        return Ok(exit::DONE);
    }
    let unsound = checked.iter().filter(|checked| !checked.errors.is_empty());
    // A name that no workflow has stays one, whatever is fixed.
    let (unknown, unsound): (Vec<_>, Vec<_>) = unsound.partition(|checked| is_unknown(checked));
    let known = project.shelf.names("workflows", ".toml");
    let near = unknown
        .iter()
        .filter_map(|checked| nearest_of(&checked.name, known.iter().map(String::as_str)));
    let again = unsound.iter().map(|checked| checked.name.as_str()).chain(near);
    let again = again.map(|name| Suggestion::new("workflow check").word(name));
    let instructions = if unsound.is_empty() {
        Instructions::to("Name a workflow that exists.", again)
    } else {
        Instructions::to("Fix the errors above.", again)
    };
    let first = checked.iter().find_map(|checked| checked.errors.first());
    let error =
        first.map(|error| envelope::error_json(error, envelope::help(error))).unwrap_or_default();
    face.answer_wrong(&data, &error, &instructions, &text);
    Ok(exit::USAGE)
}

fn is_unknown(checked: &Checked) -> bool {
    checked.errors.iter().any(|error| matches!(error, workflow::Error::Unknown { .. }))
}
