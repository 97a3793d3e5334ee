//! The copies of a run's journal: its own, and the ones that records hold. One of them is believed,
//! and a line that was changed in another is told by what the others say of it.

use super::places::RecordPlaces;
use crate::digest::Digest;
use crate::git::Files;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Project;
use crate::store::journal;
use crate::store::journal::Reading;
use crate::store::record;
use crate::store::record::Difference;
use std::collections::HashSet;
use std::path::Path;

/// A journal that is believed, if there is one, and what is wrong with others.
pub struct BelievedJournal {
    pub reading: Option<Reading>,
    /// The place of a line of it.
    pub copy: Copy,
    pub differences: Vec<Difference>,
}

/// One copy, and where its lines lie.
pub struct Copy {
    path: String,
    /// The line that each segment begins with; empty for a journal in one file.
    firsts: Vec<u64>,
    note: String,
    kind: Kind,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The one that the run is driven by; a torn last line is no part of it.
    Own,
    /// In the working tree: it may have come with a pull, and be the longer one.
    Disk,
    Committed,
}

impl Copy {
    /// The segments of a record, as far as they follow each other without a gap.
    fn of_record(path: String, note: String, kind: Kind, files: &Files) -> Self {
        let mut copy = Self { path, firsts: Vec::new(), note, kind, bytes: Vec::new() };
        let mut line = 1;
        while let Some(segment) = files.get(&record::segment_path(line)) {
            copy.firsts.push(line);
            copy.bytes.extend(segment);
            let count: u64 = segment.iter().map(|byte| u64::from(*byte == b'\n')).sum();
            line += count;
            if count == 0 {
                break;
            }
        }
        copy
    }

    /// The file of a line, and its number there.
    fn place(&self, line: u64) -> (String, u64) {
        let Some(first) = self.firsts.iter().rev().find(|first| **first <= line) else {
            return (self.path.clone(), line);
        };
        let path = record::segment_path(*first);
        let name = path.strip_prefix("journal/").unwrap_or(&path);
        (format!("{}/{name}{}", self.path, self.note), line - first + 1)
    }

    pub fn difference(&self, line: u64, message: impl Into<String>) -> Difference {
        let (path, line) = self.place(line);
        Difference { path, line: Some(line), byte: None, message: message.into(), help: None }
    }

    fn fold(&self) -> Result<Reading, journal::Error> {
        let reading = journal::fold(Path::new(&self.path), self.bytes.clone())?;
        // Nobody was in the middle of writing what is committed.
        if self.kind != Kind::Own && reading.bytes.len() < self.bytes.len() {
            let (line, message) = (reading.count + 1, "the line is incomplete".to_owned());
            return Err(journal::Error::Line { path: self.path.clone().into(), line, message });
        }
        Ok(reading)
    }

    /// Where this copy is first not what the other one is, if it is anywhere.
    fn apart(&self, right: &[u8]) -> Option<Difference> {
        let at = self.bytes.iter().zip(right).position(|(one, other)| one != other)?;
        Some(self.difference(line_at(&self.bytes, at), "it was changed"))
    }
}

/// Reads all copies and chooses the one to believe: the run's own, else the longest.
pub fn read(
    project: &Project,
    id: &RunId,
    places: &RecordPlaces,
) -> Result<BelievedJournal, Error> {
    let path = project.store.journal(id);
    let own = path.read().map_err(|source| journal::Error::Io { path: path.path(), source })?;
    let own = own.map(|bytes| Copy {
        path: project.shown(&path.path()),
        firsts: Vec::new(),
        note: String::new(),
        kind: Kind::Own,
        bytes,
    });
    let folder = project.shown(&project.store.record(id).join("journal").path());
    let disk = Copy::of_record(folder.clone(), String::new(), Kind::Disk, &places.disk);
    let committed = places
        .committed
        .iter()
        .map(|one| Copy::of_record(folder.clone(), one.note(), Kind::Committed, &one.files));
    let copies = own.into_iter().chain([disk]).chain(committed);
    let copies: Vec<Copy> = copies.filter(|copy| !copy.bytes.is_empty()).collect();
    let records: Vec<&Files> = std::iter::once(&places.disk)
        .chain(places.committed.iter().map(|one| &one.files))
        .collect();
    let told = records.iter().filter_map(|files| record::journal_of(files));
    let heads: HashSet<Digest> = told.map(|journal| journal.head_sha256).collect();
    let mut story = believe(copies, &heads, &folder)?;
    let changed = story.reading.as_ref().filter(|reading| !heads.contains(&reading.head));
    let end = changed.and_then(|reading| changed_end(reading, &story.copy, &records));
    if let Some(difference) = end {
        story.differences.push(difference);
        story.reading = None;
    }
    Ok(story)
}

/// The copy to believe; `heads` are the digests that records say their journals stood at.
fn believe(
    copies: Vec<Copy>,
    heads: &HashSet<Digest>,
    folder: &str,
) -> Result<BelievedJournal, Error> {
    let mut best: Option<(Copy, Reading)> = None;
    let mut broken: Vec<(Copy, Difference)> = Vec::new();
    let mut differences = Vec::new();
    for copy in copies {
        if best.as_ref().is_some_and(|(_, known)| known.bytes.starts_with(&copy.bytes)) {
            continue;
        }
        let reading = match copy.fold() {
            Ok(reading) => reading,
            Err(journal::Error::Line { line, message, .. }) => {
                let difference = copy.difference(line, message);
                broken.push((copy, difference));
                continue;
            }
            Err(journal::Error::Empty { .. }) => continue,
            Err(
                error @ (journal::Error::Io { .. }
                | journal::Error::Changed { .. }
                | journal::Error::Fork { .. }),
            ) => {
                return Err(error.into());
            }
        };
        best = Some(match best {
            None => (copy, reading),
            Some(known) => rather(known, (copy, reading), heads, &mut differences),
        });
    }
    for (copy, place) in &broken {
        // A changed segment is told where its record is looked at.
        let found = match &best {
            Some(_) if copy.kind != Kind::Own => continue,
            Some((_, right)) => copy.apart(&right.bytes).unwrap_or_else(|| place.clone()),
            None => place.clone(),
        };
        differences.push(found);
        if best.is_none() {
            break;
        }
    }
    let none = Copy::of_record(folder.to_owned(), String::new(), Kind::Disk, &Files::new());
    let (copy, reading) = match best {
        Some((copy, reading)) => (copy, Some(reading)),
        None => (none, None),
    };
    if reading.is_none() && differences.is_empty() {
        differences.push(Difference::of(folder, "journal not found"));
    }
    Ok(BelievedJournal { reading, copy, differences })
}

/// Which of two sound copies is believed, where the second is no part of the first.
fn rather(
    (copy, known): (Copy, Reading),
    (other, reading): (Copy, Reading),
    heads: &HashSet<Digest>,
    differences: &mut Vec<Difference>,
) -> (Copy, Reading) {
    if reading.bytes.starts_with(&known.bytes) {
        if copy.kind == Kind::Own && other.kind == Kind::Committed {
            return (copy, known);
        }
        // What is torn at the end of a journal is the beginning of a line, or was changed.
        differences.extend(copy.apart(&reading.bytes));
        return (other, reading);
    }
    let at = known.bytes.iter().zip(&reading.bytes).take_while(|(one, two)| one == two).count();
    let line = line_at(&known.bytes, at);
    let is_vouched_for = |reading: &Reading| {
        let number = usize::try_from(line - 1).unwrap_or(usize::MAX);
        let mut lines = reading.bytes.split_inclusive(|byte| *byte == b'\n').skip(number);
        let own = lines.next().and_then(|line| line.strip_suffix(b"\n")).map(Digest::of);
        lines.next().is_some() || own.is_some_and(|own| heads.contains(&own))
    };
    match (is_vouched_for(&known), is_vouched_for(&reading)) {
        // A changed segment is told where its record is looked at.
        (true, false) => (copy, known),
        (false, true) => {
            differences.extend(copy.apart(&reading.bytes).filter(|_| copy.kind == Kind::Own));
            (other, reading)
        }
        (true, true) | (false, false) => {
            let (here, there) = (known.head, reading.head);
            let message = format!(
                "the journal and this copy have diverged: the journal has head {here}, this copy \
                 {there}"
            );
            differences.push(Difference::of(format!("{}{}", other.path, other.note), message));
            (copy, known)
        }
    }
}

/// The last line of a journal has no other behind it that vouches for it; the record's summary does.
fn changed_end(reading: &Reading, copy: &Copy, records: &[&Files]) -> Option<Difference> {
    let segment = reading.segments().next_back()?;
    let file = record::segment_path(segment.first_seq);
    let digest = Digest::of(&segment.bytes).to_string();
    let is_of_another = |files: &&&Files| {
        let told = record::journal_of(files);
        let is_other = told
            .is_some_and(|told| told.count == reading.count && told.head_sha256 != reading.head);
        let sums = files.get("SHA256SUMS").map(|sums| String::from_utf8_lossy(sums).into_owned());
        let own = sums.as_deref().and_then(|sums| {
            sums.lines().find_map(|line| line.split_once("  ").filter(|(_, path)| *path == file))
        });
        is_other && own.is_none_or(|(own, _)| own != digest)
    };
    records.iter().find(is_of_another)?;
    Some(copy.difference(reading.count, "it was changed: RUN.json and SHA256SUMS do not match it"))
}

/// The line that a byte lies in, counted from 1.
fn line_at(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.get(..at).unwrap_or(bytes);
    before.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>() + 1
}

#[cfg(test)]
mod tests;
