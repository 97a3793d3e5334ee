//! Whether a record is what its journal says, byte for byte.

use crate::journal;
use crate::journal::Reading;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A place where something is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    pub path: String,
    /// The first line and byte that differ, counted from 1; `None` where a file is missing or the
    /// recorded bytes are not at hand.
    pub line: Option<u64>,
    pub byte: Option<u64>,
    pub message: String,
}

impl Difference {
    /// A difference of a file as a whole.
    pub fn of(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, byte: None, message: message.into() }
    }

    /// The first place where `found` is not `expected`.
    pub fn between(path: impl Into<String>, expected: &[u8], found: &[u8]) -> Self {
        let at = expected.iter().zip(found).take_while(|(one, other)| one == other).count();
        let line = found[..at].split(|byte| *byte == b'\n').count();
        let message = match (found.get(at), expected.get(at)) {
            (None, _) => "it ends too early",
            (Some(_), None) => "it goes on after its end",
            (Some(_), Some(_)) => "it differs from here on",
        };
        let number = |count: usize| u64::try_from(count).ok();
        let message = message.to_owned();
        Self { path: path.into(), line: number(line), byte: number(at + 1), message }
    }
}

/// What `RUN.json` says about how far it reaches.
#[derive(Debug, Deserialize)]
struct Reach {
    journal: JournalReach,
}

#[derive(Debug, Deserialize)]
struct JournalReach {
    bytes: u64,
}

/// Where the files of a record differ from what the journal says, in the order of their paths.
pub fn differences(reading: &Reading, found: &BTreeMap<String, Vec<u8>>) -> Vec<Difference> {
    let expected = super::all_files(reading);
    let summarised = match summarised(reading, found) {
        Ok(summarised) => summarised,
        Err(difference) => return vec![difference],
    };
    let mut differences = Vec::new();
    for (path, bytes) in &expected {
        let is_summary = super::is_summary(path);
        let due = summarised.as_ref().map_or(Some(bytes), |earlier| earlier.get(path));
        match (found.get(path), due) {
            (Some(found), _) => {
                let expected = due.filter(|_| is_summary).unwrap_or(bytes);
                if found != expected {
                    differences.push(Difference::between(path, expected, found));
                }
            }
            (None, Some(_)) => differences.push(Difference::of(path, "it is missing")),
            // It came after the summary, and the run is not at rest.
            (None, None) => {}
        }
    }
    let foreign = found.keys().filter(|path| !expected.contains_key(*path));
    differences.extend(foreign.map(|path| Difference::of(path, "it is no part of the record")));
    differences.sort_by(|one, other| one.path.cmp(&other.path));
    differences
}

/// How many events a record knows that is behind its journal and otherwise sound, none where there is
/// no record: git brought an earlier one back. `None` where it is anything else.
pub fn behind(reading: &Reading, found: &BTreeMap<String, Vec<u8>>) -> Option<u64> {
    let segments = found.iter().filter(|(path, _)| path.starts_with("journal/"));
    let known: Vec<u8> = segments.flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    let whole = &reading.bytes;
    if known.len() == whole.len() || !whole.starts_with(&known) {
        return None;
    }
    if found.is_empty() {
        return Some(0);
    }
    let earlier = journal::fold(Path::new(journal::FILE), known).ok()?;
    differences(&earlier, found).is_empty().then_some(earlier.count)
}

/// All files as of the moment that `RUN.json` tells of, where a run that is not at rest has gone on
/// since; `None` where it must tell of the end.
fn summarised(
    reading: &Reading,
    found: &BTreeMap<String, Vec<u8>>,
) -> Result<Option<BTreeMap<String, Vec<u8>>>, Difference> {
    let is_at_rest = reading.is_closed() && reading.run.status != crate::event::RunStatus::Running;
    let Some(bytes) = found.get(super::SUMMARIES[0]).filter(|_| !is_at_rest) else {
        return Ok(None);
    };
    let broken = |message: String| Difference::of(super::SUMMARIES[0], message);
    let reach: Reach = serde_json::from_slice(bytes).map_err(|error| broken(error.to_string()))?;
    let end = usize::try_from(reach.journal.bytes).ok();
    let reached = end.and_then(|end| reading.bytes.get(..end)).map(<[u8]>::to_vec);
    let reached = reached.ok_or_else(|| broken("it tells of more than the journal".to_owned()))?;
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
        assert_eq!(place(b"one\ntwo\n\n"), (3, 9, "it goes on after its end".to_owned()));
        assert_eq!(place(b""), (1, 1, "it ends too early".to_owned()));
    }
}
