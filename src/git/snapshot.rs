//! Snapshots: the working tree with untracked files as a commit that no branch holds, under a ref of
//! its own. Index, files, stashes and HEAD stay as they are.

use super::Error;
use super::Repository;
use super::commit_text;
use super::failure::doing;
use super::move_ref::RefUpdate;
use super::objects::Objects;
use super::present::Present;
use super::present::Scope;
use super::present::lay_down;
use super::target::Target;
use git2::ErrorCode;
use git2::ObjectType;
use git2::Oid;

/// A snapshot to be made.
#[derive(Debug)]
pub struct Shot<'a> {
    pub scope: Scope<'a>,
    /// The full name of the ref that is to hold it.
    pub reference: &'a str,
    /// A snapshot made before, whose files need not be laid down again.
    pub before: Option<&'a str>,
    pub message: &'a str,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenSnapshot {
    pub commit: String,
    pub files: u64,
    pub bytes: u64,
    /// Bytes of files that HEAD does not hold.
    pub new_bytes: u64,
    /// Files that are too large or cannot be read, and repositories within this one.
    pub left_out: Vec<String>,
}

impl Repository {
    /// Makes a snapshot. When it returns, a power cut takes nothing of it back.
    pub fn snapshot(&self, shot: &Shot<'_>) -> Result<TakenSnapshot, Error> {
        let present = self.present(shot.scope)?;
        let head = self.inner.refname_to_id("HEAD").ok();
        let head_tree = head.map(|head| tree_of(&present.inner, head)).transpose()?;
        let before = shot.before.and_then(|before| Oid::from_str(before).ok());
        let before = before.and_then(|before| tree_of(&present.inner, before).ok());
        let mut beyond_head = Vec::new();
        let olds: Vec<Oid> = head_tree.into_iter().collect();
        new_objects(&present.inner, present.tree, &olds, &mut beyond_head)?;
        let mut to_lay_down = Vec::new();
        let olds: Vec<Oid> = head_tree.into_iter().chain(before).collect();
        new_objects(&present.inner, present.tree, &olds, &mut to_lay_down)?;
        lay_down(&present.inner, to_lay_down.into_iter(), &present.laid_down)?;
        let who = self.who()?;
        let text = commit_text(present.tree, head, &who, shot.message);
        let mut objects = Objects::default();
        let id = objects.add(ObjectType::Commit, &text)?;
        objects.publish(self.inner.commondir())?;
        let place = Target::Ref(shot.reference.to_owned()).find(&self.inner)?;
        self.move_ref(&RefUpdate { place: &place, id, who: &who, message: shot.message })?;
        let Present { inner, files, bytes, left_out, .. } = present;
        let new_bytes = bytes_of(&inner, &beyond_head)?;
        let left_out = left_out.into_iter().collect();
        Ok(TakenSnapshot { commit: id.to_string(), files, bytes, new_bytes, left_out })
    }

    /// Whether the working tree is what a snapshot holds.
    pub fn is_as_snapshot(&self, commit: &str, scope: Scope<'_>) -> Result<bool, Error> {
        let present = self.present(scope)?;
        let kept = Oid::from_str(commit).and_then(|id| present.inner.find_commit(id));
        Ok(kept.is_ok_and(|kept| kept.tree_id() == present.tree))
    }

    /// Whether the repository holds a commit.
    pub fn holds(&self, commit: &str) -> bool {
        Oid::from_str(commit).is_ok_and(|id| self.inner.find_commit(id).is_ok())
    }

    /// The refs whose names begin so, by their full names.
    pub fn refs_below(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let mut found = self
            .inner
            .references_glob(&format!("{prefix}*"))
            .map_err(doing(format_args!("list the refs below {prefix}")))?;
        let mut names = Vec::new();
        for name in found.names() {
            let name = name.map_err(doing(format_args!("list the refs below {prefix}")))?;
            names.push(name.to_owned());
        }
        Ok(names)
    }

    /// Lets a ref go, and with it what nothing else holds.
    pub fn forget(&self, reference: &str) -> Result<(), Error> {
        match self.inner.find_reference(reference).and_then(|mut found| found.delete()) {
            Err(error) if error.code() != ErrorCode::NotFound => {
                Err(doing(format_args!("delete {reference}"))(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

pub(super) fn tree_of(inner: &git2::Repository, commit: Oid) -> Result<Oid, Error> {
    let found = inner.find_commit(commit);
    Ok(found.map_err(doing(format_args!("read commit {commit}")))?.tree_id())
}

/// The objects of a tree that the old ones do not hold at the same place, each before the folder
/// that refers to it.
fn new_objects(
    inner: &git2::Repository,
    tree: Oid,
    olds: &[Oid],
    found: &mut Vec<(ObjectType, Oid)>,
) -> Result<(), Error> {
    if olds.contains(&tree) {
        return Ok(());
    }
    let olds = olds.iter().map(|old| inner.find_tree(*old)).collect::<Result<Vec<_>, _>>()?;
    for entry in &inner.find_tree(tree)? {
        let befores = olds.iter().filter_map(|old| old.get_name_bytes(entry.name_bytes()));
        let befores: Vec<_> = befores.filter(|before| before.kind() == entry.kind()).collect();
        if befores.iter().any(|before| before.id() == entry.id()) {
            continue;
        }
        match entry.kind() {
            Some(ObjectType::Tree) => {
                let olds: Vec<Oid> = befores.iter().map(git2::TreeEntry::id).collect();
                new_objects(inner, entry.id(), &olds, found)?;
            }
            Some(ObjectType::Blob) => found.push((ObjectType::Blob, entry.id())),
            _ => {}
        }
    }
    found.push((ObjectType::Tree, tree));
    Ok(())
}

fn bytes_of(inner: &git2::Repository, objects: &[(ObjectType, Oid)]) -> Result<u64, Error> {
    let odb = inner.odb()?;
    let files = objects.iter().filter(|(kind, _)| *kind == ObjectType::Blob);
    let sizes = files.map(|(_, id)| odb.read_header(*id).map(|(size, _)| size as u64));
    Ok(sizes.sum::<Result<u64, git2::Error>>()?)
}
