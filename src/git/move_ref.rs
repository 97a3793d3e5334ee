//! Moving a ref from one commit to the next, if nobody else moved it. libgit2 would sync the ref's
//! logs as well, which doubles the time, and its lock, left by a kill, could not be told from anyone
//! else's.

use super::Error;
use super::Repository;
use super::failure::doing;
use super::io_error;
use super::lock::LockFile;
use super::lock::StagedLock;
use super::lock::twin_name;
use super::target::TargetNow;
use crate::files;
use git2::ErrorCode;
use git2::Oid;
use std::path::Path;
use std::path::PathBuf;

/// Refs that lie in the folder of a worktree.
const PER_WORKTREE: [&str; 3] = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

/// Refs whose moves git logs unless told otherwise.
const LOGGED: [&str; 3] = ["refs/heads/", "refs/remotes/", "refs/notes/"];

/// A commit that a ref is to hold.
pub(super) struct RefUpdate<'a> {
    pub(super) place: &'a TargetNow,
    pub(super) id: Oid,
    /// Who makes it and when, as git writes it.
    pub(super) who: &'a [u8],
    pub(super) message: &'a str,
}

impl Repository {
    /// Moves the ref durably; [`Error::Moved`] where it does not hold what the place says.
    pub(super) fn move_ref(&self, step: &RefUpdate<'_>) -> Result<(), Error> {
        let lock = self.lock_ref(step, self.stage_ref(step)?)?;
        lock.put_in_place()?;
        self.settle_ref(step)
    }

    /// Writes what the ref is to hold, and locks nothing yet.
    pub(super) fn stage_ref(&self, step: &RefUpdate<'_>) -> Result<StagedLock, Error> {
        let name = step.place.name.as_str();
        let path = self.ref_path(name);
        // A new or packed ref may have no folder.
        let folder = path.parent().unwrap_or(&path);
        files::create_folder(folder).map_err(io_error(folder))?;
        let mut staged = StagedLock::new(path.clone(), self.ref_twin(name))?;
        let line = format!("{}\n", step.id);
        let written = files::fill(&mut staged.file, [line.as_bytes()], None);
        written.and_then(|()| staged.file.sync_all()).map_err(io_error(&path))?;
        Ok(staged)
    }

    /// Locks the ref, if it holds what the place says.
    pub(super) fn lock_ref(
        &self,
        step: &RefUpdate<'_>,
        mut staged: StagedLock,
    ) -> Result<LockFile, Error> {
        let name = step.place.name.as_str();
        let lock = staged.take()?;
        let held = match self.inner.find_reference(name) {
            Ok(reference) => reference.target(),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(doing(format_args!("read {name}"))(error)),
        };
        if held == step.place.head { Ok(lock) } else { Err(Error::Moved { name: name.to_owned() }) }
    }

    /// Makes a move last, and adds it to the ref's logs.
    pub(super) fn settle_ref(&self, step: &RefUpdate<'_>) -> Result<(), Error> {
        let name = step.place.name.as_str();
        let path = self.ref_path(name);
        files::sync_folder_of(&path).map_err(io_error(&path))?;
        self.log(step, name)?;
        if step.place.is_checked_out && name != "HEAD" {
            self.log(step, "HEAD")?;
        }
        Ok(())
    }

    /// Adds the move to a ref's log, where git keeps one.
    fn log(&self, step: &RefUpdate<'_>, name: &str) -> Result<(), Error> {
        let path = self.folder_of(name).join("logs").join(name);
        let is_new = !files::exists(&path);
        if is_new && !self.is_logged(name) {
            return Ok(());
        }
        let first = step.message.lines().next().unwrap_or_default();
        let held = step.place.head.unwrap_or(Oid::ZERO_SHA1);
        let ids = format!("{held} {} ", step.id);
        let line = [ids.as_bytes(), step.who, b"\tcommit: ", first.as_bytes(), b"\n"].concat();
        files::append_unsynced(&path, &line).map_err(io_error(&path))
    }

    /// Whether git begins a log for a ref that has none.
    fn is_logged(&self, name: &str) -> bool {
        let is_usual = name == "HEAD" || LOGGED.iter().any(|folder| name.starts_with(folder));
        let config = self.inner.config();
        match config.and_then(|config| config.get_string("core.logAllRefUpdates")).as_deref() {
            Ok("always") => true,
            Ok("false" | "no" | "off" | "0") => false,
            Ok(_) | Err(_) => is_usual,
        }
    }

    /// The file that holds a ref which is not packed.
    pub(super) fn ref_path(&self, name: &str) -> PathBuf {
        self.folder_of(name).join(name)
    }

    pub(super) fn ref_twin(&self, name: &str) -> PathBuf {
        self.folder_of(name).join(twin_name(name))
    }

    /// The folder of all worktrees, or of this one alone.
    fn folder_of(&self, name: &str) -> &Path {
        let is_own = !name.starts_with("refs/")
            || PER_WORKTREE.iter().any(|folder| name.starts_with(folder));
        if is_own { self.inner.path() } else { self.inner.commondir() }
    }
}
