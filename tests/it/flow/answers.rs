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
    house.orch("run demo --ci --answers inf.toml").code(2).says("inf.toml:2: `inf` is no finite");
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
