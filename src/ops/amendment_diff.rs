//! What an amendment would change, line by line: a person reads it before they take it in.

use super::Error;
use super::Project;
use super::run_amend::shown;
use crate::config::Cast;
use crate::config::Script;
use crate::definition::Frozen;
use crate::digest::Digest;
use crate::event::Amended;
use crate::files::Beneath;
use crate::git;
use crate::run::Run;
use serde::Serialize;

/// How one text differs.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct TextDiff {
    /// The text, relative to the project.
    pub path: String,
    /// As `git diff` shows it.
    pub diff: String,
}

/// The texts that would change, and the scripts of the project that commands of agents name, which a
/// run knows by their digests alone.
pub(super) fn diffs(
    project: &Project,
    run: &Run,
    amended: &Amended,
) -> Result<Vec<TextDiff>, Error> {
    let before = &run.started.definition;
    let text = |texts: &[Frozen], path: &str| {
        let found = texts.iter().find(|text| text.path == path);
        found.map(|text| text.text.clone()).unwrap_or_default()
    };
    let of_texts = amended.changes.iter().map(|change| {
        let (old, new) = (text(before, &change.path), text(&amended.texts, &change.path));
        let diff = git::text_diff(old.as_bytes(), new.as_bytes());
        TextDiff { path: shown(&change.path), diff }
    });
    let mut diffs: Vec<TextDiff> = of_texts.collect();
    let mut after = before.clone();
    after.retain(|kept| amended.changes.iter().all(|change| change.path != kept.path));
    after.extend(amended.texts.iter().cloned());
    for script in Cast::changed_scripts(before, &after) {
        diffs.push(of_script(project, run, &script)?);
    }
    Ok(diffs)
}

/// A script as it was is known where git has it; else all that it says now is new.
fn of_script(project: &Project, run: &Run, script: &Script) -> Result<TextDiff, Error> {
    let new = Beneath::new(project.folder.root()).join(&script.path).read().ok().flatten();
    let mut old = None;
    if let (Some(before), Some(repository)) = (script.before, project.repository()?) {
        let path =
            repository.path_of(&project.folder.root().join(&script.path)).unwrap_or_default();
        let is_it = |bytes: &[u8]| Digest::of(bytes) == before;
        let began = run.started.git.as_ref().and_then(|git| git.head.as_deref());
        let first = began.map(|commit| repository.committed_bytes(commit, &path)).transpose()?;
        old = match first.flatten().filter(|bytes| is_it(bytes)) {
            Some(bytes) => Some(bytes),
            None => repository.bytes_in_history(&path, is_it)?,
        };
    }
    let is_known = old.is_some() || script.before.is_none();
    let unknown = if is_known { "" } else { "; git does not have the earlier text" };
    Ok(TextDiff {
        path: format!("{} (script of agent {}{unknown})", script.path, script.agent),
        diff: git::text_diff(&old.unwrap_or_default(), &new.unwrap_or_default()),
    })
}
