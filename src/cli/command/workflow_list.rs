//! `orch workflow list`: one line for each workflow.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::definition::Origin;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::workflow_list;

pub fn execute(face: &Face) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let entries = workflow_list::workflow_list(&project);
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|entry| {
            let origin = match entry.origin {
                Some(Origin::Project) => "project",
                Some(Origin::User) => "user",
                Some(Origin::BuiltIn) => "built in",
                // It could not be read; the message says where it lies.
                None => "",
            };
            let description = match &entry.problem {
                Some(problem) => format!("invalid: {problem}"),
                None => entry.description.clone(),
            };
            let version = entry.version.clone().unwrap_or_default();
            vec![entry.name.clone(), version, origin.to_owned(), description]
        })
        .collect();
    face.answer(&entries, &Instructions::default(), &table(&rows));
    Ok(exit::DONE)
}
