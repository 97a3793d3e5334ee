//! The pool of many machines, one request at a time.

use super::*;

const LEASE: Duration = Duration::from_mins(2);

fn at(second: i64) -> Moment {
    Moment::of(1_768_000_000_000 + second * 1000)
}

fn run(name: &str) -> WaitingRun {
    WaitingRun {
        run: RunId::new("20260119T140000Z", name, "abcdef"),
        wish: Wish::Drive,
        reason: None,
        priority: 0,
        queued_at: at(0),
        labels: Vec::new(),
        not_before: None,
        restarts: 0,
    }
}

fn worker(name: &str, labels: &[&str], slots: usize) -> Offer {
    let labels = labels.iter().map(|&label| label.to_owned()).collect();
    Offer { name: name.to_owned(), worker: name.to_owned(), labels, slots, until: at(60) }
}

/// What is given out, as `worker:key`.
fn given(pool: &mut Dispatch, second: i64) -> Vec<String> {
    let given = pool.give_out(at(second)).into_iter().flat_map(|given| given.grants);
    given
        .map(|it| format!("{}:{}", it.worker, it.waited.run.as_str().split('_').nth(2).unwrap()))
        .collect()
}

#[test]
fn runs_go_by_priority_and_then_by_age_to_who_has_their_labels() {
    let mut pool = Dispatch::default();
    pool.submit(WaitingRun { queued_at: at(2), ..run("late") });
    pool.submit(WaitingRun { queued_at: at(1), ..run("early") });
    pool.submit(WaitingRun { priority: 5, queued_at: at(3), ..run("urgent") });
    pool.submit(WaitingRun { priority: 9, labels: vec!["gpu".to_owned()], ..run("heavy") });
    pool.offer(worker("plain", &[], 2));
    assert_eq!(given(&mut pool, 4), ["plain:urgent", "plain:early"]);
    pool.offer(worker("big", &["gpu", "linux"], 4));
    assert_eq!(given(&mut pool, 4), ["big:heavy", "big:late"]);
}

#[test]
fn runs_spread_over_the_workers_that_have_room() {
    let mut pool = Dispatch::default();
    pool.offer(worker("one", &[], 2));
    pool.offer(worker("two", &[], 2));
    for name in ["a", "b", "c", "d", "e"] {
        pool.submit(run(name));
    }
    assert_eq!(given(&mut pool, 1), ["one:a", "one:c", "two:b", "two:d"]);
    // An offer is answered once.
    assert!(given(&mut pool, 1).is_empty() && pool.offers.is_empty());
    assert_eq!(pool.waiting.len(), 1);
}

#[test]
fn an_offer_that_is_over_gets_nothing() {
    let mut pool = Dispatch::default();
    pool.offer(worker("gone", &[], 1));
    pool.submit(run("a"));
    assert!(given(&mut pool, 60).is_empty());
    pool.pass(2, at(60));
    assert!(pool.offers.is_empty());
    pool.offer(Offer { until: at(99), ..worker("leaves", &[], 1) });
    pool.offer(Offer { until: at(99), ..worker("stays", &[], 1) });
    assert_eq!(pool.leave("leaves"), ["leaves"]);
    assert_eq!(given(&mut pool, 61), ["stays:a"]);
}

#[test]
fn a_worker_that_is_not_heard_of_loses_its_run_up_to_so_many_times() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    for (number, second) in [(1, 0), (2, 200)] {
        pool.offer(Offer { until: at(second + 60), ..worker("w", &[], 1) });
        assert_eq!(given(&mut pool, second), ["w:a"]);
        assert_eq!(pool.beat(number, LEASE, at(second + 5)), Heard::Kept);
        assert_eq!(pool.next_at(), Some(at(second + 125)));
        assert!(pool.pass(1, at(second + 124)).is_empty() && pool.granted.len() == 1);
        let given_up = pool.pass(1, at(second + 125));
        assert_eq!(given_up.len(), usize::from(number == 2));
        // Too late.
        assert_eq!(pool.beat(number, LEASE, at(second + 126)), Heard::Lost);
        assert!(!pool.give_back(number, Back::Done));
    }
    assert_eq!(pool.refused[0].reason.as_deref(), Some("its workers were lost 2 times"));
    // Whoever asks for it again is heard.
    pool.submit(run("a"));
    assert!(pool.refused.is_empty() && pool.waiting[0].restarts == 0);
}

#[test]
fn a_grant_that_nobody_takes_up_is_another_s_after_ten_seconds() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    pool.offer(worker("dead", &[], 1));
    pool.give_out(at(0));
    pool.offer(worker("alive", &[], 1));
    pool.pass(2, at(9));
    assert!(given(&mut pool, 9).is_empty());
    pool.pass(2, at(10));
    assert_eq!(given(&mut pool, 10), ["alive:a"]);
    assert_eq!(pool.granted[0].waited.restarts, 0);
    // The later number is the one that counts.
    assert_eq!(pool.beat(1, LEASE, at(11)), Heard::Lost);
    assert_eq!(pool.beat(2, LEASE, at(11)), Heard::Kept);
}

#[test]
fn a_run_is_given_back_once_and_goes_on_when_it_can() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    pool.offer(worker("w", &[], 1));
    pool.give_out(at(0));
    assert!(pool.give_back(1, Back::Again(Some(at(30)))));
    assert!(!pool.give_back(1, Back::Done));
    assert_eq!(pool.next_at(), Some(at(30)));
    pool.offer(worker("w", &[], 1));
    assert!(given(&mut pool, 29).is_empty());
    assert_eq!(given(&mut pool, 30), ["w:a"]);
    assert!(pool.give_back(2, Back::Failed("no such workflow".to_owned())));
    assert_eq!(pool.refused[0].reason.as_deref(), Some("no such workflow"));
}

#[test]
fn what_stops_a_run_is_told_its_worker_and_then_done_before_all_else() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    pool.offer(worker("w", &[], 1));
    pool.give_out(at(0));
    pool.submit(WaitingRun { priority: 400, ..run("urgent") });
    pool.submit(WaitingRun { wish: Wish::Cancel, ..run("a") });
    pool.offer(worker("x", &[], 1));
    assert_eq!(given(&mut pool, 1), ["x:urgent"]);
    assert_eq!(pool.beat(1, LEASE, at(2)), Heard::Stop);
    // One that it waited for has ended, and its worker wants to go on later; to cancel it stays what is wanted.
    pool.submit(run("a"));
    assert!(pool.give_back(1, Back::Again(None)));
    pool.submit(WaitingRun { priority: 400, ..run("other") });
    pool.offer(worker("w", &[], 1));
    assert_eq!(given(&mut pool, 3), ["w:a"]);
    assert_eq!(pool.granted.last().unwrap().waited.wish, Wish::Cancel);
}

#[test]
fn who_asks_for_a_run_by_name_has_it_unless_another_one_holds_it() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    let grant = pool.claim(run("a"), "ada".to_owned(), at(0)).unwrap();
    assert_eq!(pool.claim(run("a"), "bob".to_owned(), at(1)).unwrap_err(), "ada");
    pool.offer(worker("w", &[], 1));
    assert!(given(&mut pool, 1).is_empty());
    assert!(pool.give_back(grant.number, Back::Done));
    assert_eq!(given(&mut pool, 1), ["w:a"]);
}

#[test]
fn a_clock_that_is_behind_takes_no_time_back() {
    let mut pool = Dispatch::default();
    pool.submit(run("a"));
    pool.offer(worker("w", &[], 1));
    pool.give_out(at(10));
    // A host a minute behind hears the worker.
    assert_eq!(pool.beat(1, LEASE, at(-50)), Heard::Kept);
    assert_eq!(pool.granted[0].until, at(130));
    pool.pass(2, at(70));
    assert_eq!(pool.granted.len(), 1);
}
