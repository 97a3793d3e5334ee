//! What an executor has no business with: the texts that the run was begun with, whose signatures
//! count, and git's own settings and hooks. What it does there changes nothing in the run, and is told.

use super::Workspace;
use crate::config;
use crate::files;
use crate::files::Stat;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::git;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Settings of one worktree alone, below the folder that git keeps.
const WORKTREE_SETTINGS: &str = "config.worktree";

/// Files to look at before and after the work.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WatchedFiles {
    /// Texts of the definition, by their paths in the project.
    pub definition: Vec<String>,
    /// The files that say what agents are.
    pub agents: AgentFiles,
    /// Whose signatures count in runs to come: how it is told, and where it lies.
    pub signers: Option<(String, PathBuf)>,
}

/// What the files that say what agents are mean to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AgentFiles {
    /// They are not looked at.
    #[default]
    Unwatched,
    /// The run keeps what they said when it began.
    Kept,
    /// The run reads them.
    Read,
}

/// What a file is to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WatchedFile {
    Definition,
    KeptAgents,
    ReadAgents,
    Signers,
    Git,
}

/// How everything lay at one moment.
pub(super) type Sight = BTreeMap<(WatchedFile, String), Option<Stat>>;

impl WatchedFiles {
    pub(super) fn look(&self, workspace: &Workspace) -> Sight {
        let root = workspace.project.root();
        let definition = self.definition.iter();
        let mut sight: Sight = definition
            .map(|path| ((WatchedFile::Definition, path.clone()), files::stat_of(&root.join(path))))
            .collect();
        let role = match self.agents {
            AgentFiles::Unwatched => None,
            AgentFiles::Kept => Some(WatchedFile::KeptAgents),
            AgentFiles::Read => Some(WatchedFile::ReadAgents),
        };
        if let Some(role) = role {
            let own = root.join(config::FILE);
            sight.insert((role, config::FILE.to_owned()), files::stat_of(&own));
            if let Some(folder) = &workspace.user_folder {
                let name = format!("~/.config/orch/{}", config::FILE);
                sight.insert((role, name), files::stat_of(&folder.join(config::FILE)));
            }
        }
        if let Some((name, path)) = &self.signers {
            // Where a link leads is what counts, and another goal is another file.
            let stat = path.canonicalize().ok().and_then(|path| files::stat_of(&path));
            sight.insert((WatchedFile::Signers, name.clone()), stat);
        }
        let Some(git_folder) = &workspace.git_folder else { return sight };
        let mut look = |name: String| {
            let stat = files::stat_of(&git_folder.join(&name));
            sight.insert((WatchedFile::Git, format!(".git/{name}")), stat);
        };
        look("config".to_owned());
        let hooks = files::names_in(&git_folder.join("hooks")).unwrap_or_default();
        // Git runs no sample.
        for name in hooks.iter().filter(|name| !name.ends_with(".sample")) {
            look(format!("hooks/{name}"));
        }
        look(WORKTREE_SETTINGS.to_owned());
        let mut settings = vec![git_folder.join("config"), git_folder.join(WORKTREE_SETTINGS)];
        for (name, path) in git::user_settings() {
            sight.insert((WatchedFile::Git, name.to_owned()), files::stat_of(&path));
            settings.push(path);
        }
        for path in git::named_by_settings(settings, workspace.project.root()) {
            // Where a link leads is what counts, and another goal is another file.
            let path = path.canonicalize().unwrap_or(path);
            sight.insert((WatchedFile::Git, told(root, &path)), files::stat_of(&path));
        }
        sight
    }

    /// What was changed since a look.
    pub(super) fn findings(&self, workspace: &Workspace, before: &Sight) -> Vec<Finding> {
        let after = self.look(workspace);
        let is_changed = |(key, now): &(&(WatchedFile, String), &Option<Stat>)| {
            before.get(*key).copied().flatten() != **now
        };
        let changed = after.iter().filter(is_changed).map(|(key, _)| key);
        let is_gone = |(key, stat): &(&(WatchedFile, String), &Option<Stat>)| {
            stat.is_some() && !after.contains_key(*key)
        };
        let gone = before.iter().filter(is_gone).map(|(key, _)| key);
        changed.chain(gone).map(|(role, path)| finding(*role, path)).collect()
    }
}

/// A file that settings name, by its path in the project; records hold no path that leads outside.
fn told(root: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(root).ok().filter(|path| !path.starts_with(".."));
    let told = inside.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    told.display().to_string()
}

fn finding(role: WatchedFile, path: &str) -> Finding {
    let (check, message) = match role {
        WatchedFile::Definition => (
            "definition",
            "it was changed during the attempt; this run continues with the definition it started \
             with",
        ),
        WatchedFile::KeptAgents => (
            "agents",
            "it was changed during the attempt; this run continues with the agents and the \
             environment it started with",
        ),
        WatchedFile::ReadAgents => {
            ("agents", "it was changed during the attempt, and this run reads its agents from it")
        }
        WatchedFile::Signers => (
            "signers",
            "the allowed signers were changed during the attempt; this run continues with the \
             ones it started with, but later runs would not",
        ),
        WatchedFile::Git => (
            "git",
            "it was changed during the attempt; every later git command would run or obey it",
        ),
    };
    Finding { severity: Severity::Warning, ..Finding::of(check, message).path(path) }
}
