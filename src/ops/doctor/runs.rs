//! Runs: which cannot be read, which stalled, what one left at work, and which the branch lost.

use super::Remedy;
use super::Symptom;
use crate::config::RecordBranch;
use crate::event::RunStatus;
use crate::files::Beneath;
use crate::files::Lock;
use crate::files::LockHolder;
use crate::git;
use crate::git::BlobId;
use crate::git::Files;
use crate::git::Repository;
use crate::id::RunId;
use crate::ops::Project;
use crate::project::orphans;
use crate::store::journal::Reading;
use crate::store::record;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use std::collections::BTreeSet;
use std::path::Path;

/// What is wrong with one run; nothing where all is well.
pub fn look(project: &Project, repository: Option<&mut Repository>, id: &RunId) -> Vec<Symptom> {
    let what = format!("run {id}");
    let reading = match project.store.read(id) {
        Ok(reading) => reading,
        Err(error) => {
            let more = Suggestion::new("verify").option("run", id.as_str());
            return vec![
                Symptom::ill(what, error.to_string())
                    .advise(Advice::from("to see more: ").then(more)),
            ];
        }
    };
    // While somebody drives it, what is at work or not committed yet is theirs.
    if let Some(held) = project.store.holder(id) {
        let elsewhere = Some(held).filter(LockHolder::is_elsewhere);
        return elsewhere.map(|held| Symptom::well(what, held.to_string())).into_iter().collect();
    }
    if !project.store.is_own(id) {
        return came(project, repository, id, what);
    }
    let mut symptoms = Vec::new();
    if let Some(finding) = cut_back(project, &reading, id) {
        let remedy = Remedy::RestoreJournal(id.clone());
        symptoms.push(Symptom::ill(what.clone(), finding).with(remedy));
    }
    // Whoever sits at it takes it further when they like.
    let is_sat_at = Lock::is_held(&project.store.session_lock(id));
    if reading.run.wants_a_driver() && !is_sat_at {
        let resume = Advice::from("to resume it: ").then(Suggestion::new("run resume").of(id));
        symptoms.push(Symptom::ill(what.clone(), "it is STALLED").advise(resume));
    }
    let orphans = match orphans::find(project, id) {
        Ok(orphans) => orphans,
        Err(error) => {
            let more = Suggestion::new("run show").word(id.as_str());
            return vec![
                Symptom::ill(what, error.to_string())
                    .advise(Advice::from("to see more: ").then(more)),
            ];
        }
    };
    for words in orphans.iter().filter_map(orphans::shown) {
        let remedy = Remedy::EndOrphans(id.clone());
        symptoms.push(Symptom::ill(what.clone(), words).with(remedy));
    }
    let lost = repository.and_then(|repository| told(place(project, repository, &reading, id)));
    symptoms.extend(
        lost.map(|finding| Symptom::ill(what, finding).with(Remedy::RebuildRecord(id.clone()))),
    );
    symptoms
}

/// What is wrong with a run whose journal is not here: it came with a clone, or the journal was lost.
fn came(
    project: &Project,
    repository: Option<&mut Repository>,
    id: &RunId,
    what: String,
) -> Vec<Symptom> {
    let lost = repository.and_then(|repository| told(unlike_head(project, repository, id)));
    if let Some(finding) = lost {
        return vec![Symptom::ill(what, finding).with(Remedy::RebuildRecord(id.clone()))];
    }
    if project.store.record(id).exists() || project.store.runs_in_head().contains(id) {
        return Vec::new();
    }
    let reference = record::reference(id);
    let rebuild = Suggestion::new("record rebuild").of(id);
    vec![
        Symptom::well(what, format!("it exists only in {reference}"))
            .advise(Advice::from("to restore its journal and record: ").then(rebuild)),
    ]
}

/// Why a record that is checked out is not wholly there.
fn unlike_head(
    project: &Project,
    repository: &mut Repository,
    id: &RunId,
) -> Result<Option<String>, git::Error> {
    let record = project.store.record(id);
    let Some(path) = repository.path_of(&record.path()) else { return Ok(None) };
    let head = repository.found_head()?;
    let folder = head.map(|head| repository.folder_in(&head, &path)).transpose()?.flatten();
    let Some(folder) = folder else { return Ok(None) };
    let all = repository.files_below(folder)?;
    checked_out(repository, &path, (&record, &all))
}

/// Why a record is not in the index and the working tree as what is checked out has it.
fn checked_out(
    repository: &mut Repository,
    path: &str,
    (record, all): (&Beneath, &Files),
) -> Result<Option<String>, git::Error> {
    if !repository.is_index_settled(path)? {
        return Ok(Some("the index differs from its committed record".to_owned()));
    }
    // What a sparse checkout leaves out of the working tree is there all the same.
    let left_out = repository.left_out_below(path)?;
    let is_whole = |(path, bytes): (&String, &Vec<u8>)| {
        let place = record.join(path);
        left_out.contains(path) && !place.exists()
            || place.is_copy_of(bytes).is_ok_and(|is_copy| is_copy)
    };
    let broken = all.iter().filter(|file| !is_whole(*file)).count();
    Ok((broken > 0).then(|| format!("{broken} files of its record are missing or changed")))
}

/// Whether the journal here lacks what was committed of it.
fn cut_back(project: &Project, reading: &Reading, id: &RunId) -> Option<String> {
    let here = project.store.journal_bytes(id)?;
    let whole = reading.bytes.len() as u64;
    (here < whole).then(|| {
        format!("its journal was truncated: it has {here} bytes, but {whole} bytes were committed")
    })
}

/// Why the record is not wholly where it belongs, or cannot be looked for.
fn told(found: Result<Option<String>, git::Error>) -> Option<String> {
    found.unwrap_or_else(|error| Some(format!("cannot look for its record: {error}")))
}

fn place(
    project: &Project,
    repository: &mut Repository,
    reading: &Reading,
    id: &RunId,
) -> Result<Option<String>, git::Error> {
    let reference = record::reference(id);
    let Some(tip) = repository.tip(&reference)? else {
        return Ok(Some(format!("{reference} is missing")));
    };
    if !repository.is_sound(&tip) {
        return Ok(Some(format!("{reference} has missing objects")));
    }
    let held = repository.files_of(&tip)?;
    let all = record::all_files(reading);
    let is_held = |(path, bytes): &(&String, &Vec<u8>)| {
        let id = BlobId::of(bytes).ok();
        id.is_some() && held.get(*path) == id.as_ref()
    };
    let is_at_rest = reading.is_closed() && reading.run.status != RunStatus::Running;
    let due = all.iter().filter(|(path, _)| is_at_rest || !record::is_summary(path));
    let missing = due.filter(|file| !is_held(file)).count();
    if missing > 0 {
        return Ok(Some(format!("{reference} lacks {missing} files of the record")));
    }
    // While a run goes on, its branch holds it as of its last stop.
    if !is_at_rest || project.config.record_branch == RecordBranch::Never {
        return Ok(None);
    }
    let branch = reading.run.started.git.as_ref().and_then(|git| git.branch.as_deref());
    let target = repository.home_of(branch);
    let Some(folder) = repository.path_of(&project.store.record(id).path()) else {
        return Ok(None);
    };
    // Its branch went with its worktree, and was saved.
    if project.store.deleted_mark(id).exists() {
        return Ok(None);
    }
    if !repository.is_grafted(&target, &folder, &tip)? {
        return Ok(Some("its record is not fully committed on its branch".to_owned()));
    }
    if !repository.is_checked_out(&target)? {
        let is_left =
            project.store.record(id).exists() && !repository.is_folder_in_head(&folder)?;
        let words = "its record was left behind when another branch was checked out";
        return Ok(is_left.then(|| words.to_owned()));
    }
    let record = project.store.record(id);
    let found = checked_out(repository, &folder, (&record, &all))?;
    if found.is_some() {
        return Ok(found);
    }
    let folders: BTreeSet<&Path> = all.keys().filter_map(|path| Path::new(path).parent()).collect();
    let is_left =
        |folder: &&Path| record.join(folder).half_written().is_ok_and(|left| !left.is_empty());
    let has_left = folders.iter().any(is_left);
    Ok(has_left.then(|| "a killed process left partly written files in its record".to_owned()))
}
