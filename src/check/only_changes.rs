//! `only_changes`: what an attempt may touch.

use super::Baseline;
use super::BaselineRequest;
use super::Check;
use super::Flaw;
use super::Scene;
use super::Since;
use super::baseline;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::one_or_many::OneOrMany;
use crate::files::Globs;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// Since the attempt started, no project file outside these globs was added, removed or changed.
/// Files that git ignores count too: list build folders and caches here. `.git` and the runs do not
/// count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OnlyChanges {
    /// A glob or a list of globs of files that may change, relative to the project; an empty list
    /// allows no change.
    paths: OneOrMany,
}

impl OnlyChanges {
    fn request() -> BaselineRequest {
        BaselineRequest { since: Since::Attempt, paths: vec!["**".to_owned()] }
    }

    fn changes(&self, scene: &Scene<'_>, before: &Baseline) -> Result<Vec<Finding>, String> {
        let allowed = Globs::new(&self.paths, scene.project)?;
        let every = Self::request().paths;
        let now = baseline::snapshot(scene.project, &every, |path| !allowed.matches(path))?;
        let mut few = Few::new(FINDINGS_MAX);
        for change in baseline::changes(before, &now) {
            if !allowed.matches_name(change.path) {
                few.add(|| {
                    let message =
                        format!("it {}, but is not among the files that may change", change.what);
                    Finding::new(message).path(change.path)
                });
            }
        }
        Ok(few.finish())
    }
}

impl Check for OnlyChanges {
    fn reads_a_file() -> bool {
        false
    }

    fn globs() -> &'static [&'static str] {
        &["paths"]
    }

    fn words(&self) -> String {
        if self.paths.is_empty() {
            return "no project file changes".to_owned();
        }
        format!("nothing outside {} changes", self.paths.glob_words())
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.paths.is_empty() { None } else { self.paths.glob_flaw("paths") }
    }

    fn compares() -> bool {
        true
    }

    fn looks_at_attempt() -> bool {
        true
    }

    fn baseline(&self) -> Option<BaselineRequest> {
        Some(Self::request())
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let Some(before) = scene.baselines.get(&Self::request().key()) else {
            return vec![Finding::new(
                "the state of the files was not recorded when the attempt started",
            )];
        };
        match self.changes(scene, before) {
            Ok(findings) => findings,
            Err(message) => vec![Finding::new(message)],
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::record_baseline;
    use crate::check::testing;
    use crate::check::testing::Setting;
    use crate::check::testing::lay;

    #[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
    fn judge(parameters: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        lay(folder, &[("art/a", b"1"), ("src/b", b"2"), ("src/c", b"3"), ("-d", b"4")]);
        let request = testing::read("only_changes", parameters).unwrap().baseline().unwrap();
        assert_eq!(request.key(), "attempt|**");
        let baseline = record_baseline(&testing::project(folder), &request).unwrap();
        let setting =
            Setting { baselines: [(request.key(), baseline)].into(), ..Setting::default() };
        lay(folder, &[("art/a", b"2"), ("art/new/x", b""), ("src/b", b"2+"), (".hidden", b"")]);
        lay(folder, &[(".git/index", b"x"), ("orchestration/runs/r", b"x"), ("-d", b"5")]);
        std::fs::remove_file(folder.join("src/c")).unwrap();
        testing::judge_at(folder, "only_changes", parameters, "x", &setting)
    }

    #[test]
    fn changes_within_the_paths_pass() {
        assert_eq!(judge("paths = ['art/**', 'src/*', '.hidden', '[-]d']"), [""; 0]);
        assert_eq!(judge("paths = '**'"), [""; 0]);
    }

    #[test]
    fn changes_outside_fail() {
        assert_eq!(
            judge("paths = 'art/*'"),
            [
                "-d: it was changed, but is not among the files that may change []",
                ".hidden: it was added, but is not among the files that may change []",
                "art/new/x: it was added, but is not among the files that may change []",
                "src/b: it was changed, but is not among the files that may change []",
                "src/c: it was removed, but is not among the files that may change []"
            ]
        );
        assert_eq!(judge("paths = []").len(), 6);
        assert_eq!(judge("paths = '../*'"), ["path \"../*\" leaves the project []"]);
    }

    #[test]
    fn without_a_record_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            testing::judge_in(folder.path(), "only_changes", "paths = '**'", "x"),
            ["the state of the files was not recorded when the attempt started []"]
        );
        let error = testing::read("only_changes", "paths = ['']").err();
        assert_eq!(error.unwrap(), "`paths` contains an empty string");
    }
}
