//! `file_exists`: the least that an output must be.

use super::Check;
use super::Count;
use super::Flaw;
use super::Scene;
use super::count;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The file exists, is a regular file, and is not empty. Every output implies this check unless it
/// is `optional`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FileExists {
    /// Minimum size in bytes; 1 by default.
    min_bytes: Option<Count>,
    /// Maximum size in bytes.
    max_bytes: Option<Count>,
}

impl Check for FileExists {
    fn states_existence() -> bool {
        true
    }

    fn words(&self) -> String {
        match (&self.min_bytes, &self.max_bytes) {
            (None, None) => "the file exists and is not empty".to_owned(),
            (min, max) => {
                format!("the file has {}", count::counted(min.as_ref(), max.as_ref(), "byte"))
            }
        }
    }

    fn flaw(&self) -> Option<Flaw> {
        count::count_flaw(
            ("min_bytes", Some(&self.least())),
            ("max_bytes", self.max_bytes.as_ref()),
        )
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let document = match scene.document() {
            Ok(document) => document,
            Err(finding) => return vec![finding],
        };
        let bytes = match scene.project.open(&document.path) {
            Ok((_, metadata)) => metadata.len(),
            Err(error) => return vec![Finding::new(error.to_string())],
        };
        let least = self.least();
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        match super::between(bytes, Some(&least), self.max_bytes.as_ref()) {
            None => Vec::new(),
            Some(_) if bytes == 0 => vec![Finding::new("the file is empty")],
            Some(expected) => {
                vec![Finding::new("file size").expected(format!("{expected} bytes")).actual(bytes)]
            }
        }
    }
}

impl FileExists {
    fn least(&self) -> Count {
        count::least(self.min_bytes.as_ref(), self.max_bytes.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::judge;

    #[test]
    fn a_file_that_is_not_empty_passes() {
        assert!(judge("file_exists", "", &[("a.md", "x")]).is_empty());
        assert!(judge("file_exists", "min_bytes = 2\nmax_bytes = 2", &[("a.md", "xx")]).is_empty());
    }

    #[test]
    fn a_missing_an_empty_and_a_small_file_fail() {
        assert_eq!(judge("file_exists", "", &[]), ["missing.md does not exist []"]);
        assert_eq!(judge("file_exists", "", &[("a.md", "")]), ["the file is empty []"]);
        assert_eq!(
            judge("file_exists", "min_bytes = 3", &[("a.md", "xx")]),
            ["file size (expected at least 3 bytes, found 2) []"]
        );
    }
}
