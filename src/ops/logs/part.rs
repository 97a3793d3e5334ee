//! Parts of a log, for a page that shows it from its end and for a download.

use super::Logs;
use super::Stream;
use crate::ops::Error;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;

/// A part of one log, in whole lines.
#[derive(Debug, Clone)]
pub(crate) struct LogPart {
    pub text: String,
    /// Where it begins and ends, in bytes.
    pub from: u64,
    pub to: u64,
    /// How much there is by now.
    pub size: u64,
}

/// Which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogKind {
    Stdout,
    Stderr,
}

/// The most that a part holds.
const PART_BYTES: u64 = 64 * 1024;

impl Logs<'_> {
    /// The lines before a place of a log, as many as one part holds; the last ones without a place.
    pub(crate) fn before(&self, kind: LogKind, end: Option<u64>) -> Result<LogPart, Error> {
        let stream = self.stream(kind);
        let part = stream.before(end).map_err(|source| Error::disk(&stream.place, source))?;
        Ok(LogPart { text: self.secrets.redact(&part.text), ..part })
    }

    /// The lines from a place of a log on, as many as one part holds.
    pub(crate) fn after(&self, kind: LogKind, from: u64) -> Result<LogPart, Error> {
        let stream = self.stream(kind);
        let part = stream.after(from).map_err(|source| Error::disk(&stream.place, source))?;
        Ok(LogPart { text: self.secrets.redact(&part.text), ..part })
    }

    fn stream(&self, kind: LogKind) -> &Stream {
        match kind {
            LogKind::Stdout => &self.streams[0],
            LogKind::Stderr => &self.streams[1],
        }
    }
}

impl Stream {
    /// What stands before a place; the first line of it is whole, unless it is longer than a part.
    fn before(&self, end: Option<u64>) -> std::io::Result<LogPart> {
        let Some(mut file) = self.place.open()? else {
            return Ok(LogPart { text: String::new(), from: 0, to: 0, size: 0 });
        };
        let size = file.metadata()?.len();
        let to = end.unwrap_or(size).min(size);
        let mut from = to.saturating_sub(PART_BYTES);
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(to - from).read_to_end(&mut bytes)?;
        if from > 0
            && let Some(line_end) = bytes.iter().position(|byte| *byte == b'\n')
            && line_end + 1 < bytes.len()
        {
            from += line_end as u64 + 1;
            bytes.drain(..=line_end);
        }
        Ok(LogPart { text: String::from_utf8_lossy(&bytes).into_owned(), from, to, size })
    }

    /// What stands from a place on; its last line is whole, unless it is longer than a part.
    fn after(&self, from: u64) -> std::io::Result<LogPart> {
        let Some(mut file) = self.place.open()? else {
            return Ok(LogPart { text: String::new(), from, to: from, size: 0 });
        };
        let size = file.metadata()?.len();
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(PART_BYTES).read_to_end(&mut bytes)?;
        let has_more = from + (bytes.len() as u64) < size;
        let line_end = bytes.iter().rposition(|byte| *byte == b'\n');
        if let Some(line_end) = line_end.filter(|_| has_more) {
            bytes.truncate(line_end + 1);
        }
        let to = from + bytes.len() as u64;
        Ok(LogPart { text: String::from_utf8_lossy(&bytes).into_owned(), from, to, size })
    }
}
