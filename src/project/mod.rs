//! The project with its runs, texts, agents and clock, and a run that is held there with what is
//! proved of it. Opened once; every operation is handed it.

pub mod cut_off;
pub mod executors;
pub mod fallen;
pub mod itself;
pub mod leave;
pub mod notices;
pub mod orphans;
pub mod proof;
pub mod runs;
pub mod seal;
#[cfg_attr(
    not(feature = "engine"),
    allow(dead_code, unused_imports, reason = "only machines that share runs use it")
)]
pub mod share;
pub mod sign;
pub mod signing;
pub mod sitting;
pub mod sitting_budget;
pub mod supervisor;
pub mod versions;
pub mod worktree;

mod answers;
mod commit;
mod driver;
mod error;
mod home;
mod meter;
mod notifying;
mod secrets;
mod seen;

pub use driver::Driver;
pub use driver::lock;
pub use error::Error;
pub use home::refuse_other_project;
pub use meter::Meter;
pub use secrets::secrets_of;
pub use seen::Seen;

use crate::clock::Clock;
use crate::clock::Moment;
use crate::config::Config;
use crate::definition::Reserved;
use crate::definition::Shelf;
use crate::digest::Digest;
use crate::files;
use crate::files::Beneath;
use crate::files::NestedWalk;
use crate::files::ProjectFolder;
use crate::git;
use crate::git::Repository;
use crate::git::Target;
use crate::id;
use crate::id::AttemptId;
use crate::id::InvocationId;
use crate::id::RunId;
use crate::process::Stop;
use crate::signature::SshKey;
use crate::store::Store;
use crate::store::record::Foreign;
use crate::store::record::RUNS;
use crate::surroundings::Surroundings;
use crate::work;
use share::SharedRun;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// What a face knows before any operation runs.
#[derive(Debug, Default)]
pub struct Options {
    /// Where to look for the project; upward from here.
    pub folder: PathBuf,
    /// A fixed time, so that a run can be made twice alike.
    pub now: Option<Moment>,
    /// What ids are made from, for the same.
    pub seed: Option<u64>,
    /// Raised by Ctrl-C and its like.
    pub stop: Stop,
    /// What the face found around the process.
    pub surroundings: Surroundings,
    /// Words that the face has taken for itself.
    pub reserved: Reserved,
    /// A run that this process has of those that machines share.
    pub share: Option<Arc<SharedRun>>,
    /// A run and the head of its chain as whoever asks saw it: where it is another one by now, nothing
    /// is done to the run.
    pub seen: Option<(RunId, Digest)>,
}

/// A project, open.
#[derive(Debug)]
pub struct Project {
    /// The project's folder, which no path leaves.
    pub folder: ProjectFolder,
    /// The repositories in it, as the last look at them found them.
    pub nested: NestedWalk,
    /// The only door to its runs.
    pub store: Store,
    /// Where its texts are found: workflows, contracts, prompts.
    pub shelf: Shelf,
    /// What its `orch.toml` and the user's say.
    pub config: Config,
    /// What tells the time.
    pub clock: Clock,
    /// Raised where all is to stop.
    pub stop: Stop,
    /// What the face found around the process.
    pub surroundings: Surroundings,
    /// Why nothing is committed here; `None` where it is.
    pub uncommitted: Option<String>,
    /// The key that git signs with, as its settings were before anything was begun.
    pub git_key: Option<SshKey>,
    /// A run that this process drives and other machines may drive after it.
    pub share: Option<Arc<SharedRun>>,
    /// The head that a run must have for anything to be done to it.
    seen_head: Option<(RunId, Digest)>,
    seed: Option<u64>,
    ids: AtomicU64,
}

/// What to do about a folder that cannot be opened.
const OTHER_FOLDER: &str = "name a folder of the project, such as `.`";

impl Project {
    /// Finds the project upward from a folder: the nearest with `orch.toml` or `.git`, else the folder.
    pub fn open(options: Options) -> Result<Self, Error> {
        let shown = options.folder.display();
        let folder = options.folder.canonicalize().map_err(|source| {
            Error::usage(format!("cannot open folder {shown}: {source}")).advise(OTHER_FOLDER)
        })?;
        if !folder.is_dir() {
            let message = format!("cannot open folder {shown}: it is a file");
            return Err(Error::usage(message).advise(OTHER_FOLDER));
        }
        let root = folder
            .ancestors()
            .find(|folder| {
                files::exists(&folder.join("orch.toml")) || files::exists(&folder.join(".git"))
            })
            .unwrap_or(&folder);
        let folder = ProjectFolder::new(root, vec![RUNS])
            .map_err(|source| Error::environment(format!("{}: {source}", root.display())))?;
        let (repository, uncommitted) = match Repository::discover(folder.root()) {
            Ok(Some(repository)) => (Some(repository), None),
            Ok(None) => (None, Some("this is not a git repository".to_owned())),
            Err(git::Error::Unsupported { reason, .. }) => {
                let words = "orch cannot commit to this kind of git repository";
                (None, Some(format!("{words} ({reason})")))
            }
            Err(error) => return Err(error.into()),
        };
        let clock = options.now.map_or(Clock::System, Clock::fixed);
        Ok(Self {
            store: Store::new(folder.clone(), repository.as_ref()),
            git_key: repository.as_ref().and_then(Repository::ssh_key),
            shelf: Shelf::new(folder.clone(), options.surroundings.settings.clone())
                .reserving(options.reserved),
            config: Config::load(folder.root(), options.surroundings.settings.as_deref())?,
            uncommitted,
            folder,
            nested: NestedWalk::default(),
            clock,
            stop: options.stop,
            surroundings: options.surroundings,
            share: options.share,
            seen_head: options.seen,
            seed: options.seed,
            ids: AtomicU64::new(0),
        })
    }

    /// The same surroundings in another folder, such as another worktree.
    pub fn in_folder(&self, folder: &Path) -> Result<Self, Error> {
        Self::open(Options {
            folder: folder.to_owned(),
            now: self.clock.fixed_at(),
            stop: self.stop.clone(),
            surroundings: self.surroundings.clone(),
            reserved: self.shelf.reserved().clone(),
            seed: None,
            share: self.share.clone(),
            seen: self.seen_head.clone(),
        })
    }

    /// Where a run works, if that is another folder than this one, and is there.
    pub fn home_of(&self, run: &RunId) -> Result<Option<Self>, Error> {
        let folder = self.workspace_of(run);
        if folder == self.folder.root() || !files::exists(&folder) {
            return Ok(None);
        }
        self.in_folder(&folder).map(Some)
    }

    /// The folder where a run works; this one where no other is noted.
    pub fn workspace_of(&self, run: &RunId) -> PathBuf {
        let noted = self.store.workspace(run).read().ok().flatten();
        let noted = noted.and_then(|bytes| String::from_utf8(bytes).ok()).map(PathBuf::from);
        noted.unwrap_or_else(|| self.folder.root().to_owned())
    }

    /// Notes on this machine that a run works in this folder.
    pub fn note_workspace(&self, run: &RunId) -> Result<(), Error> {
        let place = self.store.workspace(run);
        let folder = self.folder.root().display().to_string();
        let is_noted = place.read().is_ok_and(|noted| noted.as_deref() == Some(folder.as_bytes()));
        if is_noted {
            return Ok(());
        }
        place.write(folder.as_bytes()).map_err(|source| Error::disk(&place, source))
    }

    /// The records in the project that another tool made.
    pub fn foreign(&self) -> Result<Vec<Foreign>, Error> {
        self.store.foreign().map_err(|source| Error::disk(&self.store.runs_folder(), source))
    }

    /// Refuses to change a run that has gone on since it was looked at.
    fn refuse_moved(&self, run: &RunId, head: Digest) -> Result<(), Error> {
        match &self.seen_head {
            Some((id, seen)) if id == run && *seen != head => Err(Error::moved(run, *seen, head)),
            Some(_) | None => Ok(()),
        }
    }

    /// The repository, opened afresh: a handle belongs to one thread. `None` where nothing is committed.
    pub fn repository(&self) -> Result<Option<Repository>, Error> {
        if self.uncommitted.is_some() {
            return Ok(None);
        }
        Ok(Repository::discover(self.folder.root())?)
    }

    /// Where the record of a run goes that belongs to this branch.
    pub fn target(branch: Option<&str>) -> Target {
        branch.map_or(Target::Head, |branch| Target::Branch(branch.to_owned()))
    }

    /// The folder of an attempt's logs.
    pub fn attempt_logs(&self, run: &RunId, attempt: &AttemptId) -> Beneath {
        work::attempt_folder(&self.store.logs(run), attempt)
    }

    /// The id of a run that begins now.
    pub fn new_run_id(&self, at: Moment, key: &str) -> RunId {
        RunId::new(&at.compact(), key, &self.suffix())
    }

    /// The id of a call that begins now.
    pub fn new_invocation_id(&self, at: Moment) -> InvocationId {
        InvocationId::new(&at.compact(), &self.suffix())
    }

    fn suffix(&self) -> String {
        id::random_suffix(self.seed, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// A path of the run's folder as people type it: relative to the project.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.folder.root()).unwrap_or(path).display().to_string()
    }
}
