//! What git's history says: what the commits of a run tell, and what became of files since.

use super::Error;
use super::Repository;
use super::compare::Fell;
use super::found::FoundCommit;
use super::target::Target;
use git2::DiffDelta;
use git2::DiffOptions;
use git2::Oid;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What commits made of a file that is not any more what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum Fate {
    /// It holds other bytes since this commit.
    Changed {
        /// The commit.
        commit: String,
    },
    /// It was removed by this commit.
    Gone {
        /// The commit.
        commit: String,
    },
    /// The same bytes have another name since this commit.
    Moved {
        /// The commit.
        commit: String,
        /// The other name.
        to: String,
    },
    /// No commit ever held it.
    Unknown,
}

impl Repository {
    /// Whether a target is what is checked out here.
    pub fn is_checked_out(&self, target: &Target) -> Result<bool, Error> {
        Ok(target.find(&self.inner)?.is_checked_out)
    }

    /// The messages of all that these commits stand on, newest first, with their ids; those that
    /// `since` holds already are left out.
    pub fn messages(
        &self,
        heads: &[&FoundCommit],
        since: Option<&str>,
    ) -> Result<Vec<(String, String)>, Error> {
        let mut messages = Vec::new();
        for id in self.walk_since(heads.iter().map(|head| head.commit), since)? {
            let commit = self.inner.find_commit(id?)?;
            let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
            messages.push((commit.id().to_string(), message));
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
        for id in self.walk_since([head], since)? {
            let id = id?;
            let commit = self.inner.find_commit(id)?;
            let message = String::from_utf8_lossy(commit.message_bytes());
            if is_one(&message) {
                return Ok(Some((id.to_string(), message.into_owned())));
            }
        }
        Ok(None)
    }

    /// What the commits of a history made of files in the end, in one walk over them; those that
    /// `since` holds already made nothing of what came later.
    pub fn fates(
        &self,
        head: &FoundCommit,
        mut paths: BTreeSet<String>,
        since: Option<&str>,
    ) -> Result<BTreeMap<String, Fate>, Error> {
        let mut fates = BTreeMap::new();
        let mut near = near(&paths);
        let mut walk = self.walk_since([head.commit], since)?;
        walk.set_sorting(git2::Sort::TOPOLOGICAL)?;
        for id in walk {
            if paths.is_empty() {
                break;
            }
            let commit = self.inner.find_commit(id?)?;
            let touched = match self.touched(&commit, &paths, &mut near) {
                Ok(touched) => touched,
                // A partial clone does not hold all that lies behind.
                Err(Error::Git(error)) if error.is_not_found() => break,
                Err(error) => return Err(error),
            };
            for (path, fate) in touched {
                paths.remove(&path);
                fates.insert(path, fate);
            }
        }
        fates.extend(paths.into_iter().map(|path| (path, Fate::Unknown)));
        Ok(fates)
    }

    /// What a commit made of files: what it holds otherwise than each commit before it.
    fn touched(
        &self,
        commit: &git2::Commit<'_>,
        paths: &BTreeSet<String>,
        near: &mut DiffOptions,
    ) -> Result<Vec<(String, Fate)>, Error> {
        let tree = commit.tree()?;
        let mut parents = Vec::new();
        for parent in commit.parents() {
            parents.push(Some(parent.tree()?));
        }
        if parents.is_empty() {
            parents.push(None);
        }
        let mut diffs = Vec::new();
        for parent in &parents {
            diffs.push(self.inner.diff_tree_to_tree(parent.as_ref(), Some(&tree), Some(near))?);
        }
        let Some((first, others)) = diffs.split_first() else { return Ok(Vec::new()) };
        let others: Vec<BTreeSet<String>> = others
            .iter()
            .map(|diff| diff.deltas().filter_map(|delta| path_of(&delta)).collect())
            .collect();
        let is_gone = |delta: DiffDelta<'_>| Fell::of(&delta) == Fell::Deleted;
        let added = if first.deltas().any(is_gone) {
            self.added(parents[0].as_ref(), &tree)?
        } else {
            BTreeMap::new()
        };
        let mut touched = Vec::new();
        for delta in first.deltas() {
            let path = path_of(&delta).filter(|path| {
                paths.contains(path) && others.iter().all(|other| other.contains(path))
            });
            let Some(path) = path else { continue };
            let commit = commit.id().to_string();
            let fate = match Fell::of(&delta) {
                Fell::Deleted => match added.get(&delta.old_file().id()).cloned() {
                    Some(to) => Fate::Moved { commit, to },
                    None => Fate::Gone { commit },
                },
                Fell::Added | Fell::Changed => Fate::Changed { commit },
            };
            touched.push((path, fate));
        }
        Ok(touched)
    }

    /// The files that a commit added, by what they hold.
    fn added(
        &self,
        before: Option<&git2::Tree<'_>>,
        tree: &git2::Tree<'_>,
    ) -> Result<BTreeMap<Oid, String>, Error> {
        let diff = self.inner.diff_tree_to_tree(before, Some(tree), None)?;
        let added = diff.deltas().filter(|delta| Fell::of(delta) == Fell::Added);
        Ok(added.filter_map(|delta| Some((delta.new_file().id(), path_of(&delta)?))).collect())
    }

    fn walk_since(
        &self,
        heads: impl IntoIterator<Item = Oid>,
        since: Option<&str>,
    ) -> Result<git2::Revwalk<'_>, Error> {
        let mut walk = self.inner.revwalk()?;
        for head in heads {
            walk.push(head)?;
        }
        // A shallow clone may not hold the commit that the run began at.
        if let Some(since) = since.and_then(|since| Oid::from_str(since).ok())
            && self.inner.find_commit(since).is_ok()
        {
            walk.hide(since)?;
        }
        Ok(walk)
    }
}

/// Only what lies near these paths is compared: a commit may hold thousands of files elsewhere.
fn near(paths: &BTreeSet<String>) -> DiffOptions {
    let folder =
        |path: &String| path.rsplit_once('/').map_or(path.clone(), |(above, _)| above.into());
    let mut options = DiffOptions::new();
    options.disable_pathspec_match(true);
    for folder in paths.iter().map(folder).collect::<BTreeSet<String>>() {
        options.pathspec(folder);
    }
    options
}

fn path_of(delta: &DiffDelta<'_>) -> Option<String> {
    let path = delta.new_file().path().or_else(|| delta.old_file().path())?;
    Some(path.to_string_lossy().into_owned())
}
