//! A gate is finished, approved or failed, or a run resumed, and a worker drives the run on.

use super::committed;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::child;
use crate::house::lacks;
use crate::house::wait_until;

/// A person writes a file, and a command goes on with it.
fn house() -> House {
    let house = House::new()
        .workflow(
            "item",
            "[[gate]]
             id = 'write'
             executor = 'human'
             contract = 'write'
             [[gate]]
             id = 'count'
             executor = 'command'
             shell = 'wc -l < text.txt > count.txt; sleep 1'",
        )
        .leaves("write", "text.txt");
    committed(house)
}

#[test]
fn a_worker_drives_a_run_on_whose_gate_was_finished_elsewhere() {
    let house = house();
    orch(&house, "run item").code(3);
    house.write("text.txt", "one\n");
    let reply = orch(&house, "gate finish --detach --json").code(0).json();
    assert_eq!(
        (&reply["data"]["status"], &reply["data"]["passed"]),
        (&"PASS".into(), &true.into())
    );
    assert!(!house.exists("count.txt"), "it did not return at once");
    wait_until("the run passes", || house.record()["status"] == "PASSED");
    assert_eq!(house.read("count.txt").trim(), "1");
    orch(&house, "verify").code(0);
}

#[test]
fn a_worker_resumes_a_run() {
    let house = house();
    orch(&house, "run item").code(3);
    orch(&house, "pause --reason later").code(0);
    house.write("text.txt", "one\n");
    orch(&house, "resume --detach").code(0);
    wait_until("the gate waits", || house.record()["status"] == "WAITING");
    orch(&house, "gate finish --detach --jobs 2").code(2).says("cannot be used with");
    orch(&house, "done --detach").code(0);
    wait_until("the run passes", || house.record()["status"] == "PASSED");
}

#[test]
fn a_run_that_is_begun_by_a_worker_takes_no_more_than_its_inputs() {
    let house = house();
    for option in ["--agent none", "--until write", "--start-from count", "--jobs 2"] {
        let words = format!("run item --detach {option}");
        orch(&house, &words).code(2).says("cannot be used with");
    }
}

#[test]
fn a_worker_waits_for_a_run_that_somebody_holds_for_a_moment() {
    if lacks("flock") {
        return;
    }
    let busy = "[[gate]]
                id = 'wait'
                executor = 'command'
                shell = 'touch begun; while [ ! -e go ]; do sleep 0.05; done'";
    let house = committed(house().workflow("busy", busy).file("orch.toml", "[pool]\nslots = 1\n"));
    orch(&house, "run item").code(3);
    let lock = house.project().join(".git/orch/runs").join(house.run_id()).join("lock");
    orch(&house, "pause --reason later").code(0);
    orch(&house, "run busy --detach").code(0);
    wait_until("the only slot is taken", || house.exists("begun"));
    orch(&house, "resume item --detach").code(0);
    let mut holder = house.start_other(house.program("flock").arg(&lock).args(["sleep", "2"]));
    let is_held = || {
        let mut trial = house.program("flock");
        !child::output(trial.arg("--nonblock").arg(&lock).arg("true")).status.success()
    };
    wait_until("the run is held", is_held);
    house.write("go", "");
    holder.wait();
    wait_until("the gate waits again", || runs(&house).contains("item WAITING"));
}
