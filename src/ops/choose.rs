//! Which run and which gate is meant: named in full or in part, or the current one.
//! An ambiguous name lists the candidates; nothing is ever guessed.

use super::Driver;
use super::Error;
use super::RunChoice;
use super::Site;
use super::run_list;
use crate::files;
use crate::id::GateId;
use crate::id::RunId;
use crate::id::slug_of;
use crate::run::GateStatus;
use crate::run::Run;
use crate::source::suggest;
use crate::source::suggest_of;
use serde::Deserialize;
use serde::Serialize;

/// The runs that were chosen by `orch use`, the last one first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Current {
    pub stack: Vec<RunId>,
}

impl Current {
    pub fn read(site: &Site) -> Self {
        // A file that is not readable chooses nothing; `orch use` writes it anew.
        let bytes = files::read_own(&site.home.current()).ok().flatten();
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    pub fn write(&self, site: &Site) -> Result<(), Error> {
        let path = site.home.current();
        files::write_view(&path, &serde_json::to_vec(self).unwrap_or_default())
            .map_err(|source| Error::environment(format!("{}: {source}", path.display())))
    }
}

/// The run that is meant.
pub fn run(site: &Site, choice: &RunChoice) -> Result<RunId, Error> {
    let ids = site.home.ids().map_err(|error| Error::environment(error.to_string()))?;
    if let Some(name) = choice.run.as_ref().or(site.chosen_run.as_ref()) {
        return named(site, name, &ids);
    }
    if let Some(id) = Current::read(site).stack.into_iter().find(|id| ids.contains(id)) {
        return Ok(id);
    }
    if ids.is_empty() {
        return Err(Error::usage("there is no run yet").advise("orch run WORKFLOW"));
    }
    let entries = run_list::run_list(site)?;
    let open: Vec<&RunId> =
        entries.iter().filter(|entry| entry.is_open).map(|entry| &entry.run_id).collect();
    match (open.as_slice(), ids.as_slice()) {
        ([only], _) => Ok((*only).clone()),
        ([], [only]) => Ok(only.clone()),
        ([], _) => Err(ambiguous("no run is unfinished; which one is meant?", ids.iter())),
        (_, _) => {
            Err(ambiguous("several runs are unfinished; which one is meant?", open.into_iter()))
        }
    }
}

fn named(site: &Site, name: &str, ids: &[RunId]) -> Result<RunId, Error> {
    if let Some(id) = ids.iter().find(|id| id.as_str() == name) {
        return Ok(id.clone());
    }
    let mark = format!("_{}_", slug_of(name));
    let keyed = ids.iter().filter(|id| id.as_str().contains(&mark));
    let mut matches: Vec<&RunId> =
        keyed.filter(|id| key_of(site, id).as_deref() == Some(name)).collect();
    if matches.is_empty() {
        matches = ids.iter().filter(|id| id.as_str().contains(name)).collect();
    }
    match matches.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Error::usage(format!("there is no run `{name}`")).advise(suggest_of(
            name,
            ids.iter().map(RunId::as_str),
            "orch run list",
        ))),
        _ => Err(ambiguous(&format!("`{name}` fits several runs"), matches.into_iter())),
    }
}

/// The key as the id carries it decides fast; the journal decides for sure.
fn key_of(site: &Site, id: &RunId) -> Option<String> {
    Some(site.home.glance(id).ok()?.run.started.key)
}

fn ambiguous<'i>(message: &str, ids: impl Iterator<Item = &'i RunId>) -> Error {
    let ids: Vec<String> = ids.map(|id| format!("--run {id}")).collect();
    Error::usage(message).advise(ids.join("\n      "))
}

/// The gate that is meant, in a run that is held.
pub fn gate(driver: &Driver<'_>, name: Option<&str>) -> Result<GateId, Error> {
    let known = driver.workflow.gates.iter().map(|gate| gate.id.as_str());
    gate_of(driver.run(), known.collect(), name)
}

/// The gate that is meant, among the gates of a plan and their instances.
pub fn gate_of<'r>(
    run: &'r Run,
    mut known: Vec<&'r str>,
    name: Option<&str>,
) -> Result<GateId, Error> {
    known.extend(run.gates.keys().map(GateId::as_str));
    if let Some(name) = name {
        return match known.iter().find(|known| **known == name) {
            Some(_) => GateId::parse(name).map_err(|error| Error::usage(error.to_string())),
            None => Err(Error::usage(format!("there is no gate `{name}` in this run"))
                .advise(suggest(name, known))),
        };
    }
    let at_work = [GateStatus::Running, GateStatus::Waiting];
    let open: Vec<&GateId> = at_work.iter().flat_map(|status| run.gates_in(*status)).collect();
    match open.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Error::usage("no gate is at work or waits; which one is meant?")
            .advise(format!("--gate {}", known.join(" or --gate ")))),
        _ => {
            let gates: Vec<String> = open.iter().map(|gate| format!("--gate {gate}")).collect();
            Err(Error::usage("several gates wait; which one is meant?").advise(gates.join(" or ")))
        }
    }
}
