//! `orch init`: make a folder ready for runs: an `orch.toml`, and the runs' folder
//! known to be free.

use super::Error;
use super::Site;
use crate::files;
use crate::record::RUNS;
use serde::Serialize;

const CONFIG: &str = include_str!("init/orch.toml");

/// What was written and what was found.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    pub files: Vec<String>,
    pub remarks: Vec<String>,
}

/// Writes what is missing; nothing that is there is changed.
pub fn init(site: &Site) -> Result<Reply, Error> {
    let mut reply = Reply { files: Vec::new(), remarks: Vec::new() };
    let root = site.project.root();
    for part in ["orchestration", RUNS] {
        let path = root.join(part);
        if files::exists(&path) && !path.is_dir() {
            return Err(Error::environment(format!("{part} is a file; runs need a folder there")));
        }
    }
    if let Some(reason) = &site.uncommitted {
        reply.remarks.push(format!("{reason}: runs work, and nothing is committed"));
    }
    let path = root.join("orch.toml");
    if files::exists(&path) {
        reply.remarks.push("orch.toml is there already and stays as it is".to_owned());
        return Ok(reply);
    }
    files::write(&path, CONFIG.as_bytes())
        .map_err(|source| Error::environment(format!("{}: {source}", path.display())))?;
    reply.files.push("orch.toml".to_owned());
    Ok(reply)
}
