//! Every workflow that can be run here.

use super::Project;
use crate::definition::Origin;
use crate::definition::TextKind;
use crate::workflow::Workflow;
use serde::Serialize;

/// One line of the list.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct WorkflowEntry {
    /// The workflow's name.
    pub name: String,
    /// Its version, if it can be read.
    pub version: Option<String>,
    /// Its description.
    pub description: String,
    /// Where it was found.
    pub origin: Option<Origin>,
    /// What is wrong with it, if it cannot run.
    pub problem: Option<String>,
}

/// Lists the workflows of the project, the user and the binary by name.
pub fn workflow_list(project: &Project) -> Vec<WorkflowEntry> {
    let names = project.shelf.names("workflows", ".toml");
    names.into_iter().map(|name| entry(project, name)).collect()
}

fn entry(project: &Project, name: String) -> WorkflowEntry {
    let found = project.shelf.find(&TextKind::Workflow.path(&name)).ok().flatten();
    let origin = found.map(|text| text.origin);
    match Workflow::load(&name, &project.shelf) {
        Ok((workflow, _)) => WorkflowEntry {
            name,
            version: Some(workflow.version),
            description: workflow.description,
            origin,
            problem: None,
        },
        Err(error) => WorkflowEntry {
            name,
            version: None,
            description: String::new(),
            origin,
            problem: Some(error.to_string()),
        },
    }
}
