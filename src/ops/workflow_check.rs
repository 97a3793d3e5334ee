//! `orch workflow check`: read workflows whole and tell everything that is wrong.

use super::Site;
use crate::workflow;
use crate::workflow::Error;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What was found in one workflow.
#[derive(Debug)]
#[non_exhaustive]
pub struct Checked {
    pub name: String,
    pub errors: Vec<Error>,
}

/// Which workflows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The workflows' names; all of them by default.
    #[serde(default)]
    pub names: Vec<String>,
}

/// Checks the named workflows, or all there are; runs nothing.
pub fn workflow_check(site: &Site, request: &Request) -> Vec<Checked> {
    let names = &request.names;
    let all = || site.shelf.names("workflows", ".toml").into_iter().collect();
    let names: Vec<String> = if names.is_empty() { all() } else { names.clone() };
    names
        .into_iter()
        .map(|name| Checked { errors: workflow::check(&name, &site.shelf), name })
        .collect()
}
