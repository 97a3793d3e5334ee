//! `committed`: files that git must hold.

use super::Check;
use super::Flaw;
use super::Scene;
use super::few::FINDINGS_MAX;
use super::few::Few;
use super::one_or_many::OneOrMany;
use crate::files::Globs;
use crate::files::ProjectFolder;
use crate::finding::Finding;
use crate::git::Repository;
use crate::git::Uncommitted;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ops::Bound;

/// All matching files are committed in git: none is modified, staged, untracked, deleted or in
/// conflict. Ignored files count only if they are named individually or if nothing else matches;
/// files of runs never count. Fails if no file matches, and outside a git repository.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Committed {
    /// A glob or a list of globs, relative to the project.
    paths: OneOrMany,
}

impl Check for Committed {
    fn reads_a_file() -> bool {
        false
    }

    fn globs() -> &'static [&'static str] {
        &["paths"]
    }

    fn words(&self) -> String {
        format!("everything that matches {} is committed in git", self.paths.glob_words())
    }

    fn flaw(&self) -> Option<Flaw> {
        self.paths.glob_flaw("paths")
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        // A handle belongs to one thread, and checks run on several.
        let repository = match Repository::discover(scene.project.root()) {
            Ok(Some(repository)) => repository,
            Ok(None) => return vec![Finding::new("the project is not in a git repository")],
            Err(error) => return vec![Finding::new(error.to_string())],
        };
        match self.left_over(scene.project, &repository) {
            Ok(findings) => findings,
            Err(message) => vec![Finding::new(message)],
        }
    }
}

impl Committed {
    fn left_over(
        &self,
        project: &ProjectFolder,
        repository: &Repository,
    ) -> Result<Vec<Finding>, String> {
        let globs = Globs::new(&self.paths, project)?;
        let files = globs.files(project).map_err(|error| error.to_string())?;
        let files: BTreeSet<String> = files.iter().map(ToString::to_string).collect();
        let prefix = prefix(project, repository)?;
        let wanted = |path: &str| {
            let Some(path) = path.strip_prefix(&prefix) else {
                // Git may name a folder that the whole project lies in.
                return path.ends_with('/') && prefix.starts_with(path);
            };
            if path.ends_with('/') {
                return holds_any(path, &files);
            }
            // What has gone is in no list of files; the runs are closed to globs.
            files.contains(path)
                || project.recorded_path(path).is_ok_and(|path| globs.matches(&path))
        };
        let mut left = repository.uncommitted(&[], wanted).map_err(|error| error.to_string())?;
        let ignored = left.iter().filter(|file| file.is_ignored).count();
        if files.len() > ignored {
            let is_named = |path: &str| {
                path.strip_prefix(&prefix)
                    .is_some_and(|path| self.paths.iter().any(|it| Globs::shown(it) == path))
            };
            left.retain(|file| !file.is_ignored || is_named(&file.path));
        }
        if left.is_empty() && files.is_empty() {
            return Err(format!("no file matches {}", self.paths.glob_words()));
        }
        let mut few = Few::new(FINDINGS_MAX);
        for Uncommitted { path, what, .. } in &left {
            let path = path.strip_prefix(&prefix).unwrap_or(path);
            few.add(|| Finding::new(format!("not committed: {what}")).path(path));
        }
        Ok(few.finish())
    }
}

/// Whether a path that git names as one is a folder with any of these files.
fn holds_any(path: &str, files: &BTreeSet<String>) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    let from = (Bound::Excluded(folder.as_str()), Bound::Unbounded);
    files.range::<str, _>(from).next().is_some_and(|file| file.starts_with(&folder))
}

/// What git puts before the paths of a project in a sub-folder of the working tree.
fn prefix(project: &ProjectFolder, repository: &Repository) -> Result<String, String> {
    let work = ProjectFolder::new(repository.work_folder(), Vec::new())
        .map_err(|error| format!("cannot find git's working tree: {error}"))?;
    let outside = || "the project is outside the working tree of its repository".to_owned();
    let inner = project.root().strip_prefix(work.root()).map_err(|_| outside())?;
    match inner.to_str() {
        Some("") => Ok(String::new()),
        Some(inner) => Ok(format!("{inner}/")),
        None => Err(outside()),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_in;
    use crate::check::testing::lay;
    use crate::check::testing::read;
    use std::path::Path;

    /// Commits all that lies in a folder, but for what git ignores.
    fn commit(folder: &Path) -> git2::Repository {
        let repository = git2::Repository::init(folder).unwrap();
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.write().unwrap();
        let id = index.write_tree().unwrap();
        let who = git2::Signature::now("a", "a@b.org").unwrap();
        let tree = repository.find_tree(id).unwrap();
        repository.commit(Some("HEAD"), &who, &who, "x", &tree, &[]).unwrap();
        drop(tree);
        repository
    }

    #[test]
    fn what_is_committed_passes() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("sub/a.md", b"1"), ("sub/n/b.md", b"1"), ("c", b"1")]);
        commit(folder.path());
        lay(folder.path(), &[("sub/other.txt", b""), ("c", b"2")]);
        assert_eq!(judge_in(folder.path(), "committed", "paths = 'sub/**/*.md'", "x"), [""; 0]);
        let sub = folder.path().join("sub");
        assert_eq!(judge_in(&sub, "committed", "paths = ['*.md', 'n/*']", "x"), [""; 0]);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test lays out its own files")]
    fn whatever_is_left_over_fails() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["sub/a.md", "sub/deleted.md", "sub/staged.md", "c.md"];
        for name in names {
            lay(folder.path(), &[(name, b"1")]);
        }
        lay(folder.path(), &[(".gitignore", b"ignored\n")]);
        let repository = commit(folder.path());
        lay(folder.path(), &[("sub/a.md", b"22"), ("sub/new/n.md", b""), ("c.md", b"22")]);
        lay(folder.path(), &[("sub/ignored/i.md", b""), ("sub/staged.md", b"333")]);
        std::fs::remove_file(folder.path().join("sub/deleted.md")).unwrap();
        let mut index = repository.index().unwrap();
        index.add_path(Path::new("sub/staged.md")).unwrap();
        index.write().unwrap();
        let mut findings =
            judge_in(&folder.path().join("sub"), "committed", "paths = '**/*.md'", "x");
        findings.sort();
        assert_eq!(
            findings,
            [
                "a.md: not committed: modified []",
                "deleted.md: not committed: deleted []",
                "new/n.md: not committed: untracked []",
                "staged.md: not committed: staged []",
            ]
        );
    }

    #[test]
    fn the_runs_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("a.md", b"1"), ("orchestration/runs/old/run.json", b"1")]);
        lay(folder.path(), &[(".gitignore", b"*.log\n")]);
        commit(folder.path());
        let runs = "orchestration/runs";
        lay(
            folder.path(),
            &[(&format!("{runs}/old/run.json"), b"2"), (&format!("{runs}/r.log"), b"")],
        );
        lay(folder.path(), &[(&format!("{runs}/new/run.json"), b"2")]);
        assert_eq!(judge_in(folder.path(), "committed", "paths = '**'", "x"), [""; 0]);
        lay(folder.path(), &[("orchestration/stray.md", b"")]);
        let stray = "orchestration/stray.md: not committed: untracked []";
        assert_eq!(judge_in(folder.path(), "committed", "paths = '**'", "x"), [stray]);
    }

    #[test]
    fn what_git_does_not_look_into_fails() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("a.md", b"1")]);
        commit(folder.path());
        lay(folder.path(), &[("inner/b.md", b"1")]);
        commit(&folder.path().join("inner"));
        assert_eq!(
            judge_in(folder.path(), "committed", "paths = '**/*.md'", "x"),
            ["inner/: not committed: untracked []"]
        );
    }

    #[test]
    fn a_whole_project_that_git_ignores_fails() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[(".gitignore", b"out\n")]);
        commit(folder.path());
        lay(folder.path(), &[("out/sub/a.md", b"1")]);
        assert_eq!(
            judge_in(&folder.path().join("out/sub"), "committed", "paths = '*.md'", "x"),
            ["a.md: not committed: ignored by git []"]
        );
    }

    #[test]
    fn no_file_and_no_git_fail() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[("a.md", b"1")]);
        commit(folder.path());
        assert_eq!(
            judge_in(folder.path(), "committed", "paths = '*.txt'", "x"),
            ["no file matches `*.txt` []"]
        );
        assert_eq!(
            judge("committed", "paths = 'a.md'", &[("a.md", "")]),
            ["the project is not in a git repository []"]
        );
        assert_eq!(read("committed", "paths = []").err().unwrap(), "`paths` is empty");
        let folder = read("committed", "paths = ['a.md', '{{ x }}/']").err().unwrap();
        assert!(folder.starts_with("\"{{ x }}/\" names a folder"), "{folder}");
    }

    #[test]
    fn what_git_ignores_is_left_out_unless_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        lay(folder.path(), &[(".gitignore", b"*.log\n"), ("a.md", b"1"), ("b.log", b"1")]);
        commit(folder.path());
        let judged = |paths: &str| judge_in(folder.path(), "committed", paths, "x");
        assert_eq!(judged("paths = '**'"), [""; 0]);
        assert_eq!(judged("paths = ['**', 'b.log']").len(), 1);
        assert_eq!(judged("paths = '*.log'").len(), 1);
    }

    #[test]
    fn a_change_that_the_index_hides_is_found() {
        for flag in [(0x8000_u16, 0_u16), (0, 0x4000)] {
            let folder = tempfile::tempdir().unwrap();
            lay(folder.path(), &[("a.md", b"1"), ("b.md", b"1")]);
            let repository = commit(folder.path());
            let mut index = repository.index().unwrap();
            let mut entry = index.get_path(Path::new("a.md"), 0).unwrap();
            (entry.flags, entry.flags_extended) = (entry.flags | flag.0, flag.1);
            index.add(&entry).unwrap();
            index.write().unwrap();
            assert_eq!(judge_in(folder.path(), "committed", "paths = '*.md'", "x"), [""; 0]);
            lay(folder.path(), &[("a.md", b"2")]);
            assert_eq!(judge_in(folder.path(), "committed", "paths = '*.md'", "x").len(), 1);
        }
    }
}
