//! `dir_exists`: a folder that must be there.

use super::Check;
use super::Flaw;
use super::Scene;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::template;
use schemars::JsonSchema;
use serde::Deserialize;

/// The folder exists. A symbolic link to a folder does not count.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DirExists {
    /// The folder, relative to the project.
    path: String,
}

impl Check for DirExists {
    fn reads_a_file() -> bool {
        false
    }

    fn words(&self) -> String {
        format!("the folder `{}` exists", self.path)
    }

    fn flaw(&self) -> Option<Flaw> {
        if template::has_expressions(&self.path) {
            return None;
        }
        ProjectPath::parse(&self.path).err().map(|error| Flaw::of_path("path", &error))
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let path = match scene.project.path(&self.path) {
            Ok(path) => path,
            Err(error) => return vec![Finding::new(error.to_string())],
        };
        match scene.project.is_folder(&path) {
            Ok(true) => Vec::new(),
            Ok(false) if scene.project.exists(&path) => {
                vec![Finding::new("it is not a folder").path(&path)]
            }
            Ok(false) => vec![Finding::new("the folder does not exist").path(&path)],
            Err(error) => vec![Finding::new(error.to_string())],
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;
    use crate::check::testing::judge_in;
    use crate::check::testing::read;

    #[test]
    fn a_folder_passes() {
        assert!(judge("dir_exists", "path = 'art/specs/'", &[("art/specs/a", "")]).is_empty());
    }

    #[test]
    fn what_is_no_folder_fails() {
        let judge = |path: &str| judge("dir_exists", &format!("path = '{path}'"), &[("a/b", "")]);
        assert_eq!(judge("c"), ["c: the folder does not exist []"]);
        assert_eq!(judge("a/b"), ["a/b: it is not a folder []"]);
        assert_eq!(
            judge("orchestration/runs/x"),
            [
                "path \"orchestration/runs/x\" is inside orchestration/runs, which only orch writes []"
            ]
        );
        assert_eq!(
            read("dir_exists", "path = '../x'").err().unwrap(),
            "path \"../x\" leaves the project"
        );
    }

    #[test]
    fn a_link_is_no_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        assert_eq!(
            judge_in(folder.path(), "dir_exists", "path = 'etc'", "x"),
            ["etc is a symbolic link (to an absolute path), expected a folder []"]
        );
    }
}
