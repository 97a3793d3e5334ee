//! A workflow's text, which copy is used, and why.

use super::Error;
use super::Project;
use crate::definition::Origin;
use crate::definition::TextKind;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The text and its surroundings.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// Workflow name.
    pub name: String,
    /// Where it was found.
    pub origin: Origin,
    /// Why this copy is used.
    pub why: String,
    /// The text of its file.
    pub text: String,
    /// Every text of its definition, and where each was found.
    pub texts: Vec<ShownText>,
}

/// One text of it.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct ShownText {
    /// The path of the text, relative to the folder it was found in.
    pub path: String,
    /// Where it was found.
    pub origin: Origin,
}

/// The workflow to show.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Workflow name.
    pub name: String,
}

/// Finds a workflow as a run would.
pub fn workflow_show(project: &Project, request: &Request) -> Result<Reply, Error> {
    let name = &request.name;
    let path = TextKind::Workflow.path(name);
    let (_, definition) = Workflow::load(name, &project.shelf)?;
    let text = definition.texts.get(&path);
    let origin = text.map_or(Origin::BuiltIn, |text| text.origin);
    let why = match origin {
        Origin::Project => format!("{path} in the project takes precedence"),
        Origin::User => format!("~/.config/orch/{path}; the project has no workflow of that name"),
        Origin::BuiltIn => {
            "built into orch; neither the project nor ~/.config/orch has a workflow of that name"
                .to_owned()
        }
    };
    Ok(Reply {
        name: name.to_owned(),
        origin,
        why,
        text: text.map(|text| text.source.text.to_string()).unwrap_or_default(),
        texts: definition
            .texts
            .values()
            .map(|text| ShownText { path: text.path.clone(), origin: text.origin })
            .collect(),
    })
}
