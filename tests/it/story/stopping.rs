//! `orch run cancel` and `orch run pause` of a run that another process drives.

use crate::house::House;
use crate::house::Started;
use crate::house::is_alive;
use crate::house::signal;
use crate::house::wait_until;
use rustix::process::Signal;

/// A run at work, and the process that drives it.
fn at_work(shell: &str) -> (House, Started) {
    let house = House::new().workflow(
        "demo",
        &format!(
            "[[gate]]
             id = 'long'
             executor = 'command'
             shell = '''
             {shell}
             test -f go && exit 0
             echo $$ > pid
             while true; do sleep 0.02; done
             '''
             on_interrupt = 'rerun'"
        ),
    );
    let driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("pid"));
    (house, driver)
}

/// The first TERM is noted and does not end it.
const STUBBORN: &str = "trap 'touch asked; trap - TERM' TERM";

#[test]
fn a_cancel_stops_the_driver_first() {
    let (house, mut driver) = at_work("");
    let done = house.orch("run cancel --reason enough").code(0).says("CANCELED (enough)");
    let asked = format!("waiting for process {}, which drives the run, to stop\n", driver.id());
    assert!(done.stderr.starts_with(&asked), "{}", done.shown());
    assert_eq!(driver.wait().code(), Some(130));
    let printed = driver.printed();
    assert!(printed.contains("CANCELED (enough)"), "{printed}");
    assert!(!printed.contains("orch run resume"), "{printed}");
    assert!(!is_alive(&house.read("pid")));
    assert_eq!(house.record()["status"], "CANCELED");
    house.orch("verify").code(0);
}

#[test]
fn a_pause_stops_the_driver_and_says_why() {
    let (house, mut driver) = at_work("");
    house.orch("run pause --reason lunch").code(0).says("PAUSED (lunch)");
    assert_eq!(driver.wait().code(), Some(130));
    assert!(driver.printed().contains("PAUSED (lunch)"), "{}", driver.printed());
    house.orch("run pause").code(0).says("PAUSED (lunch)");
    house.write("go", "");
    house.orch("run resume").code(0);
    assert_eq!(house.attempts("long"), "INTERRUPTED PASS");
    house.orch("run pause").code(2).says("cannot be paused; it is PASSED");
    house.orch("verify").code(0);
}

#[test]
fn a_run_that_nobody_drives_is_paused_at_once() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    let json = house.orch("run pause --json").code(0).json();
    assert_eq!(json["data"]["status"], "PAUSED");
    assert_eq!(json["data"]["reason"], "paused by a person");
    house.orch("run pause --wait soon").code(2).says("`soon` is not a duration");
}

#[test]
fn a_driver_that_was_stopped_goes_on_to_its_end() {
    let (house, mut driver) = at_work("");
    signal(Signal::STOP, driver.id());
    house.orch("run cancel").code(0).says("CANCELED");
    assert_eq!(driver.wait().code(), Some(130));
}

#[test]
fn a_driver_that_takes_too_long_is_named() {
    // Nothing but KILL ends it, and that takes the driver ten seconds.
    let (house, mut driver) = at_work("trap '' TERM");
    let done = house.orch("run cancel --wait 0s").code(5);
    let error = format!("error: process {} still drives run {}, ", driver.id(), house.run_id());
    assert!(done.stderr.contains(&error), "{}", done.shown());
    assert!(done.stderr.contains(&format!("kill -KILL {}", driver.id())), "{}", done.shown());
    house.orch("run cancel").code(0).says("CANCELED");
    assert_eq!(driver.wait().code(), Some(130));
}

#[test]
fn a_driver_that_dies_meanwhile_leaves_the_run_to_whoever_waits() {
    let (house, mut driver) = at_work(STUBBORN);
    let mut cancel = house.start("run cancel");
    wait_until("the program is asked to end", || house.exists("asked"));
    driver.kill().unwrap();
    driver.wait();
    assert!(cancel.wait().success(), "{}", cancel.printed());
    assert_eq!(house.record()["status"], "CANCELED");
    let pid = house.read("pid");
    wait_until("the program has ended", || !is_alive(&pid));
}

#[test]
fn an_agent_does_not_stop_the_run_that_it_works_for() {
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!(
        "{orch} run cancel 2> cancel.txt; echo $? >> cancel.txt
         {orch} run pause 2> pause.txt; echo $? >> pause.txt"
    );
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'")
        .agents("")
        .script("a", &script);
    house.orch("run demo").code(0);
    let refused = house.read("cancel.txt");
    assert!(refused.contains("an agent cannot end run") && refused.ends_with("2\n"), "{refused}");
    let refused = house.read("pause.txt");
    let words = "an agent cannot stop the process that drives run";
    assert!(refused.contains(words) && refused.ends_with("2\n"), "{refused}");
}

#[test]
fn an_agent_stops_a_part_of_the_run_that_it_sits_at() {
    let house = House::new()
        .workflow("epic", "[[gate]]\nid = 'a'\nexecutor = 'human'")
        .workflow("part", "[[gate]]\nid = 'b'\nexecutor = 'command'\nshell = 'touch b; sleep 300'");
    house.orch("session start --epic x --workflow epic").code(0);
    let mut driver = house.start("run part");
    wait_until("the part is at work", || house.exists("b"));
    for (words, said) in [("run pause --run part", "PAUSED"), ("run cancel --run part", "CANCELED")]
    {
        house.orch_by(&["env", "ORCH_ATTEMPT=1"], words).code(0).says(said);
    }
    assert_eq!(driver.wait().code(), Some(130));
}
