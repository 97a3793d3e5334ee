//! The repository that a project lies in: the one home of `git2`. Commits leave the user's index
//! and work as they are, run no hooks, and outlast a power cut.

mod chain;
mod changed;
mod commit;
mod compare;
mod create;
mod elsewhere;
mod failure;
mod found;
mod gitlinks;
mod graft;
mod history;
mod index;
mod listing;
mod lock;
mod move_ref;
mod objects;
mod present;
mod program;
mod prune;
mod refresh;
mod remote;
mod restore;
mod settings;
#[cfg_attr(
    not(feature = "engine"),
    allow(dead_code, unused_imports, reason = "only machines that share runs use it")
)]
mod share;
mod sign;
mod snapshot;
mod staged;
mod stale;
mod status;
mod target;
mod text_diff;
mod tree;
mod worktree;

pub use chain::BlobId;
pub use chain::Link;
pub use chain::Tip;
pub use changed::Changed;
pub use compare::Comparison;
pub use compare::Differing;
pub use compare::Fell;
pub use failure::GitFailure;
pub use found::CommitFolder;
pub use found::Files;
pub use found::FoundCommit;
pub use gitlinks::gitlinks;
pub use graft::Graft;
pub use history::Fate;
pub use present::Scope;
pub use remote::Kinship;
pub use restore::Restore;
pub use restore::RestorePlan;
pub use restore::Restored;
pub use settings::named_by_settings;
pub use settings::remote_folders;
pub use settings::user_settings;
#[cfg_attr(
    not(feature = "engine"),
    allow(unused_imports, reason = "only machines that share runs use it")
)]
pub use share::SharedRef;
#[cfg_attr(
    not(feature = "engine"),
    allow(unused_imports, reason = "only machines that share runs use it")
)]
pub use share::There;
pub use snapshot::Shot;
pub use staged::Staged;
pub use status::Uncommitted;
pub use target::Target;
pub use target::short_branch;
pub use text_diff::text_diff;

use crate::files;
use commit::commit_text;
use failure::doing;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::ffi::c_int;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Once;

/// Why git could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Git(GitFailure),
    #[error("{path} is a bare repository; orch requires a working tree: run it in a clone")]
    Bare { path: String },
    #[error(
        "the repository at {path} belongs to another user; to trust it: git config --global --add \
         safe.directory {path}"
    )]
    Owner { path: String },
    #[error("the repository at {path} is not supported ({reason})")]
    Unsupported { path: String, reason: String },
    /// Nothing was done: it is for the caller to come again when the user is through.
    #[error("a {state} is in progress in {path}; finish or abort it first")]
    Busy { state: &'static str, path: String },
    #[error("another git process holds {path}; if none is running, remove that file")]
    Locked { path: String },
    #[error("{path} leads git to another repository; if you did not make it, remove it: rm {path}")]
    Redirected { path: String },
    #[error("{path} is a named pipe, expected a regular file; remove it: rm {path}")]
    Pipe { path: String },
    #[error("the repository's commit lock is {0}")]
    Held(crate::files::LockHolder),
    #[error("the symbolic ref {name} leads in a circle")]
    Circle { name: String },
    #[error("the branch {name} no longer exists")]
    NoBranch { name: String },
    #[error("{name} kept moving while orch tried to commit; try again")]
    Moved { name: String },
    #[error("`{path}` in the {place} is in the way of a file or folder to commit; rename it")]
    Blocked { path: String, place: &'static str },
    #[error("git cannot store the path {path:?}")]
    Path { path: String },
    #[error("the tree of `{path}` is damaged; run `git fsck`")]
    BadTree { path: String },
    #[error("the index {path} is damaged; run `git reset` to rebuild it")]
    BadIndex { path: String },
    #[error("`git update-index` failed: {reason}")]
    UpdateIndex { reason: String },
    #[error("git failed: {reason}")]
    Worktree { reason: String },
    #[error("`git {command}` failed: {reason}")]
    Remote { command: String, reason: String },
    #[error("signing failed: {reason}")]
    Signing { reason: String },
    #[error("{path}: {source}")]
    Io { path: String, source: io::Error },
}

impl From<git2::Error> for Error {
    fn from(error: git2::Error) -> Self {
        Self::Git(GitFailure::of(error))
    }
}

impl Error {
    /// What to do about it, where its own words do not say so.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Git(failure) => Some(failure.help()),
            Self::Unsupported { .. } => Some("run `git status` there to see what is wrong"),
            Self::Bare { .. }
            | Self::Owner { .. }
            | Self::Busy { .. }
            | Self::Locked { .. }
            | Self::Redirected { .. }
            | Self::Pipe { .. }
            | Self::Held(_)
            | Self::NoBranch { .. }
            | Self::Moved { .. }
            | Self::Blocked { .. }
            | Self::Path { .. }
            | Self::BadTree { .. }
            | Self::BadIndex { .. }
            | Self::UpdateIndex { .. }
            | Self::Worktree { .. }
            | Self::Remote { .. }
            | Self::Signing { .. }
            | Self::Circle { .. }
            | Self::Io { .. } => None,
        }
    }
}

/// The most that libgit2 keeps of the objects it has read.
const CACHED_BYTES_MAX: isize = 32 * 1024;

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::Io { path, source }
}

/// An open repository with a working tree.
pub struct Repository {
    inner: git2::Repository,
    work_folder: PathBuf,
    /// The index whose checksum is known to be right.
    verified: Option<crate::files::Stat>,
    /// Room for the index, which every commit reads.
    index_room: Vec<u8>,
    /// Git's settings as they were when the repository was opened: what is written there while work
    /// is done, programs among it, is for a later sitting.
    settings: Option<git2::Config>,
    /// The program that these sign with, as it was then.
    signer: Option<crate::files::Stat>,
    /// Why commits are not signed any more: nobody answers who would have to.
    unsignable: Option<String>,
    objects: objects::Objects,
    listing: RefCell<Option<listing::Listing>>,
}

/// Looks at a working tree; a pipe at which git itself would wait for ever is an error.
fn look<T>(work_folder: &Path, look: impl FnOnce() -> Result<T, git2::Error>) -> Result<T, Error> {
    let names = [".gitignore", ".gitattributes"];
    let (seen, pipe) = crate::files::past_pipes(work_folder, &names, look);
    match pipe {
        Some(path) => Err(Error::Pipe { path: path.display().to_string() }),
        None => Ok(seen?),
    }
}

impl Repository {
    /// The repository that holds `folder`; `None` outside of one.
    pub fn discover(folder: &Path) -> Result<Option<Self>, Error> {
        set_options();
        let git = folder.ancestors().map(|folder| folder.join(".git")).find(|git| git.is_dir());
        // Git writes this file for linked worktrees alone.
        if let Some(path) = git.map(|git| git.join("commondir")).filter(|path| files::exists(path))
        {
            return Err(Error::Redirected { path: path.display().to_string() });
        }
        let inner = match git2::Repository::discover(folder) {
            Ok(inner) => inner,
            Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(explain(folder, error)),
        };
        let Some(work_folder) = inner.workdir().map(Path::to_owned) else {
            return Err(Error::Bare { path: inner.path().display().to_string() });
        };
        let objects = objects::Objects::default();
        let index_room = Vec::new();
        let settings = inner.config().and_then(|mut settings| settings.snapshot()).ok();
        let (verified, unsignable) = (None, None);
        let listing = RefCell::default();
        let mut repository = Self {
            inner,
            work_folder,
            verified,
            index_room,
            settings,
            signer: None,
            unsignable,
            objects,
            listing,
        };
        repository.signer = repository.signer_now();
        Ok(Some(repository))
    }

    /// The folder that all worktrees of the repository share.
    pub fn common_folder(&self) -> &Path {
        self.inner.commondir()
    }

    /// The folder that belongs to this worktree alone.
    pub fn folder(&self) -> &Path {
        self.inner.path()
    }

    /// The root of the working tree: what paths in commits are relative to.
    pub fn work_folder(&self) -> &Path {
        &self.work_folder
    }

    /// A file's path in commits; `None` for one outside of the working tree.
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let root = self.work_folder.canonicalize().ok()?;
        file.strip_prefix(root).ok().map(|path| path.to_string_lossy().into_owned())
    }

    /// The full name of the branch that is checked out, also before its first commit; `None` when
    /// HEAD is detached.
    pub fn branch(&self) -> Option<String> {
        target::resolve(&self.inner, "HEAD").ok().filter(|name| name != "HEAD")
    }

    /// The id of the commit that is checked out.
    pub fn head(&self) -> Option<String> {
        Some(self.inner.refname_to_id("HEAD").ok()?.to_string())
    }

    /// Who the user is for git, as `Name <mail>`.
    pub fn identity(&self) -> Option<String> {
        let signature = self.inner.signature().ok()?;
        Some(format!("{} <{}>", signature.name().ok()?, signature.email().ok()?))
    }
}

fn explain(folder: &Path, error: git2::Error) -> Error {
    let path = folder.display().to_string();
    // A `.git` that leads nowhere has the same class as a format that libgit2 does not know.
    let is_found = || git2::Repository::discover_path(folder, std::iter::empty::<&OsStr>()).is_ok();
    if error.code() == git2::ErrorCode::Owner {
        Error::Owner { path }
    } else if error.class() == git2::ErrorClass::Repository && is_found() {
        Error::Unsupported { path, reason: error.message().to_owned() }
    } else {
        doing(format_args!("open the repository at {path}"))(error)
    }
}

/// Has libgit2 sync the refs that it moves, and keep no more of what it has read than serves: a long
/// run looks each of its commits up once. It has no other way of being told.
#[expect(unsafe_code, reason = "git2 has no safe calls for these options of libgit2")]
fn set_options() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        libgit2_sys::init();
        let sync = libgit2_sys::GIT_OPT_ENABLE_FSYNC_GITDIR.cast_signed();
        let on: c_int = 1;
        let cache = libgit2_sys::GIT_OPT_SET_CACHE_MAX_SIZE.cast_signed();
        // SAFETY: libgit2 is initialised; the one option takes one int, the other one `ssize_t`, and
        // this runs once, before any repository is opened here.
        unsafe {
            libgit2_sys::git_libgit2_opts(sync, on);
            libgit2_sys::git_libgit2_opts(cache, CACHED_BYTES_MAX);
        }
    });
}

#[cfg(test)]
mod tests;
