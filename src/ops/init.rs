//! `orch init`: set up a project: an `orch.toml`, and the runs' folder
//! known to be free.

use super::Error;
use super::Project;
use crate::files::Beneath;
use serde::Serialize;

const CONFIG: &str = include_str!("init/orch.toml");

/// What was written and what was found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Reply {
    /// The files that were written, relative to the project.
    pub files: Vec<String>,
    /// Remarks about the project.
    pub remarks: Vec<String>,
}

/// Writes what is missing; nothing that is there is changed.
pub fn init(project: &Project) -> Result<Reply, Error> {
    let mut reply = Reply { files: Vec::new(), remarks: Vec::new() };
    let runs = project.store.runs_folder();
    runs.refuse_odd_way().map_err(|source| Error::disk(&runs, source))?;
    if let Some(reason) = &project.uncommitted {
        reply.remarks.push(format!("{reason}: runs work, but nothing is committed"));
    }
    let config = Beneath::new(project.folder.root()).join("orch.toml");
    if config.exists() {
        reply.remarks.push("orch.toml already exists; left unchanged".to_owned());
        return Ok(reply);
    }
    config.write_new(CONFIG.as_bytes()).map_err(|source| Error::disk(&config, source))?;
    reply.files.push("orch.toml".to_owned());
    Ok(reply)
}
