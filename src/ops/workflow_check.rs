//! `orch workflow check`: read workflows whole and tell everything that is wrong.

use super::Site;
use crate::workflow;
use crate::workflow::Error;

/// What was found in one workflow.
#[derive(Debug)]
pub struct Checked {
    pub name: String,
    pub errors: Vec<Error>,
}

/// Checks the named workflows, or all there are; runs nothing.
pub fn workflow_check(site: &Site, names: &[String]) -> Vec<Checked> {
    let all = || site.shelf.names("workflows", ".toml").into_iter().collect();
    let names: Vec<String> = if names.is_empty() { all() } else { names.to_vec() };
    names
        .into_iter()
        .map(|name| Checked { errors: workflow::check(&name, &site.shelf), name })
        .collect()
}
