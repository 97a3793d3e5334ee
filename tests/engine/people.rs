//! What people do to runs that machines share, from whichever clone they sit at.

use crate::hosts::Host;
use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::wait_until;
use crate::restate::Engine;

/// A run that a person looks at between two gates.
fn asking() -> House {
    House::new()
        .workflow(
            "ask",
            "key = '{{ topic }}'
             [inputs]
             topic = { type = 'slug', help = 'What to write about' }
             [[gate]]
             id = 'write'
             executor = 'command'
             shell = 'mkdir -p notes && echo \"# $ORCH_INPUT_TOPIC\" > notes/a.md'
             contract = 'note'
             [[gate]]
             id = 'look'
             executor = 'human'
             [[gate]]
             id = 'after'
             executor = 'command'
             shell = 'cp notes/a.md notes/b.md'",
        )
        .leaves("note", "notes/a.md")
}

/// The machine of a person, one that drives runs, and the run that waits there.
fn scene(engine: &Engine) -> (Host, Host) {
    let ada = first(&engine.url(), asking());
    let bob = ada.other();
    ada.orch("spawn snow --workflow ask").code(0);
    let mut worker = bob.worker("--slots 1");
    ada.waits_for("snow", "WAITING");
    worker.kill();
    (ada, bob)
}

#[test]
fn a_gate_that_waits_for_a_person_is_finished_from_any_clone() {
    let Some(engine) = Engine::start() else { return };
    let (ada, _) = scene(&engine);
    let carol = ada.other();
    carol.orch("gate finish --run snow --gate look").code(0).says("run").says("PASSED");
    ada.waits_for("snow", "PASSED");
    ada.verify().code(0);
    // What was done in between is in the work of the run.
    carol.house.git("fetch --quiet origin");
    assert!(carol.house.git("ls-tree -r --name-only snow").contains("record/RUN.json"));
}

#[test]
fn what_is_said_to_a_run_travels_with_it() {
    let Some(engine) = Engine::start() else { return };
    let (ada, bob) = scene(&engine);
    let carol = ada.other();
    carol.orch_with(&["forward", "snow", "mind the gap"]).code(0);
    let _worker = bob.worker("--slots 1");
    bob.orch("gate finish --run snow --gate look").code(0);
    let dave = ada.other();
    dave.house.orch("record fetch").code(0);
    dave.house.orch("run show snow").code(0);
    dave.house.orch("log --run snow").code(0).says("mind the gap");
}

#[test]
fn a_run_that_is_driven_elsewhere_is_held_and_one_that_waits_can_be_canceled() {
    let Some(engine) = Engine::start() else { return };
    let house = asking().workflow(
        "long",
        "[[gate]]\nid = 'wait'\nexecutor = 'command'\ncommand = ['sleep', '60']\n",
    );
    let ada = first(&engine.url(), house);
    let bob = ada.other();
    ada.orch("run long --detach").code(0);
    let _worker = bob.worker("--slots 1");
    wait_until("the run is driven", || ada.orch("list").stdout.contains("working"));
    wait_until("it has begun", || bob.house.outside("project-worktrees/long").exists());
    let held = ada.orch("gate redo --run long --gate wait --reason again");
    held.code(5).says("is driven by worker");
    ada.orch("cancel long --reason enough").code(0);
    ada.waits_for("long", "CANCELED");
    ada.verify();
}
