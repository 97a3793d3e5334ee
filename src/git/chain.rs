//! A ref of its own as a chain of commits whose trees hold some files and nothing else. Neither an
//! index nor a working tree nor anybody's lock has to do with it: whoever extends it has it alone.

use super::Error;
use super::Repository;
use super::commit_text;
use super::failure::doing;
use super::lock::LockFile;
use super::move_ref::RefUpdate;
use super::objects::id_of;
use super::target::Target;
use super::tree;
use super::tree::Blob;
use git2::ErrorCode;
use git2::ObjectType;
use git2::Oid;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The newest commit of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    pub(super) commit: Oid,
    pub(super) tree: Oid,
}

/// What a file holds, as git names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobId(pub(super) Oid);

impl BlobId {
    /// The name of these bytes.
    pub fn of(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(id_of(ObjectType::Blob, bytes)?))
    }
}

/// Files to be put onto a chain.
#[derive(Debug)]
pub struct Link<'a> {
    /// The full name of the ref.
    pub reference: &'a str,
    /// Where the caller knows the chain to stand.
    pub tip: Option<Tip>,
    /// Whether the files are all that the new tree holds, or are put into the tip's.
    pub is_whole: bool,
    /// Each file's path in the tree, and its bytes.
    pub files: &'a [(String, &'a [u8])],
    /// Folders with the originals of some of the files, relative to the work folder: a file that
    /// HEAD holds there is not laid down again.
    pub originals: &'a BTreeSet<String>,
    /// The message of the commit.
    pub message: &'a str,
}

impl Repository {
    /// Where a chain stands; `None` where there is none, or nothing that could be one: a ref that leads
    /// nowhere, to another ref, or to what is no commit.
    pub fn tip(&self, reference: &str) -> Result<Option<Tip>, Error> {
        Ok(match self.inner.find_reference(reference) {
            Ok(found) => found.target().and_then(|commit| self.tip_at(commit)),
            Err(_) => None,
        })
    }

    fn tip_at(&self, commit: Oid) -> Option<Tip> {
        let tree = self.inner.find_commit(commit).ok()?.tree_id();
        Some(Tip { commit, tree })
    }

    /// Removes a ref that is no chain, so that one can begin there.
    fn clear_way(&self, reference: &str) -> Result<(), Error> {
        match self.inner.find_reference(reference) {
            Ok(mut found) if found.target().and_then(|commit| self.tip_at(commit)).is_none() => {
                found.delete().map_err(doing(format_args!("delete {reference}")))
            }
            Ok(_) => Ok(()),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(()),
            Err(_) => {
                let path = self.ref_path(reference);
                crate::files::remove(&path).map_err(super::io_error(&path))
            }
        }
    }

    /// Puts files onto a chain. When it returns, a power cut takes nothing of them back. `None` where
    /// the chain does not stand where the caller knew it, or has lost what it stands on: nothing was
    /// done.
    pub fn extend(&mut self, link: &Link<'_>) -> Result<Option<Tip>, Error> {
        match self.beside_prune(|own| own.try_extend(link)) {
            Err(error) if error.is_loss() => Ok(None),
            extended => extended,
        }
    }

    fn try_extend(&mut self, link: &Link<'_>) -> Result<Option<Tip>, Error> {
        let files = checked(link.files)?;
        self.clear_way(link.reference)?;
        let place = Target::Ref(link.reference.to_owned()).find(&self.inner)?;
        if place.head != link.tip.map(|tip| tip.commit) {
            return Ok(None);
        }
        self.objects.clear();
        let blobs = files
            .iter()
            .map(|(path, bytes)| Ok((*path, id_of(ObjectType::Blob, bytes)?, *bytes)))
            .collect::<Result<Vec<Blob<'_>>, Error>>()?;
        self.hold_originals(link.originals)?;
        let base = link.tip.filter(|_| !link.is_whole).map(|tip| tip.tree);
        let odb = self.inner.odb()?;
        let tree = tree::with_files(&odb, base, &blobs, &mut self.objects)?;
        drop(odb);
        if let Some(tip) = link.tip.filter(|tip| tip.tree == tree) {
            let path = self.ref_path(link.reference);
            LockFile::clear(&path, &self.ref_twin(link.reference))?;
            return Ok(Some(tip));
        }
        let who = self.who()?;
        let text = commit_text(tree, place.head, &who, link.message);
        let commit = self.objects.add(ObjectType::Commit, &text)?;
        self.objects.publish(self.inner.commondir())?;
        let step = RefUpdate { place: &place, id: commit, who: &who, message: link.message };
        match self.move_ref(&step) {
            Ok(()) => Ok(Some(Tip { commit, tree })),
            Err(Error::Moved { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Most of what is copied into a chain may lie in HEAD already, where it was copied from.
    fn hold_originals(&mut self, folders: &BTreeSet<String>) -> Result<(), Error> {
        let head = self.inner.refname_to_id("HEAD").ok().filter(|_| !folders.is_empty());
        let Some(head) = head else { return Ok(()) };
        let root = self.inner.find_commit(head)?.tree_id();
        let odb = self.inner.odb()?;
        for folder in folders {
            let originals = self.objects.trees().files_in(&odb, root, folder)?;
            self.objects.hold(originals);
        }
        Ok(())
    }

    /// Whether all that a chain's tip holds is there.
    pub fn is_sound(&self, tip: &Tip) -> bool {
        let sound = |odb: git2::Odb<'_>| {
            let files = tree::files_below(&odb, tip.tree).ok()?;
            files.values().all(|id| odb.exists(*id)).then_some(())
        };
        self.inner.odb().ok().and_then(sound).is_some()
    }

    /// The files that a chain's tip holds, by their paths.
    pub fn files_of(&self, tip: &Tip) -> Result<BTreeMap<String, BlobId>, Error> {
        self.files_of_without(tip, |_, _| false)
    }

    /// The same without those that are left out: of a long chain most are, at each of its commits.
    pub fn files_of_without(
        &self,
        tip: &Tip,
        is_left_out: impl Fn(&str, BlobId) -> bool,
    ) -> Result<BTreeMap<String, BlobId>, Error> {
        let files = self.list(tip.tree)?;
        let files = files.iter().map(|(path, id)| (path, BlobId(*id)));
        let new = files.filter(|(path, id)| !is_left_out(path, *id));
        Ok(new.map(|(path, id)| (path.clone(), id)).collect())
    }

    /// A file's bytes.
    pub fn bytes_of(&self, id: BlobId) -> Result<Vec<u8>, Error> {
        Ok(self.inner.find_blob(id.0)?.content().to_vec())
    }

    /// Says whether a target's head holds the tip's files at this folder, and no others there.
    pub fn is_grafted(&mut self, target: &Target, folder: &str, tip: &Tip) -> Result<bool, Error> {
        Ok(self.folder_at(target, folder)? == Some(tip.tree))
    }

    /// Whether what is checked out holds a folder.
    pub fn is_folder_in_head(&mut self, folder: &str) -> Result<bool, Error> {
        Ok(self.folder_at(&Target::Head, folder)?.is_some())
    }

    /// Where the commits of work go that began on a branch: there, or, where it was renamed or deleted
    /// since, to what is checked out.
    pub fn home_of(&self, branch: Option<&str>) -> Target {
        let target = branch.map(|branch| Target::Branch(branch.to_owned()));
        let target = target
            .filter(|target| !matches!(target.find(&self.inner), Err(Error::NoBranch { .. })));
        target.unwrap_or(Target::Head)
    }

    fn folder_at(&mut self, target: &Target, folder: &str) -> Result<Option<Oid>, Error> {
        let Some(head) = target.find(&self.inner)?.head else { return Ok(None) };
        let root = self.inner.find_commit(head)?.tree_id();
        self.objects.trees().find(&self.inner.odb()?, root, folder)
    }
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
