//! Runs: which cannot be read, which stalled, what one left at work, and which the branch lost.

use super::Remedy;
use super::Symptom;
use crate::event::RunStatus;
use crate::files::Lock;
use crate::git::Repository;
use crate::id::RunId;
use crate::journal::Reading;
use crate::ops::Site;
use crate::ops::orphans;

/// What is wrong with one run; nothing where all is well.
pub fn look(site: &Site, repository: Option<&Repository>, id: &RunId) -> Vec<Symptom> {
    let what = format!("run {id}");
    let reading = match site.home.read(id) {
        Ok(reading) => reading,
        Err(error) => return vec![Symptom::ill(what, error.to_string())],
    };
    // While somebody drives it, what is at work or not committed yet is theirs.
    if Lock::is_held(&site.home.lock(id)) {
        return Vec::new();
    }
    let mut symptoms = Vec::new();
    if reading.run.status == RunStatus::Running {
        let finding = format!("it stalled; orch run resume --run {id}");
        symptoms.push(Symptom::ill(what.clone(), finding));
    }
    let orphans = match orphans::find(site, id) {
        Ok(orphans) => orphans,
        Err(error) => return vec![Symptom::ill(what, error.to_string())],
    };
    for words in orphans.iter().filter_map(orphans::shown) {
        let remedy = Remedy::EndOrphans(id.clone());
        symptoms.push(Symptom::ill(what.clone(), words).with(remedy));
    }
    if let Some(repository) = repository.filter(|_| site.home.is_own(id)) {
        let lost = lost(site, repository, &reading, id);
        symptoms.extend(
            lost.map(|finding| Symptom::ill(what, finding).with(Remedy::RebuildRecord(id.clone()))),
        );
    }
    symptoms
}

/// Why the record is not where it belongs: its newest part is looked for there.
fn lost(site: &Site, repository: &Repository, reading: &Reading, id: &RunId) -> Option<String> {
    let newest = reading.segments().rfind(|segment| segment.is_closed)?;
    let branch = reading.run.started.git.as_ref().and_then(|git| git.branch.as_deref());
    let path = site.home.record(id).join("journal").join(newest.name());
    let path = repository.path_of(&path.path())?;
    match repository.file_at(&site.target(branch), &path) {
        Ok(Some(bytes)) if bytes == newest.bytes => None,
        Ok(Some(_)) => Some("its record was changed where it is committed".to_owned()),
        Ok(None) => Some("its record is not, or not wholly, committed".to_owned()),
        Err(error) => Some(format!("its record cannot be looked for: {error}")),
    }
}
