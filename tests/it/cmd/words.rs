//! What is said: each thing once, by its own name, and in the one shape of `--json`.

use crate::house::House;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";

#[test]
fn a_gate_of_a_run_that_is_over_is_not_offered() {
    let house = House::new().workflow("demo", GATE);
    house.orch("run demo").code(0);
    house.orch("gate finish").code(2).says("help: orch run show\n").never_says("--gate a");
}

#[test]
fn a_warning_is_told_from_an_error() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'out'\n")
        .contract(
            "out",
            "[[output]]
             path = 'o.txt'
             checks = [
               { kind = 'word_count', min = 9, severity = 'warning' },
               { kind = 'not_contains', text = 'TBD' },
             ]",
        )
        .file("o.txt", "TBD\n");
    house.orch("run demo").code(3);
    house.orch("gate check").code(1).says("warning: o.txt").says("error: o.txt:1");
}

#[test]
fn a_number_that_is_none_is_told_as_typed() {
    let house =
        House::new().workflow("demo", &format!("[inputs]\nn = {{ type = 'number' }}\n{GATE}"));
    for typed in ["inf", "NaN", "1e999"] {
        house
            .orch(&format!("run demo --n {typed}"))
            .code(2)
            .says(&format!("`{typed}` is not a number"));
    }
}

#[test]
fn what_was_found_wrong_is_an_error_in_json_too() {
    let house = House::new().workflow("bad", "foo = 1\n").workflow("demo", GATE);
    let check = house.orch("workflow check bad --json").code(2).json();
    assert_eq!((&check["success"], &check["error"]["code"]), (&false.into(), &"unsound".into()));
    assert_eq!(check["error"]["place"]["line"], 3);
    house.orch("run demo").code(0);
    let record = house.run_folder().join("record/gates/a/attempt-1.json");
    std::fs::write(&record, "{}").unwrap();
    let verify = house.orch("verify --json").code(6).json();
    assert_eq!(verify["error"]["code"], "different", "{verify}");
    assert!(verify["error"]["message"].as_str().unwrap().contains("attempt-1.json"), "{verify}");
    let script = house.orch("completions bash --json").code(0).json();
    assert!(script["data"]["script"].as_str().unwrap().contains("complete"));
}

#[test]
fn an_audit_in_the_session_of_its_producer_names_the_session() {
    let house = House::new()
        .agents("[agents.one]\nuse = 'claude'\n[agents.two]\nuse = 'claude'\n")
        .workflow(
            "demo",
            "[[gate]]\nid = 'work'\nexecutor = 'agent'\nagent = 'one'\n
             [[gate]]\nid = 'audit'\nexecutor = 'agent'\nagent = 'two'\naudits = { gate = 'work', same_program = true }\n",
        )
        .script("work", "# session: same")
        .script("audit", "# session: same");
    let done = house.orch("run demo").code(1);
    done.says("(expected a different session, found same)");
}

#[test]
fn where_all_runs_are_over_the_newest_is_meant() {
    let house = House::new().workflow("demo", &GATE.replace("'true'", "'false'"));
    house.orch("run demo").code(1);
    house.orch("run demo").code(1);
    let newest = house.run_id();
    house.orch("status").code(0).says(&format!("{newest} demo FAILED\n"));
}

#[test]
fn a_name_that_is_wrong_is_answered_with_another_gate_and_a_path_as_a_path() {
    let two = format!("{GATE}needs = ['b']\n{}", GATE.replace("'a'", "'bb'"));
    let house = House::new().workflow("demo", &two);
    house.orch("workflow check demo").code(2).says("did you mean `bb`?");
    let house = House::new().workflow("demo", &format!("{GATE}prompt = '/etc/passwd'\n"));
    house.orch("workflow check demo").code(2).says("is absolute").says(":7:10");
    let house = House::new().workflow("demo", &format!("{GATE}contract = 'out'\n")).contract(
        "out",
        "[[output]]\npath = 'a'\nchecks = [{ kind = 'word_count', min = 1, severity = 'info' }]\n",
    );
    house.orch("workflow check demo").code(2).says("`error` or `warning`");
}

#[test]
fn a_graph_in_words_shows_approvals_conditions_and_lists() {
    let rest = format!(
        "[inputs]\nparts = {{ type = 'list' }}\ndeep = {{ type = 'bool' }}\n{GATE}approval = 'person'\n{}\
         when = '{{{{ deep }}}}'\neach = {{ in = '{{{{ parts }}}}', as = 'part' }}\n",
        GATE.replace("'a'", "'b'")
    );
    let house = House::new().workflow("demo", &rest);
    let done = house.orch("workflow graph demo").code(0);
    done.says("approved by a person").says("when {{ deep }}").says("for each part of {{ parts }}");
}
