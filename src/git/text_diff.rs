//! How two texts differ, as people read it.

use super::Error;
use super::Repository;
use std::path::Path;

/// The lines that differ, each with some around it, as `git diff` shows them.
pub fn text_diff(before: &[u8], after: &[u8]) -> String {
    let patch = git2::Patch::from_buffers(before, None, after, None, None);
    let text = patch.and_then(|mut patch| patch.to_buf().map(|text| text.to_vec()));
    let text = text.map(|text| String::from_utf8_lossy(&text).into_owned()).unwrap_or_default();
    // What stands before the first difference names files.
    text.find("@@").map_or(text.clone(), |at| text[at..].to_owned())
}

impl Repository {
    /// The bytes of a file as a commit holds it; `None` where it holds none.
    pub fn committed_bytes(&self, commit: &str, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Ok(commit) = self.inner.revparse_single(commit) else { return Ok(None) };
        let Ok(entry) = commit.peel_to_tree()?.get_path(Path::new(path)) else { return Ok(None) };
        let Ok(blob) = entry.to_object(&self.inner)?.into_blob() else { return Ok(None) };
        Ok(Some(blob.content().to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_what_is_around_it() {
        assert_eq!(text_diff(b"a\nb\n", b"a\nc\n"), "@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(text_diff(b"", b"new\n"), "@@ -0,0 +1 @@\n+new\n");
        assert_eq!(text_diff(b"same\n", b"same\n"), "");
    }
}
