//! What a killed sitting left at work. Nobody who takes a run can wait for its results, and all of
//! it may still write: it is ended before anything else is done.

use super::Driver;
use super::Error;
use super::Project;
use crate::id::RunId;
use crate::process;
use crate::process::Life;
use crate::process::Orphan;
use std::collections::BTreeMap;

/// The programs that outlived the last sitting at a run, or may have. Call it while nobody drives
/// the run.
pub fn find(project: &Project, id: &RunId) -> Result<Vec<Orphan>, Error> {
    let folder = project.store.at_work(id);
    process::orphans(&folder).map_err(|source| Error::disk(&folder, source))
}

/// Ends them; gives what became of the work of each gate, in words. Call it with the run's lock
/// held: then whoever wrote the names is dead.
pub fn end(project: &Project, id: &RunId) -> Result<BTreeMap<String, String>, Error> {
    let mut words = BTreeMap::new();
    for orphan in find(project, id)? {
        orphan.end(&project.stop).map_err(|source| {
            Error::environment(format!(
                "{}, left running by a killed run: {source}",
                shown(&orphan).unwrap_or_default()
            ))
        })?;
        let said = match orphan.life {
            Life::Ended => continue,
            Life::AtWork(_) => {
                "orch was killed; a process of the killed run was still running and was ended"
            }
            Life::Unknown { .. } => {
                "orch was killed; this system does not show whether a process of the killed run \
                 is still running"
            }
        };
        words.insert(orphan.what, said.to_owned());
    }
    Ok(words)
}

/// Ends what nobody drives any more; refuses where somebody does.
pub fn end_of(project: &Project, id: &RunId) -> Result<(), Error> {
    Driver::take(project, id).map(|_| ())
}

/// The gate and the process of one that may live, for people.
pub fn shown(orphan: &Orphan) -> Option<String> {
    let gate = &orphan.what;
    match orphan.life {
        Life::Ended => None,
        Life::AtWork(group) => {
            Some(format!("gate {gate}: process group {group} is running without orch"))
        }
        Life::Unknown { group } => {
            let group = group.map_or_else(String::new, |group| format!(" {group}"));
            Some(format!("gate {gate}: process group{group} may be running without orch"))
        }
    }
}
