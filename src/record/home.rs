//! Where runs lie: the journal and lock of each out of git's reach, its record and
//! logs below the project.

use super::RUNS;
use crate::files;
use crate::files::Project;
use crate::git::Repository;
use crate::id::RunId;
use crate::journal;
use crate::journal::Reading;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

/// The places of all runs of a project.
#[derive(Debug, Clone)]
pub struct Home {
    project: Project,
    /// Shared by all worktrees of a repository; `None` outside of git.
    shared: Option<PathBuf>,
    /// Of this worktree alone; `None` outside of git.
    own: Option<PathBuf>,
}

impl Home {
    pub fn new(project: Project, repository: Option<&Repository>) -> Self {
        let shared = repository.map(|repository| repository.common_folder().join("orch"));
        let own = repository.map(|repository| repository.folder().join("orch"));
        Self { project, shared, own }
    }

    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Journal, lock and what belongs to this machine alone.
    pub fn state(&self, id: &RunId) -> PathBuf {
        match &self.shared {
            Some(shared) => shared.join("runs").join(id.as_str()),
            None => self.folder(id).join(".state"),
        }
    }

    /// The lock that every commit in the repository takes.
    pub fn commit_lock(&self) -> Option<PathBuf> {
        self.shared.as_ref().map(|shared| shared.join("commit.lock"))
    }

    /// Where the run chosen by `orch use` is written: each worktree has its own.
    pub fn current(&self) -> PathBuf {
        match &self.own {
            Some(own) => own.join("current.json"),
            None => self.project.root().join(RUNS).join(".current.json"),
        }
    }

    pub fn folder(&self, id: &RunId) -> PathBuf {
        self.project.root().join(RUNS).join(id.as_str())
    }

    pub fn record(&self, id: &RunId) -> PathBuf {
        self.folder(id).join("record")
    }

    pub fn logs(&self, id: &RunId) -> PathBuf {
        self.folder(id).join("logs")
    }

    pub fn lock(&self, id: &RunId) -> PathBuf {
        self.state(id).join("lock")
    }

    /// All runs that have a journal here or a record in the working tree, oldest first.
    pub fn ids(&self) -> io::Result<Vec<RunId>> {
        let mut names: BTreeSet<String> =
            files::names_in(&self.project.root().join(RUNS))?.into_iter().collect();
        if let Some(shared) = &self.shared {
            names.extend(files::names_in(&shared.join("runs"))?);
        }
        Ok(names.into_iter().filter_map(|name| RunId::parse(name).ok()).collect())
    }

    /// Reads a run: from its own journal, else from the record's committed copy.
    pub fn read(&self, id: &RunId) -> Result<Reading, journal::Error> {
        let path = self.state(id).join(journal::FILE);
        if files::exists(&path) {
            return journal::read(&path);
        }
        let folder = self.record(id).join("journal");
        let bytes = self.committed_journal(id);
        let bytes = bytes.map_err(|source| journal::Error::Io { path: folder.clone(), source })?;
        journal::fold(&folder, &bytes)
    }

    /// Makes the journal of a run that came with a clone this machine's own.
    pub fn adopt(&self, id: &RunId) -> Result<(), journal::Error> {
        let path = self.state(id).join(journal::FILE);
        if files::exists(&path) {
            return Ok(());
        }
        let reading = self.read(id)?;
        let bytes: Vec<u8> =
            reading.segments.iter().flat_map(|segment| segment.bytes.iter().copied()).collect();
        files::write(&path, &bytes).map_err(|source| journal::Error::Io { path, source })
    }

    fn committed_journal(&self, id: &RunId) -> io::Result<Vec<u8>> {
        let folder = self.record(id).join("journal");
        let mut bytes = Vec::new();
        for name in files::names_in(&folder)? {
            if name.ends_with(".jsonl") {
                bytes.extend(files::read_own(&folder.join(name))?.unwrap_or_default());
            }
        }
        Ok(bytes)
    }
}
