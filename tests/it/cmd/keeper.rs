//! The keeper of a session: its timer, and what it does when its run is gone.

use super::session::house;
use crate::house::House;
use crate::house::wait_until;

/// A project in which a checkpoint is sealed every second.
fn timed() -> House {
    let house = House::new().workflow(
        "demo",
        "key = 'x'
         [checkpoint]
         every = '1s'
         on = ['session_start']
         [[gate]]
         id = 'a'
         executor = 'human'
         [[gate]]
         id = 'b'
         executor = 'command'
         shell = 'echo half > b.txt; sleep 3; echo whole > b.txt'",
    );
    house.git("add --all");
    house.git("commit --quiet --message=project");
    house
}

/// The reasons of the checkpoints.
fn sealed(house: &House) -> Vec<String> {
    let list = house.orch_by_the_clock("session list --json").code(0).json();
    let checkpoints = list["data"]["checkpoints"].as_array().unwrap().clone();
    checkpoints.iter().map(|entry| entry["reason"].as_str().unwrap().to_owned()).collect()
}

/// What a file holds in each snapshot that holds it.
fn kept(house: &House, path: &str) -> Vec<String> {
    let refs = house.git("for-each-ref --format=%(refname) refs/orch");
    let holds = |name: &&str| !house.git(&format!("ls-tree {name} -- {path}")).is_empty();
    refs.lines().filter(holds).map(|name| house.git(&format!("show {name}:{path}"))).collect()
}

#[test]
fn the_keeper_seals_while_nobody_does_anything_but_change_the_tree() {
    let house = timed();
    house.orch_by_the_clock("session start --epic x --workflow demo").code(0);
    house.write("work.txt", "one\n");
    wait_until("the tree is sealed", || kept(&house, "work.txt") == ["one\n"]);
    house.write("work.txt", "two\n");
    wait_until("the change is sealed", || kept(&house, "work.txt").contains(&"two\n".to_owned()));
    let count = sealed(&house).len();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    // Nothing moved.
    assert_eq!(sealed(&house).len(), count);
    let sealed = sealed(&house);
    assert!(sealed[1..].iter().all(|reason| reason == "every 1.0s"), "{sealed:?}");
    assert_eq!(house.keepers().len(), 1);
    house.orch_by_the_clock("session pause").code(0);
    house.orch_by_the_clock("verify").code(0);
}

#[test]
fn while_a_run_is_driven_its_driver_seals() {
    let house = timed();
    house.orch_by_the_clock("session start --epic x --workflow demo").code(0);
    house.orch_by_the_clock("gate finish").code(0);
    assert!(kept(&house, "b.txt").contains(&"half\n".to_owned()), "{:?}", sealed(&house));
    house.orch_by_the_clock("session complete").code(0);
    assert_eq!(house.keepers(), [0; 0]);
    house.orch_by_the_clock("verify").code(0);
}

#[test]
fn a_keeper_ends_when_its_run_vanishes() {
    let house = house();
    house.orch("session start --epic x").code(0);
    std::fs::remove_dir_all(house.journal().parent().unwrap()).unwrap();
    wait_until("the keeper ends", || house.keepers().is_empty());
}

#[test]
fn a_keeper_ends_when_another_hand_has_ended_its_sitting() {
    let house = house();
    house.orch("session start --epic x").code(0);
    let keeper = house.keepers()[0];
    // Stopped, it cannot be asked; whoever ended the sitting is long gone.
    crate::house::signal_one(rustix::process::Signal::STOP, keeper);
    let mut pause = house.start("session pause");
    wait_until("the run is paused", || house.record()["status"] == "PAUSED");
    crate::house::signal(rustix::process::Signal::KILL, pause.id());
    pause.wait();
    crate::house::signal_one(rustix::process::Signal::CONT, keeper);
    house.orch("session resume x").code(0).says("session x@2 running");
    assert_eq!(house.keepers().len(), 1);
    assert_ne!(house.keepers(), [keeper]);
}
