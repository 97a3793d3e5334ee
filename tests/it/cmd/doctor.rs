//! `orch doctor --fix`: what a user's git, or a kill, has left broken is mended, and nothing else.

use crate::house::House;
use std::fs;

fn finished() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(0);
    house.orch("doctor").code(0);
    house
}

#[test]
fn a_record_that_the_branch_lost_is_committed_again() {
    let house = finished();
    for loss in ["reset -q --hard HEAD~1", "revert --no-edit HEAD"] {
        house.git(loss);
        house.orch("doctor").code(1).says("not wholly, committed").says("orch doctor --fix");
        house.orch("doctor --fix").code(0).says("mended");
        house.orch("doctor").code(0);
        house.orch("verify").code(0);
        assert_eq!(house.git("status --porcelain"), "", "after git {loss}");
    }
}

#[test]
fn own_stale_locks_go_and_others_stay() {
    let house = finished();
    let git = |name: &str| house.project().join(".git").join(name);
    for (twin, lock) in
        [("index.lock.twin", "index.lock"), ("refs%heads%main.twin", "refs/heads/main.lock")]
    {
        fs::write(git(twin), "").unwrap();
        fs::hard_link(git(twin), git(lock)).unwrap();
        house.orch("doctor").code(1).says(lock).says("a killed commit of orch left it");
        house.orch("doctor --fix").code(0);
        assert!(!git(twin).exists() && !git(lock).exists());
        house.orch("doctor").code(0);
    }
    fs::write(git("index.lock"), "").unwrap();
    house.orch("doctor --fix").code(1).says("another git process holds it");
    assert!(git("index.lock").exists());
}
