//! Which of several copies of a journal is believed, and what is told of the others.

use super::*;
use crate::event::Event;
use crate::event::PauseCause;
use crate::store::journal::testing;

/// A journal that tells these reasons for pauses, one after the other.
fn journal(reasons: &[&str]) -> Vec<u8> {
    let started = crate::event::testing::started();
    let mut events = vec![Event::RunStarted(Box::new(started))];
    for reason in reasons {
        let (reason, cause) = ((*reason).to_owned(), PauseCause::Person);
        events.push(Event::RunPaused { reason, cause });
        events.push(Event::RunResumed { retried: Vec::new() });
    }
    testing::bytes(&events)
}

fn copy(kind: Kind, bytes: Vec<u8>) -> Copy {
    let path = match kind {
        Kind::Own => "own",
        Kind::Disk => "disk",
        Kind::Committed => "committed",
    };
    Copy { path: path.to_owned(), firsts: Vec::new(), note: String::new(), kind, bytes }
}

/// The copy that is believed of these, how many events it has, and what is told of them all.
fn believed(
    copies: Vec<(Kind, Vec<u8>)>,
    heads: &[Digest],
) -> (Option<(String, u64)>, Vec<String>) {
    let copies = copies.into_iter().map(|(kind, bytes)| copy(kind, bytes)).collect();
    let story = believe(copies, &heads.iter().copied().collect(), "record").unwrap();
    let found = story.reading.map(|reading| (story.copy.path, reading.count));
    let told = story.differences.iter().map(|it| {
        let line = it.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}: {}", it.path, it.message)
    });
    (found, told.collect())
}

fn head(bytes: &[u8]) -> Digest {
    journal::fold(Path::new("x"), bytes.to_owned()).unwrap().head
}

fn found(path: &str, count: u64) -> (String, u64) {
    (path.to_owned(), count)
}

#[test]
fn the_longer_of_copies_that_agree_is_believed_and_the_own_one_before_a_commit() {
    let (short, long) = (journal(&["tea"]), journal(&["tea", "lunch"]));
    let both = |first, second| believed(vec![first, second], &[]);
    let none = Vec::<String>::new;
    let rows = [
        ((Kind::Own, long.clone()), (Kind::Disk, short.clone()), Some(found("own", 5))),
        ((Kind::Own, short.clone()), (Kind::Disk, long.clone()), Some(found("disk", 5))),
        ((Kind::Disk, short.clone()), (Kind::Committed, long.clone()), Some(found("committed", 5))),
        ((Kind::Own, short), (Kind::Committed, long), Some(found("own", 3))),
    ];
    for (first, second, expected) in rows {
        assert_eq!(both(first, second), (expected, none()));
    }
    assert_eq!(believed(Vec::new(), &[]), (None, vec!["record: journal not found".to_owned()]));
}

#[test]
fn a_last_line_may_be_torn_where_somebody_may_be_writing() {
    let torn = [journal(&["tea"]), b"{\"seq\":4".to_vec()].concat();
    let alone = |kind| believed(vec![(kind, torn.clone())], &[]);
    assert_eq!(alone(Kind::Own), (Some(found("own", 3)), Vec::new()));
    let told = |path: &str| vec![format!("{path}:4: the line is incomplete")];
    assert_eq!(alone(Kind::Disk), (None, told("disk")));
    assert_eq!(alone(Kind::Committed), (None, told("committed")));
}

#[test]
fn a_line_that_was_changed_is_told_by_a_copy_that_is_whole() {
    let whole = journal(&["tea", "lunch"]);
    let changed = String::from_utf8(whole.clone()).unwrap().replace("tea", "pie").into_bytes();
    let told = |told: &str| vec![told.to_owned()];
    let both = believed(vec![(Kind::Own, changed.clone()), (Kind::Disk, whole.clone())], &[]);
    assert_eq!(both, (Some(found("disk", 5)), told("own:2: it was changed")));
    // That of a record is told where the record is looked at.
    let both = believed(vec![(Kind::Own, whole), (Kind::Disk, changed.clone())], &[]);
    assert_eq!(both, (Some(found("own", 5)), Vec::new()));
    let alone = believed(vec![(Kind::Own, changed)], &[]);
    assert_eq!(alone, (None, told("own:2: it was changed: the hash chain breaks here")));
}

#[test]
fn of_copies_that_part_ways_the_one_is_believed_that_more_vouches_for() {
    let (tea, pie) = (journal(&["tea"]), journal(&["pie"]));
    let both = |heads: &[Digest]| {
        believed(vec![(Kind::Own, tea.clone()), (Kind::Disk, pie.clone())], heads)
    };
    // Both have a line behind the one where they part.
    let (here, there) = (head(&tea), head(&pie));
    let diverged = format!(
        "disk: the journal and this copy have diverged: the journal has head {here}, this copy \
         {there}"
    );
    assert_eq!(both(&[]), (Some(found("own", 3)), vec![diverged.clone()]));
    assert_eq!(both(&[there]), (Some(found("own", 3)), vec![diverged]));
    // Of a last line nothing but a record vouches.
    let last = |journal: &[u8]| {
        let lines = journal.split_inclusive(|byte| *byte == b'\n').take(2);
        lines.flatten().copied().collect::<Vec<u8>>()
    };
    let (tea, pie) = (last(&tea), last(&pie));
    let heads = [head(&pie)];
    let both = believed(vec![(Kind::Own, tea.clone()), (Kind::Disk, pie.clone())], &heads);
    assert_eq!(both, (Some(found("disk", 2)), vec!["own:2: it was changed".to_owned()]));
    let both = believed(vec![(Kind::Own, pie), (Kind::Disk, tea)], &heads);
    assert_eq!(both, (Some(found("own", 2)), Vec::new()));
}

#[test]
fn a_byte_lies_in_the_line_whose_end_comes_next() {
    let rows = [(0, 1), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (99, 3)];
    for (at, line) in rows {
        assert_eq!(line_at(b"ab\ncd\nef", at), line, "{at}");
    }
}
