//! A journal reads back what was written, and takes nothing that does not fit.
#![expect(clippy::disallowed_methods, reason = "a test breaks its own journal")]

use super::*;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::id::GateId;
use std::fs;

fn at() -> Moment {
    Moment::parse("2026-01-19T14:30:12Z").unwrap()
}

fn journal(folder: &Path) -> Journal {
    let started = crate::event::testing::started();
    let first = Event::RunStarted(Box::new(started));
    let mut journal = Journal::create(&Beneath::new(folder), at(), &first).unwrap();
    let pause = Event::RunPaused { reason: "tea".to_owned(), cause: PauseCause::Person };
    let resume = Event::RunResumed { retried: Vec::new() };
    assert_eq!(journal.append(at(), &[pause, resume]).unwrap().len(), 1);
    journal
}

#[test]
fn what_was_written_reads_back_in_the_same_segments() {
    let folder = tempfile::tempdir().unwrap();
    let first = journal(folder.path());
    let (second, reading) = Journal::open(&Beneath::new(folder.path())).unwrap();
    assert_eq!((second.head(), second.count(), second.bytes()), (first.head(), 3, first.bytes()));
    assert_eq!(second.tail(), first.tail());
    let first: Vec<u64> = reading.segments().map(|segment| segment.first_seq).collect();
    assert_eq!(first, [1, 3]);
    assert_eq!(reading.run.status, RunStatus::Running);
}

#[test]
fn the_history_of_a_gate_is_what_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal(folder.path());
    let named = |gates: &[&str]| {
        let gates = gates.iter().map(|gate| GateId::parse(*gate).unwrap()).collect();
        Event::GatesReopened { gates, reason: "a, and \"b\"".to_owned(), kept: None }
    };
    let events = [named(&["draft"]), named(&["draft2"]), named(&["b", "draft"])];
    journal.append(at(), &events).unwrap();
    let (_, reading) = Journal::open(&Beneath::new(folder.path())).unwrap();
    let of = |gate| reading.history_of(&GateId::parse(gate).unwrap()).len();
    assert_eq!((of("draft"), of("draft2"), of("b"), of("a"), of("none")), (2, 1, 1, 0, 0));
    assert_eq!(reading.history().len(), 6);
}

#[test]
fn a_torn_last_line_is_dropped_and_any_other_bad_line_refused() {
    let folder = tempfile::tempdir().unwrap();
    journal(folder.path());
    let path = folder.path().join(FILE);
    let good = fs::read_to_string(&path).unwrap();
    let error = |text: String| {
        fs::write(&path, text).unwrap();
        let error = Journal::open(&Beneath::new(folder.path())).unwrap_err().to_string();
        error.split_once(" line ").unwrap().1.to_owned()
    };
    let message = error(good.replace("tea", "pie"));
    assert_eq!(message, "2: it was changed: the hash chain breaks here");
    let lines: Vec<&str> = good.lines().collect();
    let prev = lines[1].split_once("\"prev\":\"").unwrap().1;
    let other = format!("{}{}", if prev.starts_with('0') { '1' } else { '0' }, &prev[1..]);
    assert!(error(good.replace(prev, &other)).starts_with("2: it was changed"));
    assert_eq!(error(format!("{}\n{}\n", lines[0], lines[2])), "2: `seq` goes from 1 to 3");
    assert!(error(format!("{}\nnonsense\n{}\n", lines[0], lines[1])).starts_with("2: "));
    fs::write(&path, format!("{good}{{\"seq\":4")).unwrap();
    let (journal, _) = Journal::open(&Beneath::new(folder.path())).unwrap();
    assert_eq!(journal.count(), 3);
    assert_eq!(fs::read_to_string(&path).unwrap(), good);
}

#[test]
fn an_event_that_does_not_fit_is_never_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal(folder.path());
    let before = journal.bytes();
    let gate = crate::id::GateId::parse("a").unwrap();
    let judged = crate::event::Judged::default();
    let passed = Event::GatePassed { gate, attempt: 1, judged };
    let error = journal.append(at(), &[passed]).unwrap_err().to_string();
    assert!(error.contains("attempt 1 of a is not open"), "{error}");
    assert_eq!(fs::metadata(folder.path().join(FILE)).unwrap().len(), before);
}

#[test]
fn whoever_follows_gets_each_event_once_and_nothing_that_does_not_chain() {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = journal(folder.path());
    let place = Beneath::new(folder.path()).join(FILE);
    let mut follow = Follow::from(place.clone(), &read(&place).unwrap(), FollowFrom::Now).unwrap();
    assert_eq!(follow.news().unwrap(), []);
    let waiting = Event::RunWaiting { gates: Vec::new() };
    journal.append(at(), std::slice::from_ref(&waiting)).unwrap();
    let told = follow.news().unwrap();
    let head = journal.head();
    assert_eq!(told, [JournalEntry { seq: 4, head, at: at(), event: waiting.clone() }]);
    let good = fs::read(folder.path().join(FILE)).unwrap();
    let last = good.split_inclusive(|byte| *byte == b'\n').next_back().unwrap();
    fs::write(folder.path().join(FILE), [&good, last, b"{\"seq\":5"].concat()).unwrap();
    assert_eq!(follow.news().unwrap(), []);
    fs::write(folder.path().join(FILE), &good).unwrap();
    journal.append(at(), &[waiting]).unwrap();
    assert_eq!(follow.news().unwrap()[0].seq, 5);
}

#[test]
fn whoever_was_away_goes_on_behind_the_last_event_that_they_have() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal(folder.path());
    let place = Beneath::new(folder.path()).join(FILE);
    let reading = read(&place).unwrap();
    let lines = reading.bytes.split(|byte| *byte == b'\n').map(Digest::of).collect::<Vec<_>>();
    let after = |seq, head| {
        let follow = Follow::from(place.clone(), &reading, FollowFrom::After { seq, head });
        let news = follow.map_err(|error| error.to_string())?.news().unwrap();
        Ok::<_, String>(news.iter().map(|entry| (entry.seq, entry.head)).collect::<Vec<_>>())
    };
    assert_eq!(after(1, lines[0]).unwrap(), [(2, lines[1]), (3, journal.head())]);
    assert_eq!(after(2, lines[1]).unwrap(), [(3, journal.head())]);
    assert_eq!(after(3, journal.head()).unwrap(), []);
    // Another event than the one that is there, and none.
    for (seq, head) in [(2, lines[0]), (4, journal.head()), (0, lines[0])] {
        let error = after(seq, head).unwrap_err();
        assert!(error.contains(&format!("it has no event {seq} with head {head}")), "{error}");
    }
    let behind = |seq| {
        let follow = Follow::from(place.clone(), &reading, FollowFrom::Event(seq));
        let news = follow.map_err(|error| error.to_string())?.news().unwrap();
        Ok::<_, String>(news.iter().map(|entry| entry.seq).collect::<Vec<_>>())
    };
    assert_eq!(behind(0).unwrap(), [1, 2, 3]);
    assert_eq!(behind(2).unwrap(), [3]);
    assert!(behind(4).unwrap_err().contains("it has no event 4"));
}
