//! What is kept of runs: the only door to them. A run is read, followed and talked to by anybody; it
//! is written by whoever holds its lease, and knows where its hash chain stands.
//!
//! - [`journal`]: a run's events, the only truth;
//! - [`record`]: the committed documents, all of them views of the journal;
//! - [`mailbox`]: what is said to whoever holds a run;
//! - [`pool`]: where runs wait for a worker;
//! - [`outbox`]: notifications of it that are on their way;
//! - [`checkpoint`]: snapshots of the working tree;
//! - [`Lease`]: the right to write a run.

pub mod checkpoint;
pub mod journal;
pub mod mailbox;
pub mod pool;
pub mod outbox;
pub mod record;

mod lease;
mod places;
mod projects;

pub use lease::Durability;
pub use lease::Lease;
pub use lease::Refused;

use crate::clock::Moment;
use crate::event::Author;
use crate::event::Note;
use crate::files::Beneath;
use crate::files::Lock;
use crate::files::LockHolder;
use crate::files::ProjectFolder;
use crate::git::BlobId;
use crate::git::Repository;
use crate::id::AttemptId;
use crate::id::RunId;
use crate::parallel;
use journal::Follow;
use journal::FollowFrom;
use journal::Reading;
use mailbox::Letter;
use mailbox::Mailbox;
use mailbox::SentAnswer;
use record::Copy;
use record::Folders;
use record::REFS;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A longer journal is folded while another core reads the committed copy.
const LONG_BYTES: usize = 1024 * 1024;

/// All runs of a project.
#[derive(Debug, Clone)]
pub struct Store {
    project: ProjectFolder,
    /// Shared by all worktrees of a repository; `None` outside of git.
    shared: Option<Beneath>,
    /// Of this worktree alone; `None` outside of git.
    own: Option<Beneath>,
    /// The project's folder relative to the repository's root; `None` outside of git.
    project_path: Option<String>,
    /// The folder that all worktrees of the repository share.
    git_folder: Option<PathBuf>,
}

impl Store {
    /// The project's own runs among all of the repository, oldest first.
    pub fn runs(&self) -> io::Result<Vec<RunId>> {
        let mut ids = self.runs_of_all_projects()?;
        ids.retain(|id| self.is_of_project(id));
        Ok(ids)
    }

    /// All runs that have a journal here, a record in the working tree or a ref of their own, oldest
    /// first; without those of other tools.
    pub fn runs_of_all_projects(&self) -> io::Result<Vec<RunId>> {
        let mut names: BTreeSet<String> = self.runs_folder().names()?.into_iter().collect();
        if let Some(shared) = &self.shared {
            names.extend(shared.join("runs").names()?);
        }
        let ids = names.into_iter().filter_map(|name| RunId::parse(name).ok());
        let mut ids: BTreeSet<RunId> = ids.filter(|id| self.has_begun(id)).collect();
        ids.extend(self.ids_of_refs());
        Ok(ids.into_iter().collect())
    }

    /// Says something to whoever holds the run. When it returns, a power cut does not take it back.
    pub fn say(&self, id: &RunId, at: Moment, note: &Note, author: &Author) -> io::Result<()> {
        Mailbox::new(self.mailbox(id)).put(at, note, author)
    }

    /// Leaves a person's answer to the question of an attempt to whoever holds the run.
    pub fn answer(
        &self,
        id: &RunId,
        (at, note): (Moment, &Note),
        attempt: &AttemptId,
    ) -> io::Result<SentAnswer> {
        Mailbox::new(self.mailbox(id)).answer(at, note, attempt)
    }

    /// What was said to whoever holds the run and is not in its journal yet, in its order.
    pub fn said(&self, id: &RunId) -> io::Result<Vec<Letter>> {
        let mut letters = Mailbox::new(self.mailbox(id)).letters()?;
        let boxes = self.letterboxes(id);
        for name in boxes.names()? {
            letters.extend(Mailbox::of_work(boxes.join(name)).letters()?);
        }
        letters.sort_by_key(|letter| letter.note.said_at);
        // What works at an attempt finds its own letterbox in place of the run's, too.
        letters.dedup_by(|letter, before| letter.is_same(before));
        Ok(letters)
    }

    /// Takes the lock of a run, or says who holds it; `since` is when, for others to read.
    pub fn lock(
        &self,
        id: &RunId,
        since: &str,
        patience: Duration,
    ) -> io::Result<Result<Lock, LockHolder>> {
        Lock::take(&self.lock_place(id), since, patience)
    }

    /// Whether somebody holds the run.
    pub fn is_held(&self, id: &RunId) -> bool {
        Lock::is_held(&self.lock_place(id))
    }

    /// Whether somebody holds the run, or a worker will take it.
    pub fn is_in_hand(&self, id: &RunId) -> bool {
        self.is_held(id) || self.pool().is_waiting(id).unwrap_or_default()
    }

    /// Who holds the run.
    pub fn holder(&self, id: &RunId) -> Option<LockHolder> {
        Lock::holder(&self.lock_place(id))
    }

    /// The runs that have a ref of their own.
    fn ids_of_refs(&self) -> Vec<RunId> {
        let refs = self.repository().and_then(|repository| repository.refs_below(REFS).ok());
        let names = refs.unwrap_or_default().into_iter();
        names.filter_map(|name| RunId::parse(name.strip_prefix(REFS)?).ok()).collect()
    }

    fn repository(&self) -> Option<Repository> {
        self.shared.as_ref()?;
        Repository::discover(self.project.root()).ok().flatten()
    }

    /// A kill before the first event was written whole leaves a folder and no run: nobody was told
    /// of one.
    fn has_begun(&self, id: &RunId) -> bool {
        self.journal(id).has_a_line().unwrap_or(true)
            || (self.record(id).exists() && !self.is_foreign(id))
    }

    /// The length of a run's own journal, which grows with each event.
    pub fn journal_bytes(&self, id: &RunId) -> Option<u64> {
        self.journal(id).size().ok().flatten()
    }

    /// Reads a run, for a list: from its own journal, else from the record's committed copy.
    pub fn glance(&self, id: &RunId) -> Result<Reading, journal::Error> {
        let path = self.journal(id);
        // An empty one says nothing, as one that is not there.
        if path.exists() && !path.size().is_ok_and(|bytes| bytes == Some(0)) {
            return journal::read(&path);
        }
        self.longest_committed(id)?.fold()
    }

    /// Reads a run from its own journal or the record's committed copy, whichever is longer. Where
    /// each says what the other does not, neither serves.
    pub fn read(&self, id: &RunId) -> Result<Reading, journal::Error> {
        let path = self.journal(id);
        let here = path.read();
        let path = path.path();
        let here = here.map_err(|source| journal::Error::Io { path: path.clone(), source })?;
        let Some(here) = here.filter(|here| !here.is_empty()) else { return self.glance(id) };
        let committed = || self.committed_journal(id);
        let fold = || journal::fold_own(&path, here.clone());
        let (committed, reading) = if here.len() > LONG_BYTES {
            parallel::both(committed, fold)
        } else {
            (committed(), fold())
        };
        let committed = committed?;
        if here.starts_with(&committed.bytes) {
            return reading;
        }
        let copy = committed.folder();
        let committed_reading = committed.fold()?;
        let reading = reading?;
        if committed_reading.bytes.starts_with(&reading.bytes) {
            return Ok(committed_reading);
        }
        let (here, committed) = (reading.head, committed_reading.head);
        Err(journal::Error::Fork { path, here, copy, committed })
    }

    /// Follows a run's own journal.
    pub fn follow(&self, id: &RunId, from: FollowFrom) -> Result<Follow, journal::Error> {
        Follow::from(self.journal(id), &self.read(id)?, from)
    }

    /// Whether the run was driven on this machine, or came here as a committed copy only.
    pub fn is_own(&self, id: &RunId) -> bool {
        self.journal(id).exists()
    }

    /// Makes the journal of a run that came with a clone, or went on elsewhere, this machine's own.
    pub fn adopt(&self, id: &RunId) -> Result<(), journal::Error> {
        let path = self.journal(id);
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

    /// Lets go of what this machine has of a run that went on elsewhere, its record apart.
    #[cfg(feature = "engine")]
    pub fn disown(&self, id: &RunId) -> io::Result<()> {
        self.state(id).join(journal::FILE).remove()?;
        self.workspace(id).remove()
    }

    /// The segments in the record's folder, or on the run's own ref where it has gone on since.
    fn committed_journal(&self, id: &RunId) -> Result<Copy, journal::Error> {
        let folder = self.record(id);
        let place = format!("{}/", folder.path().display());
        let (mut folders, mut known) = (Folders::of(&folder), BTreeMap::new());
        let here = Copy::read(place, |path| {
            let bytes = folders.read(path)?;
            let blob = bytes.as_ref().and_then(|bytes| BlobId::of(bytes).ok());
            known.extend(blob.map(|blob| (path.to_owned(), blob)));
            Ok(bytes)
        });
        let here = here.map_err(|source| journal::Error::Io { path: folder.path(), source })?;
        let on_ref = self.copy_at(&record::reference(id), &known);
        Ok(on_ref.filter(|on_ref| on_ref.bytes.starts_with(&here.bytes)).unwrap_or(here))
    }

    /// The same, or what is checked out where it has more of it: files may have been removed since.
    fn longest_committed(&self, id: &RunId) -> Result<Copy, journal::Error> {
        let found = self.committed_journal(id)?;
        // What is torn off within a line was not removed as a file.
        let is_whole = found.bytes.is_empty() || found.bytes.ends_with(b"\n");
        let in_head = self.journal_in_head(id).filter(|_| is_whole).filter(|in_head| {
            in_head.bytes.len() > found.bytes.len() && in_head.bytes.starts_with(&found.bytes)
        });
        Ok(in_head.unwrap_or(found))
    }

    fn journal_in_head(&self, id: &RunId) -> Option<Copy> {
        let repository = self.repository()?;
        let path = repository.path_of(&self.record(id).path())?;
        let folder = repository.folder_in(&repository.found_head().ok()??, &path).ok()??;
        let files = repository.ids_below(folder).ok()?;
        let read = |path: &str| Ok(files.get(path).and_then(|id| repository.bytes_of(*id).ok()));
        Copy::read(format!("HEAD:{path}/"), read).ok()
    }

    /// The runs whose journals what is checked out holds, whether or not their files are there.
    pub fn runs_in_head(&self) -> Vec<RunId> {
        let Some(repository) = self.repository() else { return Vec::new() };
        let found = || {
            let path = repository.path_of(&self.runs_folder().path())?;
            let head = repository.found_head().ok()??;
            let folder = repository.folder_in(&head, &path).ok()??;
            let names = repository.names_in(folder).ok()?.into_iter();
            let is_run = |id: &RunId| {
                let journal = format!("{path}/{id}/record/journal");
                repository.folder_in(&head, &journal).is_ok_and(|folder| folder.is_some())
            };
            Some(names.filter_map(|name| RunId::parse(name).ok()).filter(is_run).collect())
        };
        found().unwrap_or_default()
    }

    /// The copy on a ref; `None` where it holds nothing but these known segments.
    fn copy_at(&self, reference: &str, known: &BTreeMap<String, BlobId>) -> Option<Copy> {
        let repository = self.repository()?;
        let tip = repository.tip(reference).ok()??;
        let files = repository.files_of(&tip).ok()?;
        let mut segments = files.iter().filter(|(path, _)| record::is_segment(path));
        if !known.is_empty() && segments.all(|(path, blob)| known.get(path) == Some(blob)) {
            return None;
        }
        let read = |path: &str| Ok(files.get(path).and_then(|id| repository.bytes_of(*id).ok()));
        // As `git show` takes it.
        Copy::read(format!("{reference}:"), read).ok()
    }

    /// Reads a run from the record that a ref holds.
    pub fn read_ref(&self, reference: &str) -> Result<Reading, journal::Error> {
        let path = || PathBuf::from(reference);
        self.copy_at(reference, &BTreeMap::new())
            .ok_or_else(|| journal::Error::Empty { path: path() })?
            .fold()
    }

    /// Reads a run from its own journal here, if it has one.
    pub fn read_own(&self, id: &RunId) -> Result<Option<Reading>, journal::Error> {
        let path = self.journal(id);
        path.has_a_line().unwrap_or(true).then(|| journal::read(&path)).transpose()
    }
}
