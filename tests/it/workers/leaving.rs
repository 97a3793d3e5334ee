//! Worktrees and branches go only where they are the run's own, and never with work that nothing else
//! has.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::wait_until;
use std::path::PathBuf;

fn passed(house: &House, key: &str) -> String {
    orch(house, &format!("spawn {key} --workflow item")).code(0);
    let is_over = || {
        let run = orch(house, &format!("get {key} --json")).json();
        run["data"]["status"] == "PASSED" && run["data"]["health"] == "resting"
    };
    wait_until("the run passes", is_over);
    let run = orch(house, &format!("get {key} --json")).json();
    run["data"]["run_id"].as_str().unwrap().to_owned()
}

fn tree(house: &House, key: &str) -> PathBuf {
    house.outside(&format!("project-worktrees/{key}"))
}

fn git_in(house: &House, key: &str, words: &str) -> String {
    house.git(&format!("-C {} {words}", tree(house, key).display()))
}

/// What the refs hold that a reply names as saved.
fn saved(house: &House, reply: &str, path: &str) -> String {
    let name = reply.lines().find_map(|line| line.strip_prefix("saved ")).expect(reply);
    house.git(&format!("show {name}:{path}"))
}

const WAITS: &str = "until test -e go; do sleep 0.05; done";

#[test]
fn an_old_run_leaves_alone_what_a_later_one_of_its_key_has() {
    let house =
        committed(house("test -e keep && until test -e go; do sleep 0.05; done || true", ""));
    let old = passed(&house, "a");
    orch(&house, "delete a").code(0).says("deleted branch a");
    let house = committed(house.file("keep", ""));
    orch(&house, "spawn a --workflow item").code(0).says("a queued");
    wait_until("the later one works", || runs(&house).contains("a RUNNING"));
    for words in ["delete", "cancel"] {
        let done = orch(&house, &format!("{words} {old}")).code(0);
        done.never_says("removed worktree").never_says("deleted branch");
    }
    orch(&house, "clean --remove").code(0).never_says("removed");
    assert!(tree(&house, "a").join("keep").exists());
    std::fs::write(tree(&house, "a").join("go"), "").unwrap();
    wait_until("it passes", || runs(&house) == "a PASSED, a PASSED");
    orch(&house, "list --all").code(0).says("PASSED, deleted");
}

#[test]
fn what_is_a_persons_stays() {
    // A run that works in the project, and one in a worktree that a person made.
    let house = committed(house("true", ""));
    orch(&house, "run item --key shared --detach").code(0);
    wait_until("it passes", || runs(&house) == "shared PASSED");
    house.git("switch --quiet --create other");
    orch(&house, "delete shared").code(0).never_says("deleted branch");
    house.git("worktree add --quiet ../mine -b mine");
    let mine = house.outside("mine").display().to_string();
    orch(&house, &format!("--project {mine} run item --key own --detach")).code(0);
    wait_until("it passes", || runs(&house).contains("own PASSED"));
    orch(&house, &format!("--project {mine} delete own")).code(0);
    orch(&house, "clean --remove").code(0);
    assert!(house.outside("mine/workflows").exists());
    house.git("rev-parse --verify mine");
    house.git("rev-parse --verify main");
}

#[test]
fn commits_that_no_branch_has_are_saved() {
    let house = committed(house("true", ""));
    passed(&house, "a");
    git_in(&house, "a", "switch --quiet --detach");
    std::fs::write(tree(&house, "a").join("alone"), "alone\n").unwrap();
    git_in(&house, "a", "add alone");
    git_in(&house, "a", "commit --quiet --message=alone");
    orch(&house, "clean --remove").code(0).says("no branch and no remote has its last commit");
    let done = orch(&house, "delete a").code(0);
    assert_eq!(saved(&house, &done.stdout, "alone"), "alone\n");
    assert!(!tree(&house, "a").exists());
}

#[test]
fn each_time_something_is_saved_it_has_a_ref_of_its_own() {
    let house = committed(house("true", ""));
    let run = passed(&house, "a");
    let leave = |text: &str| {
        std::fs::write(tree(&house, "a").join("mine"), text).unwrap();
        let done = orch(&house, "delete a").code(0);
        assert_eq!(saved(&house, &done.stdout, "mine"), text);
    };
    leave("first\n");
    // Somebody takes it up again where it was.
    house.git("branch a refs/heads/main");
    house.git(&format!("worktree add --quiet {} a", tree(&house, "a").display()));
    let admin = house.project().join(".git/worktrees/a/orch-run");
    std::fs::write(admin, &run).unwrap();
    leave("second\n");
    let refs = house.git("for-each-ref refs/orch/saved --format=%(refname)");
    assert_eq!(refs.lines().filter(|name| name.contains("/worktree")).count(), 2, "{refs}");
}

#[test]
fn repositories_in_a_worktree_are_told_and_stay() {
    let house = committed(house("true", ""));
    passed(&house, "a");
    git_in(&house, "a", "init --quiet tools/own");
    git_in(&house, "a/tools/own", "commit --quiet --allow-empty --message=own");
    let done = orch(&house, "delete a").code(2);
    done.says("holds another git repository: tools/own");
    orch(&house, "clean --remove").code(0).says("holds another git repository");
    assert!(tree(&house, "a").join("tools/own/.git").exists());
}

#[test]
fn what_somebody_put_right_after_a_failed_setup_is_kept() {
    let config = "[worktree]\nsetup = ['test', '-e', 'ready']";
    let house = committed(house("cat ready", "").file("orch.toml", config));
    let stuck = |key: &str| {
        orch(&house, &format!("spawn {key} --workflow item")).code(0);
        wait_until("it is stuck", || orch(&house, "list").stdout.contains("stuck"));
    };
    stuck("a");
    std::fs::write(tree(&house, "a").join("ready"), "ready\n").unwrap();
    orch(&house, "restart a").code(0);
    wait_until("it passes", || runs(&house) == "a PASSED");
    assert!(tree(&house, "a").join("ready").exists());
    stuck("b");
    std::fs::write(tree(&house, "b").join("mine"), "mine\n").unwrap();
    git_in(&house, "b", "add mine");
    git_in(&house, "b", "commit --quiet --message=mine");
    std::fs::write(tree(&house, "b").join("more"), "more\n").unwrap();
    let done = orch(&house, "cancel b").code(0);
    assert_eq!(saved(&house, &done.stdout, "more"), "more\n");
    done.says("deleted branch b").says("/branch");
    let branch = house.git("for-each-ref refs/orch/saved --format=%(refname)");
    let branch = branch.lines().find(|name| name.ends_with("/branch")).unwrap();
    assert_eq!(house.git(&format!("show {branch}:mine")), "mine\n");
}

#[test]
fn a_cancel_during_setup_begins_nothing() {
    let config = "[worktree]\nsetup = ['sh', '-c', 'touch here; sleep 60']";
    let house = committed(house("touch ran", "").file("orch.toml", config));
    orch(&house, "spawn a --workflow item").code(0);
    wait_until("setup runs", || tree(&house, "a").join("here").exists());
    let start = std::time::Instant::now();
    orch(&house, "cancel a").code(0).says("canceled a");
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
    assert!(!tree(&house, "a").exists());
    assert_eq!((runs(&house).as_str(), orch(&house, "list --all").stdout.as_str()), ("", ""));
    assert!(!house.try_git("rev-parse --verify --quiet a"));
}

#[test]
fn a_removal_that_was_cut_off_is_finished_by_the_next() {
    let house = committed(house("true", ""));
    let run = passed(&house, "a");
    let aside = house.outside(&format!("project-worktrees/.removed-{run}"));
    std::fs::rename(tree(&house, "a"), &aside).unwrap();
    orch(&house, "delete a").code(0).says("deleted branch a");
    assert!(!aside.exists());
    assert_eq!(house.git("worktree list").lines().count(), 1);
}

#[test]
fn two_who_cancel_at_once_are_both_answered() {
    let house = committed(house(WAITS, ""));
    orch(&house, "spawn a --workflow item").code(0);
    wait_until("it works", || runs(&house) == "a RUNNING");
    std::fs::write(tree(&house, "a").join("mine"), "mine").unwrap();
    let done: Vec<_> = std::thread::scope(|scope| {
        let cancels: Vec<_> = (0..3).map(|_| scope.spawn(|| orch(&house, "cancel a"))).collect();
        cancels.into_iter().map(|cancel| cancel.join().unwrap()).collect()
    });
    assert!(done.iter().all(|done| done.code == 0), "{}", done[0].shown());
    assert_eq!(runs(&house), "a CANCELED");
}

#[test]
fn a_run_that_has_passed_is_not_canceled_and_keeps_its_worktree() {
    let house = committed(house("true", ""));
    passed(&house, "a");
    orch(&house, "cancel a").code(0).says("is PASSED already").never_says("canceled a");
    assert!(tree(&house, "a").exists());
}

#[test]
fn a_key_that_waits_is_never_taken_for_a_part_of_another_one() {
    let house = committed(house(WAITS, "").file("orch.toml", "[pool]\nslots = 1\n"));
    orch(&house, "spawn parser-login --workflow item").code(0);
    wait_until("it works", || runs(&house) == "parser-login RUNNING");
    orch(&house, "spawn parser --workflow item").code(0);
    for words in ["pause --run parser", "run cancel --run parser", "status --run parser"] {
        orch(&house, words).code(2).says("has not begun").says("orch get parser");
    }
    orch(&house, "run cancel --run pars").code(2).says("run `pars` not found");
    assert_eq!(runs(&house), "parser-login RUNNING");
}

#[test]
fn many_files_are_saved_with_few_open_at_once() {
    let house = committed(house("true", ""));
    passed(&house, "a");
    for number in 0..1500 {
        std::fs::write(tree(&house, "a").join(format!("{number}.txt")), number.to_string())
            .unwrap();
    }
    let done = house.orch_in("ulimit -n 400; exec \"$@\"", "delete a");
    assert_eq!(done.code, 0, "{}", done.shown());
    assert_eq!(saved(&house, &done.stdout, "1499.txt"), "1499");
}
