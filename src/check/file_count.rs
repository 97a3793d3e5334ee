//! `file_count`: so many files match a glob.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::count;
use crate::files::Globs;
use crate::files::ProjectPath;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The number of files that match a glob is within bounds. Regular files count, and links to
/// regular files of the project, even if git ignores them. Fails if no file matches, unless `min =
/// 0` or `max = 0` allows that.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileCount {
    /// A glob relative to the project: `*` stays within a folder, `**` crosses folders.
    glob: String,
    /// Minimum number of files. `min`, `max` or both are required.
    min: Option<Count>,
    /// Maximum number of files.
    max: Option<Count>,
}

impl Check for FileCount {
    fn reads_a_file() -> bool {
        false
    }

    fn globs() -> &'static [&'static str] {
        &["glob"]
    }

    fn counts() -> Option<&'static str> {
        Some("glob")
    }

    fn words(&self) -> String {
        let count = super::range_words(self.min.as_ref(), self.max.as_ref());
        format!("the number of files that match `{}` is {count}", Globs::shown(&self.glob))
    }

    fn flaw(&self) -> Option<Flaw> {
        if self.min.is_none() && self.max.is_none() {
            let flaw = Flaw::whole("requires `min`, `max` or both");
            return Some(flaw.advise("write min = 1"));
        }
        let flaw = ProjectPath::folder_flaw(&self.glob).map(|flaw| Flaw::of_path("glob", &flaw));
        flaw.or_else(|| count::count_flaw(("min", self.min.as_ref()), ("max", self.max.as_ref())))
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let files = Globs::new(std::slice::from_ref(&self.glob), scene.project)
            .and_then(|globs| globs.files(scene.project).map_err(|error| error.to_string()));
        let found = match files {
            Ok(files) => files.iter().filter(|file| scene.project.is_file(file)).count(),
            Err(message) => return vec![Finding::new(message)],
        };
        let least = count::least(self.min.as_ref(), self.max.as_ref());
        match super::between(found, Some(&least), self.max.as_ref()) {
            None => Vec::new(),
            Some(expected) => {
                let message = format!("number of files that match `{}`", Globs::shown(&self.glob));
                vec![Finding::new(message).expected(expected).actual(found)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_in;
    use crate::check::testing::lay;
    use crate::check::testing::read;

    const FILES: &[(&str, &str)] = &[("r/a.md", ""), ("r/b.md", ""), ("r/c/d.md", "")];

    #[test]
    fn enough_files_pass() {
        assert!(judge("file_count", "glob = 'r/*.md'\nmin = 2\nmax = 2", FILES).is_empty());
        assert!(judge("file_count", "glob = 'r/**/*.md'\nmin = '3'", FILES).is_empty());
        assert!(judge("file_count", "glob = 'r/*.txt'\nmax = 0", FILES).is_empty());
    }

    #[test]
    fn too_few_too_many_and_none_fail() {
        assert_eq!(
            judge("file_count", "glob = 'r/*.md'\nmin = 3", FILES),
            ["number of files that match `r/*.md` (expected at least 3, found 2) []"]
        );
        assert_eq!(
            judge("file_count", "glob = 'r/*.md'\nmax = 1", FILES),
            ["number of files that match `r/*.md` (expected at most 1, found 2) []"]
        );
        assert_eq!(
            judge("file_count", "glob = 'none/*'\nmax = 5", FILES),
            ["number of files that match `none/*` (expected at least 1, found 0) []"]
        );
        assert_eq!(
            judge("file_count", "glob = '../*'\nmin = 1", FILES),
            ["path \"../*\" leaves the project []"]
        );
    }

    #[test]
    fn what_is_no_file_of_the_project_fills_no_quota() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("project");
        for path in ["n/a.md", "n/-b\\.md", "n/folder/c.md", ".git/d", "orchestration/runs/r"] {
            lay(&folder, &[(path, b"")]);
        }
        lay(top.path(), &[("out.md", b"")]);
        for (name, to) in [
            ("inside", "a.md"),
            ("outside", "../../out.md"),
            ("dangling", "nowhere"),
            ("round", "round"),
            ("to-folder", "folder"),
            ("git", "../.git/d"),
            ("runs", "../orchestration/runs/r"),
        ] {
            std::os::unix::fs::symlink(to, folder.join("n").join(name)).unwrap();
        }
        let socket = std::os::unix::net::UnixListener::bind(folder.join("n/socket")).unwrap();
        // `a.md`, `-b\.md` and `inside`.
        let judge =
            |rest: &str| judge_in(&folder, "file_count", &format!("glob = 'n/*'\n{rest}"), "x");
        assert_eq!(judge("min = 3\nmax = 3"), [""; 0]);
        assert_eq!(
            judge("min = 4"),
            ["number of files that match `n/*` (expected at least 4, found 3) []"]
        );
        drop(socket);
    }

    #[test]
    fn bounds_are_needed_and_sound() {
        let flaw = |parameters: &str| read("file_count", parameters).err().unwrap();
        assert_eq!(flaw("glob = 'a'"), "requires `min`, `max` or both");
        assert_eq!(flaw("glob = 'a'\nmin = 2\nmax = 1"), "`min` 2 is above `max` 1");
        assert!(flaw("glob = 'a/'\nmin = 1").starts_with("\"a/\" names a folder"));
    }
}
