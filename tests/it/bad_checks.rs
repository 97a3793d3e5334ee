//! Checks that could never judge, or never fail: refused with file, line and caret before a run
//! begins; where a template makes them so, the gate fails and says why.

use crate::house::House;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo {} > x.json; echo x > x.md'\n\
    contract = 'c'\n";

/// A contract `c` with one check of an output, on its third line.
fn house(output: &str, check: &str) -> House {
    let inputs = "[inputs]\nn = { type = 'string', default = '-1' }\n";
    let contract = format!("[[output]]\npath = '{output}'\nchecks = [{{ {check} }}]\n");
    House::new().workflow("demo", &format!("{inputs}{GATE}")).contract("c", &contract)
}

#[track_caller]
fn refused(house: &House, place: &str, says: &str) {
    let told = format!("--> contracts/c.toml:{place}\n");
    house.orch("workflow check demo").code(2).says(&told).says(says).says("^");
    house.orch("run demo").code(2).says(&told);
    assert!(!house.has_runs());
}

#[test]
fn a_count_is_whole_and_not_below_zero() {
    for (check, place) in [
        ("kind = 'min_sources', min = -1", "4:41"),
        ("kind = 'min_sources', min = 1.5", "4:41"),
        ("kind = 'min_sources', min = '-1'", "4:41"),
        ("kind = 'min_sources', min = 'three'", "4:41"),
        ("kind = 'word_count', max = -1", "4:40"),
        ("kind = 'csv', min_rows = 0.5", "4:38"),
        ("kind = 'file_exists', min_bytes = -1", "4:47"),
        ("kind = 'url_reachable', sample = 2.5", "4:46"),
    ] {
        refused(&house("x.md", check), place, "expected a whole number of at least 0");
    }
    for (check, place, says) in [
        ("kind = 'csv', min_rows = 3, max_rows = 2", "4:38", "is above `max_rows`"),
        ("kind = 'file_exists', min_bytes = 3, max_bytes = 2", "4:47", "is above `max_bytes`"),
        ("kind = 'matches', regex = 'x', min = 3, max = 2", "4:50", "is above `max`"),
        (
            "kind = 'field', pointer = '', min = 9007199254740993, max = 9007199254740992",
            "4:49",
            "is above `max`",
        ),
    ] {
        refused(&house("x.md", check), place, says);
    }
    for check in ["kind = 'min_sources', min = '{{ n }}'", "kind = 'word_count', max = '{{ n }}'"] {
        let house = house("x.md", check);
        house.orch("workflow check demo").code(0);
        house.orch("run demo").code(2).says("expected a whole number of at least 0");
        house.orch("run demo --n 0.5").code(2).says("with these inputs: ");
        house.orch("run demo --n many").code(2).says("expected a whole number");
    }
}

#[test]
fn a_pattern_and_a_heading_are_sound() {
    for (check, says) in [
        ("kind = 'matches', regex = '('", "unclosed group"),
        ("kind = 'not_matches', regex = '('", "unclosed group"),
        ("kind = 'field', pointer = '', matches = '('", "unclosed group"),
        ("kind = 'front_matter', field = 'a', matches = '('", "unclosed group"),
        ("kind = 'contains_headings', headings = ['####### x']", "`####### x` is not a heading"),
        ("kind = 'field', pointer = '', min = 0.12345678901234567890", "write 0.12345678901234568"),
    ] {
        let house = house("x.md", check);
        house.orch("workflow check demo").code(2).says("--> contracts/c.toml:4:").says(says);
        house.orch("run demo").code(2);
    }
    for (check, says) in [
        ("kind = 'matches', regex = '{{ n }}'", "unclosed group"),
        ("kind = 'contains_headings', headings = '####### {{ n }}'", "is not a heading"),
    ] {
        house("x.md", check).orch("run demo --n (").code(2).says(says);
    }
}

#[test]
fn a_schema_is_there_and_sound() {
    let check = "kind = 'json_schema', schema = 's.json', severity = 'warning'";
    let house = house("x.json", check);
    refused(&house, "4:44", "s.json does not exist");
    for (schema, says) in [
        ("{", ":1: invalid JSON"),
        ("{\"type\": 3}", "invalid schema: /type: 3 is not allowed here"),
        ("{\"pattern\": \"(\"}", "invalid schema: "),
        ("{\"$ref\": \"other.json\"}", "invalid schema: "),
    ] {
        house.write("s.json", schema);
        refused(&house, "4:44", says);
    }
    house.write("s.json", "{\"type\": \"object\"}");
    house.orch("workflow check demo").code(0);
    house.orch("run demo").code(0);
}

#[test]
fn a_schema_may_be_made_or_named_later() {
    let named = house("x.json", "kind = 'json_schema', schema = '{{ n }}.json'");
    named.orch("workflow check demo").code(0);
    named.orch("run demo --n none").code(1).says("none.json does not exist");
    let made = "[[output]]\npath = 's.json'\n[[output]]\npath = 'x.json'\n\
        checks = [{ kind = 'json_schema', schema = 's.json' }]\n";
    let gate = GATE.replace("echo x > x.md", "echo {} > s.json");
    let house = House::new().workflow("demo", &gate).contract("c", made);
    house.orch("workflow check demo").code(0);
    house.orch("run demo").code(0);
}

#[test]
fn a_contract_is_not_tried_without_its_schema() {
    let fixture = "contracts/c.fixtures/bad";
    let house = house("x.json", "kind = 'json_schema', schema = 's.json'")
        .file(&format!("{fixture}/expect.toml"), "expect = 'fail'\n")
        .file(&format!("{fixture}/x.json"), "1");
    let done = house.orch("contract test c").code(2);
    done.says("--> contracts/c.toml:4:44").says("s.json does not exist").says("fixture bad");
    house.write(&format!("{fixture}/s.json"), "{\"type\": \"object\"}");
    house.orch("contract test c").code(0);
}

#[test]
fn numbers_of_any_size_are_told_apart() {
    let contract = "[[check]]\nkind = 'field'\npath = 'x.json'\npointer = '/n'\nmin = '{{ n }}'\n\
        [[check]]\nkind = 'field'\npath = 'x.json'\npointer = '/n'\nmax = '{{ n }}'\n";
    let gate = GATE.replace("'echo {} > x.json; echo x > x.md'", "'cp n.json x.json'");
    for kind in ["integer", "number", "string"] {
        let inputs = format!("[inputs]\nn = {{ type = '{kind}' }}\n");
        let house =
            House::new().workflow("demo", &format!("{inputs}{gate}")).contract("c", contract);
        house.write("n.json", "{\"n\": 9007199254740993}");
        house.orch("run demo --n 9007199254740993").code(0);
        house.orch("run demo --n 9007199254740992").code(1).says("at most 9007199254740992");
        house.orch("run demo --n 9007199254740994").code(1).says("at least 9007199254740994");
    }
}

#[test]
fn a_glob_that_names_no_file_of_the_project_is_refused() {
    for (glob, says) in [
        ("a[", "unclosed character class"),
        ("{a", "unclosed alternate group"),
        ("../x", "leaves the project"),
        ("a/../../*", "leaves the project"),
        ("/etc/*", "absolute"),
        ("orchestration/runs/**", "orchestration/runs"),
        ("{{ n }}/../../x", "leads outside the project, whatever its values"),
    ] {
        for (check, before) in [
            ("kind = 'file_count', min = 1, glob = ", ""),
            ("kind = 'unchanged', since = 'run', paths = ", ""),
            ("kind = 'unchanged', paths = ['a', ", "]"),
            ("kind = 'committed', paths = ", ""),
            ("kind = 'only_changes', paths = ", ""),
        ] {
            let house = house("x.md", &format!("{check}'{glob}'{before}"));
            let column = "checks = [{ ".len() + 1 + check.len();
            refused(&house, &format!("4:{column}"), says);
        }
        let output = format!("[[output]]\nglob = '{glob}'\n");
        refused(&house("x.md", "").contract("c", &output), "3:8", says);
    }
    let fine = house("x.md", "kind = 'file_count', min = 1, glob = './{{ n }}/[a-z]*.{md,txt}'");
    fine.orch("workflow check demo").code(0);
}
