//! The committed copy of a journal, in segments, with the place that its bytes came from: the record's
//! folder, or a tree of git.

use crate::store::journal;
use crate::store::journal::Reading;
use std::io;
use std::path::PathBuf;

/// The segments of a record one after another, as far as they follow each other without a gap.
pub(in crate::store) struct Copy {
    pub(in crate::store) bytes: Vec<u8>,
    /// The first event of each segment.
    firsts: Vec<u64>,
    /// What stands before the paths of the record where it was read.
    place: String,
}

impl Copy {
    /// Puts the segments together; `read` gives the file at a path of the record.
    pub(in crate::store) fn read(
        place: String,
        mut read: impl FnMut(&str) -> io::Result<Option<Vec<u8>>>,
    ) -> io::Result<Self> {
        let mut copy = Self { bytes: Vec::new(), firsts: Vec::new(), place };
        let mut lines = 0_u64;
        while let Some(segment) = read(&super::segment_path(lines + 1))? {
            copy.firsts.push(lines + 1);
            let count = segment.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
            lines += count;
            copy.bytes.extend(segment);
            if count == 0 {
                break;
            }
        }
        Ok(copy)
    }

    /// Where the segments lie, as people find it.
    pub(in crate::store) fn folder(&self) -> PathBuf {
        self.path("journal")
    }

    fn path(&self, path: &str) -> PathBuf {
        format!("{}{path}", self.place).into()
    }

    /// Folds the copy; a bad line is told by its segment.
    pub(in crate::store) fn fold(mut self) -> Result<Reading, journal::Error> {
        let length = self.bytes.len();
        let whole = match journal::fold(&self.folder(), std::mem::take(&mut self.bytes)) {
            // Nobody was in the middle of writing it: what is committed is whole.
            Ok(reading) if reading.bytes.len() < length => {
                let (line, message) = (reading.count + 1, "the line is incomplete".to_owned());
                Err(journal::Error::Line { path: self.folder(), line, message })
            }
            other => other,
        };
        whole.map_err(|error| match error {
            journal::Error::Line { line, message, .. } => {
                let first = self.firsts.iter().rfind(|first| **first <= line).copied().unwrap_or(1);
                let path = self.path(&super::segment_path(first));
                journal::Error::Line { path, line: line - first + 1, message }
            }
            other @ (journal::Error::Io { .. }
            | journal::Error::Empty { .. }
            | journal::Error::Changed { .. }
            | journal::Error::Fork { .. }) => other,
        })
    }
}
