//! The same for system calls: a kill on the way into one and a refusal of one, where `strace` can
//! do that; and a file that takes only a part of what is written. What was reported as done stays.

use super::every_crash::at_every_point;
use super::every_crash::comes_to_its_end;
use super::every_crash::copy_of;
use super::every_crash::house;
use super::every_crash::is_untouched;
use super::every_crash::undisturbed;
use crate::house::Done;
use crate::house::House;
use crate::house::cannot;
use crate::house::lacks;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Calls, what happens to them, and to which of them. Only those of the thread that drives are
/// counted: it writes all that lasts.
type Injection = (&'static str, &'static str, &'static [u64]);

const KILLS: [Injection; 4] = [
    ("rename,renameat,renameat2", "signal=SIGKILL", &[1, 2, 4, 7, 12, 20, 30]),
    ("fsync,fdatasync", "signal=SIGKILL", &[1, 2, 3, 5, 8, 13, 21, 34]),
    ("write", "signal=SIGKILL", &[1, 2, 3, 5, 8, 13, 21, 34, 55, 80]),
    ("link,linkat,unlink,unlinkat", "signal=SIGKILL", &[1, 2, 3, 5, 8, 13]),
];

const REFUSALS: [Injection; 4] = [
    ("fsync,fdatasync", "error=EIO", &[1, 2, 3, 4, 6, 9, 14, 22, 30]),
    ("write", "error=ENOSPC", &[1, 2, 3, 4, 5, 6, 8, 12, 20, 40]),
    ("rename,renameat,renameat2", "error=ENOSPC", &[1, 2, 3, 5, 9, 17]),
    ("link,linkat", "error=EIO", &[1, 2, 5]),
];

/// Every choice of them, one after the other.
fn all(injections: &[Injection]) -> Vec<(&'static str, &'static str, u64)> {
    let each = |(calls, what, at): &Injection| at.iter().map(|at| (*calls, *what, *at)).collect();
    injections.iter().flat_map(|injection| -> Vec<_> { each(injection) }).collect()
}

fn cannot_trace() -> bool {
    cannot(!cfg!(target_os = "linux"), "`strace` is a program of Linux") || lacks("strace")
}

fn run_with(house: &House, (calls, what, at): (&str, &str, u64)) -> Done {
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{what}:when={at}"));
    house.orch_by(&["strace", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject], "run demo")
}

/// Every pass that was told of is one of the record, under its number.
fn keeps_its_word(house: &House, done: &Done, place: &str) {
    for line in done.stderr.lines().filter_map(|line| line.strip_prefix("PASS ")) {
        let mut words = line.split_whitespace();
        let gate = words.next().unwrap();
        let attempt = words.nth(1).map_or(1, |number| number.parse().unwrap());
        let attempts = house.attempts(gate);
        assert_eq!(
            attempts.split(' ').nth(attempt - 1),
            Some("PASS"),
            "{place}: {gate} {attempts}"
        );
    }
}

#[test]
fn a_kill_on_the_way_into_a_call_costs_nothing() {
    if cannot_trace() {
        return;
    }
    let (house, kills) = (house(), all(&KILLS));
    let whole = undisturbed(&house);
    let killed = AtomicU64::new(0);
    at_every_point(|point| {
        let Some(kill) = kills.get(usize::try_from(point).unwrap() - 1) else { return false };
        let (house, place) = (copy_of(&house), format!("{kill:?}"));
        let done = run_with(&house, *kill);
        assert!(matches!(done.code, -1 | 0), "{place}: {}", done.shown());
        killed.fetch_add(u64::from(done.code == -1), Ordering::SeqCst);
        is_untouched(&house, &place);
        comes_to_its_end(&house, &whole, &place);
        keeps_its_word(&house, &done, &place);
        true
    });
    // The longest counts may lie beyond the end of the run.
    assert!(killed.into_inner() > 20, "strace killed too few");
}

#[test]
fn a_disk_that_refuses_is_told_of_and_costs_nothing() {
    if cannot_trace() {
        return;
    }
    let (house, refusals) = (house(), all(&REFUSALS));
    let whole = undisturbed(&house);
    let ended = AtomicU64::new(0);
    at_every_point(|point| {
        let Some(refusal) = refusals.get(usize::try_from(point).unwrap() - 1) else { return false };
        let (house, place) = (copy_of(&house), format!("{refusal:?}"));
        let done = run_with(&house, *refusal);
        ended.fetch_add(u64::from(done.code != 0), Ordering::SeqCst);
        ends_well(&house, &done, &place);
        comes_to_its_end(&house, &whole, &place);
        keeps_its_word(&house, &done, &place);
        true
    });
    assert!(ended.into_inner() > 5, "strace refused too little");
}

#[test]
fn a_file_that_takes_a_part_of_what_is_written_ends_where_it_ended() {
    let house = house();
    let whole = undisturbed(&house);
    at_every_point(|point| {
        // In blocks of 512 bytes; the journal comes to more.
        if point > 15 {
            return false;
        }
        let (house, place) = (copy_of(&house), format!("no file beyond {point} blocks"));
        let limit = format!("trap '' XFSZ; ulimit -f {point}; exec \"$@\"");
        let done = house.orch_in(&limit, "run demo");
        assert_ne!(done.code, 0, "{place}");
        ends_well(&house, &done, &place);
        comes_to_its_end(&house, &whole, &place);
        keeps_its_word(&house, &done, &place);
        true
    });
}

#[test]
fn a_log_that_is_full_ends_no_run() {
    let house = house();
    house.orch_in("exec \"$@\" 2> /dev/full", "run demo").code(0);
    assert_eq!(house.attempts("flaky"), "FAIL FAIL PASS");
}

/// A commit that a power cut could empty proves nothing.
#[test]
fn every_object_of_a_record_is_synced() {
    if cannot_trace() {
        return;
    }
    let house = house();
    let objects = || {
        let listed = house.git("count-objects");
        listed.split_whitespace().next().unwrap().parse::<usize>().unwrap()
    };
    let before = objects();
    let synced = synced_by(&house, "run demo").matches("/objects/tmp_obj_").count();
    let written = objects() - before;
    assert!(written > 10 && synced >= written, "{synced} of {written} objects were synced");
}

/// Where a ref is let go that git has packed, libgit2 writes the file of all packed refs anew, the
/// user's too, and syncs it only when told to.
#[test]
fn the_refs_that_are_packed_are_synced_when_one_is_let_go() {
    if cannot_trace() {
        return;
    }
    let house = house();
    house.orch("run demo").code(0);
    let blob = house.git("rev-parse HEAD:notes.txt");
    house.git(&format!("update-ref refs/orch/runs/{} {blob}", house.run_id()));
    house.git("pack-refs --all");
    let synced = synced_by(&house, "doctor --fix");
    assert!(synced.contains("/.git/packed-refs"), "{synced}");
}

/// The files and folders that a command syncs.
fn synced_by(house: &House, words: &str) -> String {
    let log = house.outside("trace");
    let path = log.display().to_string();
    let trace = ["strace", "-f", "-y", "-qq", "-o", &path, "-e", "trace=fsync,fdatasync"];
    house.orch_by(&trace, words).code(0);
    std::fs::read_to_string(log).unwrap()
}

/// An error is told in words, and never by a panic.
fn ends_well(house: &House, done: &Done, place: &str) {
    let is_told = done.code == 0 || done.stderr.contains("error: ");
    assert!(is_told && matches!(done.code, 0 | 1 | 6), "{place}: {}", done.shown());
    is_untouched(house, place);
}
