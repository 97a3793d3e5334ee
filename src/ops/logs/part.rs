//! Parts of a log, for a page that shows it from its end and for a download.

use super::Logs;
use super::Stream;
use crate::ops::Error;
use crate::secret::Secrets;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
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

/// How much a part holds, the last line of it aside.
const PART_BYTES: u64 = 64 * 1024;

/// The longest line that is shown.
const LINE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// What stands for a line that is longer: nobody looks through it for secrets.
const TOO_LONG: &str = "(a line of more than 4 MiB is left out)\n";

/// One log, for a download.
#[derive(Debug)]
pub(crate) struct LogFile {
    stream: Stream,
    secrets: Secrets,
}

impl LogFile {
    /// The lines from a place on, as many as one part holds.
    pub(crate) fn after(&self, from: u64) -> Result<LogPart, Error> {
        let part = self.stream.after(from);
        let part = part.map_err(|source| Error::disk(&self.stream.place, source))?;
        Ok(LogPart { text: self.secrets.redact(&part.text), ..part })
    }
}

impl Logs<'_> {
    /// The lines before a place of a log, as many as one part holds; the last ones without a place.
    pub(crate) fn before(&self, kind: LogKind, end: Option<u64>) -> Result<LogPart, Error> {
        let stream = self.stream(kind);
        let part = stream.before(end).map_err(|source| Error::disk(&stream.place, source))?;
        Ok(LogPart { text: self.secrets.redact(&part.text), ..part })
    }

    /// One of them, to be read without the project.
    pub(crate) fn file(self, kind: LogKind) -> LogFile {
        let [stdout, stderr] = self.streams;
        let stream = match kind {
            LogKind::Stdout => stdout,
            LogKind::Stderr => stderr,
        };
        LogFile { stream, secrets: self.secrets }
    }

    fn stream(&self, kind: LogKind) -> &Stream {
        match kind {
            LogKind::Stdout => &self.streams[0],
            LogKind::Stderr => &self.streams[1],
        }
    }
}

impl Stream {
    /// The whole lines before a place, as many as a part holds.
    fn before(&self, end: Option<u64>) -> io::Result<LogPart> {
        let Some(mut file) = self.place.open()? else { return Ok(LogPart::nothing()) };
        let size = file.metadata()?.len();
        let end = end.unwrap_or(size).min(size);
        let mut reach = PART_BYTES;
        loop {
            let from = end.saturating_sub(reach);
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(from))?;
            file.by_ref().take(end - from).read_to_end(&mut bytes)?;
            // A cut line is left for the part that has all of it: half of a secret is not known as one.
            let begin = if from == 0 { Some(0) } else { line_ends(&bytes).next() };
            let is_end = end == size && self.has_ended;
            let stop = if is_end { Some(bytes.len()) } else { line_ends(&bytes).next_back() };
            if let Some((begin, stop)) = begin.zip(stop).filter(|(begin, stop)| begin < stop) {
                let text = String::from_utf8_lossy(&bytes[begin..stop]).into_owned();
                let (from, to) = (from + begin as u64, from + stop as u64);
                return Ok(LogPart { text, from, to, size });
            }
            if from == 0 {
                return Ok(LogPart { text: String::new(), from, to: from, size });
            }
            if reach >= LINE_BYTES_MAX {
                return Ok(LogPart { text: TOO_LONG.to_owned(), from, to: end, size });
            }
            reach = (2 * reach).min(LINE_BYTES_MAX);
        }
    }

    /// The whole lines from a place on, as many as a part holds. A line that is left out may have no end
    /// yet: what comes of it later is left out too.
    fn after(&self, from: u64) -> io::Result<LogPart> {
        let Some(mut file) = self.place.open()? else { return Ok(LogPart::nothing()) };
        let size = file.metadata()?.len();
        let before = from.saturating_sub(1);
        file.seek(SeekFrom::Start(before))?;
        let mut reader = BufReader::new(file.take(size.saturating_sub(before)));
        // What stands before the place: the end of a line, or a part of one that was left out.
        let is_place = from > 0 && before < size;
        let rest = if is_place { reader.skip_until(b'\n')? as u64 } else { 0 };
        let start = if is_place { before + rest } else { from };
        let (mut bytes, mut to) = (Vec::new(), start);
        while to - start < PART_BYTES {
            let before = bytes.len();
            let mut read =
                reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)? as u64;
            let is_whole = bytes.last() == Some(&b'\n');
            if read == LINE_BYTES_MAX && !is_whole {
                read += reader.skip_until(b'\n')? as u64;
                bytes.truncate(before);
                bytes.extend(TOO_LONG.bytes());
            } else if read == 0 || !(is_whole || self.has_ended) {
                bytes.truncate(before);
                break;
            }
            to += read;
        }
        Ok(LogPart { text: String::from_utf8_lossy(&bytes).into_owned(), from: start, to, size })
    }
}

impl LogPart {
    fn nothing() -> Self {
        Self { text: String::new(), from: 0, to: 0, size: 0 }
    }
}

/// Behind the end of each line.
fn line_ends(bytes: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let is_end = |(at, byte): (usize, &u8)| (*byte == b'\n').then_some(at + 1);
    bytes.iter().enumerate().filter_map(is_end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Beneath;

    fn stream(folder: &tempfile::TempDir, text: &str, has_ended: bool) -> Stream {
        let place = Beneath::new(folder.path()).join("log");
        place.write(text.as_bytes()).unwrap();
        Stream { place, has_ended, inode: 0, at: 0, lines: 0, open_bytes: 0 }
    }

    #[test]
    fn no_part_ends_within_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let text = "one\ntwo secret\nthree";
        for end in 0..=text.len() as u64 {
            let part = stream(&folder, text, true).before(Some(end)).unwrap();
            let is_end = end == text.len() as u64;
            assert!(is_end || part.text.is_empty() || part.text.ends_with('\n'), "{end}");
            assert!(
                part.to <= end
                    && text
                        .get(usize::try_from(part.from).unwrap()..)
                        .unwrap()
                        .starts_with(&part.text)
            );
        }
        assert_eq!(stream(&folder, text, true).before(None).unwrap().text, text);
        // More of the last line may come.
        let whole_lines = "one\ntwo secret\n";
        assert_eq!(stream(&folder, text, false).before(None).unwrap().text, whole_lines);
        assert_eq!(stream(&folder, text, false).after(0).unwrap().text, whole_lines);
        assert_eq!(stream(&folder, text, true).after(0).unwrap().text, text);
    }

    #[test]
    fn a_long_line_without_an_end_is_left_out_once_and_hides_nothing_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let half = "z".repeat(usize::try_from(LINE_BYTES_MAX).unwrap() / 2 + 9);
        let mut text = String::new();
        let mut at = 0;
        let mut shown = Vec::new();
        for more in ["one\n", &half, &half, &half, "its end\ntwo\n", "thr", "ee\n"] {
            text.push_str(more);
            let part = stream(&folder, &text, false).after(at).unwrap();
            assert!(part.to >= at && part.to <= part.size);
            at = part.to;
            shown.push(part.text);
        }
        assert_eq!(shown, ["one\n", "", TOO_LONG, "", "two\n", "", "three\n"]);
        assert_eq!(at, text.len() as u64);
        // Nor is it shown where the run ends within it.
        let cut = "one\n".to_owned() + &half + &half;
        let long = stream(&folder, &cut, false).after(4).unwrap();
        assert_eq!((long.text.as_str(), long.to), (TOO_LONG, cut.len() as u64));
        assert_eq!(stream(&folder, &(cut + "end"), true).after(long.to).unwrap().text, "");
    }

    #[test]
    fn a_line_is_whole_or_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(usize::try_from(PART_BYTES).unwrap() + 9) + "\n";
        let both = |text: &str| {
            let stream = stream(&folder, text, true);
            (stream.before(None).unwrap(), stream.after(0).unwrap())
        };
        let (before, after) = both(&format!("a\n{long}"));
        assert!(before.text.ends_with(&long) && after.text == format!("a\n{long}"));
        let longer = "y".repeat(usize::try_from(LINE_BYTES_MAX).unwrap() + 9) + "\n";
        let (before, after) = both(&longer);
        assert_eq!((before.text.as_str(), after.text.as_str()), (TOO_LONG, TOO_LONG));
        assert_eq!(after.to, longer.len() as u64);
    }
}
