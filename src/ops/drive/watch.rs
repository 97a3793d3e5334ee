//! What an executor has no business with: the texts that the run was begun with, and git's own
//! settings and hooks. What it does there changes nothing in the run, and is told.

use super::super::Driver;
use crate::files;
use crate::files::Stat;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::workflow::Gate;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Files to look at before and after the work.
#[derive(Debug, Default)]
pub struct Watch {
    /// Path in the project, and on the disk.
    definition: Vec<(String, PathBuf)>,
    /// The folder that all worktrees of the repository share.
    git_folder: Option<PathBuf>,
}

/// How everything lay at one moment.
pub type Sight = BTreeMap<(&'static str, String), Option<Stat>>;

impl Watch {
    /// What to watch while a gate is worked on. The definition may be long: only agents, which are
    /// not trusted, are looked after there.
    pub fn of(driver: &Driver<'_>, gate: &Gate) -> Self {
        let project = &driver.site.project;
        let git_folder = driver.site.home.git_folder();
        if gate.work.executor() != "agent" {
            return Self { definition: Vec::new(), git_folder };
        }
        let frozen = driver.run().started.definition.iter();
        // What `file` inputs held is the user's own, to change as they like.
        let texts = frozen.filter(|text| !text.path.starts_with("inputs/"));
        let definition =
            texts.map(|text| (text.path.clone(), project.root().join(&text.path))).collect();
        Self { definition, git_folder }
    }

    pub fn look(&self) -> Sight {
        let definition = self.definition.iter();
        let mut sight: Sight = definition
            .map(|(path, whole)| (("definition", path.clone()), files::stat_of(whole)))
            .collect();
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
    let message = if check == "definition" {
        "it was changed during the attempt; this run goes on with what it began with"
    } else {
        "it was changed during the attempt; git would run or obey it in every later command"
    };
    Finding { severity: Severity::Warning, ..Finding::of(check, message).path(path) }
}
