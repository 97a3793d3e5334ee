//! Committing files onto a ref: the tree is made from the ref's head, never from the user's index,
//! and the ref moves only if it still holds the head that was built upon.

use super::Error;
use super::Repository;
use super::io_error;
use super::lock::Lock;
use super::move_ref::Step;
use super::objects::id_of;
use super::refresh::Blob;
use super::refresh::Fresh;
use super::target::Place;
use super::target::Target;
use super::tree;
use crate::files;
use git2::ObjectType;
use git2::Oid;
use git2::RepositoryState;
use git2::Signature;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

/// Files to be committed.
#[derive(Debug)]
pub struct Commit<'a> {
    pub target: &'a Target,
    /// Each file's path, relative to the work folder, and its bytes.
    pub files: &'a [(String, &'a [u8])],
    /// Folders with the originals of some of the files, relative to the work folder: a file that
    /// the head holds there is not laid down again.
    pub originals: &'a BTreeSet<String>,
    pub message: &'a str,
    /// Name and mail of the author when git knows none.
    pub fallback: (&'a str, &'a str),
    /// The lock that keeps the commits of all processes of this program apart.
    pub lock: &'a files::Beneath,
    /// The time now, told to whoever waits for the lock.
    pub since: &'a str,
    /// How long to wait for the lock, and how long to start anew when the ref moves.
    pub patience: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub id: String,
    /// Whether there was anything to commit; if not, `id` is the head that holds the files.
    pub changed: bool,
}

impl Repository {
    /// Commits exactly these files. When it returns, a power cut takes nothing of them back.
    pub fn commit(&mut self, request: &Commit<'_>) -> Result<Committed, Error> {
        let files = checked(request.files)?;
        let _lock = files::Lock::take(request.lock, request.since, request.patience)
            .map_err(io_error(&request.lock.path()))?
            .map_err(Error::Held)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            let result = self.try_commit(request, &files);
            let is_race = matches!(result, Err(Error::Moved { .. }));
            if !is_race || start.elapsed() > request.patience {
                return result;
            }
            // Two that wait equally long would meet again.
            let jitter = start.elapsed().subsec_nanos().wrapping_add(std::process::id()) % 1000;
            std::thread::sleep(pause / 2 + pause * jitter / 2000);
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    fn try_commit(
        &mut self,
        request: &Commit<'_>,
        files: &BTreeMap<&str, &[u8]>,
    ) -> Result<Committed, Error> {
        let place = request.target.find(&self.inner)?;
        if !matches!(request.target, Target::Ref(_)) {
            self.refuse_busy()?;
        }
        self.objects.clear();
        let base = place.head.map(|id| Ok::<_, Error>(self.inner.find_commit(id)?.tree_id()));
        let base = base.transpose()?;
        let blobs = files
            .iter()
            .map(|(path, bytes)| Ok((*path, id_of(ObjectType::Blob, bytes)?, *bytes)))
            .collect::<Result<Vec<Blob<'_>>, Error>>()?;
        let odb = self.inner.odb()?;
        for folder in request.originals {
            let trees = self.objects.trees();
            let held = base.map(|base| trees.files_in(&odb, base, folder)).transpose()?;
            self.objects.hold(held.unwrap_or_default());
        }
        let tree = tree::with_files(&odb, base, &blobs, &mut self.objects)?;
        drop(odb);
        if let (Some(head), true) = (place.head, Some(tree) == base) {
            if place.is_checked_out && !self.is_index_fresh(&blobs)? {
                self.repair_index(&blobs)?;
            }
            self.clear_locks(&place)?;
            return Ok(Committed { id: head.to_string(), changed: false });
        }
        let who = self.who(request.fallback)?;
        let text = commit_text(tree, place.head, &who, request.message);
        let text = self.signed(text, &who)?;
        let id = self.objects.add(ObjectType::Commit, &text)?;
        let fresh = place.is_checked_out.then(|| self.freshen(&blobs)).transpose()?;
        let step = Step { place: &place, id, who: &who, message: request.message };
        match fresh {
            None => self.publish(&step, None)?,
            Some(Fresh::Same(_lock)) => self.publish(&step, None)?,
            Some(Fresh::Ready(lock)) => {
                self.publish(&step, Some(&lock))?;
                self.put_index(lock)?;
            }
            Some(Fresh::Foreign) => {
                // Without git the index would stay behind, and the user's next commit with it.
                if crate::process::resolve("git", &self.work_folder).is_none() {
                    let reason = "this index needs git itself, which is not found".to_owned();
                    return Err(Error::UpdateIndex { reason });
                }
                self.publish(&step, None)?;
                self.update_index(&blobs)?;
            }
        }
        Ok(Committed { id: id.to_string(), changed: true })
    }

    /// A merge or rebase that is aborted later would take a commit made now away again.
    fn refuse_busy(&self) -> Result<(), Error> {
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

    fn repair_index(&mut self, blobs: &[Blob<'_>]) -> Result<(), Error> {
        match self.freshen(blobs)? {
            Fresh::Same(_) => Ok(()),
            Fresh::Ready(lock) => {
                lock.file.sync_all().map_err(io_error(self.inner.path()))?;
                self.put_index(lock)
            }
            Fresh::Foreign => self.update_index(blobs),
        }
    }

    /// A kill after the last commit may have left what no commit comes to clear away.
    fn clear_locks(&self, place: &Place) -> Result<(), Error> {
        if place.is_checked_out {
            Lock::clear(&self.inner.path().join("index"), &self.index_twin())?;
        }
        Lock::clear(&self.inner.commondir().join(&place.name), &self.ref_twin(&place.name))
    }

    /// Who commits and when, as git writes it.
    pub(super) fn who(&self, (name, mail): (&str, &str)) -> Result<Vec<u8>, Error> {
        let signature = self.inner.signature().or_else(|_| Signature::now(name, mail))?;
        let offset = signature.when().offset_minutes();
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
        let time = format!("> {} {sign}{hours:02}{minutes:02}", signature.when().seconds());
        Ok([signature.name_bytes(), b" <", signature.email_bytes(), time.as_bytes()].concat())
    }

    /// Puts the objects on the disk, then moves the ref.
    fn publish(&mut self, step: &Step<'_>, index: Option<&Lock>) -> Result<(), Error> {
        self.objects.publish(self.inner.commondir(), index.map(|lock| &lock.file))?;
        self.move_ref(step)
    }
}

pub(super) fn commit_text(tree: Oid, parent: Option<Oid>, who: &[u8], message: &str) -> Vec<u8> {
    let parent = parent.map_or_else(String::new, |parent| format!("parent {parent}\n"));
    let head = format!("tree {tree}\n{parent}");
    let message = format!("\n\n{}\n", message.replace('\0', "").trim_end());
    let parts = [head.as_bytes(), b"author ", who, b"\ncommitter ", who, message.as_bytes()];
    parts.concat()
}

/// The files by path; refuses a path that git would refuse to check out.
fn checked<'f>(files: &'f [(String, &[u8])]) -> Result<BTreeMap<&'f str, &'f [u8]>, Error> {
    let is_bad = |part: &str| {
        let part = part.to_lowercase();
        matches!(part.as_str(), "" | "." | ".." | ".git" | "git~1")
    };
    for (path, _) in files {
        if path.split('/').any(is_bad) || path.contains(char::is_control) {
            return Err(Error::Path { path: path.clone() });
        }
    }
    Ok(files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect())
}
