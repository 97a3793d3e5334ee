//! `orch doctor`: look at what runs need here, and say what is wrong.

use super::Error;
use super::Site;
use super::orphans;
use super::workflow_check;
use crate::files;
use crate::files::Lock;
use crate::id::RunId;
use crate::process;
use crate::record::RUNS;
use serde::Serialize;

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Symptom {
    pub what: String,
    pub is_well: bool,
    pub finding: String,
}

/// Looks at repository, folders, definitions, agents and runs; changes nothing.
pub fn doctor(site: &Site) -> Result<Vec<Symptom>, Error> {
    let mut symptoms = vec![repository(site)?, folder(site)];
    for checked in workflow_check::workflow_check(site, &[]) {
        let what = format!("workflow {}", checked.name);
        symptoms.push(match checked.errors.first() {
            None => well(what, "sound"),
            Some(error) => ill(what, format!("{error}; see orch workflow check {}", checked.name)),
        });
    }
    for agent in site.config.agents() {
        let what = format!("agent {}", agent.name);
        let program = agent.program().to_owned();
        symptoms.push(match process::resolve(&program, site.project.root()) {
            Some(path) => well(what, &path.display().to_string()),
            None => ill(
                what,
                format!("`{program}` is not found on PATH; install it or change orch.toml"),
            ),
        });
    }
    let ids = site.home.ids().map_err(|error| Error::environment(error.to_string()))?;
    for id in ids {
        match site.home.read(&id) {
            Err(error) => symptoms.push(ill(format!("run {id}"), error.to_string())),
            Ok(reading) => {
                let runs = reading.run.status == crate::event::RunStatus::Running;
                if runs && !Lock::is_held(&site.home.lock(&id)) {
                    let finding = format!("it stalled; orch run resume --run {id}");
                    symptoms.push(ill(format!("run {id}"), finding));
                }
                symptoms.extend(left_at_work(site, &id)?);
            }
        }
    }
    Ok(symptoms)
}

/// What outlived the last sitting at a run. While somebody drives it, what is at work is theirs.
fn left_at_work(site: &Site, id: &RunId) -> Result<Vec<Symptom>, Error> {
    if Lock::is_held(&site.home.lock(id)) {
        return Ok(Vec::new());
    }
    let orphans = orphans::find(site, id)?;
    let shown = orphans.iter().filter_map(orphans::shown);
    let advice = format!("orch run resume --run {id}, or orch run cancel --run {id}, ends it");
    Ok(shown.map(|words| ill(format!("run {id}"), format!("{words}; {advice}"))).collect())
}

fn repository(site: &Site) -> Result<Symptom, Error> {
    let what = "repository".to_owned();
    let Some(repository) = site.repository()? else {
        return Ok(ill(what, "none: runs work, and nothing is committed; git init".to_owned()));
    };
    Ok(match repository.branch() {
        Some(branch) => well(what, &branch),
        None => ill(what, "the head is detached: commits may be lost on checkout".to_owned()),
    })
}

fn folder(site: &Site) -> Symptom {
    let path = site.project.root().join(RUNS);
    let what = format!("folder {RUNS}");
    if files::exists(&path) && !path.is_dir() {
        return ill(what, "a file lies in its place".to_owned());
    }
    well(what, "free")
}

fn well(what: String, finding: &str) -> Symptom {
    Symptom { what, is_well: true, finding: finding.to_owned() }
}

fn ill(what: String, finding: String) -> Symptom {
    Symptom { what, is_well: false, finding }
}
