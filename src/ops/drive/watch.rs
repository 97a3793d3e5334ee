//! What an executor has no business with: the texts that the run was begun with, whose signatures
//! count, and git's own settings and hooks. What it does there changes nothing in the run, and is told.

use super::super::Driver;
use super::super::signing;
use crate::config;
use crate::config::CAST;
use crate::executor::ExecutorKind;
use crate::files;
use crate::files::Stat;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::workflow::Gate;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Files to look at before and after the work.
#[derive(Debug, Default)]
pub struct Watch {
    /// Path in the project, and on the disk.
    definition: Vec<(String, PathBuf)>,
    /// The files that say what agents are, and whether the run keeps what they said.
    agents: Vec<(&'static str, String, PathBuf)>,
    /// Whose signatures count in runs to come: how it is told, and where it lies.
    signers: Option<(String, PathBuf)>,
    /// The folder that all worktrees of the repository share.
    git_folder: Option<PathBuf>,
}

/// Texts of a definition that lie in the project under the same path. What `file` inputs held is the
/// user's own, to change as they like.
const ON_DISK: [&str; 3] = ["workflows/", "contracts/", "prompts/"];

/// Where agents are written, in a run that keeps its own, and in one that reads them there.
const KEPT: &str = "agents";
const READ: &str = "agents-read";

/// How everything lay at one moment.
pub type Sight = BTreeMap<(&'static str, String), Option<Stat>>;

impl Watch {
    /// What to watch while a gate is worked on. The definition may be long: only agents, which are
    /// not trusted, are looked after there.
    pub fn of(driver: &Driver<'_>, gate: &Gate) -> Self {
        let project = &driver.site.project;
        let git_folder = driver.site.home.git_folder();
        let is_agent = gate.work.executor() == ExecutorKind::Agent;
        let is_signed = signing::allowed_in(driver.run()).is_some();
        let signers = (is_agent || is_signed).then(|| signers(driver)).flatten();
        if !is_agent {
            return Self { signers, git_folder, ..Self::default() };
        }
        let frozen = driver.run().started.definition.iter();
        let texts =
            frozen.filter(|text| ON_DISK.iter().any(|folder| text.path.starts_with(folder)));
        let definition =
            texts.map(|text| (text.path.clone(), project.root().join(&text.path))).collect();
        Self { definition, agents: agents(driver), signers, git_folder }
    }

    pub fn look(&self) -> Sight {
        let definition = self.definition.iter();
        let mut sight: Sight = definition
            .map(|(path, whole)| (("definition", path.clone()), files::stat_of(whole)))
            .collect();
        for (check, name, path) in &self.agents {
            sight.insert((check, name.clone()), files::stat_of(path));
        }
        if let Some((name, path)) = &self.signers {
            // Where a link leads is what counts, and another goal is another file.
            let stat = path.canonicalize().ok().and_then(|path| files::stat_of(&path));
            sight.insert(("signers", name.clone()), stat);
        }
        let Some(git_folder) = &self.git_folder else { return sight };
        let mut look = |name: String| {
            let stat = files::stat_of(&git_folder.join(&name));
            sight.insert(("git", format!(".git/{name}")), stat);
        };
        look("config".to_owned());
        let hooks = files::names_in(&git_folder.join("hooks")).unwrap_or_default();
        // Git runs no sample.
        for name in hooks.iter().filter(|name| !name.ends_with(".sample")) {
            look(format!("hooks/{name}"));
        }
        sight
    }

    /// What was changed between two looks.
    pub fn findings(before: &Sight, after: &Sight) -> Vec<Finding> {
        let none = None;
        let mut findings = Vec::new();
        for ((check, path), now) in after {
            if before.get(&(*check, path.clone())).unwrap_or(&none) != now {
                findings.push(finding(check, path));
            }
        }
        let gone = before.iter().filter(|(key, stat)| stat.is_some() && !after.contains_key(key));
        findings.extend(gone.map(|((check, path), _)| finding(check, path)));
        findings
    }
}

fn finding(check: &str, path: &str) -> Finding {
    let message = match check {
        "definition" => {
            "it was changed during the attempt; this run goes on with what it began with"
        }
        KEPT => {
            "it was changed during the attempt; this run goes on with the agents and the environment that it began with"
        }
        READ => "it was changed during the attempt, and this run takes its agents from there",
        "signers" => {
            "whose signatures count was changed during the attempt; this run goes on with those that \
             it began with, and later ones would not"
        }
        _ => "it was changed during the attempt; git would run or obey it in every later command",
    };
    let check = if check == READ { KEPT } else { check };
    Finding { severity: Severity::Warning, ..Finding::of(check, message).path(path) }
}

/// The project's `orch.toml` and the user's.
fn agents(driver: &Driver<'_>) -> Vec<(&'static str, String, PathBuf)> {
    let is_kept = driver.run().started.definition.iter().any(|text| text.path == CAST);
    let check = if is_kept { KEPT } else { READ };
    let own = (check, config::FILE.to_owned(), driver.site.project.root().join(config::FILE));
    let user = config::user_folder().map(|folder| folder.join(config::FILE));
    let user = user.map(|path| (check, format!("~/.config/orch/{}", config::FILE), path));
    std::iter::once(own).chain(user).collect()
}

/// The file that says whose signatures count; records hold no path that leads outside.
fn signers(driver: &Driver<'_>) -> Option<(String, PathBuf)> {
    let path = signing::configured_signers(driver.site).ok()??;
    let inside = path.strip_prefix(driver.site.project.root()).ok();
    let inside = inside.filter(|path| !path.starts_with("..")).map(Path::to_path_buf);
    let told = inside.or_else(|| path.file_name().map(PathBuf::from))?;
    Some((told.display().to_string(), path))
}
