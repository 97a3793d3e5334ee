//! The keeper: writes a run's record below the project and commits it. Each call is
//! one commit; what could not be committed now is committed with what comes next.

use super::Head;
use super::Home;
use super::RUNS;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Checkpoint;
use crate::files;
use crate::files::Beneath;
use crate::git;
use crate::git::Commit;
use crate::git::Repository;
use crate::git::Target;
use crate::id::GateId;
use crate::id::RunId;
use crate::journal;
use crate::journal::Reading;
use crate::journal::Segment;
use crate::run::Run;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How often the documents that grow with the run are brought up to date while it goes on.
const SUMMARY_EVERY: Duration = Duration::from_secs(1);

/// The author of commits where git knows none.
const AUTHOR: (&str, &str) = ("orch", "orch@localhost");

/// How long a commit waits for others before it is left to the next one.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a record could not be written. That it was not committed is no error but a notice.
#[derive(Debug, thiserror::Error)]
#[error("{}", files::told(path, source))]
pub struct Error {
    path: PathBuf,
    source: io::Error,
}

/// Why nothing was committed.
#[derive(Debug, thiserror::Error)]
enum Uncommitted {
    #[error(transparent)]
    Git(#[from] git::Error),
    #[error(transparent)]
    Journal(#[from] journal::Error),
    #[error(transparent)]
    Disk(#[from] Error),
}

/// What became of one call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    pub commit: Option<String>,
    /// Why nothing was committed, where something should have been.
    pub problem: Option<String>,
}

/// News of a run that the record is to hold.
#[derive(Debug)]
pub struct News<'n> {
    pub run: &'n Run,
    pub at: Moment,
    pub head: Head,
    /// Journal segments that were closed.
    pub closed: Vec<Segment>,
    /// Attempts that have ended or changed.
    pub attempts: Vec<(GateId, u32)>,
    /// Checkpoints that were sealed.
    pub checkpoints: Vec<u32>,
    /// Whether the run stops here, so that the summary must be true.
    pub is_stop: bool,
    pub gate: Option<GateId>,
    /// The commit's first line.
    pub title: String,
}

/// Writes and commits the record of one run.
pub struct Keeper {
    home: Home,
    id: RunId,
    record: Beneath,
    /// The record's path from the root of the repository's working tree.
    prefix: String,
    /// The project's path from there.
    below: PathBuf,
    repository: Option<Repository>,
    target: Target,
    commit_lock: Option<Beneath>,
    /// Whether the record's files lie in this working tree: not while another branch is checked out.
    in_worktree: bool,
    /// Digests of all files but the summary.
    known: BTreeMap<String, Digest>,
    /// Everything that was committed or is to be, but for the summary, read when the branch lost it.
    pending: BTreeMap<String, Vec<u8>>,
    /// The record's tree after the last commit.
    tree: Option<String>,
    summary_at: Option<Instant>,
    /// Digests of the summary as it was written last.
    summary: BTreeMap<String, Digest>,
}

impl Keeper {
    /// Opens the record of a run; `reading` is what its journal holds already.
    pub fn open(
        home: &Home,
        id: &RunId,
        repository: Option<Repository>,
        target: Target,
        reading: Option<&Reading>,
    ) -> Result<Self, Error> {
        let work_folder = repository.as_ref().map(|repository| repository.work_folder().to_owned());
        let below = work_folder.as_deref().and_then(|root| {
            let root = root.canonicalize().ok()?;
            home.project().root().strip_prefix(root).ok().map(Path::to_owned)
        });
        let below = below.unwrap_or_default();
        let prefix = below.join(RUNS).join(id.as_str()).join("record");
        let in_worktree = is_in_worktree(repository.as_ref(), &target);
        let mut keeper = Self {
            home: home.clone(),
            id: id.clone(),
            record: home.record(id),
            prefix: prefix.to_string_lossy().into_owned(),
            below,
            repository,
            target,
            commit_lock: home.commit_lock(),
            in_worktree,
            known: BTreeMap::new(),
            pending: BTreeMap::new(),
            tree: None,
            summary_at: None,
            summary: BTreeMap::new(),
        };
        if let Some(reading) = reading {
            keeper.take_up(reading)?;
        }
        Ok(keeper)
    }

    /// Makes the record whole again from the journal: files that are missing or differ are written.
    fn take_up(&mut self, reading: &Reading) -> Result<(), Error> {
        let files = super::all_files(reading);
        let folders: BTreeSet<&Path> =
            files.keys().filter_map(|path| Path::new(path).parent()).collect();
        for folder in folders {
            let folder = self.record.join(folder);
            folder.remove_half_written().map_err(|source| Error { path: folder.path(), source })?;
        }
        for (path, bytes) in files {
            if path == "RUN.json" || path == "SHA256SUMS" {
                continue;
            }
            self.known.insert(path.clone(), Digest::of(&bytes));
            let on_disk = self.record.join(&path).read().ok().flatten();
            if self.in_worktree && on_disk.as_deref() != Some(&bytes) {
                self.write(&path, &bytes)?;
            }
            self.pending.insert(path, bytes);
        }
        Ok(())
    }

    /// Looks at what is checked out: the user may have gone to another branch, or come back, while
    /// a gate was at work, and a file that lies on the wrong one bars the way back.
    fn look_around(&mut self) -> Result<(), Uncommitted> {
        let was_in_worktree = self.in_worktree;
        self.in_worktree = is_in_worktree(self.repository.as_ref(), &self.target);
        if self.in_worktree && !was_in_worktree {
            self.take_up(&self.home.read(&self.id)?)?;
        }
        Ok(())
    }

    /// Writes what is new and commits it. Only the disk's errors are errors.
    pub fn keep(&mut self, mut news: News<'_>) -> Result<Kept, Error> {
        let problem = self.look_around().err().map(|error| error.to_string());
        let closed = std::mem::take(&mut news.closed).into_iter();
        let mut files: Vec<(String, Vec<u8>)> = closed.map(super::segment_file).collect();
        for (gate, number) in &news.attempts {
            let attempt =
                news.run.gates.get(gate).and_then(|state| {
                    state.attempts.iter().find(|attempt| attempt.attempt == *number)
                });
            let attempt = attempt.into_iter();
            files.extend(attempt.flat_map(|one| super::attempt_files(news.run, gate, one)));
        }
        let is_due = self.summary_at.is_none_or(|at| at.elapsed() >= SUMMARY_EVERY);
        if self.known.is_empty() {
            files.extend(super::definition_files(news.run));
        }
        files.extend(super::head_files(news.run));
        let is_new =
            |sealed: &&(Moment, Checkpoint)| news.checkpoints.contains(&sealed.1.checkpoint);
        let sealed = news.run.checkpoints.iter().filter(is_new);
        files.extend(sealed.map(|sealed| super::checkpoint_file(news.run, sealed)));
        for (path, bytes) in &files {
            self.known.insert(path.clone(), Digest::of(bytes));
        }
        if news.is_stop || is_due {
            let summary = super::summary_files(news.run, news.head, &self.known);
            self.summary =
                summary.iter().map(|(path, bytes)| (path.clone(), Digest::of(bytes))).collect();
            files.extend(summary);
            self.summary_at = Some(Instant::now());
        }
        for (path, bytes) in files {
            if self.in_worktree {
                self.write(&path, &bytes)?;
            }
            self.pending.insert(path, bytes);
        }
        let kept = self.commit(&news);
        Ok(Kept { problem: kept.problem.or(problem), ..kept })
    }

    /// Puts files right that somebody changed behind the keeper's back; gives their paths.
    pub fn mend(&mut self) -> Result<Vec<String>, Error> {
        let is_changed = |(path, digest): &(&String, &Digest)| {
            let found = self.record.join(path).read().ok().flatten();
            found.is_none_or(|bytes| Digest::of(bytes) != **digest)
        };
        let written = self.known.iter().chain(&self.summary).filter(|_| self.in_worktree);
        let changed: Vec<String> =
            written.filter(is_changed).map(|(path, _)| path.clone()).collect();
        let reading = if changed.is_empty() { None } else { self.home.glance(&self.id).ok() };
        for (path, bytes) in reading.iter().flat_map(super::all_files) {
            if changed.contains(&path) {
                self.write(&path, &bytes)?;
                if let Some(digest) = self.summary.get_mut(&path) {
                    *digest = Digest::of(&bytes);
                }
            }
        }
        Ok(changed)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Error> {
        let place = self.record.join(path);
        // The journal and git's objects are synced; these files can be made again from either.
        place.write_view(bytes).map_err(|source| Error { path: place.path(), source })
    }

    fn commit(&mut self, news: &News<'_>) -> Kept {
        let message = message(news);
        match self.try_commit(&message, news) {
            Ok(commit) => {
                self.pending.clear();
                Kept { commit, problem: None }
            }
            Err(error) => Kept { commit: None, problem: Some(error.to_string()) },
        }
    }

    fn try_commit(
        &mut self,
        message: &str,
        news: &News<'_>,
    ) -> Result<Option<String>, Uncommitted> {
        let Some(repository) = &mut self.repository else { return Ok(None) };
        let held = repository.tree_at(&self.target, &self.prefix)?;
        if self.tree.is_some() && held != self.tree {
            // Somebody took the record off the branch, or changed it there: all of it goes back.
            for (path, bytes) in super::all_files(&self.home.glance(&self.id)?) {
                if self.in_worktree && !self.record.join(&path).exists() {
                    self.write(&path, &bytes)?;
                }
                self.pending.entry(path).or_insert(bytes);
            }
        }
        let Some(lock) = &self.commit_lock else { return Ok(None) };
        let since = news.at.to_string();
        // Most of what a run freezes is committed already, where the project keeps it.
        let frozen = self.pending.keys().filter_map(|path| path.strip_prefix("definition/"));
        let folders = frozen.filter_map(|path| Path::new(path).parent());
        let originals =
            folders.map(|path| self.below.join(path).to_string_lossy().into_owned()).collect();
        let files: Vec<(String, &[u8])> = self
            .pending
            .iter()
            .map(|(path, bytes)| (format!("{}/{path}", self.prefix), &bytes[..]))
            .collect();
        let commit = Commit {
            target: &self.target,
            files: &files,
            originals: &originals,
            message,
            fallback: AUTHOR,
            lock,
            since: &since,
            patience: PATIENCE,
        };
        let Some(repository) = &mut self.repository else { return Ok(None) };
        let committed = repository.commit(&commit)?;
        self.tree = repository.tree_at(&self.target, &self.prefix)?;
        Ok(Some(committed.id))
    }
}

/// Whether the record's files lie in the working tree: not while another branch is checked out.
fn is_in_worktree(repository: Option<&Repository>, target: &Target) -> bool {
    match (repository, target) {
        (Some(repository), Target::Branch(branch)) => repository.branch().as_ref() == Some(branch),
        (Some(_), Target::Head | Target::Ref(_)) | (None, _) => true,
    }
}

/// The title, and the trailers by which a commit is found and the chain is anchored.
fn message(news: &News<'_>) -> String {
    let gate = news.gate.as_ref();
    let status = gate.map_or(news.run.status.as_str(), |gate| news.run.status_of(gate).as_str());
    let gate = gate.map(|gate| format!("Orch-Gate: {gate}\n")).unwrap_or_default();
    format!(
        "{}\n\nOrch-Run: {}\n{gate}Orch-Status: {status}\nOrch-Chain: {}\n",
        news.title, news.run.started.run_id, news.head.sha256
    )
}
