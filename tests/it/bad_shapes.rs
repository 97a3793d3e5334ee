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
        (&with, output.as_str(), "contracts/c.toml:4:10", "write checks = [{ kind"),
        (&with, single.as_str(), "contracts/c.toml:4:1", "write checks = [{ kind"),
        (&with, "[output]\npath = 'x'\n", "contracts/c.toml:2:1", "write [[output]]"),
        (&with, "[check]\nkind = 'x'\n", "contracts/c.toml:2:1", "write [[check]]"),
        (&with, "[[checks]]\nkind = 'x'\n", "contracts/c.toml:2:3", "did you mean [[check]]?"),
        (
            &with,
            "[[output]]\npath = 'x'\nchecks = ['word_count']\n",
            "contracts/c.toml:4:11",
            "write { kind = \"word_count\" }",
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
        ("retry = 3", "6:9", "write retry = { attempts = 3 }"),
        ("audits = 'a'", "6:10", "write the gate whose work"),
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

#[test]
fn keys_of_other_tools_are_told() {
    for (said, meant) in [
        ("if = 'x'", "`when`"),
        ("condition = 'x'", "`when`"),
        ("cmd = 'x'", "`command` or `shell`"),
        ("run = 'x'", "`command` or `shell`"),
        ("script = 'x'", "`shell` or `command`"),
        ("depends_on = ['x']", "`needs`"),
        ("depends-on = ['x']", "`needs`"),
        ("after = 'x'", "`needs`"),
        ("matrix = ['x']", "[each]"),
        ("retries = 3", "`retry`"),
    ] {
        let says = format!("did you mean {meant}?");
        told(&format!("{GATE}{said}\n"), "", "workflows/demo.toml:6:1", &says);
    }
    let inputs = format!("[inputs]\nx = {{ type = 'choice', options = ['a'] }}\n{GATE}");
    told(&inputs, "", "workflows/demo.toml:4:24", "did you mean `choices`?");
    let check = "[[check]]\nkind = 'matches'\npath = 'x'\npattern = 'x'\n";
    let with = format!("{GATE}contract = 'c'\n");
    told(&with, check, "contracts/c.toml:5:1", "did you mean `regex`?");
}

#[test]
fn values_of_other_tools_are_told() {
    for (more, place, says) in [
        ("timeout = 60", "6:11", "write \"60s\" for seconds"),
        ("timeout = '60'", "6:11", "write 60s"),
        ("retry = { attempts = 2, delay = 1.5 }", "6:33", "write \"1.5s\" for seconds"),
        ("approval = true", "6:12", "write approval = \"person\""),
        ("on_fail = false", "6:11", "write on_fail = \"stop\" or \"continue\""),
        ("command = 'ls -l'", "6:11", "write [\"ls\", \"-l\"]"),
        ("each = '{{ [1] }}'", "6:8", "write each = { in = '{{ [1] }}', as = … }"),
        ("each = ['a']", "6:8", "write each = { in = \"{{ ['a', 'b'] }}\", as"),
        ("each = { in = '{{ [1] }}' }", "6:8", "write as = \"item\""),
        ("when = '{{ depth'", "6:12", "write {{ … }}"),
        ("when = '{{ depth }'", "6:18", "write {{ … }}"),
        ("when = '{% if depth }x'", "6:21", "write {% … %}"),
        ("contract = 'c.toml'", "6:12", "write \"c\""),
        ("contract = 'contracts/c'", "6:12", "write \"c\""),
        ("contract = './contracts/c.toml'", "6:12", "write \"c\""),
        ("name = “x”", "6:8", "write straight quotes"),
        ("name = ‘x’", "6:8", "write straight quotes"),
        ("when = \"\\d\"", "6:10", "write '\\d' in single quotes"),
    ] {
        told(&format!("{GATE}{more}\n"), "", &format!("workflows/demo.toml:{place}"), says);
    }
    let with = format!("{GATE}contract = 'c'\n");
    let regex = "[[check]]\nkind = 'matches'\npath = 'x'\nregex = \"a \\d+\\.\"\n";
    told(&with, regex, "contracts/c.toml:5:13", "write 'a \\d+\\.' in single quotes");
    let pointer = "[[check]]\nkind = 'field'\npath = 'x.json'\npointer = 'a.b'\nequals = 1\n";
    told(&with, pointer, "contracts/c.toml:5:11", "write pointer = \"/a/b\"");
}
