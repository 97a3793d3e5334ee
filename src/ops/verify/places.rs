//! Where the record of a run lies: in the working tree, in the index, and in commits. A branch may
//! have been merged and deleted, and a clone may hold but one: what is committed is looked for on the
//! run's branch, as it is here or as a remote has it, in HEAD, and on the run's own ref.

use crate::event::RunStarted;
use crate::files;
use crate::files::Beneath;
use crate::git::CommitFolder;
use crate::git::Files;
use crate::git::FoundCommit;
use crate::git::Repository;
use crate::git::Staged;
use crate::git::Target;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Project;
use crate::store::journal;
use crate::store::record;
use crate::store::record::RUNS;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// How often HEAD and index are looked at anew when a commit moved them meanwhile.
const LOOKS_MAX: usize = 5;

/// A commit that holds a record.
pub struct RecordCommit {
    pub found: FoundCommit,
    pub files: Files,
    folder: CommitFolder,
}

impl RecordCommit {
    /// What is put behind a path of the record.
    pub fn note(&self) -> String {
        if self.found.is_checked_out {
            " (committed)".to_owned()
        } else {
            format!(" ({})", self.found.name)
        }
    }
}

/// All places of a record, as they were before the journal was read: it is written first, so that
/// none of them is ever ahead of it.
#[derive(Default)]
pub struct RecordPlaces {
    /// The files in the working tree.
    pub disk: Files,
    /// Where the index differs from HEAD.
    pub staged: BTreeMap<String, Staged>,
    /// Whether the index is being written, or its writer was killed.
    pub is_index_locked: bool,
    /// Each record that is committed, where it belongs first; no two are alike.
    pub committed: Vec<RecordCommit>,
    /// What is checked out.
    pub head: Option<FoundCommit>,
    /// The branch that the work is on.
    pub branch: Option<FoundCommit>,
    /// Whether the commit where the record belongs holds any of it.
    pub is_at_home: bool,
}

impl RecordPlaces {
    pub fn find(project: &Project, git: Option<&Repository>, id: &RunId) -> Result<Self, Error> {
        let folder = project.store.record(id);
        let mut places = Self::default();
        let inside = git.and_then(|git| Some((git, git.path_of(&folder.path())?)));
        if let Some((git, path)) = inside {
            places.look_at_git(project, (git, &path), id)?;
        }
        let on_disk = on_disk(&folder).map_err(|source| Error::disk(&folder, source))?;
        places.disk.extend(on_disk);
        Ok(places)
    }

    fn look_at_git(
        &mut self,
        project: &Project,
        (git, path): (&Repository, &str),
        id: &RunId,
    ) -> Result<(), Error> {
        self.look_at_index(git, path)?;
        let head = self.head.clone();
        let own = git.find(&Target::Ref(record::reference(id)))?;
        self.add(git, path, head.as_ref())?;
        self.add(git, path, own.as_ref())?;
        let mut started = self.started(project, id);
        if started.is_none() {
            for branch in git.found_branches()? {
                self.add(git, path, Some(&branch))?;
            }
            started = self.started(project, id);
        }
        let branch = started.and_then(|started| started.git).and_then(|git| git.branch);
        let target = git.find(&Project::target(branch.as_deref()))?;
        let home = self.add(git, path, target.as_ref())?;
        self.is_at_home = home.is_some();
        self.committed.sort_by_key(|one| Some(one.folder) != home);
        self.branch = match branch {
            Some(branch) => git.find(&Target::Branch(branch))?,
            None => head,
        };
        // What a sparse checkout leaves out of the working tree is there all the same.
        let left_out = git.left_out_below(path)?;
        if let Some(in_head) = self.in_head().filter(|_| !left_out.is_empty()) {
            let absent = in_head.files.iter().filter(|(path, _)| left_out.contains(*path));
            self.disk = absent.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
        }
        Ok(())
    }

    /// A commit that is made meanwhile moves HEAD and index: they are looked at together.
    fn look_at_index(&mut self, git: &Repository, path: &str) -> Result<(), Error> {
        for _ in 0..LOOKS_MAX {
            self.head = git.found_head()?;
            self.is_index_locked = git.is_index_locked();
            // What only git itself can read is left to it.
            self.staged = git.staged_below(path).unwrap_or_default();
            if git.found_head()? == self.head {
                return Ok(());
            }
        }
        self.is_index_locked = true;
        Ok(())
    }

    /// Whether another tool made the record: what it holds is a `RUN.json` without a journal.
    pub fn is_foreign(&self) -> bool {
        let copies = self.committed.iter().map(|one| &one.files).chain([&self.disk]);
        let mut copies = copies.filter(|files| !files.is_empty()).peekable();
        copies.peek().is_some() && copies.all(record::is_foreign)
    }

    /// The record as HEAD holds it.
    pub fn in_head(&self) -> Option<&RecordCommit> {
        self.committed.iter().find(|one| one.found.is_checked_out)
    }

    /// Adds what a commit holds of the record, where no other holds the same.
    fn add(
        &mut self,
        git: &Repository,
        path: &str,
        found: Option<&FoundCommit>,
    ) -> Result<Option<CommitFolder>, Error> {
        let Some(found) = found else { return Ok(None) };
        let mut folder = git.folder_in(found, path)?;
        if folder.is_none() && found.name.starts_with(record::REFS) {
            folder = git.folder_in(found, "")?;
        }
        let Some(folder) = folder else { return Ok(None) };
        if self.committed.iter().all(|known| known.folder != folder) {
            let files = git.files_below(folder)?;
            self.committed.push(RecordCommit { found: found.clone(), files, folder });
        }
        Ok(Some(folder))
    }

    /// How the run began, as the first line of any journal of it says: that line never changes.
    fn started(&self, project: &Project, id: &RunId) -> Option<RunStarted> {
        let own = project.store.journal(id).read().ok().flatten();
        let copies = self.committed.iter().map(|one| &one.files).chain([&self.disk]);
        let copies = copies.filter_map(|files| files.get(&record::segment_path(1)).cloned());
        own.into_iter().chain(copies).find_map(|mut bytes| {
            bytes.truncate(bytes.iter().position(|byte| *byte == b'\n')? + 1);
            Some(journal::fold(Path::new(journal::FILE), bytes).ok()?.run.started)
        })
    }
}

/// All runs that have a journal here, or a record in the working tree, in HEAD or on their own ref;
/// also those of another tool whose names are like ours: what HEAD holds of them may tell otherwise.
pub fn ids(project: &Project, git: Option<&Repository>) -> Result<Vec<RunId>, Error> {
    let known = project.store.runs().map_err(|error| Error::environment(error.to_string()))?;
    let mut ids: BTreeSet<RunId> = known.into_iter().collect();
    let foreign = project.foreign()?.into_iter();
    ids.extend(foreign.filter_map(|foreign| RunId::parse(foreign.name).ok()));
    if let Some(git) = git {
        ids.extend(ids_in(project, git, git.found_head()?.as_slice())?);
    }
    Ok(ids.into_iter().collect())
}

/// The records of another tool that no run of ours could be named like.
pub fn foreign(project: &Project) -> Result<Vec<String>, Error> {
    let names = project.foreign()?.into_iter().map(|foreign| foreign.name);
    Ok(names.filter(|name| RunId::parse(name.clone()).is_err()).collect())
}

/// The runs whose records lie on any branch, here or as a remote has it.
pub fn ids_on_branches(project: &Project, git: Option<&Repository>) -> Result<Vec<RunId>, Error> {
    let Some(git) = git else { return Ok(Vec::new()) };
    ids_in(project, git, &git.found_branches()?)
}

fn ids_in(
    project: &Project,
    git: &Repository,
    commits: &[FoundCommit],
) -> Result<Vec<RunId>, Error> {
    let mut ids = Vec::new();
    let Some(path) = git.path_of(&project.folder.root().join(RUNS)) else { return Ok(ids) };
    for found in commits {
        let folder = git.folder_in(found, &path)?;
        let names = folder.map(|folder| git.names_in(folder)).transpose()?.unwrap_or_default();
        ids.extend(names.into_iter().filter_map(|name| RunId::parse(name).ok()));
    }
    Ok(ids)
}

/// Every file below a folder, by its path from there; what is no regular file has no bytes, and what
/// a kill left half written is none of it.
fn on_disk(folder: &Beneath) -> std::io::Result<Files> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(above) = folders.pop() {
        for name in folder.join(&above).names()? {
            if files::is_half_written(&name) {
                continue;
            }
            let path = format!("{above}{name}");
            let whole = folder.join(&path);
            match whole.read_with_stat(Vec::new())? {
                Some((bytes, _)) => drop(found.insert(path, bytes)),
                None if whole.is_folder() => folders.push(format!("{path}/")),
                None => drop(found.insert(path, Vec::new())),
            }
        }
    }
    Ok(found)
}
