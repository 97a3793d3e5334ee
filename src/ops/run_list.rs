//! `orch run list`: the project's runs, the newest first, and behind them the records of other tools.

use super::Error;
use super::Project;
use crate::project::runs;
use crate::project::runs::RunEntry;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// What `orch run list` takes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// List the runs of all projects in the repository, each with its project.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub all_projects: bool,
}

/// A record that another tool made, as far as it can be read.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ForeignEntry {
    /// The name of its folder.
    pub run_id: String,
    /// Always `FOREIGN`: what its own status means is for its tool to say.
    pub status: &'static str,
    /// The workflow that it names.
    pub workflow: Option<String>,
    /// The key that it names.
    pub key: Option<String>,
    /// When it began, as it is written there.
    pub started_at: Option<String>,
}

/// What is listed.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Listed {
    /// A run of ours, whether it can be read or not.
    Run(RunEntry),
    /// What another tool left.
    Foreign(ForeignEntry),
}

/// Lists every run of the project, those that cannot be read too, and what other tools have left.
pub fn run_list(project: &Project, request: &Request) -> Result<Vec<Listed>, Error> {
    let runs = if request.all_projects {
        runs::runs_of_all_projects(project)
    } else {
        runs::runs(project)
    };
    let runs = runs?.into_iter().map(Listed::Run);
    let foreign = project.foreign()?.into_iter().map(|foreign| {
        Listed::Foreign(ForeignEntry {
            status: "FOREIGN",
            workflow: foreign.text(&["workflow", "name"]).or_else(|| foreign.text(&["workflow"])),
            key: foreign.text(&["workflow", "slug"]).or_else(|| foreign.text(&["slug"])),
            started_at: foreign.text(&["started_at"]),
            run_id: foreign.name,
        })
    });
    Ok(runs.chain(foreign).collect())
}
