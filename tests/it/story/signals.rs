//! Ctrl-C, TERM and a kill leave a run that can be taken up again.

use crate::house::House;
use crate::house::is_alive;
use crate::house::signal;
use crate::house::wait_until;
use rustix::process::Signal;

fn house(on_interrupt: &str) -> House {
    House::new()
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'first'
                 executor = 'command'
                 command = ['true']
                 [[gate]]
                 id = 'long'
                 executor = 'command'
                 shell = '''
                 test -f go && echo x > out.txt && exit 0
                 echo $$ > pid
                 sleep 300
                 '''
                 contract = 'out'
                 on_interrupt = '{on_interrupt}'"
            ),
        )
        .leaves("out", "out.txt")
}

#[test]
fn an_interruption_pauses_the_run_and_ends_its_children() {
    for name in [Signal::INT, Signal::TERM, Signal::HUP] {
        let house = house("rerun");
        let mut child = house.start("run demo");
        wait_until("the gate is at work", || house.exists("pid"));
        signal(name, child.id());
        assert_eq!(child.wait().code(), Some(130), "{name:?}");
        let pid = house.read("pid");
        wait_until("the command has ended", || !is_alive(&pid));
        assert_eq!(house.record()["status"], "PAUSED", "{name:?}");
        house.write("go", "");
        house.orch("run resume").code(0);
        assert_eq!(house.gates(), "first PASS, long PASS");
        assert_eq!(house.attempts("long"), "INTERRUPTED PASS");
        assert_eq!(house.attempts("first"), "PASS");
    }
}

#[test]
fn a_killed_run_is_stalled_and_can_be_taken_up() {
    let house = house("rerun");
    let mut child = house.start("run demo");
    wait_until("the gate is at work", || house.exists("pid"));
    child.kill().unwrap();
    child.wait();
    house.orch("status").code(0).says("STALLED");
    house.orch("run list").code(0).says("STALLED");
    house.orch("doctor").code(1).says("it is STALLED");
    house.write("go", "");
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("long"), "INTERRUPTED PASS");
    assert!(
        !is_alive(&house.read("pid")),
        "somebody is left who could write behind the run's back"
    );
}

#[test]
fn what_was_cut_off_is_asked_about_where_the_gate_says_so() {
    let house = house("ask");
    let mut child = house.start("run demo");
    wait_until("the gate is at work", || house.exists("pid"));
    signal(Signal::INT, child.id());
    child.wait();
    house.orch("run resume").code(3).says("interrupted");
    house.write("go", "");
    house.orch("gate start --gate long").code(0);
    assert_eq!(house.gates(), "first PASS, long PASS");
}
