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
        (format!("{GATE}join = 'some'"), "help: write \"all\", \"any\", \"done\" or { passed"),
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

/// Words of our own where the field has better ones, as no text may use that people read.
const SHUNNED: [(&str, &str); 12] = [
    (r"\bbehind (?:it|the|a|an|this|them|`)", "after"),
    (r"\bmend(?:s|ed|ing)?\b", "fix"),
    (r"(?i)\bwhoever\b", "anyone who, the person who"),
    (r"(?i)\bsittings?\b", "session"),
    (r"\banew\b", "again, or a word with re-"),
    (r"\bopen(?:s|ed)? again\b", "reopen"),
    (r"\bgo(?:es)? on\b", "continue"),
    (r"\bt(?:ake|akes|aken|ook) up\b", "resume"),
    (r"\bfares?\b", "the status of"),
    (r"\bruns? that (?:is|are) over\b", "a finished run"),
    (r"\bneeds? somebody\b", "needs attention"),
    (r"\bwrong number of\b", "the number, and the one that was expected"),
];

#[test]
fn what_people_read_uses_the_terms_of_the_field() {
    let shunned = SHUNNED.map(|(word, better)| (regex::Regex::new(word).unwrap(), better));
    let mut found = Vec::new();
    for (path, text) in read_by_people() {
        for (word, better) in &shunned {
            for hit in word.find_iter(&text) {
                let begin = text.floor_char_boundary(hit.start().saturating_sub(40));
                let end = text.ceil_char_boundary(hit.end() + 40);
                let around = text[begin..end].replace('\n', " ");
                found.push(format!("{path}: {around}\n  write: {better}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The pages, the texts that come with the program, and every text in its code but those of tests.
fn read_by_people() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    for file in ["README.md", "reference.md", "SECURITY.md", "CHANGELOG.md"] {
        texts.push((file.to_owned(), std::fs::read_to_string(root.join(file)).unwrap()));
    }
    let mut open = ["docs/src", "prompts", "workflows", "contracts", "src/ops/init"]
        .map(|folder| root.join(folder))
        .to_vec();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_text = path.extension().is_some_and(|ending| ending == "md" || ending == "toml");
            if path.is_dir() && path.extension().is_none() {
                open.push(path);
            } else if is_text {
                texts.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let literal = regex::Regex::new(concat!(
        r##"//[^\n]*|r#+"(?s:.*?)"#+|'(?:[^'\\]|\\.)'|"##,
        r#"(?P<reason>reason = )?"(?P<text>(?:[^"\\]|\\(?s:.))*)""#
    ))
    .unwrap();
    for (path, text) in crate::tidy::sources("src") {
        let of_tests = ["tests", "testing", "golden"];
        if path.iter().any(|part| of_tests.iter().any(|it| part.to_string_lossy().starts_with(it)))
        {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for literal in literal.captures_iter(code) {
            if let (None, Some(text)) = (literal.name("reason"), literal.name("text")) {
                texts.push((path.display().to_string(), text.as_str().replace("\\\n", " ")));
            }
        }
    }
    texts
}
