//! Commits by the names that they have in this copy of the repository, and what they hold. A branch
//! that was never checked out here is found as a remote has it.

use super::Error;
use super::Repository;
use super::chain::BlobId;
use super::failure::doing;
use super::target;
use super::target::BRANCHES;
use super::target::Target;
use git2::ErrorCode;
use git2::ObjectType;
use git2::Oid;
use git2::TreeWalkMode;
use git2::TreeWalkResult;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Bound;

const REMOTES: &str = "refs/remotes/";

/// Files by their paths, each with its bytes.
pub type Files = BTreeMap<String, Vec<u8>>;

/// A commit that was found by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCommit {
    /// The name as people write it: `HEAD`, `feature`, `origin/feature`.
    pub name: String,
    /// Whether the index and working tree here belong to it.
    pub is_checked_out: bool,
    pub(super) commit: Oid,
}

impl FoundCommit {
    /// The commit's id.
    pub fn id(&self) -> String {
        self.commit.to_string()
    }

    pub fn is_same(&self, other: &Self) -> bool {
        self.commit == other.commit
    }
}

/// A folder of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitFolder(Oid);

impl Repository {
    /// What is checked out; `None` before the first commit.
    pub fn found_head(&self) -> Result<Option<FoundCommit>, Error> {
        let commit = self.commit_of("HEAD")?;
        Ok(commit.map(|commit| FoundCommit {
            name: "HEAD".to_owned(),
            is_checked_out: true,
            commit,
        }))
    }

    /// The head of a target; of a branch that is not here, as a remote has it. `None` for neither.
    pub fn find(&self, target: &Target) -> Result<Option<FoundCommit>, Error> {
        let name = match target {
            Target::Head => return self.found_head(),
            Target::Branch(name) | Target::Ref(name) => name,
        };
        let remotes = self.inner.remotes().map_err(doing("list the remotes"))?;
        let mut remotes: Vec<&str> = remotes.iter().flatten().flatten().collect();
        remotes.sort_by_key(|remote| *remote != "origin");
        let branch = name.strip_prefix(BRANCHES);
        let there = branch.into_iter().flat_map(|branch| {
            remotes.iter().map(move |remote| format!("{REMOTES}{remote}/{branch}"))
        });
        let checked_out = target::resolve(&self.inner, "HEAD")?;
        for name in std::iter::once(name.clone()).chain(there) {
            if let Some(commit) = self.commit_of(&name)? {
                let is_checked_out = name == checked_out;
                return Ok(Some(FoundCommit { name: shown(&name), is_checked_out, commit }));
            }
        }
        Ok(None)
    }

    /// All branches, those here first and then those that remotes have.
    pub fn found_branches(&self) -> Result<Vec<FoundCommit>, Error> {
        let mut found = Vec::new();
        for name in [self.refs_below(BRANCHES)?, self.refs_below(REMOTES)?].concat() {
            if let Some(commit) = self.commit_of(&name)? {
                found.push(FoundCommit { name: shown(&name), is_checked_out: false, commit });
            }
        }
        Ok(found)
    }

    pub(super) fn commit_of(&self, name: &str) -> Result<Option<Oid>, Error> {
        let found = self.inner.find_reference(name).and_then(|found| found.peel_to_commit());
        match found {
            Ok(commit) => Ok(Some(commit.id())),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::UnbornBranch) => {
                Ok(None)
            }
            Err(error) => Err(doing(format_args!("read {name}"))(error)),
        }
    }

    /// The folder at a path of a commit; the path "" is its root.
    pub fn folder_in(
        &self,
        found: &FoundCommit,
        path: &str,
    ) -> Result<Option<CommitFolder>, Error> {
        let tree = self.inner.find_commit(found.commit)?.tree()?;
        if path.is_empty() {
            return Ok(Some(CommitFolder(tree.id())));
        }
        let entry = tree.get_path(path.as_ref()).ok();
        let folder = entry.filter(|entry| entry.kind() == Some(ObjectType::Tree));
        Ok(folder.map(|entry| CommitFolder(entry.id())))
    }

    /// The names in a folder.
    pub fn names_in(&self, folder: CommitFolder) -> Result<Vec<String>, Error> {
        let tree = self.inner.find_tree(folder.0)?;
        Ok(tree.iter().map(|entry| String::from_utf8_lossy(entry.name_bytes()).into()).collect())
    }

    /// All files below a folder, by their paths from there.
    pub fn files_below(&self, folder: CommitFolder) -> Result<Files, Error> {
        let bytes = |(path, id)| Ok((path, self.bytes_of(id)?));
        self.ids_below(folder)?.into_iter().map(bytes).collect()
    }

    /// The same, without what they hold.
    pub fn ids_below(&self, folder: CommitFolder) -> Result<BTreeMap<String, BlobId>, Error> {
        let mut found = BTreeMap::new();
        self.inner.find_tree(folder.0)?.walk(TreeWalkMode::PreOrder, |above, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                let name = String::from_utf8_lossy(entry.name_bytes());
                found.insert(format!("{above}{name}"), BlobId(entry.id()));
            }
            TreeWalkResult::Ok
        })?;
        Ok(found)
    }

    /// The paths of all files of a commit.
    pub fn paths_of(&self, commit: &str) -> Result<Vec<String>, Error> {
        let commit = self.inner.find_commit(Oid::from_str(commit)?)?;
        Ok(self.ids_below(CommitFolder(commit.tree_id()))?.into_keys().collect())
    }

    /// Which of these files a commit holds, and what they hold; each folder is read once.
    pub fn files_in(
        &self,
        found: &FoundCommit,
        paths: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, BlobId>, Error> {
        let mut files = BTreeMap::new();
        let tree = self.inner.find_commit(found.commit)?.tree()?;
        tree.walk(TreeWalkMode::PreOrder, |above, entry| {
            let path = format!("{above}{}", String::from_utf8_lossy(entry.name_bytes()));
            if entry.kind() != Some(ObjectType::Tree) {
                if paths.contains(&path) {
                    files.insert(path, BlobId(entry.id()));
                }
                return TreeWalkResult::Ok;
            }
            let below = format!("{path}/");
            let mut next =
                paths.range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
            let is_wanted = next.next().is_some_and(|path| path.starts_with(&below));
            if is_wanted { TreeWalkResult::Ok } else { TreeWalkResult::Skip }
        })?;
        Ok(files)
    }
}

/// A ref's name as people write it.
fn shown(name: &str) -> String {
    let short = name.strip_prefix(BRANCHES).or_else(|| name.strip_prefix(REMOTES));
    short.unwrap_or(name).to_owned()
}
