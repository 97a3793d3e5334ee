//! What becomes of an open menu, and of a question, when somebody stops the run from elsewhere or goes
//! on with it.

use crate::house::Done;
use crate::house::House;
use crate::house::wait_until;
use std::time::Duration;

fn house(more: &str) -> House {
    let gate = format!("[[gate]]\nid = 'write'\nexecutor = 'human'\n{more}\n");
    House::new().workflow("demo", &gate)
}

/// Runs the workflow on a terminal, where nobody types, and these from elsewhere once the gate waits.
fn while_open(house: &House, elsewhere: &[&str], talk: &[(&str, &str)]) -> Done {
    let words = if house.has_runs() { "run resume" } else { "run demo" };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let waits = || house.has_runs() && house.orch("status").stdout.contains("waits for");
            wait_until("the gate waits", waits);
            for words in elsewhere {
                // The menu has looked up meanwhile.
                std::thread::sleep(Duration::from_millis(600));
                house.orch(words);
            }
        });
        house.on_terminal(words, talk)
    })
}

#[test]
fn an_open_menu_sees_at_once_that_the_run_was_stopped() {
    for (command, word, code) in [("pause", "paused", 3), ("cancel", "canceled", 0)] {
        let house = house("");
        let said = format!("the run was {word}: lunch");
        let talk = [("What now", ""), (said.as_str(), "")];
        let done = while_open(&house, &[&format!("run {command} --reason lunch")], &talk);
        assert_eq!(done.stdout.matches("What now").count(), 1, "{}", done.shown());
        done.code(code);
        assert_eq!(house.record()["status"], word.to_uppercase());
    }
    let house = house("approval = 'person'");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let stopped = while_open(&house, &["run pause --reason lunch"], &[("Your decision", "")]);
    stopped.code(3).says("the run was paused: lunch");
}

#[test]
fn an_open_menu_sees_at_once_that_its_gate_is_done() {
    let house = house("[[gate]]\nid = 'print'\nexecutor = 'human'");
    let (gone, next) = ("gate write no longer waits for this", "print waits for a person");
    let talk = [("What now", ""), (gone, ""), (next, ""), ("What now", "\u{1b}")];
    // What is merely said about the run leaves it open.
    let done = while_open(&house, &["note so far", "gate finish"], &talk);
    assert_eq!(done.stdout.matches("What now").count(), 2, "{}", done.shown());
    done.code(3).says("PAUSED");
}

#[test]
fn an_open_question_sees_at_once_that_the_run_was_stopped() {
    let house = house("");
    let fail = "\u{1b}[B".repeat(4) + "\r";
    let talk = [
        ("What now", fail.as_str()),
        ("reason (Enter to go back): ", "half a rea"),
        ("the run was paused: lunch", ""),
    ];
    let done = while_open(&house, &["run pause --reason lunch"], &talk);
    done.code(3).never_says("half a reason");
    assert_eq!(house.record()["status"], "PAUSED");
    assert_eq!(house.gates(), "write WAITING");
    // What was to be answered is answered elsewhere.
    let asks =
        "answers = { mood = { type = 'string' } }\n[[gate]]\nid = 'print'\nexecutor = 'human'";
    let house = self::house(asks);
    let talk = [("What now", "\r"), ("mood", ""), ("print waits", ""), ("What now", "\u{1b}")];
    let done = while_open(&house, &["gate finish --answer mood=calm"], &talk).code(3);
    done.says("gate write no longer waits for this");
    assert_eq!(house.gates(), "write PASS, print WAITING");
}

#[test]
fn a_question_of_a_command_sees_it_too() {
    let house = house("approval = 'person'");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!(
        "(sleep 2; '{orch}' run cancel --reason lunch >/dev/null 2>&1) & exec '{orch}' gate approve"
    );
    let talk = [("Approve this as", ""), ("the run was canceled: lunch; nothing was written", "")];
    house.program_on_terminal(&["sh", "-c", &script], &talk).code(2);
    assert_eq!(house.record()["status"], "CANCELED");
}

#[test]
fn a_line_is_edited_as_in_a_shell() {
    let house = house("");
    let fail = "\u{1b}[B".repeat(4) + "\r";
    // Ctrl-U, Ctrl-W, left and right, Home and End, backspace, letters of two columns.
    let typed = "gone\u{15}wrong wor\u{17}tonx\u{7f}e\u{1b}[D\u{1b}[D\u{1b}[D\u{1b}[D名\u{1b}[C\r";
    house
        .on_terminal("run demo", &[("What now", &fail), ("reason (Enter to go back): ", typed)])
        .code(1);
    let reason = house.attempt("write", 1)["failure_reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("wrong 名tone"), "{reason}");
}

/// A house in which somebody else stops the run while the menu is open: by the program that the
/// menu shows files with.
fn stopped_meanwhile(house: House, command: &str) -> House {
    let orch = env!("CARGO_BIN_EXE_orch");
    house.write(
        "stop.sh",
        format!("'{orch}' run {command} --reason lunch >/dev/null 2>&1\necho stopped\n"),
    );
    house.env("EDITOR", "sh stop.sh").env("PAGER", "sh stop.sh")
}

#[test]
fn a_run_that_was_stopped_elsewhere_takes_no_approval_that_was_asked_for_before() {
    let long = |house: House| {
        house.write("release.md", "line\n".repeat(60));
        house
    };
    let gate = "[[gate]]
         id = 'a'
         executor = 'command'
         command = ['true']
         approval = { by = 'person', show = ['release.md'] }";
    for (command, word) in [("pause", "paused"), ("cancel", "canceled")] {
        let house = stopped_meanwhile(long(House::new().workflow("demo", gate)), command);
        house.orch("run demo").code(3);
        house
            .on_terminal("gate approve", &[("Approve this as", "yes\r")])
            .code(2)
            .says(&format!("the run was {word}: lunch; nothing was written"));
        assert_eq!(house.record()["status"], word.to_uppercase());
        assert_ne!(house.gates(), "a PASS");
    }
    // Who finds the run paused approves knowingly.
    let house = House::new().workflow("demo", gate).file("release.md", "line\n");
    house.orch("run demo").code(3);
    house.orch("run pause").code(0);
    house.on_terminal("gate approve", &[("Approve this as", "yes\r")]).code(0);
    assert_eq!(house.gates(), "a PASS");
}
