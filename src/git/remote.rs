//! Refs of the program's own, sent to another repository and brought from there. Git itself does the
//! talking: its transports, its credentials.

use super::Error;
use super::Repository;
use super::chain::Tip;
use super::move_ref::RefUpdate;
use super::program;
use super::target::BRANCHES;
use super::target::Target;
use crate::process::Stop;

/// How a ref that was brought here stands to the one of the same name that was here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinship {
    /// There was none.
    New,
    Same,
    /// What was brought goes on from what is here.
    Ahead,
    /// What is here goes on from what was brought.
    Behind,
    /// Each holds what the other does not.
    Forked,
}

impl Repository {
    /// The remote that the current branch belongs to, else `origin`.
    pub fn usual_remote(&self) -> String {
        let branch = self.branch();
        let name = branch.as_deref().and_then(|branch| branch.strip_prefix(BRANCHES));
        let config = self.inner.config().ok();
        let remote = name
            .zip(config)
            .and_then(|(name, config)| config.get_string(&format!("branch.{name}.remote")).ok());
        remote.unwrap_or_else(|| "origin".to_owned())
    }

    /// Whether git knows where this remote is: by its name, or since it is a URL or a folder.
    pub fn finds_remote(&self, remote: &str) -> bool {
        let is_place = remote.contains(['/', ':']) || remote.starts_with('.');
        is_place || self.inner.find_remote(remote).is_ok() || self.work_folder.join(remote).exists()
    }

    /// The names of all remotes.
    pub fn remotes(&self) -> Vec<String> {
        let names = self.inner.remotes();
        let names = names.iter().flat_map(|names| names.iter());
        names.filter_map(|name| name.ok().flatten().map(str::to_owned)).collect()
    }

    /// Sends the refs whose names begin so to a remote, none of them by force.
    pub fn push(&self, remote: &str, prefix: &str, stop: &Stop) -> Result<(), Error> {
        let refs = format!("{prefix}*:{prefix}*");
        self.talk(&["push", "--quiet", "--", remote, &refs], stop)
    }

    /// Brings a remote's refs whose names begin with `prefix` here, under `aside`; those that lay there
    /// before and are not at the remote stay.
    pub fn fetch(&self, remote: &str, prefix: &str, aside: &str, stop: &Stop) -> Result<(), Error> {
        let refs = format!("+{prefix}*:{aside}*");
        let words = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", remote, &refs];
        self.talk(&words, stop)
    }

    pub(super) fn talk(&self, words: &[&str], stop: &Stop) -> Result<(), Error> {
        let talked = program::run_until(&self.work_folder, words, stop);
        talked.map_err(|reason| Error::Remote { command: words[0].to_owned(), reason })
    }

    /// How the chain at `brought` stands to the one at `own`.
    pub fn kinship(&self, brought: &str, own: &str) -> Result<Kinship, Error> {
        let (Some(brought), own) = (self.tip(brought)?, self.tip(own)?) else {
            return Ok(Kinship::Behind);
        };
        let Some(own) = own else { return Ok(Kinship::New) };
        let (brought, own) = (brought.commit, own.commit);
        Ok(if brought == own {
            Kinship::Same
        } else if self.inner.graph_descendant_of(brought, own)? {
            Kinship::Ahead
        } else if self.inner.graph_descendant_of(own, brought)? {
            Kinship::Behind
        } else {
            Kinship::Forked
        })
    }

    /// Moves the chain at `own` to where the one at `brought` stands, which goes on from it.
    pub fn advance(&self, brought: &str, own: &str) -> Result<(), Error> {
        let Some(Tip { commit, .. }) = self.tip(brought)? else { return Ok(()) };
        let place = Target::Ref(own.to_owned()).find(&self.inner)?;
        let who = self.who()?;
        self.move_ref(&RefUpdate { place: &place, id: commit, who: &who, message: "fetched" })
    }
}
