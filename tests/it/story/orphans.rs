//! What lives on after `kill -9` of orch is ended before its work is done again, and nobody else is.

use crate::house::House;
use crate::house::is_alive;
use crate::house::signal;
use crate::house::wait_until;
use rustix::process::Signal;
use std::path::PathBuf;

/// A gate whose command leaves the writing to a process of its own.
const WRITER: &str = "
    test -f go && echo x > out.txt && exit 0
    (while :; do echo x >> grow.txt; sleep 0.01; done) &
    echo $! > pid
    echo $$ > leader
    wait";

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'long'
                 executor = 'command'
                 shell = '''{WRITER}'''
                 contract = 'out'
                 on_interrupt = 'rerun'"
            ),
        )
        .leaves("out", "out.txt")
}

/// Starts the run, and kills orch, and nothing else, when the work is under way.
fn killed(house: &House) {
    let mut child = house.start("run demo");
    wait_until("the gate is at work", || house.exists("grow.txt") && house.exists("leader"));
    wait_until("both have written who they are", || {
        let is_named = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
        house.read("leader").ends_with('\n') && notes(house).iter().all(is_named)
    });
    child.kill().unwrap();
    child.wait();
}

fn grows(house: &House) -> bool {
    let length = || house.read("grow.txt").len();
    let before = length();
    std::thread::sleep(std::time::Duration::from_millis(100));
    length() > before
}

/// The files that name what is at work.
fn notes(house: &House) -> Vec<PathBuf> {
    let folder = house.journal().with_file_name("at-work");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

fn end(house: &House) {
    let pid: u32 = house.read("leader").trim().parse().unwrap();
    signal(Signal::KILL, pid);
}

#[test]
fn what_outlived_a_kill_is_ended_before_the_work_is_done_again() {
    let house = house();
    killed(&house);
    assert!(grows(&house));
    let leader = house.read("leader");
    house.orch("doctor").code(1).says("gate long").says(leader.trim());
    house.write("go", "");
    house.orch("run resume").code(0);
    assert!(!is_alive(&house.read("pid")) && !grows(&house));
    assert_eq!(house.attempts("long"), "INTERRUPTED PASS");
    let reason = house.attempt("long", 1)["failure_reason"].to_string();
    assert!(reason.contains("still running and was ended"), "{reason}");
    assert_eq!(notes(&house), [""; 0].map(PathBuf::from));
    house.orch("doctor").never_says("gate long");
}

#[test]
fn a_group_without_its_leader_is_ended_too() {
    let house = house();
    killed(&house);
    let leader = house.read("leader").trim().parse().unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(leader).unwrap(), Signal::KILL)
        .unwrap();
    wait_until("the leader is gone", || !is_alive(&house.read("leader")));
    assert!(grows(&house));
    house.write("go", "");
    house.orch("run resume").code(0);
    assert!(!grows(&house));
}

#[test]
fn a_kill_before_the_group_had_a_name_leaves_nobody_behind() {
    let house = house();
    killed(&house);
    std::fs::write(&notes(&house)[0], "").unwrap();
    house.orch("doctor").code(1).says("gate long");
    house.write("go", "");
    house.orch("run resume").code(0);
    assert!(!grows(&house));
}

#[test]
fn whoever_takes_the_run_ends_what_outlived_it() {
    let house = house();
    killed(&house);
    house.orch("run cancel").code(0);
    assert!(!grows(&house));
}

#[test]
fn the_doctor_ends_what_outlived_a_kill() {
    let house = house();
    killed(&house);
    house.orch("doctor").code(1).says("gate long");
    assert!(grows(&house));
    house.orch("doctor --fix").says("is running without orch; fixed");
    assert!(!grows(&house));
    house.orch("doctor").never_says("gate long");
}

#[test]
fn a_stranger_with_the_same_number_is_left_alone() {
    let house = house();
    let note = || {
        let text = std::fs::read_to_string(&notes(&house)[0]).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    killed(&house);
    let mut own = note();
    end(&house);
    let mut stranger = house.start_other(house.program("sleep").arg("60"));
    own["group"] = stranger.id().into();
    for (key, value) in [("started", 1.into()), ("boot", "another".into())] {
        let mut other = own.clone();
        other[key] = value;
        std::fs::write(&notes(&house)[0], other.to_string()).unwrap();
        house.orch("doctor").never_says("gate long");
    }
    house.write("go", "");
    house.orch("run resume").code(0);
    assert!(stranger.try_wait().unwrap().is_none(), "it was killed");
    stranger.kill().unwrap();
    stranger.wait();
}

#[test]
fn the_command_of_a_check_is_ended_too() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'quick'
             executor = 'command'
             command = ['true']
             contract = 'slow'
             on_interrupt = 'rerun'",
        )
        .contract("slow", "[[check]]\nkind = 'command'\ncommand = ['sh', 'writer.sh']")
        .file("writer.sh", WRITER);
    killed(&house);
    assert!(grows(&house));
    house.write("go", "");
    house.orch("run resume").code(0);
    assert!(!grows(&house));
}

#[test]
fn what_outlived_a_kill_gives_no_persons_word() {
    // The first keeps its mark and leaves its group, the second the other way round.
    let approve = format!("{} gate approve --run waiting", env!("CARGO_BIN_EXE_orch"));
    let clean = "env -i HOME=$HOME PATH=$PATH";
    let tries = format!(
        "(while [ ! -e go ]; do sleep 0.05; done
          setsid -w sh -c '{clean} {approve}' > said.1 2>&1 || true; touch said.1.done) &
         {clean} sh -c '(while [ ! -e go ]; do sleep 0.05; done
          {approve} > said.2 2>&1; touch said.2.done) &'
         echo $$ > leader; wait; sleep 60"
    );
    let gate =
        |id: &str, more: &str| format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\n{more}");
    let asks = gate("ask", "command = ['true']\napproval = 'person'\n");
    let house = House::new()
        .workflow("waiting", &asks)
        .workflow("demo", &gate("long", &format!("shell = \"\"\"{tries}\"\"\"\n")));
    house.orch("run waiting").code(3);
    let mut child = house.start("run demo");
    wait_until("the gate is at work", || house.exists("leader"));
    wait_until("it has a name", || {
        let long = |path: &PathBuf| path.display().to_string().contains("long@");
        let is_named = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.len() > 0);
        notes(&house).iter().any(|path| long(path) && is_named(path))
    });
    child.kill().unwrap();
    child.wait();
    house.write("go", "");
    for number in ["1", "2"] {
        wait_until("it has asked", || house.exists(&format!("said.{number}.done")));
        let said = house.read(&format!("said.{number}"));
        assert!(said.contains("not a process that a run started (process"), "{number}: {said}");
    }
    end(&house);
}
