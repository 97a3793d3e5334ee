//! What holds of both pools, that of one machine and that of many: the same runs, given and driven by the
//! same commands, come out in the same order.

use crate::faults::signal_below;
use crate::hosts::Host;
use crate::hosts::Worker;
use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::wait_until;
use crate::restate::Engine;
use rustix::process::Signal;
use std::time::Duration;

/// Says that it began, and waits until the test lets it go on.
const TOPIC: &str = "key = '{{ topic }}'
    [inputs]
    topic = { type = 'slug', help = 'What to write about' }
    [[gate]]
    id = 'write'
    executor = 'command'
    on_interrupt = 'rerun'
    shell = 'd=$(cat .house); echo $ORCH_INPUT_TOPIC >> $d/began; until test -e $d/go; do sleep 0.1; done'";

/// Is not ready when it is asked for the first time.
const POLLED: &str = "key = '{{ topic }}'
    [inputs]
    topic = { type = 'slug', help = 'What to write about' }
    [[gate]]
    id = 'ask'
    executor = 'command'
    poll = { every = '3s', deadline = '2m' }
    shell = 'd=$(cat .house); echo asked >> $d/began; test -e $d/ready || { touch $d/ready; exit 75; }'";

/// A pool, who gives runs to it, and who drives them.
struct Pool {
    _engine: Option<Engine>,
    giver: Host,
    /// `None` where the giver drives them itself.
    other: Option<Host>,
}

impl Pool {
    /// All that there are.
    fn each() -> Vec<Self> {
        let Some(engine) = Engine::start() else { return Vec::new() };
        let giver = first(&engine.url(), project());
        let shared = Self { other: Some(giver.other()), giver, _engine: Some(engine) };
        let own = Self { _engine: None, giver: first("", project()).alone(), other: None };
        vec![own, shared]
    }

    fn driver(&self) -> &Host {
        self.other.as_ref().unwrap_or(&self.giver)
    }

    /// What is given without this label is driven at once where no worker is.
    fn spawn(&self, words: &str) {
        self.giver.orch(&format!("spawn --labels mine {words}")).code(0);
    }

    fn worker(&self, slots: u8, more: &str) -> Worker {
        self.driver().worker(&format!("--slots {slots} --labels mine{more}"))
    }

    /// The runs that began, in their order.
    fn began(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.giver.house.outside("began")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn go(&self) {
        std::fs::write(self.giver.house.outside("go"), "").unwrap();
    }
}

fn project() -> House {
    let house = House::new()
        .workflow("topic", TOPIC)
        .workflow("polled", POLLED)
        .file("orch.toml", "[defaults]\nspawn_workflow = 'topic'\n[engine]\nlease = '3s'\n");
    let here = house.outside("").display().to_string();
    house.file(".house", &here)
}

#[test]
fn what_is_urgent_comes_first_and_then_what_is_older() {
    for pool in Pool::each() {
        pool.go();
        pool.spawn("late");
        pool.spawn("later");
        pool.spawn("urgent --priority 5");
        let _worker = pool.worker(1, "");
        pool.giver.waits_for("later", "PASSED");
        assert_eq!(pool.began(), ["urgent", "late", "later"]);
    }
}

#[test]
fn a_run_waits_for_a_worker_that_has_all_its_labels() {
    for pool in Pool::each() {
        pool.go();
        pool.spawn("heavy --labels gpu");
        pool.spawn("light");
        let mut plain = pool.worker(2, "");
        pool.giver.waits_for("light", "PASSED");
        pool.giver.orch("list").code(0).says("heavy").says("a worker with");
        assert_eq!(pool.began(), ["light"]);
        plain.kill();
        let _big = pool.worker(2, ",gpu");
        pool.giver.waits_for("heavy", "PASSED");
    }
}

#[test]
fn a_worker_drives_as_many_runs_as_it_has_slots() {
    for pool in Pool::each() {
        pool.spawn("a b c");
        let _worker = pool.worker(2, "");
        wait_until("two have begun", || pool.began().len() == 2);
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(pool.began().len(), 2);
        pool.go();
        for key in ["a", "b", "c"] {
            pool.giver.waits_for(key, "PASSED");
        }
        assert_eq!(pool.began().len(), 3);
    }
}

#[test]
fn a_key_that_is_given_twice_is_one_run() {
    for pool in Pool::each() {
        pool.go();
        pool.spawn("a");
        pool.giver.orch("spawn --labels mine a").code(0).says("a exists");
        let _worker = pool.worker(2, "");
        pool.giver.waits_for("a", "PASSED");
        assert_eq!(pool.began(), ["a"]);
    }
}

#[test]
fn a_run_that_is_canceled_while_it_is_driven_ends() {
    for pool in Pool::each() {
        pool.spawn("a");
        let _worker = pool.worker(1, "");
        wait_until("it has begun", || !pool.began().is_empty());
        pool.giver.orch("cancel a --reason enough").code(0);
        pool.giver.waits_for("a", "CANCELED");
        // Its slot is free.
        pool.go();
        pool.spawn("b");
        pool.giver.waits_for("b", "PASSED");
    }
}

#[test]
fn the_run_of_a_worker_that_died_goes_to_the_next_one() {
    for pool in Pool::each() {
        pool.spawn("a");
        let mut worker = pool.worker(1, "");
        wait_until("it has begun", || !pool.began().is_empty());
        worker.kill();
        signal_below(pool.driver(), Signal::KILL);
        let _next = pool.worker(1, "");
        wait_until("it has begun again", || pool.began().len() == 2);
        pool.go();
        pool.giver.waits_for("a", "PASSED");
        assert_eq!(pool.began(), ["a", "a"]);
        pool.giver.orch("list --all").code(0);
    }
}

#[test]
fn a_run_that_waits_for_a_moment_leaves_its_slot_to_others() {
    for pool in Pool::each() {
        pool.go();
        pool.spawn("ready --workflow polled");
        let _worker = pool.worker(1, "");
        wait_until("it was asked", || !pool.began().is_empty());
        pool.spawn("b");
        pool.giver.waits_for("b", "PASSED");
        pool.giver.waits_for("ready", "PASSED");
        assert_eq!(pool.began(), ["asked", "b", "asked"]);
    }
}
