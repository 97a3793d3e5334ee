//! One way to try a check: parameters as TOML, files by name, findings as lines.

use super::Baseline;
use super::Check;
use super::Document;
use super::Scene;
use super::WorkLog;
use crate::document::Data;
use crate::document::Language;
use crate::files::Beneath;
use crate::files::ProjectFolder;
use crate::process::Stop;
use crate::secret::Secrets;
use std::collections::BTreeMap;
use std::path::Path;

/// What a scene has beside its files.
#[derive(Debug, Default)]
pub(crate) struct Setting {
    pub(crate) baselines: BTreeMap<String, Baseline>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) stop: Stop,
    pub(crate) work: Option<WorkLog>,
}

/// Judges `file` (the first one given) with the check `kind` of these parameters.
pub(crate) fn judge(kind: &str, parameters: &str, files: &[(&str, &str)]) -> Vec<String> {
    judge_bytes(
        kind,
        parameters,
        &files.iter().map(|(path, text)| (*path, text.as_bytes())).collect::<Vec<_>>(),
    )
}

/// The same with files that may be no text.
pub(crate) fn judge_bytes(kind: &str, parameters: &str, files: &[(&str, &[u8])]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    lay(folder.path(), files);
    let first = files.first().map_or("missing.md", |(path, _)| path);
    judge_in(folder.path(), kind, parameters, first)
}

/// Lays out files in a folder.
#[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
pub(crate) fn lay(folder: &Path, files: &[(&str, &[u8])]) {
    for (path, bytes) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A project as the program opens it.
pub(crate) fn project(folder: &Path) -> ProjectFolder {
    ProjectFolder::new(folder, vec!["orchestration/runs"]).unwrap()
}

/// Judges a file of a folder that the test has laid out itself.
pub(crate) fn judge_in(folder: &Path, kind: &str, parameters: &str, file: &str) -> Vec<String> {
    judge_at(folder, kind, parameters, file, &Setting::default())
}

/// Judges with all that a scene may hold.
pub(crate) fn judge_at(
    folder: &Path,
    kind: &str,
    parameters: &str,
    file: &str,
    setting: &Setting,
) -> Vec<String> {
    let project = project(folder);
    let document = Document::new(&project, project.path(file).unwrap(), 16 * 1024 * 1024);
    let scratch = tempfile::tempdir().unwrap();
    let scene = Scene {
        project: &project,
        document: Some(&document),
        baselines: &setting.baselines,
        environment: &setting.environment,
        scratch: Beneath::new(scratch.path()),
        secrets: &Secrets::default(),
        stop: &setting.stop,
        register: None,
        sandbox: None,
        text_bytes_max: 16 * 1024 * 1024,
        work: setting.work.as_ref(),
    };
    let check = read(kind, parameters).unwrap();
    let mut findings = check.judge(&scene);
    for finding in findings.iter_mut().filter(|finding| finding.line.is_some()) {
        // As whoever runs a check does; without a line nothing would be seen of it here.
        finding.path.get_or_insert_with(|| file.to_owned());
    }
    findings.iter().map(ToString::to_string).collect()
}

/// Judges the work itself.
pub(crate) fn judge_work(kind: &str, parameters: &str, work: Option<WorkLog>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let setting = Setting { work, ..Setting::default() };
    judge_at(folder.path(), kind, parameters, "none", &setting)
}

/// Reads a check as a contract would; an error is its message.
pub(crate) fn read(kind: &str, parameters: &str) -> Result<Box<dyn Check + Send + Sync>, String> {
    let kind = super::kind(kind).unwrap();
    let data = Data::read(Language::Toml, parameters).map_err(|flaw| flaw.message)?;
    let check = (kind.from_json)(data.into_json())?;
    check.flaw().map_or(Ok(check), |flaw| Err(flaw.message))
}
