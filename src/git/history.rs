//! What git's history says of files: what a ref holds, and what became of a file since.

use super::Error;
use super::Repository;
use super::target::Target;
use git2::ErrorCode;
use git2::ObjectType;
use git2::Oid;
use git2::Status;
use git2::TreeWalkMode;
use git2::TreeWalkResult;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What commits made of a file that is not any more what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// It holds other bytes since this commit.
    Changed { commit: String },
    /// It was removed by this commit.
    Gone { commit: String },
    /// The same bytes have another name since this commit.
    Moved { commit: String, to: String },
    /// No commit ever held it.
    Unknown,
}

impl Repository {
    /// The head of a target; `None` before the first commit.
    pub fn head_of(&self, target: &Target) -> Result<Option<String>, Error> {
        Ok(target.find(&self.inner)?.head.map(|id| id.to_string()))
    }

    /// Whether a target is what is checked out here.
    pub fn is_checked_out(&self, target: &Target) -> Result<bool, Error> {
        Ok(target.find(&self.inner)?.is_checked_out)
    }

    /// The files below a folder in the head of a target, by their paths from there.
    pub fn files_at(
        &self,
        target: &Target,
        folder: &str,
    ) -> Result<BTreeMap<String, Vec<u8>>, Error> {
        let mut files = BTreeMap::new();
        let Some(entry) = self.entry_at(target, folder)? else { return Ok(files) };
        let Ok(tree) = self.inner.find_tree(entry) else { return Ok(files) };
        let mut found = Vec::new();
        tree.walk(TreeWalkMode::PreOrder, |above, entry| {
            if entry.kind() == Some(ObjectType::Blob) {
                let name = String::from_utf8_lossy(entry.name_bytes());
                found.push((format!("{above}{name}"), entry.id()));
            }
            TreeWalkResult::Ok
        })?;
        for (path, id) in found {
            files.insert(path, self.inner.find_blob(id)?.content().to_vec());
        }
        Ok(files)
    }

    /// The bytes of a file in the head of a target.
    pub fn file_at(&self, target: &Target, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(id) = self.entry_at(target, path)? else { return Ok(None) };
        Ok(self.inner.find_blob(id).ok().map(|blob| blob.content().to_vec()))
    }

    /// Whether a file is in the working tree what it is in HEAD, absence included.
    pub fn is_as_committed(&self, path: &str) -> Result<bool, Error> {
        match super::look(&self.work_folder, || self.inner.status_file(Path::new(path))) {
            Ok(status) => Ok(status == Status::CURRENT),
            Err(Error::Git(error)) if error.code() == ErrorCode::NotFound => Ok(true),
            Err(Error::Git(error)) if error.code() == ErrorCode::Ambiguous => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The messages of a target's commits, newest first, with their ids; those that `since` holds
    /// already are left out.
    pub fn messages(
        &self,
        target: &Target,
        since: Option<&str>,
    ) -> Result<Vec<(String, String)>, Error> {
        let Some(head) = target.find(&self.inner)?.head else { return Ok(Vec::new()) };
        let walk = self.walk_since(head, since)?;
        let mut messages = Vec::new();
        for id in walk {
            let id = id?;
            let commit = self.inner.find_commit(id)?;
            messages.push((id.to_string(), String::from_utf8_lossy(commit.message_bytes()).into()));
        }
        Ok(messages)
    }

    /// The newest commit of a target whose message is one of those looked for, with the message; no
    /// commit that `since` holds already, nor any behind the one that is found, is read.
    pub fn newest_message(
        &self,
        target: &Target,
        since: Option<&str>,
        is_one: impl Fn(&str) -> bool,
    ) -> Result<Option<(String, String)>, Error> {
        let Some(head) = target.find(&self.inner)?.head else { return Ok(None) };
        for id in self.walk_since(head, since)? {
            let id = id?;
            let commit = self.inner.find_commit(id)?;
            let message = String::from_utf8_lossy(commit.message_bytes());
            if is_one(&message) {
                return Ok(Some((id.to_string(), message.into_owned())));
            }
        }
        Ok(None)
    }

    /// What the commits of a target made of a file in the end; those that `since` holds already
    /// made nothing of what came later.
    pub fn fate(&self, target: &Target, path: &str, since: Option<&str>) -> Result<Fate, Error> {
        let Some(head) = target.find(&self.inner)?.head else { return Ok(Fate::Unknown) };
        let mut walk = self.walk_since(head, since)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL)?;
        for id in walk {
            let commit = self.inner.find_commit(id?)?;
            let own = entry(&commit, path);
            let mut before = Vec::new();
            for parent in commit.parents() {
                before.push(entry(&parent, path));
            }
            let is_touched = !before.contains(&own) && (own.is_some() || !before.is_empty());
            if !is_touched {
                continue;
            }
            let name = commit.id().to_string();
            return Ok(match (own, before.into_iter().flatten().next()) {
                (Some(_), _) => Fate::Changed { commit: name },
                (None, Some(old)) => match self.new_name(&commit, old)? {
                    Some(to) => Fate::Moved { commit: name, to },
                    None => Fate::Gone { commit: name },
                },
                (None, None) => Fate::Unknown,
            });
        }
        Ok(Fate::Unknown)
    }

    fn walk_since(&self, head: Oid, since: Option<&str>) -> Result<git2::Revwalk<'_>, Error> {
        let mut walk = self.inner.revwalk()?;
        walk.push(head)?;
        // A shallow clone may not hold the commit that the run began at.
        if let Some(since) = since.and_then(|since| Oid::from_str(since).ok())
            && self.inner.find_commit(since).is_ok()
        {
            walk.hide(since)?;
        }
        Ok(walk)
    }

    /// The file that a commit added with these bytes.
    fn new_name(&self, commit: &git2::Commit<'_>, bytes: Oid) -> Result<Option<String>, Error> {
        let parent = commit.parents().next().map(|parent| parent.tree()).transpose()?;
        let diff = self.inner.diff_tree_to_tree(parent.as_ref(), Some(&commit.tree()?), None)?;
        let mut added = diff.deltas().filter(|delta| delta.status() == git2::Delta::Added);
        let found = added.find(|delta| delta.new_file().id() == bytes);
        let path = found.and_then(|delta| delta.new_file().path().map(Path::to_owned));
        Ok(path.map(|path| path.to_string_lossy().into_owned()))
    }

    fn entry_at(&self, target: &Target, path: &str) -> Result<Option<Oid>, Error> {
        let Some(head) = target.find(&self.inner)?.head else { return Ok(None) };
        Ok(entry(&self.inner.find_commit(head)?, path))
    }
}

/// What a commit holds at a path.
fn entry(commit: &git2::Commit<'_>, path: &str) -> Option<Oid> {
    commit.tree().ok()?.get_path(Path::new(path)).ok().map(|entry| entry.id())
}
