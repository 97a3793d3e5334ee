//! Whether a record is what its journal says, byte for byte.

use super::SUMMARIES;
use crate::digest::Digest;
use crate::git::Files;
use crate::store::journal;
use crate::store::journal::Reading;
use crate::suggestion::Advice;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

/// A place where something is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Difference {
    /// The file.
    pub path: String,
    /// The first line and byte that differ, counted from 1; `None` where a file is missing or the
    /// recorded bytes are not at hand.
    pub line: Option<u64>,
    /// The byte; see `line`.
    pub byte: Option<u64>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub help: Option<Advice>,
}

/// Path, place, what is wrong and what to do about it, on one line.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        if let Some(byte) = self.byte {
            write!(f, " (byte {byte})")?;
        }
        write!(f, ": {}", self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl Difference {
    /// A difference of a file as a whole.
    pub fn of(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, byte: None, message: message.into(), help: None }
    }

    /// The first place where `found` is not `expected`.
    pub fn between(path: impl Into<String>, expected: &[u8], found: &[u8]) -> Self {
        let at = expected.iter().zip(found).take_while(|(one, other)| one == other).count();
        let line = found[..at].split(|byte| *byte == b'\n').count();
        let message = match (found.get(at), expected.get(at)) {
            (None, _) => "it ends too early",
            (Some(_), None) => "it continues after its expected end",
            (Some(_), Some(_)) => "it differs from here on",
        };
        let number = |count: usize| u64::try_from(count).ok();
        let message = message.to_owned();
        Self { path: path.into(), line: number(line), byte: number(at + 1), message, help: None }
    }
}

/// What `RUN.json` says about how far it reaches.
#[derive(Debug, Deserialize)]
struct Reach {
    journal: JournalReach,
}

/// Where a record says that its journal stood.
#[derive(Debug, Clone, Copy, Deserialize)]
#[non_exhaustive]
pub struct JournalReach {
    pub count: u64,
    pub bytes: u64,
    pub head_sha256: Digest,
}

/// What `RUN.json` of these files says of the journal; `None` where it is missing or says nothing.
pub fn journal_of(files: &Files) -> Option<JournalReach> {
    let reach: Reach = serde_json::from_slice(files.get(SUMMARIES[0])?).ok()?;
    Some(reach.journal)
}

/// How one copy of a record stands to the journal.
#[derive(Debug)]
#[non_exhaustive]
pub enum RecordState {
    /// It is what the journal says.
    Whole,
    /// It is what the journal said after so many of its events.
    Behind(u64),
    /// Some of its files are as before and some are new: a kill came between them.
    Unfinished,
    /// It differs from the journal.
    Different(Vec<Difference>),
}

/// What a record must hold by its journal, made once for all copies that are compared with it.
#[derive(Debug)]
pub struct ExpectedRecord<'r> {
    reading: &'r Reading,
    files: Files,
}

impl<'r> ExpectedRecord<'r> {
    /// What the record of a journal must be.
    pub fn of(reading: &'r Reading) -> Self {
        Self { reading, files: super::all_files(reading) }
    }

    /// How a copy stands that was made whole: a commit.
    pub fn standing(&self, found: &Files) -> RecordState {
        let differences = differences(self.reading, &self.files, found);
        if differences.is_empty() {
            return RecordState::Whole;
        }
        let Some(earlier) = self.reading_at(self.reach(found)) else {
            let is_empty = found.is_empty();
            return if is_empty {
                RecordState::Behind(0)
            } else {
                RecordState::Different(differences)
            };
        };
        let differences = self::differences(&earlier, &super::all_files(&earlier), found);
        if differences.is_empty() {
            RecordState::Behind(earlier.count)
        } else {
            RecordState::Different(differences)
        }
    }

    /// How a copy stands that is written file by file, so that a kill leaves some of them as they
    /// were before: as `base` holds them.
    pub fn standing_over(&self, base: &Files, found: &Files) -> RecordState {
        let known = |standing: &RecordState| match standing {
            RecordState::Whole => Some(self.reading.count),
            RecordState::Behind(count) => Some(*count),
            RecordState::Unfinished | RecordState::Different(_) => None,
        };
        let own = self.standing(found);
        let is_no_step_back = |own| known(&self.standing(base)).is_none_or(|base| own >= base);
        if found == base || known(&own).is_some_and(is_no_step_back) {
            return own;
        }
        let paths: BTreeSet<&String> =
            found.keys().chain(base.keys()).chain(self.files.keys()).collect();
        let difference = |path: &String| {
            let (lies, held, due) = (found.get(path), base.get(path), self.files.get(path));
            match (lies, held.or(due)) {
                _ if lies == held || lies == due => None,
                (Some(lies), Some(expected)) => Some(Difference::between(path, expected, lies)),
                (None, _) => Some(Difference::of(path, MISSING)),
                (Some(_), None) => Some(Difference::of(path, FOREIGN)),
            }
        };
        let differences: Vec<Difference> = paths.into_iter().filter_map(difference).collect();
        if differences.is_empty() {
            RecordState::Unfinished
        } else {
            RecordState::Different(differences)
        }
    }

    /// What a copy was before it was written last, as far as it tells itself: `RUN.json` and the sums
    /// come last, so that one that holds neither was never finished.
    pub fn base_of(&self, found: &Files) -> Files {
        let own = SUMMARIES.iter().any(|path| found.contains_key(*path));
        let reading = journal_of(found).and_then(|journal| {
            self.reading_at(usize::try_from(journal.bytes).unwrap_or(usize::MAX))
        });
        match reading {
            Some(earlier) => super::all_files(&earlier),
            None if own => self.files.clone(),
            None => Files::new(),
        }
    }

    /// How far into the journal a copy reaches, in bytes: by its last segment, or its summary.
    fn reach(&self, found: &Files) -> usize {
        let mut end = 0;
        let mut reach = 0;
        for segment in self.reading.segments() {
            end += segment.bytes.len();
            if found.contains_key(&super::segment_path(segment.first_seq)) {
                reach = end;
            }
        }
        let told = journal_of(found).and_then(|journal| usize::try_from(journal.bytes).ok());
        reach.max(told.filter(|told| *told <= self.reading.bytes.len()).unwrap_or(0))
    }

    /// The journal as it was; `None` where it never ended there.
    fn reading_at(&self, bytes: usize) -> Option<Reading> {
        let earlier = self.reading.bytes.get(..bytes).filter(|bytes| bytes.ends_with(b"\n"))?;
        journal::fold(Path::new(journal::FILE), earlier.to_vec()).ok()
    }
}

const MISSING: &str = "it is missing";
const FOREIGN: &str = "it is not part of the record";

/// Where the files of a record differ from what the journal says, in the order of their paths.
fn differences(reading: &Reading, expected: &Files, found: &Files) -> Vec<Difference> {
    let summarised = match summarised(reading, found) {
        Ok(summarised) => summarised,
        Err(difference) => return vec![difference],
    };
    let mut differences = Vec::new();
    for (path, bytes) in expected {
        let is_summary = super::is_summary(path);
        let due = summarised.as_ref().map_or(Some(bytes), |earlier| earlier.get(path));
        match (found.get(path), due) {
            (Some(found), _) => {
                let expected = due.filter(|_| is_summary).unwrap_or(bytes);
                if found != expected {
                    differences.push(Difference::between(path, expected, found));
                }
            }
            (None, Some(_)) => differences.push(Difference::of(path, MISSING)),
            // It came after the summary, and the run is not at rest.
            (None, None) => {}
        }
    }
    let foreign = found.keys().filter(|path| !expected.contains_key(*path));
    differences.extend(foreign.map(|path| Difference::of(path, FOREIGN)));
    differences.sort_by(|one, other| one.path.cmp(&other.path));
    differences
}

/// All files as of the moment that `RUN.json` tells of, where a run that is not at rest has gone on
/// since; `None` where it must tell of the end.
fn summarised(reading: &Reading, found: &Files) -> Result<Option<Files>, Difference> {
    let is_at_rest = reading.is_closed() && reading.run.status != crate::event::RunStatus::Running;
    let Some(bytes) = found.get(SUMMARIES[0]).filter(|_| !is_at_rest) else {
        return Ok(None);
    };
    let broken = |message: String| Difference::of(SUMMARIES[0], message);
    let reach: Reach = serde_json::from_slice(bytes).map_err(|error| broken(error.to_string()))?;
    let end = usize::try_from(reach.journal.bytes).ok();
    if end == Some(reading.bytes.len()) {
        return Ok(None);
    }
    let reached = end.and_then(|end| reading.bytes.get(..end)).map(<[u8]>::to_vec);
    let reached = reached.ok_or_else(|| broken("it covers more than the journal".to_owned()))?;
    let earlier = journal::fold(Path::new(journal::FILE), reached);
    Ok(Some(super::all_files(&earlier.map_err(|error| broken(error.to_string()))?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_told_by_line_and_byte() {
        let place = |found: &[u8]| {
            let difference = Difference::between("p", b"one\ntwo\n", found);
            (difference.line.unwrap(), difference.byte.unwrap(), difference.message)
        };
        assert_eq!(place(b"one\nTwo\n"), (2, 5, "it differs from here on".to_owned()));
        assert_eq!(place(b"one\ntw"), (2, 7, "it ends too early".to_owned()));
        assert_eq!(
            place(b"one\ntwo\n\n"),
            (3, 9, "it continues after its expected end".to_owned())
        );
        assert_eq!(place(b""), (1, 1, "it ends too early".to_owned()));
    }
}
