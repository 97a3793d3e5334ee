//! Mistakes at the command line: each is refused with the line to type.

use super::workflow;
use crate::house::House;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";

fn with_inputs() -> House {
    workflow(&format!(
        "[inputs]
         slug = {{ type = 'slug', help = 'Essay slug' }}
         depth = {{ type = 'choice', choices = ['quick', 'deep'], default = 'quick' }}
         topic = {{ type = 'string' }}
         {GATE}"
    ))
}

#[test]
fn a_missing_input_is_told_with_the_whole_command() {
    let house = with_inputs();
    let help = |command: &str| {
        let done = house.orch(command).code(2);
        done.stderr.lines().find(|line| line.starts_with("help: ")).unwrap().to_owned()
    };
    let helps = [
        help("run demo"),
        help("run demo --topic x --depth deep"),
        help("run start --workflow demo --slug y"),
        help("session start --epic e --workflow demo --input topic=x"),
    ];
    insta::assert_snapshot!(helps.join("\n"), @"
    help: orch run demo --slug … --topic …  (slug: Essay slug)
    help: orch run demo --slug … --depth deep --topic x  (slug: Essay slug)
    help: orch run start --workflow demo --slug y --topic …
    help: orch session start --epic e --workflow demo --input slug=… --input topic=x  (slug: Essay slug)
    ");
}

#[test]
fn a_value_is_told_with_the_right_one() {
    let house = with_inputs();
    let said = |command: &str| {
        let done = house.orch(command).code(2);
        done.stderr.lines().filter(|line| !line.is_empty()).take(2).collect::<Vec<_>>().join("\n")
    };
    let told = [
        said("run demo snow"),
        said("run demo --slug Snow!"),
        said("run demo --slug x --topic y --depth Deep"),
        said("run demo --jobs many"),
        said("run list --since yesterday"),
        said("checkpoint restore ckpt-1"),
        said("invocation record --cost free"),
    ];
    insta::assert_snapshot!(told.join("\n\n"), @"
    error: unexpected argument `snow`
    help: inputs are given by name; write --slug snow

    error: input `slug`: `Snow!` is not a slug: use a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit
    help: write snow

    error: input `depth`: `Deep` is not one of quick, deep
    help: did you mean `deep`?

    error: invalid value `many` for `--jobs <N>`
    help: write a whole number, such as 3

    error: `yesterday` is neither a duration nor a time
    help: write 2h, 1d, 2026-01-31 or 2026-01-31T09:00:00Z

    error: invalid value `ckpt-1` for `<N>`
    help: write a whole number, such as 3

    error: invalid value `free` for `--cost <USD>`
    help: write a number, such as 2.5
    ");
}

#[test]
fn an_empty_reason_is_refused_everywhere() {
    let house = workflow(GATE);
    house.orch("run demo").code(3);
    let before = house.record();
    for command in [
        "gate fail --reason",
        "gate reject --gate a --reason",
        "gate waive --reason",
        "gate redo --gate a --reason",
        "run cancel --reason",
        "run complete --reason",
        "run pause --reason",
        "run amend --reason",
        "session pause --reason",
        "session complete --force",
        "checkpoint create --reason",
    ] {
        let (words, flag) = command.rsplit_once(' ').unwrap();
        for reason in ["", " \t"] {
            let words: Vec<&str> = command.split(' ').chain([reason]).collect();
            let done = house.orch_with(&words).code(2);
            let name = flag.trim_start_matches('-');
            done.says(&format!("error: `{name}` is empty"));
        }
        let done = house.orch_with(&command.split(' ').chain([""]).collect::<Vec<_>>());
        done.says(&format!("help: orch {words} {flag} \"…\"\n"));
    }
    assert_eq!(house.record(), before);
}

#[test]
fn an_approval_that_nobody_waits_for_says_what_is_waited_for() {
    let house = workflow("[[gate]]\nid = 'a'\nexecutor = 'agent'\n");
    house.orch("run demo --agent none").code(3);
    house.orch("gate approve").code(2).says(
        "error: gate a is waiting for an agent, not for approval\n\
         help: only finished work can be approved; hand it in first\n",
    );
}

#[test]
fn no_error_of_the_system_shows_its_number() {
    let house = workflow("[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['./run.sh']\n");
    house.write("run.sh", "echo");
    house.orch("run demo").code(1).never_says("os error");
    house.write("a/b", "x");
    house.orch("run demo --answers a/b/c.toml").code(2).never_says("os error");
    house.orch("--project nowhere ls").never_says("os error").says("nowhere");
    house.orch("completions bash --folder a/b").never_says("os error");
    house.orch("man a/b").never_says("os error");
}

/// What is said of command lines.
fn refused(words: &[&str]) -> String {
    let house = with_inputs();
    let told = words.iter().map(|words| {
        let said = house.orch(words).code(2).stderr;
        format!("$ orch {words}\n{said}")
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn commands_and_flags_that_are_none_are_told_with_what_was_meant() {
    let words = [
        "demo",
        "stauts",
        "exprot",
        "gate aprove",
        "run --slug x demo",
        "run --slug=x",
        "status --nope",
        "status --jsn",
        "use",
    ];
    insta::assert_snapshot!(refused(&words), @"
    $ orch demo
    error: unknown command `demo`
    help: to run the workflow, write: orch run demo

    $ orch stauts
    error: unknown command `stauts`
    help: did you mean `orch status`?

    $ orch exprot
    error: unknown command `exprot`
    help: did you mean `orch export`?

    $ orch gate aprove
    error: unknown command `aprove`
    help: did you mean `orch gate approve`?

    $ orch run --slug x demo
    error: unexpected argument `--slug`
    help: flags follow the name of the workflow: orch run demo --slug x

    $ orch run --slug=x
    error: unexpected argument `--slug`
    help: flags follow the name of the workflow: orch run WORKFLOW --slug=x

    $ orch status --nope
    error: unexpected argument `--nope`
    help: orch status --help

    $ orch status --jsn
    error: unexpected argument `--jsn`
    help: orch status --help

    $ orch use
    error: missing `<RUN>`
    help: orch use <RUN>
    ");
}

#[test]
fn values_of_flags_are_told_with_what_to_type() {
    let words = [
        "run demo --jobs 0",
        "run demo --slug",
        "run demo --slug x --nope",
        "completions tcsh",
        "note",
        "checkpoint diff 1 2 3",
        "--project",
        "run demo slug=x",
        "run demo topic=x",
    ];
    insta::assert_snapshot!(refused(&words), @"
    $ orch run demo --jobs 0
    error: invalid value `0` for `--jobs <N>`
    help: write a number from 1 to 65535

    $ orch run demo --slug
    error: missing value for `--slug <SLUG>`
    help: orch run demo --help

    $ orch run demo --slug x --nope
    error: unexpected argument `--nope`
    help: orch run demo --help

    $ orch completions tcsh
    error: invalid value `tcsh` for `<SHELL>`
    help: possible values: bash, elvish, fish, powershell, zsh

    $ orch note
    error: missing `<TEXT>...`
    help: orch note <TEXT>...

    $ orch checkpoint diff 1 2 3
    error: unexpected argument `3`
    help: to name the run, write --run 3

    $ orch --project
    error: missing value for `--project <FOLDER>`
    help: orch --help

    $ orch run demo slug=x
    error: unexpected argument `slug=x`
    help: inputs are given by name; write --slug x

    $ orch run demo topic=x
    error: unexpected argument `topic=x`
    help: inputs are given by name; write --topic x
    ");
}

#[test]
fn a_command_line_is_told_in_json_too() {
    let house = with_inputs();
    let error = &house.orch("--json use").code(2).json()["error"];
    insta::assert_snapshot!(error.to_string(), @r#"{"code":"usage","message":"missing `<RUN>`","causes":[],"help":"orch use <RUN>","place":null}"#);
    house.orch("--json gate").code(2).says("missing command");
    house.orch("gate").code(2).says("Usage: orch gate");
}

#[test]
fn all_wrong_inputs_are_told_at_once_with_what_to_type() {
    let house = House::new().workflow(
        "demo",
        "[inputs]\nslug = { type = 'slug' }\nfile = { type = 'file', optional = true }\n\
         n = { type = 'integer', optional = true }\nb = { type = 'bool', optional = true }\n\
         [[gate]]\nid = 'a'\nexecutor = 'human'\nanswers = { v = { type = 'integer' } }\n",
    );
    let words = ["run", "demo", "--slug", "", "--file", "../x", "--n", "99999999999999999999"];
    insta::assert_snapshot!(house.orch_with(&words).code(2).stderr, @r#"
    error: input `slug`: it is empty
    help: write letters or digits, such as my-item
    error: input `file`: path "../x" leaves the project
    help: paths are relative to the project's root, such as docs/a.md, and stay inside it
    error: input `n`: `99999999999999999999` is out of range
    help: write a number from -9223372036854775808 to 9223372036854775807
    "#);
    let words = "--json run demo --slug Snow! --n many --b maybe";
    let error = &house.orch(words).code(2).json()["error"];
    assert_eq!(error["help"], "write snow");
    assert_eq!(error["others"].as_array().map(Vec::len), Some(2));
    house.orch("run demo --slug x").code(3);
    insta::assert_snapshot!(house.orch("done --answer v=many").code(2).stderr, @"
    error: answer `v`: `many` is not a whole number
    help: write a whole number, such as 3

    next:
      Do the work of gate a as described in orchestration/runs/run_20260119T143212Z_demo_0001jl/logs/gates/a/prompt.txt.
      $ orch gate check
      $ orch done --answer v=…
    ");
}

#[test]
fn a_number_out_of_its_range_says_the_range() {
    let house = House::new();
    house.orch("serve --port 99999").code(2).says("help: write a number from 0 to 65535\n");
    house.orch("run hello --jobs 0").code(2).says("help: write a number from 1 to 65535\n");
}
