//! Tickets and slots, one step at a time.

use super::*;
use crate::clock::Moment;
use std::path::PathBuf;
use std::thread;

fn ticket(name: &str, at: &str, priority: i32) -> Ticket {
    let at = Moment::parse(at).unwrap();
    Ticket {
        run: RunId::new(&at.compact(), name, "abcdef"),
        folder: PathBuf::from("."),
        errand: Errand::Resume,
        queued_at: at,
        priority,
        labels: Vec::new(),
        restarts: 0,
        until: None,
        grant: None,
    }
}

#[test]
fn runs_wait_by_priority_and_then_by_age() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    let late = ticket("late", "2026-01-19T14:00:02Z", 0);
    let early = ticket("early", "2026-01-19T14:00:01Z", 0);
    let urgent = ticket("urgent", "2026-01-19T14:00:03Z", 1);
    for one in [&late, &early, &urgent] {
        pool.put(one).unwrap();
    }
    assert_eq!(pool.tickets().unwrap().waiting, [urgent.clone(), early.clone(), late.clone()]);
    // The same run again is one ticket.
    let raised = Ticket { priority: 2, ..late.clone() };
    pool.put(&raised).unwrap();
    assert_eq!(pool.tickets().unwrap().waiting, [raised.clone(), urgent.clone(), early]);
    assert_eq!(pool.take(&late.run).unwrap(), Some(raised.clone()));
    assert_eq!(pool.take(&late.run).unwrap(), None);
    assert!(pool.is_at_work(&late.run) && pool.at_work().unwrap() == [raised.clone()]);
    assert!(pool.is_taken(&raised).unwrap() && !pool.is_taken(&late).unwrap());
    pool.finish(&raised).unwrap();
    assert!(!pool.is_at_work(&late.run));
    assert!(
        pool.is_waiting(&urgent.run).unwrap()
            && pool.withdraw(&urgent.run).unwrap()
            && !pool.withdraw(&urgent.run).unwrap()
    );
}

#[test]
fn a_run_that_is_driven_is_not_taken_again_and_each_gives_back_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    let first = ticket("one", "2026-01-19T14:00:01Z", 0);
    let later = ticket("one", "2026-01-19T14:00:02Z", 0);
    let later = Ticket { run: first.run.clone(), ..later };
    pool.put(&first).unwrap();
    pool.take(&first.run).unwrap().unwrap();
    pool.put(&later).unwrap();
    assert_eq!(pool.take(&first.run).unwrap(), None);
    pool.finish(&later).unwrap();
    assert!(pool.is_taken(&first).unwrap() && pool.has(&first.run).unwrap());
    // Its process died: what came meanwhile is done instead.
    assert!(pool.has_work().unwrap());
    let again = Ticket { restarts: 1, ..first.clone() };
    assert!(pool.put_back(&first, &again).unwrap());
    assert_eq!(pool.tickets().unwrap().waiting, std::slice::from_ref(&later));
    assert!(!pool.put_back(&first, &again).unwrap() && pool.at_work().unwrap().is_empty());
    assert!(pool.renew(&Ticket { restarts: 2, ..later }).unwrap());
    assert_eq!(pool.take(&first.run).unwrap().unwrap().restarts, 2);
    assert!(!pool.renew(&first).unwrap());
}

#[test]
fn what_goes_on_is_not_refused_and_what_was_taken_back_cannot_be() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    let first = ticket("one", "2026-01-19T14:00:01Z", 0);
    let is_refused = || pool.refusal(&first.run).unwrap().is_some();
    pool.put(&first).unwrap();
    pool.take(&first.run).unwrap().unwrap();
    pool.refuse(&first, "its process died").unwrap();
    assert!(is_refused());
    // To stop it is not to go on with it.
    let stop = Errand::Cancel { reason: "enough".to_owned() };
    pool.put(&Ticket { errand: stop, ..first.clone() }).unwrap();
    assert!(is_refused());
    pool.put(&first).unwrap();
    assert!(!is_refused());
    // Refused while it waited to go on, and taken since.
    pool.refuse(&first, "its process died").unwrap();
    pool.forget(&first.run).unwrap();
    pool.take(&first.run).unwrap().unwrap();
    assert!(!is_refused());
    pool.forget(&first.run).unwrap();
    pool.refuse(&first, "its process died").unwrap();
    assert!(!is_refused());
}

#[test]
fn what_was_never_written_to_its_end_is_no_work() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    pool.waiting_folder().join(".half").write(b"{").unwrap();
    assert_eq!(pool.length(), 0);
    assert!(!pool.has_work().unwrap());
}

#[test]
fn a_slot_is_held_by_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    let run = ticket("one", "2026-01-19T14:00:02Z", 0).run;
    let held = pool.take_slot(1, &run, "now").unwrap().unwrap();
    assert_eq!(pool.slot_holder(1).unwrap().purpose, run.as_str());
    assert!(pool.take_slot(1, &run, "now").unwrap().is_err() && pool.slot_holder(2).is_none());
    drop(held);
    assert!(pool.slot_holder(1).is_none());
}

#[test]
fn a_ticket_that_moves_is_always_seen() {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
    let ticket = ticket("one", "2026-01-19T14:00:01Z", 0);
    pool.put(&ticket).unwrap();
    let again = Ticket { restarts: 1, ..ticket.clone() };
    let moves = thread::spawn({
        let pool = pool.clone();
        move || {
            for _ in 0..200 {
                let taken = pool.take(&again.run).unwrap().unwrap();
                pool.put_back(&taken, &again).unwrap();
            }
        }
    });
    while !moves.is_finished() {
        let seen = pool.tickets().unwrap();
        let all: Vec<&Ticket> = seen.waiting.iter().chain(&seen.at_work).collect();
        assert!(all.len() == 1 && all[0].run == ticket.run, "{seen:?}");
    }
    moves.join().unwrap();
}
