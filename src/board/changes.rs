//! The page of a file that attempts left in several versions: what changed between any two of them.

use super::Board;
use super::frame::Heading;
use super::link;
use super::text::TextBlock;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::file_versions;
use crate::ops::file_versions::FileChange;
use crate::ops::file_versions::FileVersion;
use crate::ops::report::words::moment;
use crate::project::proof;
use crate::run::Run;
use serde::Deserialize;
use serde::Serialize;

/// How many files are listed.
const FILES_MAX: usize = 100;

/// Which versions of which file are compared.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ChangesQuery {
    pub path: String,
    /// A version, as `GATE:ATTEMPT`; by default the one before `to`.
    pub from: Option<String>,
    /// The same; the last one by default.
    pub to: Option<String>,
}

#[derive(Debug, Serialize)]
struct ChangesView {
    key: String,
    run: String,
    run_href: String,
    href: String,
    path: String,
    from: Vec<VersionChoice>,
    to: Vec<VersionChoice>,
    block: TextBlock,
}

/// A version in a list to choose from.
#[derive(Debug, Serialize)]
struct VersionChoice {
    value: String,
    label: String,
    is_chosen: bool,
}

/// Files that have several versions, with their pages.
#[derive(Debug, Serialize)]
pub(super) struct ChangedFiles {
    files: Vec<ChangedFile>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct ChangedFile {
    path: String,
    href: String,
    versions: usize,
}

impl Board<'_> {
    /// The page that compares two versions of a file.
    pub fn changes(&self, run: &str, query: &ChangesQuery) -> Result<String, Error> {
        let id = self.known_run(run)?;
        let reading = proof::read(self.project, &id)?;
        let run = &reading.run;
        let path = &query.path;
        let files = file_versions::changed_files(run);
        let versions = files.get(path.as_str()).map(Vec::as_slice).ok_or_else(|| {
            Error::not_found(format!("run {id} has no two versions of a file `{path}`"))
        })?;
        let to = match &query.to {
            Some(to) => index(versions, path, to)?,
            None => versions.len() - 1,
        };
        let from = match &query.from {
            Some(from) => index(versions, path, from)?,
            None => to.saturating_sub(1),
        };
        let home = self.project.home_of(&id)?;
        let home = home.as_ref().unwrap_or(self.project);
        let change = file_versions::change(home, run, path, (&versions[from], &versions[to]))?;
        let remark = Some(format!("{} to {}", name(&versions[from]), name(&versions[to])));
        let block = match change {
            FileChange::Lines(lines) => TextBlock::of_diff(path.clone(), remark, lines),
            FileChange::Unshown(reason) => TextBlock::of(path.clone(), Some(reason), None),
        };
        let choices = |chosen| {
            let choice = |(at, version): (usize, &FileVersion)| VersionChoice {
                value: value(version),
                label: format!("{}, {}, {}", name(version), version.status, moment(version.at)),
                is_chosen: at == chosen,
            };
            versions.iter().enumerate().map(choice).collect()
        };
        let view = ChangesView {
            key: run.started.key.clone(),
            run_href: link::run(self.base, &id),
            href: link::changes(self.base, &id),
            run: id.to_string(),
            path: path.clone(),
            from: choices(from),
            to: choices(to),
            block,
        };
        let title = format!("Changes in {path}");
        let heading = Heading { title: &title, section: "runs", follows: id.as_str() };
        self.page("changes.html", heading, &view)
    }

    /// The files of a run that have several versions.
    pub(super) fn changed_files(&self, id: &RunId, run: &Run) -> ChangedFiles {
        let all = file_versions::changed_files(run);
        let more = all.len().saturating_sub(FILES_MAX);
        let files = all.iter().take(FILES_MAX).map(|(path, versions)| ChangedFile {
            path: (*path).to_owned(),
            href: link::changes_in(self.base, id, path),
            versions: versions.len(),
        });
        ChangedFiles { files: files.collect(), more }
    }
}

fn index(versions: &[FileVersion], path: &str, wanted: &str) -> Result<usize, Error> {
    let found = versions.iter().position(|version| value(version) == wanted);
    found.ok_or_else(|| Error::not_found(format!("`{path}` has no version `{wanted}`")))
}

fn value(version: &FileVersion) -> String {
    format!("{}:{}", version.attempt.gate, version.attempt.number)
}

fn name(version: &FileVersion) -> String {
    format!("{} attempt {}", version.attempt.gate, version.attempt.number)
}
