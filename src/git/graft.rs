//! A chain's files put into a folder of a branch, whatever the branch holds there: the commit's tree
//! is made from the branch's head, never from the user's index, and the branch moves only if it still
//! holds that head. The index of the working tree follows where the branch is checked out.

use super::Error;
use super::Repository;
use super::chain::Tip;
use super::commit_text;
use super::io_error;
use super::lock::LockFile;
use super::move_ref::RefUpdate;
use super::refresh::WantedFiles;
use super::target::Target;
use super::target::TargetNow;
use super::tree;
use crate::files;
use git2::ObjectType;
use git2::Oid;
use git2::RepositoryState;
use std::time::Duration;
use std::time::Instant;

/// How often the index is looked at again after somebody else wrote it.
const LOOKS_MAX: usize = 5;

/// How long a command of git takes from reading the index to the end, as a rule.
const IN_USE_FOR: Duration = Duration::from_millis(60);

/// How often the branch is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Files of a chain that are to be committed.
#[derive(Debug)]
pub struct Graft<'a> {
    /// Where the commit goes.
    pub target: &'a Target,
    /// Where they go, relative to the work folder.
    pub folder: &'a str,
    /// The end of the chain.
    pub tip: Tip,
    /// The message of the commit.
    pub message: &'a str,
    /// The lock that keeps the commits of all processes of this program apart.
    pub lock: &'a files::Beneath,
    /// The time now, told to whoever waits for the lock.
    pub since: &'a str,
    /// How long to wait for the lock, and how long to start anew when the branch moves.
    pub patience: Duration,
    /// How long to look again while others use the index, who may go on for ever.
    pub outlast: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grafted {
    pub id: String,
    /// Whether there was anything to commit; if not, `id` is the head that holds the files.
    pub changed: bool,
    /// Whether the branch is checked out here.
    pub is_checked_out: bool,
}

impl Repository {
    /// Commits exactly these files. When it returns, a power cut takes nothing of them back.
    pub fn graft(&mut self, request: &Graft<'_>) -> Result<Grafted, Error> {
        let _lock = files::Lock::take(request.lock, request.since, request.patience)
            .map_err(io_error(&request.lock.path()))?
            .map_err(Error::Held)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        let committed = loop {
            let result = self.beside_prune(|own| own.try_graft(request));
            let is_race = matches!(result, Err(Error::Moved { .. }));
            if !is_race || start.elapsed() > request.patience {
                break result;
            }
            // Two that wait equally long would meet again.
            let jitter = start.elapsed().subsec_nanos().wrapping_add(std::process::id()) % 1000;
            std::thread::sleep(pause / 2 + pause * jitter / 2000);
            pause = (pause * 2).min(Duration::from_millis(100));
        };
        // Whatever came of it, the index follows the branch as it is now.
        let settled = match &committed {
            Err(Error::Busy { .. }) => Ok(()),
            Ok(_) | Err(_) => self.beside_prune(|own| own.settle_index(request.folder)),
        };
        let mut committed = committed?;
        settled?;
        let is_checked_out = request.target.find(&self.inner)?.is_checked_out;
        if is_checked_out {
            self.outlast_others(request, &mut committed);
        }
        Ok(Grafted { is_checked_out, ..committed })
    }

    /// Commits again what a command of git takes back that is at work meanwhile: such as `git commit`, it
    /// reads the index before it locks it, and what it then writes does not hold these files; the next
    /// commit removes them from the branch.
    fn outlast_others(&mut self, request: &Graft<'_>, committed: &mut Grafted) {
        let start = Instant::now();
        let mut is_in_use = self.is_index_in_use();
        while is_in_use && start.elapsed() < request.outlast {
            std::thread::sleep(LOOK_EVERY);
            // Asked before the branch is looked at: what came during a long sleep is seen by a last look.
            is_in_use = self.is_index_in_use();
            // Whatever fails here has succeeded before.
            if let Ok(again) = self.beside_prune(|own| own.try_graft(request))
                && again.changed
            {
                *committed = again;
            }
            let _ = self.beside_prune(|own| own.settle_index(request.folder));
        }
    }

    /// Whether a command of git has locked the index, or wrote it a moment ago. What is put into it here
    /// leaves its time as it was.
    fn is_index_in_use(&self) -> bool {
        let index = self.index_path();
        files::exists(&index.with_extension("lock"))
            || files::age(&index).is_some_and(|age| age < IN_USE_FOR)
    }

    fn try_graft(&mut self, request: &Graft<'_>) -> Result<Grafted, Error> {
        let place = request.target.find(&self.inner)?;
        self.refuse_busy()?;
        self.objects.clear();
        let base = place.head.map(|id| Ok::<_, Error>(self.inner.find_commit(id)?.tree_id()));
        let base = base.transpose()?;
        let odb = self.inner.odb()?;
        let (folder, subtree) = (request.folder, request.tip.tree);
        let tree = tree::with_folder(&odb, base, folder, subtree, &mut self.objects)?;
        drop(odb);
        let is_checked_out = place.is_checked_out;
        if let (Some(head), true) = (place.head, Some(tree) == base) {
            self.clear_locks(&place)?;
            return Ok(Grafted { id: head.to_string(), changed: false, is_checked_out });
        }
        let who = self.who()?;
        let text = commit_text(tree, place.head, &who, request.message);
        let text = self.signed(text, &who)?;
        let id = self.objects.add(ObjectType::Commit, &text)?;
        // Syncing takes time, so no lock is held meanwhile.
        self.objects.publish(self.inner.commondir())?;
        let step = RefUpdate { place: &place, id, who: &who, message: request.message };
        if is_checked_out {
            let wanted = self.wanted(Some(subtree), folder)?;
            self.with_index(&wanted, Some(&step))?;
        } else {
            self.move_ref(&step)?;
        }
        Ok(Grafted { id: id.to_string(), changed: true, is_checked_out })
    }

    /// Makes the index hold in a folder what HEAD holds there, whatever came between: another branch
    /// that was checked out, a command of the user that read the old index and wrote it back. Call it
    /// with the lock of the repository's commits held.
    pub(super) fn settle_index(&mut self, folder: &str) -> Result<(), Error> {
        for _ in 0..LOOKS_MAX {
            let wanted = self.wanted_by_head(folder)?;
            if self.is_index_as(&wanted)? {
                break;
            }
            self.with_index(&wanted, None)?;
        }
        Ok(())
    }

    /// Whether the index holds in a folder what HEAD holds there.
    pub fn is_index_settled(&mut self, folder: &str) -> Result<bool, Error> {
        let wanted = self.wanted_by_head(folder)?;
        self.is_index_as(&wanted)
    }

    pub(super) fn wanted_by_head(&mut self, folder: &str) -> Result<WantedFiles, Error> {
        let head = self.inner.refname_to_id("HEAD").ok();
        let root = head.map(|head| Ok::<_, Error>(self.inner.find_commit(head)?.tree_id()));
        let odb = self.inner.odb()?;
        let subtree = match root.transpose()? {
            Some(root) => self.objects.trees().find(&odb, root, folder)?,
            None => None,
        };
        drop(odb);
        self.wanted(subtree, folder)
    }

    /// What the index is to hold in a folder.
    fn wanted(&self, subtree: Option<Oid>, folder: &str) -> Result<WantedFiles, Error> {
        let files = subtree.map(|subtree| self.list(subtree)).transpose()?.unwrap_or_default();
        let files = files.iter().map(|(path, id)| (format!("{folder}/{path}"), *id)).collect();
        Ok(WantedFiles { folder: folder.to_owned(), files })
    }

    /// A merge or rebase that is aborted later would take a commit made now away again.
    pub(super) fn refuse_busy(&self) -> Result<(), Error> {
        let state = match self.inner.state() {
            RepositoryState::Clean => return Ok(()),
            RepositoryState::Merge => "merge",
            RepositoryState::Revert | RepositoryState::RevertSequence => "revert",
            RepositoryState::CherryPick | RepositoryState::CherryPickSequence => "cherry-pick",
            RepositoryState::Bisect => "bisect",
            RepositoryState::Rebase
            | RepositoryState::RebaseInteractive
            | RepositoryState::RebaseMerge => "rebase",
            RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => "git am",
        };
        Err(Error::Busy { state, path: self.work_folder.display().to_string() })
    }

    /// A kill after the last commit may have left what no commit comes to clear away.
    fn clear_locks(&self, place: &TargetNow) -> Result<(), Error> {
        if place.is_checked_out {
            LockFile::clear(&self.inner.path().join("index"), &self.index_twin())?;
        }
        LockFile::clear(&self.ref_path(&place.name), &self.ref_twin(&place.name))
    }
}
