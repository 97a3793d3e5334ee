//! Common slips of those who write workflows by hand: brackets, quotes, words of other
//! languages. The error says what to write.

use crate::house::House;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'human'\n";

/// What `workflow check` says of a workflow (from its third line on) with contract `c` (from its second).
#[track_caller]
fn told(workflow: &str, contract: &str, place: &str, says: &str) {
    let house = House::new().workflow("demo", workflow).contract("c", contract);
    let done = house.orch("workflow check demo").code(2).says(says);
    let done = done.says(&format!("--> {place}\n")).says("^");
    assert!(!done.stderr.contains("toml_private"), "{}", done.shown());
    house.orch("run demo").code(2);
    assert!(!house.has_runs());
}

#[test]
fn brackets_are_told() {
    let one = GATE.replace("[[gate]]", "[gate]");
    let with = format!("{GATE}contract = 'c'\n");
    let check = "kind = 'word_count'\nmin = 1\n";
    let output = format!("[[output]]\npath = 'x'\n[[output.check]]\n{check}");
    let single = output.replace("[[output.check]]", "[output.checks]");
    for (workflow, contract, place, says) in [
        (&one, "", "workflows/demo.toml:3:1", "write [[gate]]"),
        (&GATE.replace("gate", "gates"), "", "workflows/demo.toml:3:3", "did you mean [[gate]]?"),
        (
            &format!("[[input]]\nname = 'x'\n{GATE}"),
            "",
            "workflows/demo.toml:3:3",
            "did you mean [inputs.NAME]?",
        ),
        (&format!("[[inputs]]\nx = 1\n{GATE}"), "", "workflows/demo.toml:3:1", "write [inputs]"),
        (
            &format!("{GATE}[[gate.env]]\nA = 'x'\n"),
            "",
            "workflows/demo.toml:6:1",
            "write [gate.env]",
        ),
        (
            &format!("{GATE}[[gate.check]]\n{check}"),
            "",
            "workflows/demo.toml:6:8",
            "[[check]] in contracts/",
        ),
        (
            &format!("{GATE}[[check]]\n{check}"),
            "",
            "workflows/demo.toml:6:3",
            "[[check]] in contracts/",
        ),
        (&with, output.as_str(), "contracts/c.toml:4:10", "did you mean `checks`?"),
        (&with, single.as_str(), "contracts/c.toml:4:1", "write checks = [{ kind"),
        (&with, "[output]\npath = 'x'\n", "contracts/c.toml:2:1", "write [[output]]"),
        (&with, "[check]\nkind = 'x'\n", "contracts/c.toml:2:1", "write [[check]]"),
        (&with, "[[checks]]\nkind = 'x'\n", "contracts/c.toml:2:3", "did you mean [[check]]?"),
        (
            &with,
            "[[output]]\npath = 'x'\nchecks = ['word_count']\n",
            "contracts/c.toml:4:11",
            "write { kind = \"…\" }",
        ),
    ] {
        told(workflow, contract, place, says);
    }
}

#[test]
fn quotes_are_told() {
    for (more, place, says) in [
        ("name = 2026-01-01", "6:8", "write \"2026-01-01\", in quotes"),
        ("timeout = 07:32:00", "6:11", "write \"07:32:00\", in quotes"),
        ("name = 1.10", "6:8", "write \"1.10\", in quotes"),
        ("name = true", "6:8", "write \"true\", in quotes"),
        ("name = ['x']", "6:8", "write 'x', without brackets"),
        ("name = { x = 1 }", "6:8", "write name = \"…\""),
        ("with = { day = [2026-01-01] }", "6:17", "write \"2026-01-01\", in quotes"),
        ("env = { A = 1 }", "6:13", "write \"1\", in quotes"),
        ("needs = 'x'", "6:9", "write ['x']"),
        ("reuse = 'true'", "6:9", "write true, without quotes"),
        ("retry = { attempts = '3' }", "6:22", "write 3, without quotes"),
        ("retry = 3", "6:9", "write retry = { attempts = … }"),
        ("audits = 'a'", "6:10", "name another gate"),
    ] {
        told(&format!("{GATE}{more}\n"), "", &format!("workflows/demo.toml:{place}"), says);
    }
    let contract = "[[check]]\nkind = 'word_count'\npath = 3\nmin = 1\n";
    told(
        &format!("{GATE}contract = 'c'\n"),
        contract,
        "contracts/c.toml:4:8",
        "write \"3\", in quotes",
    );
}

#[test]
fn types_of_other_languages_are_told() {
    for (said, meant) in [
        ("int", "integer"),
        ("INT", "integer"),
        ("str", "string"),
        ("text", "string"),
        ("boolean", "bool"),
        ("float", "number"),
        ("array", "list"),
        ("enum", "choice"),
    ] {
        let workflow = format!("[inputs]\nx = {{ type = '{said}' }}\n{GATE}");
        let says = format!("did you mean `{meant}`?");
        told(&workflow, "", "workflows/demo.toml:4:14", &says);
    }
    told(
        &format!("[inputs]\nx = 'string'\n{GATE}"),
        "",
        "workflows/demo.toml:4:5",
        "write x = { type",
    );
}
