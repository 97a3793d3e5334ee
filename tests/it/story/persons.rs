//! A person's word is a person's: what a run started approves and answers nothing, whatever it calls
//! itself, clears away, or puts between itself and those who look.

use super::intruders::house;
use crate::house::House;
use crate::house::cannot;
use crate::house::child;
use std::process::Command;

const ORCH: &str = env!("CARGO_BIN_EXE_orch");

/// Approves from a terminal of its own, with nothing of the environment left.
fn approval(house: &House, program: &str, run: &str) -> String {
    let home = house.outside("home").display().to_string();
    let path = std::env::var("PATH").unwrap();
    format!(
        "env -i PATH='{path}' HOME='{home}' script -qec '{program} gate approve --run {run}' /dev/null"
    )
}

#[test]
fn an_agent_cannot_approve_from_a_terminal_of_its_own() {
    let house = house().script("write.1", "echo draft > draft.txt");
    house.orch("run demo").code(3);
    let waiting = house.run_id();
    let approve = approval(&house, ORCH, &waiting);
    let said = house.outside("said").display().to_string();
    let house = house.script(
        "write",
        &format!(
            "echo draft > draft.txt
             printf 'y\\r' | {approve} > {said}.1 2>&1
             (setsid sh -c \"sleep 0.3; printf 'y\\r' | {approve} > {said}.2 2>&1; touch {said}.done\" &)
             while [ ! -e {said}.done ]; do sleep 0.05; done"
        ),
    );
    std::fs::remove_file(house.outside("scripts/write.1.sh")).unwrap();
    house.orch("run demo --again").code(3);
    for number in ["1", "2"] {
        let said = std::fs::read_to_string(format!("{said}.{number}")).unwrap();
        assert!(
            said.contains("not a process that a run started (below process"),
            "{number}: {said}"
        );
    }
    house.orch(&format!("status --run {waiting}")).code(0).says("waits for approval");
    // The same words from outside of any run are a person's.
    let mut shell = house.program("sh");
    let output =
        child::output(shell.args(["-c", &format!("(sleep 0.5; printf 'y\\r') | {approve}")]));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("PASS"), "{said}");
    house.orch(&format!("status --run {waiting}")).code(0).never_says("waits for approval");
}

#[test]
fn no_other_name_of_the_program_makes_a_person_of_an_agent() {
    let house = house().script("write.1", "echo draft > draft.txt");
    house.orch("run demo").code(3);
    let waiting = house.run_id();
    let (copy, link) = (house.outside("helper"), house.outside("other"));
    std::fs::copy(ORCH, &copy).unwrap();
    std::fs::hard_link(&copy, &link).unwrap();
    let said = house.outside("said").display().to_string();
    // The other run's lock is taken away, too: what holds it is known all the same.
    let tries = [&copy, &link].map(|program| {
        let approve = approval(&house, &program.display().to_string(), &waiting);
        format!("(setsid sh -c \"sleep 0.3; printf 'y\\r' | {approve} >> {said} 2>&1; echo >> {said}.done\" &)")
    });
    let house = house.script(
        "write",
        &format!(
            "echo draft > draft.txt\nrm .git/orch/runs/*/lock\n{}\n\
             while [ \"$(cat {said}.done 2>/dev/null | wc -l)\" -lt 2 ]; do sleep 0.05; done",
            tries.join("\n")
        ),
    );
    std::fs::remove_file(house.outside("scripts/write.1.sh")).unwrap();
    house.orch("run demo --again").code(5).says("this process lost the lock of run");
    let said = std::fs::read_to_string(&said).unwrap();
    assert_eq!(said.matches("not a process that a run started").count(), 2, "{said}");
    house.orch(&format!("status --run {waiting}")).code(0).says("waits for approval");
    let approve = format!("gate approve --run {waiting}");
    house.on_terminal(&approve, &[("Approve this as", "y\r")]).code(0);
}

/// In a namespace of its own a process sees nothing of what started it, or what it put in its place.
#[test]
fn a_view_of_its_own_makes_no_person_of_an_agent() {
    let own = child::output(Command::new("unshare").args(["-Urm", "true"]));
    if cannot(!own.status.success(), "not everybody may have namespaces here") {
        return;
    }
    let house = house().script("write.1", "echo draft > draft.txt");
    house.orch("run demo").code(3);
    let waiting = house.run_id();
    let approve = format!("{ORCH} gate approve --run {waiting}");
    let path = std::env::var("PATH").unwrap();
    let home = house.outside("home").display().to_string();
    let said = house.outside("said").display().to_string();
    let asks = |command: &str| {
        format!(
            "printf 'y\\r' | env -i PATH='{path}' HOME='{home}' \
             script -qec \"{command}\" /dev/null >> {said} 2>&1\n"
        )
    };
    // What tells of a run is covered in all processes above, one by one.
    let cover = "p=$$; while [ $p -gt 1 ]; do mount -t tmpfs none /proc/$p/fd\n\
                 mount --bind /dev/null /proc/$p/environ\n\
                 p=$(sed 's/.*) . //; s/ .*//' /proc/$p/stat)\ndone\n\
                 rm -f .git/orch/runs/*/at-work/*\n\"$@\"\n";
    std::fs::write(house.outside("cover.sh"), cover).unwrap();
    let tries = [
        asks(&format!("unshare -Ufpr --mount-proc {approve}")),
        asks(&format!("unshare -Ufpr {approve}")),
        asks(&format!("unshare -Urm sh -c 'mount -t tmpfs none /proc && {approve}'")),
        asks(&format!("unshare -Urm sh -c 'mount --bind /proc/self /proc/1 && {approve}'")),
        asks(&format!("unshare -Urm sh ../cover.sh {approve}")),
        asks(&format!(
            "unshare -Ufprm --mount-proc sh -c 'mount -t tmpfs none .git/orch/runs/$ORCH_RUN && \
             {approve}'"
        )),
    ];
    let house = house.script("write", &format!("{}echo draft > draft.txt", tries.concat()));
    std::fs::remove_file(house.outside("scripts/write.1.sh")).unwrap();
    house.orch("run demo --again").code(3);
    let said = std::fs::read_to_string(&said).unwrap();
    // Some may have a namespace and mount nothing in it.
    let refused = ["requires a person", "unshare: ", "mount: "];
    let refused = refused.map(|words| said.matches(words).count());
    assert!(refused.iter().sum::<usize>() >= tries.len(), "{said}");
    house.orch(&format!("status --run {waiting}")).code(0).says("waits for approval");
}

#[test]
fn an_agent_hands_in_nothing_for_a_person() {
    let form = "[[gate]]\nid = 'ask'\nexecutor = 'human'\nanswers = { go = { type = 'bool' } }";
    let house = house().workflow("form", form);
    house.orch("run form").code(3);
    let run = house.run_id();
    let answer =
        format!("env -i HOME=$HOME PATH=$PATH {ORCH} gate finish --run {run} --answer go=true");
    let house = house.script(
        "write",
        &format!("echo draft > draft.txt; {answer} 2> said.txt; echo $? >> said.txt"),
    );
    house.orch("run demo").code(3);
    assert!(
        house.read("said.txt").contains("not a process that a run started"),
        "{}",
        house.read("said.txt")
    );
    house.orch(&format!("status --run {run}")).says("WAITING");
    house.orch(&format!("gate finish --run {run} --answer go=true")).code(0).says("PASSED");
}
