//! A starter workflow, contract and prompt in which the check of workflows finds nothing.

use super::Error;
use super::Project;
use crate::workflow::is_name;
use crate::workflow::name_rule;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

const WORKFLOW: &str = include_str!("workflow_new/workflow.toml");
const CONTRACT: &str = include_str!("workflow_new/contract.toml");
const PROMPT: &str = include_str!("workflow_new/prompt.md");

/// The files that were written, relative to the project.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The files, the workflow first.
    pub files: Vec<String>,
    /// Whether another workflow had this name: one of the user's, or one that comes with `orch`.
    pub hides_another: bool,
}

/// The workflow to create.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the new workflow.
    pub name: String,
}

/// Writes the three files; none that is there already is touched.
pub fn workflow_new(project: &Project, request: &Request) -> Result<Reply, Error> {
    let name = request.name.as_str();
    let reserved = project.shelf.reserved();
    if !is_name(name, reserved) {
        return Err(Error::usage(format!("`{name}` is not a valid workflow name"))
            .advise(name_rule(name, reserved)));
    }
    let texts = [
        (format!("workflows/{name}.toml"), WORKFLOW),
        (format!("contracts/{name}/draft.toml"), CONTRACT),
        (format!("prompts/{name}/draft.md"), PROMPT),
    ];
    let hides_another = project.shelf.names("workflows", ".toml").contains(name);
    let mut places = Vec::new();
    for (path, text) in &texts {
        let path = project.folder.path(path)?;
        if project.folder.exists(&path) {
            return Err(
                Error::usage(format!("{path} already exists")).advise("choose another name")
            );
        }
        let place = project.folder.place(&path).map_err(|error| Error::usage(error.to_string()))?;
        places.push((place, text.replace("NAME", name)));
    }
    for (place, text) in places {
        place.write_new(text.as_bytes()).map_err(|source| Error::disk(&place, source))?;
    }
    Ok(Reply { files: texts.into_iter().map(|(path, _)| path).collect(), hides_another })
}
