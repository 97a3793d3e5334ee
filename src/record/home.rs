//! Where runs lie: the journal and lock of each out of git's reach, its record and
//! logs below the project.

use super::RUNS;
use super::copy::Copy;
use crate::files::Beneath;
use crate::files::Project;
use crate::git::Repository;
use crate::id::RunId;
use crate::id::slug_of;
use crate::journal;
use crate::journal::Follow;
use crate::journal::Reading;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The places of all runs of a project.
#[derive(Debug, Clone)]
pub struct Home {
    project: Project,
    /// Shared by all worktrees of a repository; `None` outside of git.
    shared: Option<Beneath>,
    /// Of this worktree alone; `None` outside of git.
    own: Option<Beneath>,
    /// The folder that all worktrees of the repository share.
    git_folder: Option<PathBuf>,
}

impl Home {
    pub fn new(project: Project, repository: Option<&Repository>) -> Self {
        let git_folder = repository.map(|repository| repository.common_folder().to_owned());
        let shared = git_folder.as_ref().map(|folder| Beneath::new(folder).join("orch"));
        let own = repository.map(|repository| Beneath::new(repository.folder()).join("orch"));
        Self { project, shared, own, git_folder }
    }

    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Journal, lock and what belongs to this machine alone.
    pub fn state(&self, id: &RunId) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("runs").join(id.as_str()),
            None => self.folder(id).join(".state"),
        }
    }

    /// The lock that every commit of `orch` on a branch takes.
    pub fn commit_lock(&self) -> Option<Beneath> {
        self.shared.as_ref().map(|shared| shared.join("commit.lock"))
    }

    /// The lock of whoever begins the run of a key, so that there is one.
    pub fn begin_lock(&self) -> Beneath {
        match &self.shared {
            Some(shared) => shared.join("begin.lock"),
            None => self.runs().join(".begin.lock"),
        }
    }

    /// The folder that all worktrees of the repository share.
    pub fn git_folder(&self) -> Option<PathBuf> {
        self.git_folder.clone()
    }

    /// Where the runs that were chosen are written: each worktree has its own stack, and each session
    /// that a shell names.
    pub fn current(&self, session: Option<&str>) -> Beneath {
        let session = session.map(|key| format!("-{}", slug_of(key))).unwrap_or_default();
        match &self.own {
            Some(own) => own.join(format!("current{session}.json")),
            None => self.runs().join(format!(".current{session}.json")),
        }
    }

    /// The folder of all runs.
    pub fn runs(&self) -> Beneath {
        Beneath::new(self.project.root()).join(RUNS)
    }

    pub fn folder(&self, id: &RunId) -> Beneath {
        self.runs().join(id.as_str())
    }

    pub fn record(&self, id: &RunId) -> Beneath {
        self.folder(id).join("record").staged_in(&self.logs(id))
    }

    /// Never committed: the folder ignores itself.
    pub fn logs(&self, id: &RunId) -> Beneath {
        self.folder(id).join("logs").ignored_by_git()
    }

    /// Clears away what a kill left of a folder of logs that was being made. Call it with the run's
    /// lock held.
    pub fn clear_logs(&self, id: &RunId) -> io::Result<()> {
        let logs = self.folder(id).join("logs");
        logs.remove_half_written()?;
        logs.remove_empty_folders();
        Ok(())
    }

    /// Where the programs of a run are named while they are at work.
    pub fn at_work(&self, id: &RunId) -> Beneath {
        self.state(id).join("at-work")
    }

    /// Where letters to whoever holds the run lie.
    pub fn mailbox(&self, id: &RunId) -> Beneath {
        self.state(id).join("mailbox")
    }

    /// The lock of whoever keeps the sitting at the run.
    pub fn session_lock(&self, id: &RunId) -> Beneath {
        self.state(id).join("session.lock")
    }

    pub fn lock(&self, id: &RunId) -> Beneath {
        self.state(id).join("lock")
    }

    /// Whether a path is that of some run's lock, in whatever project.
    pub fn is_lock(path: &Path) -> bool {
        let folder = path.parent().filter(|_| path.file_name().is_some_and(|name| name == "lock"));
        let folder = folder.map(|folder| match folder.file_name() {
            Some(name) if name == ".state" => folder.parent().unwrap_or(folder),
            Some(_) | None => folder,
        });
        let name = folder.and_then(|folder| folder.file_name()?.to_str());
        name.is_some_and(|name| RunId::parse(name).is_ok())
    }

    /// All runs that have a journal here, a record in the working tree or a ref of their own, oldest
    /// first; without those of other tools.
    pub fn ids(&self) -> io::Result<Vec<RunId>> {
        let mut names: BTreeSet<String> = self.runs().names()?.into_iter().collect();
        if let Some(shared) = &self.shared {
            names.extend(shared.join("runs").names()?);
        }
        let ids = names.into_iter().filter_map(|name| RunId::parse(name).ok());
        let mut ids: BTreeSet<RunId> = ids.filter(|id| self.has_begun(id)).collect();
        ids.extend(self.ids_of_refs());
        Ok(ids.into_iter().collect())
    }

    /// The runs that have a ref of their own.
    fn ids_of_refs(&self) -> Vec<RunId> {
        let refs = self.repository().and_then(|repository| repository.refs_below(super::REFS).ok());
        let names = refs.unwrap_or_default().into_iter();
        names.filter_map(|name| RunId::parse(name.strip_prefix(super::REFS)?).ok()).collect()
    }

    fn repository(&self) -> Option<Repository> {
        self.shared.as_ref()?;
        Repository::discover(self.project.root()).ok().flatten()
    }

    /// A kill before the first event was written whole leaves a folder and no run: nobody was told
    /// of one.
    fn has_begun(&self, id: &RunId) -> bool {
        self.state(id).join(journal::FILE).has_a_line().unwrap_or(true)
            || (self.record(id).exists() && !self.is_foreign(id))
    }

    /// The length of a run's own journal, which grows with each event.
    pub fn journal_bytes(&self, id: &RunId) -> Option<u64> {
        self.state(id).join(journal::FILE).size().ok().flatten()
    }

    /// Reads a run, for a list: from its own journal, else from the record's committed copy.
    pub fn glance(&self, id: &RunId) -> Result<Reading, journal::Error> {
        let path = self.state(id).join(journal::FILE);
        // An empty one says nothing, as one that is not there.
        if path.exists() && !path.size().is_ok_and(|bytes| bytes == Some(0)) {
            return journal::read(&path);
        }
        self.committed_journal(id)?.fold()
    }

    /// Reads a run from its own journal or the record's committed copy, whichever is longer. Where
    /// each says what the other does not, neither serves.
    pub fn read(&self, id: &RunId) -> Result<Reading, journal::Error> {
        let path = self.state(id).join(journal::FILE);
        let here = path.read();
        let path = path.path();
        let here = here.map_err(|source| journal::Error::Io { path: path.clone(), source })?;
        let Some(here) = here.filter(|here| !here.is_empty()) else { return self.glance(id) };
        let committed = self.committed_journal(id)?;
        if here.starts_with(&committed.bytes) {
            drop(committed);
            return journal::fold(&path, here);
        }
        let copy = committed.folder();
        let committed_reading = committed.fold()?;
        let reading = journal::fold(&path, here)?;
        if committed_reading.bytes.starts_with(&reading.bytes) {
            return Ok(committed_reading);
        }
        let (here, committed) = (reading.head, committed_reading.head);
        Err(journal::Error::Fork { path, here, copy, committed })
    }

    /// Follows a run's own journal from where the run stands now.
    pub fn follow(&self, id: &RunId) -> Result<Follow, journal::Error> {
        Ok(Follow::after(self.state(id).join(journal::FILE), &self.read(id)?))
    }

    /// Whether the run was driven on this machine, or came here as a committed copy only.
    pub fn is_own(&self, id: &RunId) -> bool {
        self.state(id).join(journal::FILE).exists()
    }

    /// Makes the journal of a run that came with a clone, or went on elsewhere, this machine's own.
    pub fn adopt(&self, id: &RunId) -> Result<(), journal::Error> {
        let path = self.state(id).join(journal::FILE);
        let reading = self.read(id)?;
        let is_whole =
            path.size().map(|size| size.is_some_and(|size| size >= reading.bytes.len() as u64));
        let adopted = match is_whole {
            Ok(true) => return Ok(()),
            Ok(false) => path.write(&reading.bytes),
            Err(error) => Err(error),
        };
        adopted.map_err(|source| journal::Error::Io { path: path.path(), source })
    }

    /// The segments in the record's folder, or on the run's own ref where it has gone on since.
    fn committed_journal(&self, id: &RunId) -> Result<Copy, journal::Error> {
        let folder = self.record(id);
        let place = format!("{}/", folder.path().display());
        let here = Copy::read(place, |path| folder.join(path).read());
        let here = here.map_err(|source| journal::Error::Io { path: folder.path(), source })?;
        let on_ref = self.journal_of_ref(id);
        Ok(on_ref.filter(|on_ref| on_ref.bytes.starts_with(&here.bytes)).unwrap_or(here))
    }

    fn journal_of_ref(&self, id: &RunId) -> Option<Copy> {
        let repository = self.repository()?;
        let reference = super::reference(id);
        let tip = repository.tip(&reference).ok()??;
        let files = repository.files_of(&tip).ok()?;
        let read = |path: &str| Ok(files.get(path).and_then(|id| repository.bytes_of(*id).ok()));
        // As `git show` takes it.
        Copy::read(format!("{reference}:"), read).ok()
    }
}
