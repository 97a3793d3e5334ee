//! What is known of runs in their worktrees, whether they are well, and what they leave.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::signal_one;
use crate::house::wait_until;
use rustix::process::Signal;
use serde_json::Value as Json;

const WAITS: &str = "touch begun; while [ ! -e go ]; do sleep 0.05; done";

fn read(house: &House, path: &str) -> String {
    std::fs::read_to_string(house.outside(path)).unwrap_or_default()
}

/// A house with a workflow that a person works at; `more` are further keys of its gate.
fn asks(more: &str) -> House {
    committed(house("", "").workflow(
        "asks",
        &format!(
            "key = '{{{{ key }}}}'
             [inputs]
             key = {{ type = 'slug', help = 'key' }}
             [[gate]]
             id = 'ask'
             executor = 'human'
             {more}"
        ),
    ))
}

#[test]
fn a_detached_run_returns_at_once_and_the_same_again_is_the_same_run() {
    let house = committed(house(WAITS, ""));
    orch(&house, "run item --key a --detach --worktree").code(0).says("a queued run_");
    orch(&house, "run item --key a --detach --worktree").code(0).says("a exists run_");
    let begun = house.outside("project-worktrees/a/begun");
    wait_until("it works", || begun.exists());
    std::fs::write(house.outside("project-worktrees/a/go"), "").unwrap();
    wait_until("it passes", || runs(&house) == "a PASSED");
    // Without a worktree it works in the project's own folder.
    house.write("go", "");
    orch(&house, "run item --key b --detach").code(0);
    wait_until("it passes too", || runs(&house) == "a PASSED, b PASSED");
    assert!(house.exists("begun") && !house.outside("project-worktrees/b").exists());
    orch(&house, "run item --key c --worktree").code(2).says("--detach");
    orch(&house, "run item --key c --detach --jobs 2").code(2).says("--jobs");
}

#[test]
fn another_run_of_a_key_begins_only_where_that_is_asked() {
    let house = asks("");
    orch(&house, "run asks --key a").code(3);
    let told = orch(&house, "run asks --key a --detach").code(2);
    told.says("of `a` is WAITING").says("--again");
    orch(&house, "spawn a --workflow asks").code(2).says("of `a` is WAITING");
    orch(&house, "run asks --key a --detach --again").code(0).says("a queued run_");
    wait_until("it waits too", || runs(&house) == "a WAITING, a WAITING");
}

#[test]
fn a_reply_says_who_is_waited_for_where_a_worker_would_find_nothing_to_do() {
    let house = asks("approval = 'person'");
    orch(&house, "run asks --key a").code(3);
    let finished = orch(&house, "gate finish --gate ask --detach").code(0);
    finished.says("orch gate approve").never_says("Another process");
}

#[test]
fn tools_in_a_worktree_find_who_works_there_and_what_they_are_told() {
    let house = House::new().agents("").workflow(
        "item",
        "key = '{{ key }}'
         [inputs]
         key = { type = 'slug', help = 'key' }
         [[gate]]
         id = 'work'
         executor = 'agent'
         phase = 'planning'
         approval = 'person'",
    );
    let house = committed(house.script("work", "echo ok"));
    orch(&house, "spawn a --workflow item").code(0);
    let list = || orch(&house, "list").stdout;
    wait_until("it waits", || list().contains("WAITING"));
    let prompt = read(&house, "project-worktrees/a/.orch/session-prompt.md");
    assert!(prompt.starts_with("# Gate work"), "{prompt}");
    orch(&house, "forward a Use JWT").code(0);
    let state = read(&house, "project-worktrees/a/.orch/session-state.json");
    let state: Json = serde_json::from_str(&state).unwrap();
    assert_eq!(state["phase"], "planning");
    assert!(state["messages"][0].as_str().unwrap().ends_with("Use JWT"));
    orch(&house, "ack --run a").code(0).says("Use JWT");
    orch(&house, "update --run a --status pr_ready").code(0);
    let state = read(&house, "project-worktrees/a/.orch/session-state.json");
    let state: Json = serde_json::from_str(&state).unwrap();
    assert_eq!(
        (&state["phase"], state["messages"].as_array().unwrap().len()),
        (&"pr_ready".into(), 0)
    );
    assert!(list().contains("pr_ready"), "{}", list());
}

#[test]
fn a_witness_tells_who_is_well_and_who_is_not() {
    let house = committed(house(WAITS, ""));
    orch(&house, "witness").code(0).says("workers drive no unfinished run; no worker");
    orch(&house, "spawn a --workflow item").code(0);
    let begun = house.outside("project-worktrees/a/begun");
    wait_until("it works", || begun.exists());
    orch(&house, "witness").code(0).says("1 working; worker: process");
    for lock in ["supervisor.lock", "slots/1.lock"] {
        let path = house.project().join(".git/orch/pool").join(lock);
        let held: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        signal_one(Signal::KILL, u32::try_from(held["process"].as_u64().unwrap()).unwrap());
    }
    wait_until("it is dead", || orch(&house, "witness").code == 1);
    orch(&house, "witness").code(1).says("1 orphaned; no worker").says("orch resume --all");
}

#[test]
fn what_is_safe_is_removed_and_the_rest_says_why_it_stays() {
    let house = committed(house(
        "test $ORCH_INPUT_KEY = a || echo draft > draft.txt; mkdir -p logs; echo x",
        "",
    ));
    orch(&house, "clean").code(0).says("finished runs have left nothing");
    orch(&house, "spawn a b --workflow item").code(0);
    wait_until("both pass", || runs(&house) == "a PASSED, b PASSED");
    wait_until("no process is left", || orch(&house, "witness").stdout.contains("no worker"));
    let listed = orch(&house, "clean").code(0).says("orch clean --remove");
    listed.says("stays: 1 change is not committed").says("can be removed");
    orch(&house, "clean --remove").code(0).says("removed");
    assert!(!house.outside("project-worktrees/a").exists());
    assert!(house.outside("project-worktrees/b/draft.txt").exists());
    // The record of a is on its branch alone, so that the branch stays.
    assert!(house.try_git("rev-parse --verify --quiet refs/heads/a"));
    house.git("merge --quiet a -m merged");
    orch(&house, "clean --remove").code(0);
    assert!(!house.try_git("rev-parse --verify --quiet refs/heads/a"));
}
