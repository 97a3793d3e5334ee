//! How two texts differ, as people read it.

use super::Error;
use super::Repository;
use std::path::Path;

/// How many commits are looked through for older bytes of a file.
const COMMITS_MAX: usize = 1000;

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

    /// The bytes of a file in the newest commits of what is checked out: the first that are the ones
    /// looked for.
    pub fn bytes_in_history(
        &self,
        path: &str,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        let mut walk = self.inner.revwalk()?;
        // A repository without a commit has no history.
        if walk.push_head().is_err() {
            return Ok(None);
        }
        let mut last = None;
        for id in walk.take(COMMITS_MAX) {
            // A partial clone does not hold all that lies behind.
            let Ok(tree) = self.inner.find_commit(id?).and_then(|commit| commit.tree()) else {
                break;
            };
            let Ok(entry) = tree.get_path(Path::new(path)) else { continue };
            if last.replace(entry.id()) == Some(entry.id()) {
                continue;
            }
            if let Ok(blob) = self.inner.find_blob(entry.id())
                && is_it(blob.content())
            {
                return Ok(Some(blob.content().to_vec()));
            }
        }
        Ok(None)
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
