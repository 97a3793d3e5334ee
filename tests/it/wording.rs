//! The words of errors and findings: each says a thing once, in the words of the
//! languages that people write, and points at what they wrote.

use crate::house::Done;
use crate::house::House;
use std::fmt::Write as _;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";

#[test]
fn a_finding_names_its_path_once() {
    let contract = "[[output]]\npath = 'one.txt'\n[[output]]\npath = 'link.txt'\n\
        checks = [{ kind = 'contains_text', all = ['x'] }]\n";
    let house =
        House::new().workflow("demo", &format!("{GATE}contract = 'c'\n")).contract("c", contract);
    std::os::unix::fs::symlink("/etc/passwd", house.project().join("link.txt")).unwrap();
    let done = house.orch("run demo").code(1);
    let done = done.says("one.txt does not exist [file_exists]").says("link.txt is a symbolic");
    done.never_says("one.txt: one.txt").never_says("link.txt: link.txt");
}

#[test]
fn types_are_told_in_the_words_of_the_languages() {
    let house = House::new();
    for (rest, says) in [
        (format!("{GATE}retry = {{ attempts = 'x' }}"), "expected a whole number of at least 0"),
        (format!("{GATE}retry = {{ attempts = 1, backoff = 'x' }}"), "expected a number"),
        (format!("{GATE}retry = 3"), "expected a table, found integer `3`"),
        (format!("{GATE}needs = 'a'"), "expected a list"),
        (format!("{GATE}env = 3"), "expected a table"),
        (format!("{GATE}reuse = 'x'"), "expected true or false"),
        (format!("{GATE}timeout = ['x']"), "expected a string, found a list"),
        (format!("{GATE}join = 'dne'"), "help: did you mean `done`?"),
        (
            format!("{GATE}join = 'some'"),
            "unknown value `some`, expected one of `all`, `any`, `done`",
        ),
    ] {
        house.write("workflows/demo.toml", format!("name = 'demo'\nversion = '1'\n{rest}\n"));
        house.orch("workflow check demo").code(2).says(says).says("--> workflows/demo.toml:");
    }
    for (text, says) in [
        ("[limits]\ntext_bytes = -1\n", "expected a whole number of at least 1"),
        ("[agents.x]\ncommand = ['x']\noutput = 3\n", "expected a table"),
        ("[agents.x]\ninterrupted = ['x']\n", "expected a whole number"),
    ] {
        let house = House::new().workflow("demo", GATE).file("orch.toml", text);
        house.orch("workflow check").code(2).says(says).says("--> orch.toml:");
    }
}

#[test]
fn a_path_is_no_workflow_name() {
    let house = House::new().workflow("demo", GATE).file("h.toml", GATE);
    for words in [
        "run ../h",
        "run start --workflow ../h",
        "rehearse ../h",
        "workflow show ../h",
        "workflow check ../h",
        "workflow graph ../h",
        "workflow show a/../h",
        "workflow show a/b",
    ] {
        let done = house.orch(words).code(2).says("is not a valid workflow name").says("help: ");
        done.never_says("workflows/");
    }
    house.orch("run dmo").code(2).says("workflow `dmo` not found").says("did you mean `demo`?");
    house.orch("contract test ../x").code(2).says("`../x` is not a valid contract name");
}

#[test]
fn a_circle_of_defaults_is_told_at_its_defaults() {
    let circle = |a: &str, b: &str| {
        format!(
            "a = {{ type = 'string', default = '{a}' }}\nb = {{ type = 'string', default = '{b}' }}\n"
        )
    };
    let house = House::new().workflow(
        "demo",
        &format!(
            "[inputs]\nc = {{ type = 'string', default = '{{{{ b }}}}' }}\n{}{GATE}",
            circle("{{ b }}", "x{{ a }}")
        ),
    );
    at(&house.orch("run demo").code(2), "workflows/demo.toml:5:34", "'{{ b }}'", "in a cycle");
    let form = "[[gate]]\nid = 'a'\nexecutor = 'human'\n[gate.answers]\n";
    let house = House::new().workflow("demo", &format!("{form}{}", circle("{{ a }}", "x")));
    at(
        &house.orch("workflow check demo").code(2),
        "workflows/demo.toml:7:34",
        "'{{ a }}'",
        "refers to itself",
    );
}

/// Demands the place with its caret, and the words.
#[track_caller]
fn at(done: &Done, place: &str, meant: &str, says: &str) {
    let caret = format!(" {}\n", "^".repeat(meant.chars().count()));
    let is_told = [&format!("--> {place}\n"), meant, &caret, says]
        .iter()
        .all(|part| done.stderr.contains(*part));
    assert!(is_told, "{}", done.shown());
}

#[test]
fn the_inputs_come_first_in_the_help_of_a_workflow() {
    let house = House::new().workflow(
        "demo",
        &format!("[inputs]\nslug = {{ type = 'slug', help = 'About what' }}\n{GATE}"),
    );
    for words in ["run demo --help", "run start --workflow demo --help", "rehearse demo --help"] {
        let done = house.orch(words).code(0);
        let at = |word: &str| done.stdout.find(word).unwrap_or_else(|| panic!("{}", done.shown()));
        assert!(at("\nInputs:") < at("\nOptions:"), "{}", done.shown());
        assert!(at("--json") > at("\nOptions:") && at("--help") > at("\nOptions:"));
    }
    house.orch("run demo -h").code(0).says("Inputs:");
}

#[test]
fn of_many_names_the_nearest_few_are_told() {
    let mut gates = String::new();
    let mut house = House::new();
    for number in 10..40 {
        let _ = writeln!(
            gates,
            "{}contract = 'draft-{number}'",
            GATE.replace("'a'", &format!("'g{number}'"))
        );
        house = house
            .leaves(&format!("draft-{number}"), "x.md")
            .workflow(&format!("plan-{number}"), GATE);
    }
    let house =
        house.workflow("demo", &gates).workflow("bad", &format!("{GATE}contract = 'elsewhere'\n"));
    let few = |words: &str, more: &str| {
        let done = house.orch(words).code(2).says("known: ").says(more);
        let known = done.stderr.lines().find(|line| line.contains("known: ")).unwrap().to_owned();
        assert_eq!(known.matches(", ").count(), 7, "{known}");
    };
    few("workflow show something-else", "more: orch workflow list)");
    few("workflow check bad", "more: orch workflow show NAME shows those of a workflow)");
    few("run demo --until elsewhere", "(22 more)");
}
