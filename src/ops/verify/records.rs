//! The record's files: in the working tree, in the index, and in each commit that holds them.

use super::Verified;
use super::places::RecordPlaces;
use crate::git::Files;
use crate::git::Staged;
use crate::store::journal::Reading;
use crate::store::record::Difference;
use crate::store::record::ExpectedRecord;
use crate::store::record::RecordState;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use std::collections::BTreeSet;

/// Looks at every copy; `shown` is the record's path, as people type it.
pub fn look(reading: &Reading, shown: &str, places: &RecordPlaces, verified: &mut Verified) {
    let expected = ExpectedRecord::of(reading);
    let mut told = Told { shown, places: BTreeSet::new(), differences: Vec::new() };
    let in_head = places.in_head().map(|one| &one.files);
    let base = in_head.cloned().unwrap_or_else(|| expected.base_of(&places.disk));
    let mut behind = None;
    if !places.disk.is_empty() || !base.is_empty() || places.committed.is_empty() {
        match expected.standing_over(&base, &places.disk) {
            RecordState::Whole => {}
            RecordState::Behind(count) => behind = Some(count),
            RecordState::Unfinished => verified.is_unfinished = true,
            RecordState::Different(differences) => told.add("", differences),
        }
    }
    // What tells of the run to everybody is the commit where its record belongs.
    for (number, one) in places.committed.iter().enumerate() {
        let standing = expected.standing(&one.files);
        if number == 0 {
            behind = None;
        }
        match standing {
            RecordState::Behind(count) if number == 0 => behind = Some(count),
            RecordState::Whole | RecordState::Unfinished | RecordState::Behind(_) => {}
            RecordState::Different(differences) => told.add(&one.note(), differences),
        }
    }
    verified.behind = behind;
    let staged = of_index(&expected, &base, places);
    if places.is_index_locked {
        verified.is_unfinished |= !staged.is_empty();
    } else {
        told.add(" (index)", staged);
    }
    verified.differences.extend(told.differences);
}

/// Where the index holds what neither HEAD nor the journal says.
fn of_index(expected: &ExpectedRecord<'_>, base: &Files, places: &RecordPlaces) -> Vec<Difference> {
    if places.staged.is_empty() {
        return Vec::new();
    }
    let mut files = base.clone();
    let mut differences = Vec::new();
    for (path, staged) in &places.staged {
        match staged {
            Staged::Bytes(bytes) => drop(files.insert(path.clone(), bytes.clone())),
            Staged::Deleted => drop(files.remove(path)),
            Staged::Conflicted => {
                differences.push(Difference::of(path, "the index has a conflict; resolve it"));
            }
        }
    }
    if let RecordState::Different(found) = expected.standing_over(base, &files) {
        let found = found.into_iter().filter(|found| places.staged.contains_key(&found.path));
        differences.extend(found.map(|found| {
            let what = match places.staged.get(&found.path) {
                Some(Staged::Deleted) => "it is deleted in the index",
                Some(Staged::Bytes(_) | Staged::Conflicted) | None => {
                    "the index has different content"
                }
            };
            let fix =
                Advice::from("`").then(Suggestion::new("doctor").flag("fix")).then("` fixes it");
            Difference { message: what.to_owned(), help: Some(fix), ..found }
        }));
    }
    differences
}

/// Differences that were told; what another copy holds too is told once.
struct Told<'s> {
    shown: &'s str,
    places: BTreeSet<(String, Option<u64>, Option<u64>)>,
    differences: Vec<Difference>,
}

impl Told<'_> {
    fn add(&mut self, note: &str, differences: Vec<Difference>) {
        for mut difference in differences {
            let place = (difference.path.clone(), difference.line, difference.byte);
            if self.places.insert(place) {
                difference.path = format!("{}/{}{note}", self.shown, difference.path);
                self.differences.push(difference);
            }
        }
    }
}
