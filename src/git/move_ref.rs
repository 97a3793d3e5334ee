//! Moving a ref from one commit to the next, if nobody else moved it. What is usual is done here:
//! libgit2 syncs the ref's logs as well, which doubles the time, and its lock, left by a kill,
//! could not be told from anyone else's.

use super::Error;
use super::Repository;
use super::io_error;
use super::lock::Lock;
use super::target::Place;
use crate::files;
use git2::ErrorCode;
use git2::Oid;
use std::path::PathBuf;

/// Refs that lie in the folder of a worktree.
const PER_WORKTREE: [&str; 3] = ["refs/bisect/", "refs/worktree/", "refs/rewritten/"];

/// Refs whose moves git logs unless told otherwise.
const LOGGED: [&str; 3] = ["refs/heads/", "refs/remotes/", "refs/notes/"];

/// A commit that a ref is to hold.
pub(super) struct Step<'a> {
    pub(super) place: &'a Place,
    pub(super) id: Oid,
    /// Who makes it and when, as git writes it.
    pub(super) who: &'a [u8],
    pub(super) message: &'a str,
}

impl Repository {
    pub(super) fn move_ref(&self, step: &Step<'_>) -> Result<(), Error> {
        let name = step.place.name.as_str();
        let is_in = |folders: &[&str]| folders.iter().any(|folder| name.starts_with(folder));
        let log = self.inner.commondir().join("logs").join(name);
        let is_usual = name.starts_with("refs/")
            && !is_in(&PER_WORKTREE)
            && (files::exists(&log) || !is_in(&LOGGED));
        match step.place.head {
            Some(head) if is_usual => self.move_here(step, head),
            head => self.move_by_libgit2(step, head),
        }
    }

    fn move_here(&self, step: &Step<'_>, head: Oid) -> Result<(), Error> {
        let common = self.inner.commondir();
        let name = &step.place.name;
        let path = common.join(name);
        // A packed ref may have no folder.
        let folder = path.parent().unwrap_or(common);
        files::create_folder(folder).map_err(io_error(folder))?;
        let mut lock = Lock::take(path, self.ref_twin(name))?;
        let moved = || Error::Moved { name: name.clone() };
        match self.inner.find_reference(name) {
            Ok(reference) if reference.target() == Some(head) => {}
            Ok(_) => return Err(moved()),
            Err(error) if error.code() == ErrorCode::NotFound => return Err(moved()),
            Err(error) => return Err(error.into()),
        }
        let line = format!("{}\n", step.id);
        let written = files::fill(&mut lock.file, [line.as_bytes()], None);
        written.and_then(|()| lock.file.sync_all()).map_err(io_error(&lock.target))?;
        let logs = common.join("logs").join(name);
        let head_logs = self.inner.path().join("logs/HEAD");
        let is_head = step.place.is_checked_out;
        for log in [Some(logs), is_head.then_some(head_logs)].into_iter().flatten() {
            let first = step.message.lines().next().unwrap_or_default();
            let ids = format!("{head} {} ", step.id);
            let line = [ids.as_bytes(), step.who, b"\tcommit: ", first.as_bytes(), b"\n"].concat();
            files::append_unsynced(&log, &line).map_err(io_error(&log))?;
        }
        lock.put_in_place()
    }

    pub(super) fn ref_twin(&self, name: &str) -> PathBuf {
        self.inner.commondir().join(format!("{}.twin", name.replace('/', "%")))
    }

    fn move_by_libgit2(&self, step: &Step<'_>, head: Option<Oid>) -> Result<(), Error> {
        let name = &step.place.name;
        let log = format!("commit: {}", step.message.lines().next().unwrap_or_default());
        let moved = match head {
            Some(head) => self.inner.reference_matching(name, step.id, true, head, &log),
            None => self.inner.reference(name, step.id, false, &log),
        };
        let races =
            [ErrorCode::Modified, ErrorCode::Exists, ErrorCode::NotFound, ErrorCode::Locked];
        match moved {
            Ok(_) => {}
            Err(error) if races.contains(&error.code()) => {
                return Err(Error::Moved { name: name.clone() });
            }
            Err(error) => return Err(error.into()),
        }
        // libgit2 syncs the folder that a ref lies in, but not the ones it may have made above.
        let common = self.inner.commondir();
        let path = common.join(name);
        let is_shared = path.ancestors().skip(1).any(|folder| folder.ends_with("refs"));
        for folder in path.ancestors().skip(1).take_while(|folder| is_shared && *folder != common) {
            files::sync_folder_of(folder).map_err(io_error(folder))?;
        }
        Ok(())
    }
}
