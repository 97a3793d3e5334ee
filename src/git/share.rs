//! Refs that several machines move: each is sent only where the remote still holds what the sender
//! knows, and all together or none.

use super::Error;
use super::Repository;
use super::program;
use super::target::Target;
use crate::process::Stop;
use git2::Oid;
use std::collections::BTreeMap;

/// A ref to be sent.
#[derive(Debug, Clone)]
pub struct SharedRef {
    pub name: String,
    /// The commit that it is to hold; `None` where it is to go.
    pub commit: Option<String>,
    pub there: There,
}

/// What a remote must hold for a ref to be sent.
#[derive(Debug, Clone)]
pub enum There {
    Anything,
    Nothing,
    Commit(String),
}

impl Repository {
    /// Sends refs; either all move, or none.
    pub fn send_shared(&self, remote: &str, refs: &[SharedRef], stop: &Stop) -> Result<(), Error> {
        let mut words = vec!["push".to_owned(), "--quiet".to_owned(), "--atomic".to_owned()];
        words.extend(refs.iter().filter_map(|sent| {
            let held = match &sent.there {
                There::Anything => return None,
                There::Nothing => "",
                There::Commit(commit) => commit,
            };
            Some(format!("--force-with-lease={}:{held}", sent.name))
        }));
        words.extend(["--".to_owned(), remote.to_owned()]);
        words.extend(refs.iter().map(|sent| match &sent.commit {
            // A `+` would have git pass over what the remote must hold.
            Some(commit) if matches!(sent.there, There::Anything) => {
                format!("+{commit}:{}", sent.name)
            }
            Some(commit) => format!("{commit}:{}", sent.name),
            None => format!(":{}", sent.name),
        }));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.talk(&words, stop)
    }

    /// Sends a branch, if it goes on from what the remote has of it.
    pub fn send_branch(&self, remote: &str, branch: &str, stop: &Stop) -> Result<(), Error> {
        let refs = format!("refs/heads/{branch}:refs/heads/{branch}");
        self.talk(&["push", "--quiet", "--", remote, &refs], stop)
    }

    /// Which commits the refs of a remote hold whose names are of these patterns.
    pub fn shared_ids(
        &self,
        remote: &str,
        patterns: &[&str],
        stop: &Stop,
    ) -> Result<BTreeMap<String, String>, Error> {
        let words = [&["ls-remote", "--quiet", "--", remote], patterns].concat();
        let listed = program::output_until(&self.work_folder, &words, stop);
        let listed =
            listed.map_err(|reason| Error::Remote { command: "ls-remote".to_owned(), reason })?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let pairs = listed.lines().filter_map(|line| line.split_once('\t'));
        Ok(pairs.map(|(id, name)| (name.to_owned(), id.to_owned())).collect())
    }

    /// Brings refs of a remote: `from` and `to` of each, with `*` at the end of both or of none.
    pub fn bring_shared(
        &self,
        remote: &str,
        pairs: &[(String, String)],
        stop: &Stop,
    ) -> Result<(), Error> {
        let specs: Vec<String> = pairs.iter().map(|(from, to)| format!("+{from}:{to}")).collect();
        let words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", remote];
        let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
        self.talk(&[&words[..], &specs[..]].concat(), stop)
    }

    /// The commit that a ref holds.
    pub fn id_at(&self, reference: &str) -> Result<Option<String>, Error> {
        Ok(self.tip(reference)?.map(|tip| tip.commit.to_string()))
    }

    /// The first parent of a commit.
    pub fn parent_of(&self, commit: &str) -> Option<String> {
        let commit = self.inner.find_commit(Oid::from_str(commit).ok()?).ok()?;
        Some(commit.parent_id(0).ok()?.to_string())
    }

    /// One file of a chain.
    pub fn file_at(&self, reference: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(tip) = self.tip(reference)? else { return Ok(None) };
        let files = self.files_of(&tip)?;
        files.get(path).map(|id| self.bytes_of(*id)).transpose()
    }

    /// Whether a ref is there.
    pub fn has_ref(&self, reference: &str) -> bool {
        Target::Ref(reference.to_owned()).find(&self.inner).is_ok_and(|place| place.head.is_some())
    }
}
