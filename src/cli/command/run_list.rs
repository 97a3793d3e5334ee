//! `orch run list`: one line for each run.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::table::table_or;
use crate::clock::show_duration;
use crate::envelope::exit;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::Project;
use crate::ops::Suggestion;
use crate::ops::run_list;
use crate::ops::run_list::Listed;
use crate::source::nearest;
use std::collections::BTreeMap;
use std::time::Duration;

pub fn execute(face: &Face, request: &run_list::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let entries = run_list::run_list(&project, request)?;
    let named = |project: &Option<String>| {
        request.all_projects.then(|| project.clone().unwrap_or_default())
    };
    let now = project.clock.now();
    let projects = request.all_projects.then_some("PROJECT");
    let headings: Vec<String> = HEADINGS.into_iter().chain(projects).map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = entries
        .iter()
        .map(|listed| match listed {
            Listed::Run(entry) => [
                entry.run_id.to_string(),
                entry.status.to_string(),
                entry.workflow.clone(),
                entry.key.clone(),
                entry.gate.clone().unwrap_or_default(),
                entry.age(now).map(age).unwrap_or_default(),
                entry.took().map(show_duration).unwrap_or_default(),
                entry.cost_usd.map(|usd| Measure::Usd.show(usd)).unwrap_or_default(),
            ]
            .into_iter()
            .chain(named(&entry.project))
            .collect(),
            Listed::Foreign(entry) => vec![
                entry.run_id.clone(),
                entry.status.as_str().to_owned(),
                entry.workflow.clone().unwrap_or_default(),
                entry.key.clone().unwrap_or_default(),
                String::new(),
            ],
        })
        .collect();
    let mut instructions = Instructions::default();
    for listed in &entries {
        let Listed::Run(entry) = listed else { continue };
        let own = project.store.is_of_project(&entry.run_id);
        let Some(problem) = entry.problem.as_ref().filter(|_| own) else { continue };
        instructions.say(format!("Run {} cannot be read: {problem}", entry.run_id));
        instructions.suggest(&Suggestion::new("verify").of(&entry.run_id));
    }
    if rows.is_empty() {
        face.say(&nothing(&project, request)?);
    }
    let headings = Some(headings).filter(|_| !rows.is_empty());
    let rows: Vec<Vec<String>> = headings.into_iter().chain(rows).collect();
    face.answer(&entries, &instructions, &table_or(&rows, || with_short_ids(&rows, &entries)));
    Ok(exit::DONE)
}

/// The same rows, in which each run is named by a part of its id, where no other has that.
fn with_short_ids(rows: &[Vec<String>], entries: &[Listed]) -> Vec<Vec<String>> {
    let mut short: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for listed in entries {
        if let Listed::Run(entry) = listed {
            short.entry(entry.run_id.random()).or_default().push(entry.run_id.as_str());
        }
    }
    let of_id: BTreeMap<&str, &str> = short
        .iter()
        .filter(|(_, ids)| ids.len() == 1)
        .map(|(short, ids)| (ids[0], *short))
        .collect();
    let shorter = |row: &Vec<String>| {
        let short_id = row.first().and_then(|id| of_id.get(id.as_str()));
        let first = short_id.map_or_else(|| row[..1].to_vec(), |id| vec![(*id).to_owned()]);
        first.into_iter().chain(row[1..].iter().cloned()).collect()
    };
    rows.iter().map(shorter).collect()
}

/// What stands in each column; the project of a run where runs of several are listed.
const HEADINGS: [&str; 8] = ["RUN", "STATUS", "WORKFLOW", "KEY", "GATE", "STARTED", "TOOK", "COST"];

/// Why nothing is listed: a workflow's name may be mistyped.
fn nothing(project: &Project, request: &run_list::Request) -> Result<String, Error> {
    let all = run_list::Request { all_projects: request.all_projects, ..Default::default() };
    if *request == all {
        return Ok("no runs".to_owned());
    }
    let Some(name) = &request.workflow else { return Ok("no runs match".to_owned()) };
    let workflow_of = |listed: Listed| match listed {
        Listed::Run(entry) => Some(entry.workflow),
        Listed::Foreign(entry) => entry.workflow,
    };
    let listed = run_list::run_list(project, &all)?;
    let mut known = project.shelf.names("workflows", ".toml");
    known.extend(listed.into_iter().filter_map(workflow_of));
    if known.contains(name) {
        return Ok("no runs match".to_owned());
    }
    let meant = nearest(name, known.iter().map(String::as_str));
    let meant = meant.map(|meant| format!("; {meant}")).unwrap_or_default();
    Ok(format!("no runs match: there is no workflow `{name}`{meant}"))
}

/// How long ago it started, in the largest unit.
fn age(since: Duration) -> String {
    let seconds = since.as_secs();
    match seconds {
        0..60 => format!("{seconds}s ago"),
        60..3600 => format!("{}m ago", seconds / 60),
        3600..172_800 => format!("{}h ago", seconds / 3600),
        172_800.. => format!("{}d ago", seconds / 86_400),
    }
}
