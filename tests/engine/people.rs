//! What people do to runs that machines share, from whichever clone they sit at.

use crate::hosts::Host;
use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::child;
use crate::it::house::lacks;
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
    ada.verify().code(0);
}

#[test]
fn a_run_that_is_driven_elsewhere_is_paused_from_here_and_goes_on_when_it_is_restarted() {
    let Some(engine) = Engine::start() else { return };
    let house = asking().workflow(
        "long",
        "[[gate]]
         id = 'wait'
         executor = 'command'
         on_interrupt = 'rerun'
         shell = 'until test -e \"$(cat .house)/go\"; do sleep 0.1; done'",
    );
    let here = house.outside("").display().to_string();
    let ada = first(&engine.url(), house.file(".house", &here));
    let bob = ada.other();
    ada.orch("run long --detach").code(0);
    let _worker = bob.worker("--slots 1");
    wait_until("the run is driven", || ada.orch("list").stdout.contains("working"));
    wait_until("it has begun", || bob.house.outside("project-worktrees/long").exists());
    ada.orch("pause long --reason lunch").code(0).says("asked for run");
    ada.waits_for("long", "PAUSED");
    let why = || ada.orch("list --all --json").code(0).json()["data"][0]["reason"].take();
    wait_until("the reason is recorded", || why() == "lunch");
    std::fs::write(ada.house.outside("go"), "").unwrap();
    ada.orch("restart long").code(0);
    ada.waits_for("long", "PASSED");
    ada.verify().code(0);
    ada.orch("pause long").code(2).says("is over");
}

#[test]
fn a_signed_approval_from_another_machine_reaches_the_run() {
    if lacks("ssh-keygen") {
        return;
    }
    let Some(engine) = Engine::start() else { return };
    let house = House::new()
        .workflow(
            "sign",
            "[[gate]]
             id = 'write'
             executor = 'command'
             shell = 'echo one > one.txt'
             contract = 'one'
             approval = { signed = true, by = ['ada@example.org'] }
             [[gate]]
             id = 'after'
             executor = 'command'
             shell = 'cp one.txt two.txt'",
        )
        .leaves("one", "one.txt");
    let ada = first(&engine.url(), house);
    let key = ada.house.outside("ada");
    let mut make = ada.house.program("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", "", "-N", "", "-f"]).arg(&key);
    assert!(child::output(&mut make).status.success());
    let public = std::fs::read_to_string(ada.house.outside("ada.pub")).unwrap();
    let allowed = ada.house.outside("allowed");
    std::fs::write(&allowed, format!("ada@example.org {public}")).unwrap();
    let signs = |host: &Host| {
        let allowed = allowed.display();
        host.house.git("config --global gpg.format ssh");
        host.house.git(&format!("config --global gpg.ssh.allowedSignersFile {allowed}"));
        host.house.git(&format!("config --global user.signingkey {}", key.display()));
    };
    let (bob, carol) = (ada.other(), ada.other());
    for host in [&ada, &bob, &carol] {
        signs(host);
    }
    ada.orch("run sign --detach").code(0);
    let _worker = bob.worker("--slots 1");
    ada.waits_for("sign", "WAITING");
    let words = format!("approve --run sign --gate write --engine {}", engine.url());
    let asked = ("Approve this as", "y\r");
    let approved = carol.house.on_terminal_by_the_clock(&words, 100, &[asked]);
    assert_eq!(approved.code, 0, "{}{}", approved.stdout, approved.stderr);
    ada.waits_for("sign", "PASSED");
    let fresh = ada.other();
    signs(&fresh);
    fresh.house.orch("record fetch").code(0);
    let signed = "approval of write attempt 1 signed by ada@example.org";
    fresh.house.orch("verify --all").code(0).says(signed);
}
