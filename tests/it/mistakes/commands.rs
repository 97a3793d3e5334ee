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
    error: unexpected argument 'snow' found
      tip: inputs are given by name; write '--slug snow'

    error: input `slug`: `Snow!` is not a slug: use a-z, 0-9, `.`, `_` and `-`, starting with a letter or digit
    help: write snow

    error: input `depth`: `Deep` is not one of quick, deep
    help: did you mean `deep`?

    error: invalid value 'many' for '--jobs <N>': expected a whole number
    For more information, try '--help'.

    error: `yesterday` is neither a duration nor a time
    help: write 2h, 1d, 2026-01-31 or 2026-01-31T09:00:00Z

    error: invalid value 'ckpt-1' for '<N>': expected a whole number
    For more information, try '--help'.

    error: invalid value 'free' for '--cost <USD>': expected a number, such as 2.5
    For more information, try '--help'.
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
