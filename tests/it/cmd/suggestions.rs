//! What is suggested is never refused: in states of every kind, each command that a reply suggests is
//! typed, in a copy of the project, by whom it is for.

use crate::house::Done;
use crate::house::House;
use crate::house::wait_until;

/// A state, and how a project comes to it.
const STATES: [(&str, &[&str]); 24] = [
    ("nothing has begun", &[]),
    ("a person is to work", &["run people --slug x"]),
    ("a person is to answer", &["run answers"]),
    ("a person is to sum it up", &["run summed"]),
    ("a person is to approve", &["run people --slug x", "gate finish"]),
    ("a gate has failed", &["run fails"]),
    ("a gate was rejected", &["run people --slug x", "gate finish", "! gate reject --reason no"]),
    ("two gates wait", &["run two"]),
    ("another run is the current one", &["run people --slug x", "run two"]),
    ("a gate was chosen", &["run two", "use two --gate b"]),
    ("as far as it was to come", &["run two --until a", "gate finish"]),
    ("no budget is left", &["run dear --budget 0.01"]),
    ("by hand", &["run start --workflow two"]),
    (
        "by hand, and all is done",
        &["run start --workflow one", "gate start --gate a", "gate finish"],
    ),
    ("a question waits", &["run one", "escalate which --options x,y"]),
    ("a question was answered", &["run one", "escalate which", "forward one x"]),
    ("paused", &["run two", "run pause"]),
    ("canceled", &["run two", "run cancel"]),
    ("passed", &["run one", "gate finish"]),
    ("a prompt cannot be rendered", &["run unusable"]),
    ("a condition cannot be told", &["run doubtful --c x"]),
    ("a gate has failed in a session", &["session start --epic s --workflow fails"]),
    ("a session was canceled", &["session start --epic s --workflow two", "run cancel"]),
    ("progress is to be reported", &["run reported"]),
];

/// What is asked in each state: commands that answer, and some that are refused there.
const ASKED: [&str; 13] = [
    "next",
    "gate check",
    "gate approve",
    "gate finish --gate nope",
    "gate start",
    "note something",
    "done",
    "run complete",
    "checkpoint show",
    "gate finish",
    "gate reject --reason no",
    "session pause",
    "checkpoint create",
];

fn house() -> House {
    let two = "[[gate]]\nid = 'a'\nexecutor = 'human'\nneeds = []\n\
               [[gate]]\nid = 'b'\nexecutor = 'human'\nneeds = []\n";
    let house = House::new();
    house.write("prompts/broken.md", "{{ 1 / 0 }}\n");
    house
        .agents("[agents.claude.budget]\nusd = 1.0\n")
        .workflow("one", "[[gate]]\nid = 'a'\nexecutor = 'human'\n")
        .workflow("two", two)
        .workflow("summed", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 's'\n")
        .contract("s", "[[check]]\nkind = 'summary'\n")
        .workflow(
            "fails",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['false']\n\
             [[gate]]\nid = 'b'\nexecutor = 'human'\n",
        )
        .workflow("unusable", "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'broken.md'\n")
        .workflow(
            "doubtful",
            "[inputs]\nc = { type = 'string' }\n\
             [[gate]]\nid = 'a'\nexecutor = 'human'\nwhen = '{{ c | upper }}'\n",
        )
        .workflow("reported", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'r'\n")
        .contract("r", "[[check]]\nkind = 'updates'\nmin = 1\n")
        .workflow("dear", "[[gate]]\nid = 'a'\nexecutor = 'agent'\n[[gate]]\nid = 'b'\nexecutor = 'agent'\n")
        .workflow(
            "answers",
            "[[gate]]\nid = 'a'\nexecutor = 'human'\nanswers = { go = { type = 'bool', help = 'Go?' } }\n",
        )
        .workflow(
            "people",
            "key = '{{ slug }}'\n[inputs]\nslug = { type = 'slug' }\n\
             [[gate]]\nid = 'a'\nexecutor = 'human'\napproval = 'person'\n",
        )
}

/// Types a line; what a `!` stands before is typed on a terminal.
fn type_in(house: &House, line: &str) {
    let done = match line.strip_prefix("! ") {
        Some(words) => house.on_terminal(words, &[]),
        None => house.orch(line),
    };
    assert_ne!(done.code, 2, "{line}: {}", done.shown());
}

/// A suggestion with something for each of its blanks.
fn filled(command: &str) -> String {
    let words = command.strip_prefix("orch ").expect("a command of orch");
    let words = words.replace("go=…", "go=true").replace("\"…\"", "words").replace('…', "5");
    words.replace("run WORKFLOW", "run one --again").replace("use RUN", "use two")
}

/// Types a suggestion as whom it is for does.
fn follow(house: &House, words: &str) -> Done {
    match words {
        _ if words.starts_with("gate approve") => {
            house.on_terminal(words, &[("Approve this as", "yes\r")])
        }
        _ if words.starts_with("gate reject") => house.on_terminal(words, &[]),
        _ => house.orch(words),
    }
}

/// What is said to do next in each state, and what of all that is suggested there is refused.
fn suggested() -> (Vec<String>, Vec<String>) {
    let mut said = Vec::new();
    let mut refused = Vec::new();
    for (state, way) in STATES {
        let house = house();
        for line in way {
            type_in(&house, line);
        }
        let mut tried = Vec::new();
        for asked in ASKED {
            let asker = house.copy();
            let done = asker.orch(&format!("{asked} --json"));
            let commands = done.json()["instructions"]["suggested_commands"].clone();
            for command in commands.as_array().into_iter().flatten() {
                let command = command.as_str().expect("a line").to_owned();
                // What was refused has changed nothing.
                if done.code == 2 && tried.contains(&command) {
                    continue;
                }
                let followed = follow(&asker.copy(), &filled(&command));
                if ![0, 1, 3, 4].contains(&followed.code) {
                    refused.push(format!("{state}: {asked}: {command}: {}", followed.shown()));
                }
                said.extend((asked == "next").then(|| format!("{state}: {command}")));
                tried.push(command);
            }
        }
    }
    (said, refused)
}

#[test]
fn what_is_suggested_is_not_refused() {
    let (said, refused) = suggested();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    insta::assert_snapshot!(said.join("\n"), @r#"
    nothing has begun: orch run WORKFLOW
    a person is to work: orch gate check
    a person is to work: orch done
    a person is to answer: orch gate check
    a person is to answer: orch done --answer go=…
    a person is to sum it up: orch gate check
    a person is to sum it up: orch done "…"
    a person is to approve: orch gate approve
    a person is to approve: orch gate reject --reason "…"
    a gate has failed: orch run resume
    a gate was rejected: orch run resume
    two gates wait: orch gate check --gate a
    two gates wait: orch done --gate a
    two gates wait: orch gate check --gate b
    two gates wait: orch done --gate b
    another run is the current one: orch gate check --gate a
    another run is the current one: orch done --gate a
    another run is the current one: orch gate check --gate b
    another run is the current one: orch done --gate b
    a gate was chosen: orch gate check --gate a
    a gate was chosen: orch done --gate a
    a gate was chosen: orch gate check
    a gate was chosen: orch done
    as far as it was to come: orch run resume --until end
    no budget is left: orch cost --run run_20260119T143012Z_dear_000001
    no budget is left: orch run resume --budget …
    by hand: orch gate start --gate a
    by hand: orch gate start --gate b
    by hand, and all is done: orch run show
    a question waits: orch forward run_20260119T143012Z_one_000001 "…"
    a question was answered: orch run resume
    paused: orch run resume
    canceled: orch run show
    passed: orch run show
    a prompt cannot be rendered: orch run amend
    a prompt cannot be rendered: orch run resume
    a condition cannot be told: orch run amend
    a condition cannot be told: orch run resume
    a gate has failed in a session: orch session resume s
    a gate has failed in a session: orch update "…"
    a session was canceled: orch run show
    progress is to be reported: orch gate check
    progress is to be reported: orch update "…"
    progress is to be reported: orch done
    "#);
}

/// What the help of an error names can be added to the command that was refused, or takes its place.
#[test]
fn what_an_error_advises_is_not_refused() {
    let house = House::new().workflow(
        "people",
        "key = '{{ slug }}'\n[inputs]\nslug = { type = 'slug' }\n\
         [[gate]]\nid = 'a'\nexecutor = 'human'\n",
    );
    house.orch("run people --slug x").code(3);
    house.orch("spawn x --workflow people").code(2).says("orch run resume\n").never_says("--again");
    house.orch("run people --slug x").code(2).says("--again");
    house.orch("run people --slug x --again").code(3);
    for (command, rest) in
        [("use", ""), ("forward", " now"), ("status", ""), ("checkpoint list", "")]
    {
        let named = if command == "checkpoint list" { "--run x" } else { "x" };
        let refused = house.orch(&format!("{command} {named}{rest} --json")).code(2).json();
        let help = refused["error"]["help"].as_str().expect("what to type").to_owned();
        let run = help.lines().next().unwrap_or_default();
        house.copy().orch(&format!("{command} {run}{rest}")).code(0);
    }
}

#[test]
fn a_session_whose_gates_are_done_is_to_be_completed() {
    let house = house();
    house.orch("session start --epic moon --workflow one").code(0);
    let done = house.orch("gate finish").code(0);
    let says = "All gates are done. Complete the session to end the run.\n";
    done.says(says).says("$ orch session complete\n").never_says("run resume");
    house.orch("next").code(0).says(says);
    house.orch("run resume").code(3).says(says).never_says("$ orch run resume");
    house.orch("session complete").code(0).says("PASSED");
}

#[test]
fn a_failed_baseline_is_the_first_thing_to_do_while_another_gate_waits() {
    let house = House::new();
    house.orch("session start --epic a").code(3).says("nothing to run: no Cargo.toml");
    let next = house.orch("next --json").code(0).json()["instructions"].clone();
    let first = next["next_actions"][0].as_str().unwrap();
    assert!(first.starts_with("Gate detect failed: "), "{first}");
    let commands = serde_json::json!([
        "orch gate redo --gate detect --reason \"…\"",
        "orch gate check",
        "orch update \"…\"",
        "orch done \"…\"",
    ]);
    assert_eq!(next["suggested_commands"], commands);
}

#[test]
fn nothing_is_suggested_that_waits_for_the_process_that_drives_the_run() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'ready'
         executor = 'command'
         shell = 'exit 75'
         poll = { every = '100ms', deadline = '1h' }
         [[gate]]
         id = 'read'
         executor = 'human'
         needs = []",
    );
    let mut command = house.program(env!("CARGO_BIN_EXE_orch"));
    let mut driving = house.start_other(command.args(["run", "demo"]));
    wait_until("the person is asked", || driving.printed().contains("WAITING read"));
    let next = house.orch("next").code(0).says("Another process drives the run.\n");
    let says = "Gate read is waiting for a person. To act on it now, pause the run first.\n";
    next.says(says).says("$ orch run pause\n").never_says("$ orch gate").never_says("$ orch done");
    house
        .orch("gate finish --gate read")
        .code(5)
        .never_says("$ orch gate")
        .never_says("$ orch done");
    house.orch("run pause").code(0);
    driving.wait();
}

#[test]
fn what_a_killed_process_left_is_to_be_resumed() {
    let house = House::new().workflow(
        "slow",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['sleep', '4']\n\
         on_interrupt = 'rerun'\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'\n",
    );
    let mut command = house.program(env!("CARGO_BIN_EXE_orch"));
    let mut driving = house.start_other(command.args(["run", "slow"]));
    wait_until("the gate runs", || driving.printed().contains("STARTED a"));
    // While it lives, it is watched.
    let again = house.orch("run slow").code(2);
    again.says("orch status --watch").says("--again").never_says("run resume");
    house.orch("run resume").code(5).says("orch run pause");
    driving.kill().unwrap();
    for refused in ["gate finish --gate a", "gate start --gate b", "gate finish --gate b"] {
        let asker = house.copy();
        let help = asker.orch(&format!("{refused} --json")).code(2).json()["error"]["help"].clone();
        let command = help.as_str().unwrap().strip_prefix("orch ").unwrap().to_owned();
        let followed = asker.copy().orch(&command);
        assert_ne!(followed.code, 2, "{refused}: {command}: {}", followed.shown());
    }
}

#[test]
fn a_workflow_that_is_unknown_is_not_suggested_again() {
    let house = house();
    house
        .orch("workflow check onw")
        .code(2)
        .says("$ orch workflow check one\n")
        .never_says("check onw");
    house.orch("workflow check one nothing-like-it").code(2).never_says("$ orch");
}
