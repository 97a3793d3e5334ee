//! A file under judgement: its text is read once for all its checks.

use crate::digest::Digest;
use crate::files::OpenError;
use crate::files::ProjectFolder;
use crate::files::ProjectPath;
use crate::finding::Finding;
use std::sync::OnceLock;

/// A file under judgement, read once for all its checks.
pub struct Document<'s> {
    pub path: ProjectPath,
    project: &'s ProjectFolder,
    text_bytes_max: u64,
    /// The digest of the bytes that were read, and the text that they are.
    text: OnceLock<Result<(Digest, String), String>>,
}

impl<'s> Document<'s> {
    pub fn new(project: &'s ProjectFolder, path: ProjectPath, text_bytes_max: u64) -> Self {
        Self { path, project, text_bytes_max, text: OnceLock::new() }
    }

    /// The whole text, or a finding that says why there is none.
    pub fn text(&self) -> Result<&str, Finding> {
        let read = || {
            let text = self.project.read(&self.path, self.text_bytes_max).and_then(|bytes| {
                Ok((Digest::of(&bytes), ProjectFolder::decode(&self.path, bytes)?))
            });
            text.map_err(|error| match error {
                OpenError::TooLarge { bytes, limit, .. } => format!(
                    "the file is too large for a text check: {bytes} bytes, \
                     `[limits] text_bytes` is {limit}"
                ),
                OpenError::Missing { .. } => "the file does not exist".to_owned(),
                OpenError::NotText { at, .. } => format!("the file is not valid UTF-8 (byte {at})"),
                OpenError::Link { .. }
                | OpenError::Kind { .. }
                | OpenError::Outside { .. }
                | OpenError::Io { .. } => error.to_string(),
            })
        };
        match self.text.get_or_init(read) {
            Ok((_, text)) => Ok(text),
            Err(message) => Err(Finding::new(message).path(&self.path)),
        }
    }

    /// The digest of what was judged; `None` where nothing was read.
    pub fn digest(&self) -> Option<Digest> {
        self.text.get()?.as_ref().ok().map(|(digest, _)| *digest)
    }
}
