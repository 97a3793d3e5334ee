//! `unchanged`: bytes that must be what they were.

use super::BaselineRequest;
use super::Check;
use super::Flaw;
use super::Scene;
use super::Since;
use super::baseline;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::one_or_many::OneOrMany;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// No matching file was changed, removed or added since a gate passed or the run started. Files
/// that git ignores or does not track count too. Fails if no file matches, now or then.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unchanged {
    /// A glob or a list of globs, relative to the project.
    paths: OneOrMany,
    /// A gate id, for the time when that gate passed, or `run`, for the start of the run.
    since: String,
}

impl Unchanged {
    fn request(&self) -> BaselineRequest {
        let since = match self.since.as_str() {
            "run" => Since::Run,
            gate => Since::Gate(gate.to_owned()),
        };
        BaselineRequest { since, paths: self.paths.to_vec() }
    }

    fn moment(&self) -> String {
        match self.request().since {
            Since::Run => "the run started".to_owned(),
            Since::Attempt => "the attempt started".to_owned(),
            Since::Gate(gate) => format!("gate {gate} passed"),
        }
    }
}

impl Check for Unchanged {
    fn reads_a_file() -> bool {
        false
    }

    fn globs() -> &'static [&'static str] {
        &["paths"]
    }

    fn words(&self) -> String {
        format!(
            "nothing that matches {} has changed since {}",
            self.paths.glob_words(),
            self.moment()
        )
    }

    fn flaw(&self) -> Option<Flaw> {
        let no_since = self.since.is_empty().then(|| {
            Flaw::of("since", "`since` is empty")
                .advise("write since = \"run\", or the id of a gate")
        });
        self.paths.glob_flaw("paths").or(no_since)
    }

    fn compares() -> bool {
        true
    }

    fn looks_at_attempt() -> bool {
        true
    }

    fn baseline(&self) -> Option<BaselineRequest> {
        Some(self.request())
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let moment = self.moment();
        let Some(before) = scene.baselines.get(&self.request().key()) else {
            return vec![Finding::new(format!(
                "the state of the files was not recorded when {moment}"
            ))];
        };
        let now = match baseline::snapshot(scene.project, &self.paths, |_| true) {
            Ok(now) => now,
            Err(message) => return vec![Finding::new(message)],
        };
        if before.is_empty() && now.is_empty() {
            let paths = self.paths.glob_words();
            return vec![Finding::new(format!("no file matches {paths}, now or then"))];
        }
        let mut few = Few::new(FINDINGS_MAX);
        for change in baseline::changes(before, &now) {
            few.add(|| {
                Finding::new(format!("it {} since {moment}", change.what)).path(change.path)
            });
        }
        few.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::record_baseline;
    use crate::check::testing;
    use crate::check::testing::Setting;
    use crate::check::testing::lay;
    use std::path::Path;

    const PARAMETERS: &str = "paths = ['specs/**', '*.lock']\nsince = 'cut'";

    fn recorded(folder: &Path) -> Setting {
        let request = testing::read("unchanged", PARAMETERS).unwrap().baseline().unwrap();
        assert_eq!(request.key(), "gate cut|*.lock|specs/**");
        let baseline = record_baseline(&testing::project(folder), &request).unwrap();
        Setting { baselines: [(request.key(), baseline)].into(), ..Setting::default() }
    }

    fn judge(folder: &Path, setting: &Setting) -> Vec<String> {
        testing::judge_at(folder, "unchanged", PARAMETERS, "x", setting)
    }

    #[test]
    fn the_same_bytes_pass() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("specs/a", b"1"), ("b.lock", b"2"), (".gitignore", b"specs")]);
        let setting = recorded(folder.path());
        lay(folder.path(), &[("specs/a", b"1"), ("other", b"new")]);
        assert_eq!(judge(folder.path(), &setting), [""; 0]);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
    fn every_change_is_a_finding() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("specs/a", b"1"), ("specs/b", b"2"), ("c.lock", b"3")]);
        let setting = recorded(folder.path());
        lay(folder.path(), &[("specs/a", b"1 "), ("specs/n/new", b"")]);
        std::fs::remove_file(folder.path().join("c.lock")).unwrap();
        assert_eq!(
            judge(folder.path(), &setting),
            [
                "c.lock: it was removed since gate cut passed []",
                "specs/a: it was changed since gate cut passed []",
                "specs/n/new: it was added since gate cut passed []"
            ]
        );
    }

    #[test]
    fn without_a_record_or_a_file_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            judge(folder.path(), &Setting::default()),
            ["the state of the files was not recorded when gate cut passed []"]
        );
        assert_eq!(
            judge(folder.path(), &recorded(folder.path())),
            ["no file matches `specs/**`, `*.lock`, now or then []"]
        );
    }

    #[test]
    fn unsound_parameters_are_refused() {
        let flaw = |parameters: &str| testing::read("unchanged", parameters).err().unwrap();
        assert_eq!(flaw("paths = []\nsince = 'run'"), "`paths` is empty");
        assert_eq!(flaw("paths = 'a'\nsince = ''"), "`since` is empty");
        assert_eq!(flaw("paths = 'a'"), "missing key `since`");
        let check = testing::read("unchanged", "paths = 'a'\nsince = 'run'").unwrap();
        assert_eq!(check.baseline().unwrap().since, Since::Run);
    }
}
