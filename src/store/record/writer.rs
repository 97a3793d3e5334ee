//! The writer: takes the record of one run onto the run's own ref, attempt by attempt, and at every
//! stop into the project's folder and onto its branch. What could not be committed now is committed
//! with what comes next.

use super::Head;
use super::RUNS;
use super::RecordNews;
use super::folder::Error;
use super::folder::Folder;
use crate::clock::Moment;
use crate::config::RecordBranch;
use crate::digest::Digest;
use crate::event::Checkpoint;
use crate::files::Beneath;
use crate::git;
use crate::git::BlobId;
use crate::git::Graft;
use crate::git::Link;
use crate::git::Repository;
use crate::git::Target;
use crate::git::Tip;
use crate::id::AttemptId;
use crate::id::RunId;
use crate::store::Store;
use crate::store::journal;
use crate::store::journal::Reading;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How often at most the documents that grow with the run are brought up to date while it goes on.
const SUMMARY_EVERY: Duration = Duration::from_secs(1);

/// How many times as long the journal must have become for that, so that all of them together grow as
/// the run does.
const SUMMARY_GROWTH: u64 = 2;

/// How long a commit on the branch waits for others before it is left to the next one.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a commit looks again while commands of others use the index.
const OUTLAST: Duration = Duration::from_millis(600);

/// How long the end of a sitting waits for a collection of garbage that may take its last commit.
const PRUNE_PATIENCE: Duration = Duration::from_secs(10);

/// Why nothing was committed.
#[derive(Debug, thiserror::Error)]
enum Uncommitted {
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error(transparent)]
    Disk(#[from] Error),
    #[error("{0} kept moving while orch tried to commit; another process writes to it")]
    Contested(String),
}

/// Where a record goes.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The branch.
    pub target: Target,
    /// When the branch gets it.
    pub branch: RecordBranch,
}

/// Writes and commits the record of one run.
pub struct RecordWriter {
    store: Store,
    id: RunId,
    folder: Folder,
    /// The record's path from the root of the repository's working tree.
    prefix: String,
    /// The project's path from there.
    below: PathBuf,
    repository: Option<Repository>,
    destination: Destination,
    commit_lock: Option<Beneath>,
    /// The run's own ref, by its full name.
    reference: String,
    /// Where that ref stood when this process saw it last.
    tip: Option<Tip>,
    /// Digests of all files but the summary.
    known: BTreeMap<String, Digest>,
    /// What the run's ref does not hold yet.
    pending: BTreeMap<String, Vec<u8>>,
    /// Whether `pending` is all that the record holds from now on.
    is_whole: bool,
    /// When the summary was made last, and how long the journal was then.
    summarised: Option<(Instant, u64)>,
}

impl RecordWriter {
    /// Opens the record of a run; `reading` is what its journal holds already.
    pub fn open(
        store: &Store,
        id: &RunId,
        repository: Option<Repository>,
        destination: Destination,
        reading: Option<&Reading>,
    ) -> Result<Self, Error> {
        let work_folder = repository.as_ref().map(|repository| repository.work_folder().to_owned());
        let below = work_folder.as_deref().and_then(|root| {
            let root = root.canonicalize().ok()?;
            store.project_folder().root().strip_prefix(root).ok().map(Path::to_owned)
        });
        let below = below.unwrap_or_default();
        let prefix = below.join(RUNS).join(id.as_str()).join("record");
        let mut writer = Self {
            store: store.clone(),
            id: id.clone(),
            folder: Folder::new(store.record(id)),
            prefix: prefix.to_string_lossy().into_owned(),
            below,
            repository,
            destination,
            commit_lock: store.commit_lock(),
            reference: super::reference(id),
            tip: None,
            known: BTreeMap::new(),
            pending: BTreeMap::new(),
            is_whole: false,
            summarised: None,
        };
        if let Some(reading) = reading {
            writer.take_up(reading)?;
        }
        Ok(writer)
    }

    /// Finds out what of the record is where it belongs already.
    fn take_up(&mut self, reading: &Reading) -> Result<(), Error> {
        let files = super::all_files(reading);
        self.compare_with_ref(&files);
        self.folder.look(&files)?;
        let lasting = files.into_iter().filter(|(path, _)| !super::is_summary(path));
        self.known = lasting.map(|(path, bytes)| (path, Digest::of(bytes))).collect();
        Ok(())
    }

    /// What is pending, of all files of the record: what the run's ref does not hold.
    fn compare_with_ref(&mut self, files: &BTreeMap<String, Vec<u8>>) {
        let tip = self.repository.as_ref().and_then(|it| it.tip(&self.reference).ok()?);
        let sound = self.repository.as_ref().zip(tip).filter(|(it, tip)| it.is_sound(tip));
        let held = sound.and_then(|(repository, tip)| repository.files_of(&tip).ok());
        if let (Some(repository), Some(_), None) = (&self.repository, tip, &held) {
            // What stands on lost objects would keep git itself from ever collecting garbage again.
            let _ = repository.forget(&self.reference);
        }
        let tip = tip.filter(|_| held.is_some());
        let held = held.unwrap_or_default();
        self.tip = tip;
        self.is_whole = held.keys().any(|path| !files.contains_key(path));
        let is_held = |path: &str, bytes: &[u8]| {
            let id = held.get(path).copied();
            super::is_summary(path) || (id.is_some() && id == BlobId::of(bytes).ok())
        };
        let new = files.iter().filter(|(path, bytes)| self.is_whole || !is_held(path, bytes));
        self.pending = new.map(|(path, bytes)| (path.clone(), bytes.clone())).collect();
    }

    /// Takes up what is new. Only the disk's errors are errors; gives why something was not committed.
    pub fn keep(&mut self, mut news: RecordNews<'_>) -> Result<Option<String>, Error> {
        let closed = std::mem::take(&mut news.closed).into_iter();
        let mut files: Vec<(String, Vec<u8>)> = closed.map(super::segment_file).collect();
        for AttemptId { gate, number } in &news.attempts {
            let attempt =
                news.run.gates.get(gate).and_then(|state| {
                    state.attempts.iter().find(|attempt| attempt.attempt == *number)
                });
            let attempt = attempt.into_iter();
            files.extend(attempt.flat_map(|one| super::attempt_files(news.run, gate, one)));
        }
        if self.known.is_empty() || news.is_amended {
            files.extend(super::definition_files(news.run, &self.known));
        }
        files.extend(super::head_files(news.run));
        files.extend(super::decision_files(news.run));
        let is_new =
            |sealed: &&(Moment, Checkpoint)| news.checkpoints.contains(&sealed.1.checkpoint);
        let sealed = news.run.checkpoints.iter().filter(is_new);
        files.extend(sealed.map(|sealed| super::checkpoint_file(news.run, sealed)));
        for (path, bytes) in &files {
            self.known.insert(path.clone(), Digest::of(bytes));
        }
        if news.is_stop || !news.is_late && self.is_summary_due(news.head.bytes) {
            files.extend(super::summary_files(news.run, news.head, &self.known));
            self.summarised = Some((Instant::now(), news.head.bytes));
        }
        self.pending.extend(files);
        if self.repository.is_none() {
            let pending = std::mem::take(&mut self.pending);
            return self.lay_out_all(pending).map(|()| None);
        }
        let is_due = match self.destination.branch {
            RecordBranch::Stops => news.is_stop,
            RecordBranch::Attempts => true,
            RecordBranch::Never => false,
        };
        let committed = self
            .extend(&news)
            .and_then(|put| if is_due { self.publish(&news, put) } else { Ok(()) });
        let outlasted =
            self.repository.as_mut().filter(|_| news.is_stop || is_due).map(|repository| {
                // At the next commit it is too late to put back what a collection takes of the branch.
                repository.outlast_prune(PRUNE_PATIENCE)
            });
        let outlasted = outlasted.transpose().map(drop).map_err(Uncommitted::Git);
        match committed.and(outlasted) {
            Ok(()) => Ok(None),
            Err(error) => {
                if news.is_stop && is_due && self.is_here() {
                    // Git does not hold it, or not where it belongs; people and tools find it all the same.
                    let reading = self.store.glance(&self.id).ok();
                    self.lay_out_all(reading.as_ref().map(super::all_files).unwrap_or_default())?;
                }
                Ok(Some(error.to_string()))
            }
        }
    }

    /// Whether a commit may wait while the run goes on: neither anybody's branch nor the summary has
    /// to do with it.
    pub fn may_follow(&self, head: Head) -> bool {
        self.repository.is_some()
            && self.destination.branch != RecordBranch::Attempts
            && !self.is_summary_due(head.bytes)
    }

    fn is_summary_due(&self, bytes: u64) -> bool {
        self.summarised.is_none_or(|(at, before)| {
            at.elapsed() >= SUMMARY_EVERY && bytes >= before * SUMMARY_GROWTH
        })
    }

    /// Puts what is pending onto the run's own ref; gives the files.
    fn extend(&mut self, news: &RecordNews<'_>) -> Result<BTreeMap<String, Vec<u8>>, Uncommitted> {
        // Nobody else writes the ref of a run that this process holds; but it may have been deleted.
        for _ in 0..2 {
            let Some(repository) = &mut self.repository else { return Ok(BTreeMap::new()) };
            let message = news.message(repository.head().as_deref());
            let frozen = self.pending.keys().filter_map(|path| path.strip_prefix("definition/"));
            let folders = frozen.filter_map(|path| Path::new(path).parent());
            let originals =
                folders.map(|path| self.below.join(path).to_string_lossy().into_owned()).collect();
            let files: Vec<(String, &[u8])> =
                self.pending.iter().map(|(path, bytes)| (path.clone(), &bytes[..])).collect();
            let link = Link {
                reference: &self.reference,
                tip: self.tip,
                is_whole: self.is_whole,
                files: &files,
                originals: &originals,
                message: &message,
            };
            if let Some(tip) = repository.extend(&link)? {
                self.tip = Some(tip);
                self.is_whole = false;
                return Ok(std::mem::take(&mut self.pending));
            }
            let reading = self.store.glance(&self.id)?;
            self.compare_with_ref(&super::all_files(&reading));
            self.pending.extend(super::summary_files(news.run, news.head, &self.known));
        }
        Err(Uncommitted::Contested(self.reference.clone()))
    }

    /// Lays the record down in the project's folder, where its branch is checked out, and commits it on
    /// the branch; `put` are files that were put onto the run's ref just now.
    fn publish(
        &mut self,
        news: &RecordNews<'_>,
        put: BTreeMap<String, Vec<u8>>,
    ) -> Result<(), Uncommitted> {
        let (Some(tip), Some(lock)) = (self.tip, self.commit_lock.clone()) else { return Ok(()) };
        let laid =
            if self.is_here() { self.lay_out(&tip, news.is_stop, &put)? } else { Vec::new() };
        // From here on the objects of git hold them: a whole record and an index are large together.
        drop(put);
        let Some(repository) = &mut self.repository else { return Ok(()) };
        let since = news.at.to_string();
        let committed = repository.graft(&Graft {
            target: &self.destination.target,
            folder: &self.prefix,
            tip,
            message: &news.message(None),
            lock: &lock,
            since: &since,
            patience: PATIENCE,
            outlast: OUTLAST,
        })?;
        if !committed.is_checked_out {
            // Another branch is checked out now: there they would be in the way of the way back.
            if !repository.is_folder_in_head(&self.prefix)? {
                self.folder.take_back()?;
            }
        } else if !self.folder.holds(&laid) {
            // A `git clean` removed them as untracked before they were committed.
            self.lay_out(&tip, true, &BTreeMap::new())?;
        }
        Ok(())
    }

    /// Makes the record's folder hold what the run's ref holds; gives the files that were written. Only
    /// a whole look finds what somebody changed since: each would cost an attempt what all before did.
    fn lay_out(
        &mut self,
        tip: &Tip,
        is_whole: bool,
        put: &BTreeMap<String, Vec<u8>>,
    ) -> Result<Vec<String>, Uncommitted> {
        let Some(repository) = &self.repository else { return Ok(Vec::new()) };
        let is_laid = |path: &str, id| !is_whole && self.folder.has_laid(path, id);
        let files = repository.files_of_without(tip, is_laid)?;
        let content = |path: &str, id| match put.get(path) {
            Some(bytes) => Ok(Cow::Borrowed(&bytes[..])),
            None => Ok::<_, Uncommitted>(Cow::Owned(repository.bytes_of(id)?)),
        };
        self.folder.lay_out(files, content)
    }

    /// Makes it hold files that the journal gives.
    fn lay_out_all(&mut self, files: BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
        let id = |(path, bytes): (&String, &Vec<u8>)| Some((path.clone(), BlobId::of(bytes).ok()?));
        let ids = files.iter().filter_map(id).collect();
        self.folder.lay_out(ids, |path, _| Ok::<_, Error>(&files[path])).map(drop)
    }

    /// Puts files of the record's folder right that somebody changed since this process laid them down
    /// or found them whole; gives their paths, each with what kept it from being put right.
    pub fn mend(&mut self) -> Vec<(String, Result<(), String>)> {
        let changed = if self.is_here() { self.folder.changed() } else { Vec::new() };
        let outside = || self.store.glance(&self.id).ok().map(|reading| super::all_files(&reading));
        let journal =
            if self.repository.is_none() && !changed.is_empty() { outside() } else { None };
        let mended = |(path, id): (String, BlobId)| {
            let bytes = match &self.repository {
                Some(repository) => repository.bytes_of(id).map_err(|error| error.to_string()),
                None => journal
                    .as_ref()
                    .and_then(|files| files.get(&path).cloned())
                    .ok_or_else(|| "the journal no longer contains it".to_owned()),
            };
            let write = |bytes: Vec<u8>| {
                self.folder.write(&path, &bytes).map_err(|error| error.to_string())
            };
            let outcome = bytes.and_then(write);
            (path, outcome)
        };
        changed.into_iter().map(mended).collect()
    }

    /// Whether the record's files belong into this working tree: not while another branch is checked
    /// out.
    fn is_here(&self) -> bool {
        match (&self.repository, &self.destination.target) {
            (Some(repository), Target::Branch(branch)) => {
                repository.branch().as_ref() == Some(branch)
            }
            (Some(_), Target::Head | Target::Ref(_)) | (None, _) => true,
        }
    }
}
