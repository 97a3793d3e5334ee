//! Processes that die: the run of a dead one is taken up again, and nothing waits for ever.

use super::committed;
use super::convoy;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::signal_one;
use crate::house::wait_until;
use rustix::process::Signal;
use serde_json::Value as Json;

/// The process that holds a lock of the pool.
fn holder(house: &House, lock: &str) -> Option<u32> {
    let path = house.project().join(".git/orch/pool").join(lock);
    let held: Json = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
    u32::try_from(held["process"].as_u64()?).ok()
}

const WAITS: &str = "touch begun; while [ ! -e go ]; do sleep 0.05; done; echo x > made.txt";

#[test]
fn child_runs_outlive_their_parent_and_have_it_go_on() {
    let house = committed(convoy(WAITS, "takes = ['made.txt']"));
    let tree = house.outside("project-worktrees/a");
    let mut parent = house.start("run batch --keys a");
    wait_until("the child run works", || tree.join("begun").exists());
    signal_one(Signal::KILL, parent.id());
    parent.wait();
    std::fs::write(tree.join("go"), "").unwrap();
    wait_until("the child run passes", || runs(&house).contains("a PASSED"));
    // Nobody was told that the parent died: whoever comes next takes it up.
    orch(&house, "run resume --run batch").code(0);
    assert_eq!(runs(&house), "a PASSED, batch PASSED");
}

#[test]
fn a_worker_that_dies_is_replaced_and_its_runs_go_on() {
    let house = committed(convoy(WAITS, "takes = ['made.txt']"));
    let tree = house.outside("project-worktrees/a");
    let mut parent = house.start("run batch --keys a");
    wait_until("the child run works", || tree.join("begun").exists());
    signal_one(Signal::KILL, holder(&house, "supervisor.lock").unwrap());
    std::fs::write(tree.join("go"), "").unwrap();
    assert!(parent.wait().success());
    assert_eq!(runs(&house), "a PASSED, batch PASSED");
}

#[test]
fn a_worker_that_a_run_starts_works_where_no_command_removes_its_folder() {
    let house = committed(
        super::house(WAITS, "on_interrupt = 'rerun'").file("orch.toml", "[pool]\nslots = 1\n"),
    );
    let [first, second] = ["a", "b"].map(|key| house.outside(&format!("project-worktrees/{key}")));
    orch(&house, "spawn a b --workflow item").code(0);
    wait_until("the first run works", || first.join("begun").exists());
    signal_one(Signal::KILL, holder(&house, "supervisor.lock").unwrap());
    std::fs::write(first.join("go"), "").unwrap();
    wait_until("the second run works", || second.join("begun").exists());
    let supervisor = holder(&house, "supervisor.lock").unwrap();
    let seat = std::fs::read_link(format!("/proc/{supervisor}/cwd")).unwrap();
    assert_eq!(seat, house.project().canonicalize().unwrap());
    std::fs::write(second.join("go"), "").unwrap();
    wait_until("both pass", || runs(&house) == "a PASSED, b PASSED");
}

#[test]
fn the_run_of_a_process_that_dies_is_taken_up_again_up_to_a_bound() {
    let house = committed(
        convoy("echo x >> tries; touch begun; sleep 60", "")
            .file("orch.toml", "[pool]\nrestarts = 1\n"),
    );
    house.write(
        "workflows/item.toml",
        house
            .read("workflows/item.toml")
            .replace("id = 'work'", "id = 'work'\non_interrupt = 'rerun'"),
    );
    house.git("commit --quiet --all --message=rerun");
    let tree = house.outside("project-worktrees/a");
    let mut parent = house.start("run batch --keys a");
    for _ in 0..2 {
        wait_until("the child run works", || tree.join("begun").exists());
        std::fs::remove_file(tree.join("begun")).unwrap();
        signal_one(Signal::KILL, holder(&house, "slots/1.lock").unwrap());
    }
    assert_eq!(parent.wait().code(), Some(1));
    let printed = parent.printed();
    assert!(printed.contains("its process died 2 times"), "{printed}");
    let tries = std::fs::read_to_string(tree.join("tries")).unwrap();
    assert_eq!(tries.lines().count(), 2);
}

#[test]
fn a_run_that_had_passed_when_its_process_died_for_the_last_time_is_not_given_up() {
    let house = super::house("true", "").file("orch.toml", "[pool]\nrestarts = 0\n");
    let house = committed(house);
    orch(&house, "spawn a --workflow item").code(0);
    wait_until("it passes", || runs(&house) == "a PASSED");
    let pool = house.project().join(".git/orch/pool");
    wait_until("nobody works", || holder(&house, "supervisor.lock").is_none());
    // What a process leaves that dies between the last event of its run and giving its ticket back.
    let id =
        orch(&house, "list --all --json").json()["data"][0]["run_id"].as_str().unwrap().to_owned();
    let ticket = house.project().join(format!(".git/orch/runs/{id}/ticket.json"));
    std::fs::copy(&ticket, pool.join(format!("at-work/{id}.json"))).unwrap();
    let done = orch(&house, "worker --until-idle").code(0);
    assert!(!done.shown().contains("died"), "{}", done.shown());
    assert!(std::fs::read_dir(pool.join("at-work")).unwrap().next().is_none());
    assert!(!pool.join("refused").join(&id).exists());
    assert_eq!(runs(&house), "a PASSED");
}
