//! Runs that go from machine to machine.

use crate::hosts::first;
use crate::it::house::House;
use crate::restate::Engine;

/// A run for each topic: a file, and a person's look at it.
fn topics() -> House {
    House::new()
        .workflow(
            "topic",
            "key = '{{ topic }}'
             [inputs]
             topic = { type = 'slug', help = 'What to write about' }
             [[gate]]
             id = 'write'
             executor = 'command'
             shell = 'mkdir -p notes && echo \"# $ORCH_INPUT_TOPIC\" > notes/a.md'
             contract = 'note'
             [[gate]]
             id = 'count'
             executor = 'command'
             shell = 'wc -l < notes/a.md > notes/count.txt'",
        )
        .leaves("note", "notes/a.md")
}

#[test]
fn runs_that_one_machine_gives_are_driven_on_another() {
    let Some(engine) = Engine::start() else { return };
    let ada = first(&engine.url(), topics());
    ada.orch("spawn snow rain --workflow topic").code(0).says("snow queued").says("rain queued");
    ada.orch("spawn snow --workflow topic").code(0).says("snow exists");
    ada.orch("list").code(0).says("snow");
    let bob = ada.other();
    let _worker = bob.worker("--slots 2");
    ada.waits_for("snow", "PASSED");
    ada.waits_for("rain", "PASSED");
    let verified = ada.verify();
    verified.code(0);
    // The work is on the branch of the run.
    ada.house.git("fetch --quiet origin");
    assert!(ada.house.git("branch --remotes").contains("origin/snow"));
}
