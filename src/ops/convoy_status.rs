//! The run of a convoy, and how the run for each of its keys fares.

use super::Error;
use super::Project;
use super::pooled;
use super::pooled::PooledRun;
use crate::source::suggest;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The convoy that is meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the convoy, run id, or a unique part of one; defaults to the newest.
    #[cfg_attr(feature = "cli", arg(value_name = "NAME"))]
    #[serde(default)]
    pub name: Option<String>,
}

/// A convoy.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Convoy {
    /// Its run.
    pub run: PooledRun,
    /// The runs for its keys, in the order in which they were given to the pool.
    pub children: Vec<PooledRun>,
}

/// Looks at the convoy.
pub fn convoy_status(project: &Project, request: &Request) -> Result<Convoy, Error> {
    let run = find(project, request)?;
    let mut children = pooled::all(project)?;
    children.retain(|child| child.parent.as_ref() == Some(&run.run_id));
    children.sort_by(|one, other| (one.queued_at, &one.key).cmp(&(other.queued_at, &other.key)));
    Ok(Convoy { run, children })
}

/// The run of the convoy.
pub(super) fn find(project: &Project, request: &Request) -> Result<PooledRun, Error> {
    let workflow = workflow(project)?;
    let mut all = pooled::all(project)?;
    all.retain(|run| run.workflow == workflow);
    let Some(name) = &request.name else {
        return all.into_iter().next().ok_or_else(|| {
            Error::not_found("no convoy was started")
                .advise_command(Suggestion::new("convoy start").word("KEY"))
        });
    };
    let known: Vec<String> = all.iter().map(|run| run.key.clone()).collect();
    let of_key = all.iter().position(|run| run.key == *name);
    let of_id = || all.iter().position(|run| run.run_id.has_part(name));
    of_key.or_else(of_id).map(|at| all[at].clone()).ok_or_else(|| {
        let help = suggest(name, known.iter().map(String::as_str));
        Error::not_found(format!("no convoy is named `{name}`")).advise(help)
    })
}

/// The workflow of convoys.
pub(super) fn workflow(project: &Project) -> Result<&str, Error> {
    let stated = project.config.defaults.convoy_workflow.as_ref();
    stated.map(|stated| stated.text.as_str()).ok_or_else(|| {
        Error::usage("no workflow of convoys is configured")
            .advise("write [defaults] convoy_workflow = \"…\" in orch.toml")
    })
}
