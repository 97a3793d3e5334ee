//! `answers`: a form for the person, typed, from a file, or written by a command.

use crate::house::House;

const FORM: &str = "
[[gate]]
id = 'ask'
executor = 'human'
[gate.answers]
version = { type = 'string', help = 'Which version?' }
count = { type = 'integer', default = 3, help = 'How many?' }
go = { type = 'bool', help = 'Go?' }
[[gate]]
id = 'use'
executor = 'command'
command = ['sh', '-c', 'echo \"$1 $2\" > said.txt', 'sh', '{{ gates.ask.answers.version }}', '{{ gates.ask.answers.count }}']
";

#[test]
fn a_form_is_shown_and_checked() {
    let house = House::new().workflow("demo", FORM);
    let done = house.orch("run demo").code(3);
    assert!(done.stdout.contains("## Questions to answer"), "{}", done.stdout);
    house.orch("gate finish").code(2).says("--answer version=");
    house.orch("gate finish --answer versoin=1").code(2).says("did you mean `version`?");
    house.orch("gate finish --answer version=1 --answer go=perhaps").code(2).says("go");
    house.orch("gate finish --answer version=2.1 --answer go=yes --answer count=x").code(2);
    assert_eq!(house.gates(), "ask WAITING, use NOT_STARTED");
    house.orch("gate finish --answer version=2.1 --answer go=true").code(0);
    assert_eq!(house.read("said.txt"), "2.1 3\n");
    let answers = &house.record()["gates"][0]["answers"];
    assert_eq!(*answers, serde_json::json!({"version": "2.1", "count": 3, "go": true}));
}

#[test]
fn a_file_answers_in_ci() {
    let house = House::new()
        .workflow("demo", FORM)
        .file("answers.toml", "[ask]\nversion = '9'\ngo = true\ncount = 4\n");
    house.orch("run demo --ci --answers answers.toml").code(0);
    assert_eq!(house.read("said.txt"), "9 4\n");
}

#[test]
fn items_of_a_list_keep_their_commas() {
    let form = "[[gate]]\nid = 'ask'\nexecutor = 'human'\n\
        answers = { names = { type = 'list', help = 'Who?' } }\n";
    for items in [&["Doe, John", "Ann"][..], &["Doe, John"], &["a", "b", "c"]] {
        let text = format!("[ask]\nnames = {}\n", serde_json::json!(items));
        let house = House::new().workflow("demo", form).file("answers.toml", &text);
        house.orch("run demo --ci --answers answers.toml").code(0);
        assert_eq!(house.record()["gates"][0]["answers"]["names"], serde_json::json!(items));
    }
    let house = House::new().workflow("demo", form);
    house.orch("run demo").code(3);
    house
        .orch_with(&["gate", "finish", "--answer", "names=Doe, John", "--answer", "names=Ann"])
        .code(0);
    let names = &house.record()["gates"][0]["answers"]["names"];
    assert_eq!(*names, serde_json::json!(["Doe, John", "Ann"]));
    let house = House::new().workflow("demo", FORM);
    house.orch("run demo").code(3);
    house
        .orch("gate finish --answer version=1 --answer version=2 --answer go=yes")
        .code(2)
        .says("2 times");
}

#[test]
fn a_file_that_does_not_fit_begins_nothing() {
    let house = House::new().workflow("demo", FORM).file("answers.toml", "[ask\nversion = '9'");
    house.orch("run demo --ci --answers answers.toml").code(2).says("answers.toml:1");
    house.orch("run demo --ci --answers none.toml").code(2).says("none.toml");
    house.write("twice.json", b"{\"ask\": {\"go\": false,\n\"go\": true}}");
    let twice = house.orch("run demo --ci --answers twice.json").code(2);
    twice.says("twice.json:2: duplicate key `go`");
    house.write("inf.toml", b"[ask]\nversion = inf\n");
    house
        .orch("run demo --ci --answers inf.toml")
        .code(2)
        .says("inf.toml:2: `inf` is not a finite");
    for (text, message, help) in [
        (
            "version = '9'\n",
            "gate `ask` requires an answer to `go`: Go?",
            "add `go` to the table `ask`",
        ),
        ("versoin = '9'\n", "gate `ask` has no question `versoin`", "did you mean `version`?"),
        ("version = '9'\ngo = 3\n", "answers for gate `ask`: ", "`3` is neither"),
        ("[aks]\nversion = '9'\n", "workflow `demo` has no gate `aks`", "did you mean `ask`?"),
    ] {
        let table = if text.starts_with('[') { "" } else { "[ask]\n" };
        house.write("answers.toml", format!("{table}{text}"));
        for command in ["run demo --ci", "rehearse demo"] {
            let done = house.orch(&format!("{command} --answers answers.toml")).code(2);
            done.says(&format!("answers.toml: {message}")).says(help);
        }
    }
    assert!(!house.has_runs());
}

#[test]
fn a_command_answers_by_a_file_of_its_own() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'look'
         executor = 'command'
         shell = 'echo \"{\\\"found\\\": true}\" > \"$ORCH_ANSWERS\"'
         answers = { found = { type = 'bool', help = 'Is it there?' } }
         [[gate]]
         id = 'then'
         executor = 'command'
         command = ['true']
         when = '{{ gates.look.answers.found }}'",
    );
    house.orch("run demo").code(0);
    assert_eq!(house.gates(), "look PASS, then PASS");
    assert_eq!(house.record()["gates"][0]["answers"]["found"], true);
}

#[test]
fn a_command_that_answers_wrongly_fails() {
    for (answers, says) in [
        ("{\\\"found\\\": 7}", "found"),
        ("{\\\"found\\\": false, \\\"found\\\": true}", "duplicate key `found`"),
    ] {
        let gate = format!(
            "[[gate]]
             id = 'look'
             executor = 'command'
             shell = 'echo \"{answers}\" > \"$ORCH_ANSWERS\"'
             answers = {{ found = {{ type = 'bool', help = 'Is it there?' }} }}"
        );
        House::new().workflow("demo", &gate).orch("run demo").code(1).says(says);
    }
}

/// An agent that sorts, and a gate that tells what it found.
fn sorter(more: &str, script: &str) -> House {
    let gates = format!(
        "[[gate]]\nid = 'sort'\nexecutor = 'agent'\n{more}\n\
         answers = {{ kind = {{ type = 'choice', choices = ['bug', 'wish'] }} }}\n\
         [[gate]]\nid = 'act'\nexecutor = 'command'\nshell = 'echo \"$KIND\" > done'\n\
         env = {{ KIND = '{{{{ gates.sort.answers.kind }}}}' }}\n"
    );
    House::new().workflow("demo", &gates).agents("").script("sort", script)
}

#[test]
fn an_agent_answers_where_its_packet_says() {
    let house = sorter("", "echo '{\"kind\": \"bug\"}' > \"$ORCH_ANSWERS\"");
    house.orch("run demo").code(0);
    assert_eq!(house.read("done"), "bug\n");
    let packet = house.packet("sort", 1);
    assert!(
        packet.contains(
            "write the answers as {\"kind\": …} to the file named by the variable ORCH_ANSWERS"
        ),
        "{packet}"
    );
    let from = "answers_from = { file = '.fix/class.json', pointer = '/found' }";
    let house =
        sorter(from, "mkdir -p .fix; echo '{\"found\": {\"kind\": \"wish\"}}' > .fix/class.json");
    house.orch("run demo").code(0);
    assert_eq!(house.read("done"), "wish\n");
    let packet = house.packet("sort", 1);
    assert!(packet.contains("to `.fix/class.json`, at `/found`"), "{packet}");
}

#[test]
fn an_agent_that_answers_wrongly_fails_with_a_finding() {
    let from = "answers_from = { file = 'class.json', pointer = '/found' }";
    for (more, script, says) in [
        ("", "echo '{\"kind\": \"bgu\"}' > \"$ORCH_ANSWERS\"", "`bgu` is not one of bug, wish"),
        ("", "true", "no answers were written"),
        ("", "echo '[]' > \"$ORCH_ANSWERS\"", "the answers are not a table"),
        ("", "echo '{\"kind\": \"bug\", \"x\": 1}' > \"$ORCH_ANSWERS\"", "unknown answer `x`"),
        (from, "true", "class.json was not written in this attempt"),
        (from, "echo '{}' > class.json", "class.json has no value at `/found`"),
        (from, "rm class.json", "does not exist"),
    ] {
        let house = sorter(more, script).file("class.json", "{\"found\": {\"kind\": \"bug\"}}");
        house.orch("run demo").code(1).says(says).says("[answers]");
        assert_eq!(house.gates(), "sort FAIL, act NOT_STARTED");
    }
}

#[test]
fn a_check_says_which_answers_are_missing() {
    let house = House::new().workflow("demo", FORM);
    house.orch("run demo").code(3);
    let checked = house.orch("gate check").code(0);
    checked.says("gate ask would pass with answers to `version`, `go`; nothing was recorded");
    let json = house.orch("gate check --json").json();
    assert_eq!(json["data"]["unanswered"], serde_json::json!(["version", "go"]));
    house.orch("gate check").says("orch done --answer version=… --answer go=…");
}
