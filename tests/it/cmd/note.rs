//! `update`, `note`, `log`, `decide`: what is said about the work, without an id.

use crate::house::House;
use crate::house::wait_until;

fn house() -> House {
    House::new().workflow(
        "demo",
        "key = '{{ slug }}'
         [inputs]
         slug = { type = 'slug' }
         [[gate]]
         id = 'one'
         executor = 'human'
         [[gate]]
         id = 'two'
         executor = 'human'",
    )
}

/// Kind, gate and text of every note in the journal.
fn notes(house: &House) -> Vec<String> {
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    let lines =
        journal.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let said = lines.filter(|line| line["type"] == "NOTED").map(|line| line["data"].clone());
    said.map(|note| format!("{} {} {}", note["kind"], note["gate"], note["text"])).collect()
}

#[test]
fn words_go_to_the_run_and_gate_at_hand() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    insta::assert_snapshot!(house.orch("update half done").code(0).shown(), @"
    exit 0
    -- stdout
    update on run_20260119T143012Z_x_000001, gate one
    -- stderr
    ");
    house.orch("note the cache is cold").code(0);
    house.orch("log ran the tests --gate two").code(0);
    let json = house.orch("decide --json tera, since it knows its names").code(0).json();
    assert_eq!(json["data"]["kind"], "decision");
    assert_eq!(json["instructions"]["suggested_commands"][0], "orch gate check");
    assert_eq!(
        notes(&house),
        [
            r#""update" "one" "half done""#,
            r#""note" "one" "the cache is cold""#,
            r#""log" "two" "ran the tests""#,
            r#""decision" "one" "tera, since it knows its names""#,
        ]
    );
    house.orch("verify").code(0);
}

#[test]
fn what_was_said_is_listed_oldest_first() {
    let house = house();
    house.orch("log").code(2).says("there are no runs");
    house.orch("run demo --slug x").code(3);
    let done = house.orch("log").code(0);
    assert_eq!(done.stderr, format!("nothing recorded for run {}\n", house.run_id()));
    assert_eq!(house.orch("log --json").code(0).json()["data"]["entries"], serde_json::json!([]));
    house.orch("update half done").code(0);
    house.orch("decide tera --gate two").code(0);
    house.orch("log ran the tests").code(0);
    insta::assert_snapshot!(house.orch("log").code(0).shown(), @"
    exit 0
    -- stdout
    2026-01-19T14:34:13.000Z  update    one  Ada <ada@example.org>  half done
    2026-01-19T14:35:13.000Z  decision  two  Ada <ada@example.org>  tera
    2026-01-19T14:36:13.000Z  log       one  Ada <ada@example.org>  ran the tests
    -- stderr
    ");
    let two = house.orch("log --gate two --json").code(0).json();
    assert_eq!(two["data"]["entries"].as_array().unwrap().len(), 1);
    assert_eq!(two["data"]["entries"][0]["kind"], "decision");
    house.orch("log --gate three").code(2).says("gate `three` not found");
    house.orch("run cancel").code(0);
    house.orch("log").code(0).says("ran the tests");
}

#[test]
fn a_chosen_gate_is_the_one_at_hand_until_it_is_done() {
    let house = house();
    house.orch("run start --workflow demo --slug x").code(0);
    house.orch("gate start --gate one").code(0);
    house.orch("use x --gate two").code(0).says(", gate two");
    house.orch("note a").code(0);
    house.orch("use --gate one").code(0);
    house.orch("gate finish").code(0).says("gate one PASS");
    house.orch("note b").code(0);
    assert_eq!(notes(&house), [r#""note" "two" "a""#, r#""note" null "b""#]);
    house.orch("use --gate three").code(2).says("gate `three` not found");
}

#[test]
fn a_closed_or_ambiguous_run_is_an_error_that_names_the_choices() {
    let house = house();
    house.orch("note a").code(2).says("there are no runs");
    house.orch("run demo --slug x --seed 1").code(3);
    house.orch("run demo --slug y --seed 2").code(3);
    house.orch("run cancel --run x").code(0);
    house.orch("note a --run x").code(2).says("is CANCELED").says("_y_000002");
    house.orch("run demo --slug z --seed 3").code(3);
    // A clone does not know which run was the current one.
    house.remove(".git/orch/current.json");
    house.orch("note a").code(2).says("several runs are unfinished").says("_z_").says("_y_");
    house.orch("run cancel --run y").code(0);
    house.orch("note a").code(0);
}

#[test]
fn what_says_nothing_or_too_much_is_refused_and_escapes_are_dropped() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch_with(&["note", " \u{1b}[31m "]).code(2).says("the note is empty");
    house.orch_with(&["note", &"x".repeat(70_000)]).code(2).says("too long");
    house.orch("note").code(2);
    house.orch_with(&["note", "a\u{1b}]52;c;x\u{7}b\u{202e}c"]).code(0);
    assert_eq!(notes(&house), [r#""note" "one" "abc""#]);
}

#[test]
fn an_agent_at_work_says_how_far_it_is_and_the_driver_writes_it_down() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'");
    let orch = env!("CARGO_BIN_EXE_orch");
    let house = house
        .agents("")
        .script("a", &format!("{orch} update half done && {orch} note --json cold"));
    house.orch("run demo").code(0);
    assert_eq!(notes(&house), [r#""update" "a" "half done""#, r#""note" "a" "cold""#]);
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    let (said, passed) = (journal.find("half done"), journal.find("GATE_PASSED"));
    assert!(said < passed && journal.contains("said_at"), "{journal}");
    house.orch("verify").code(0);
}

#[test]
fn an_agent_at_work_sums_up_and_its_driver_judges() {
    let gate = |id: &str| {
        format!("[[gate]]\nid = '{id}'\nneeds = []\nexecutor = 'agent'\ncontract = 'sum'\n")
    };
    let house = House::new().workflow("demo", &[gate("a"), gate("b")].concat()).contract(
        "sum",
        "[[check]]\nkind = 'summary'\nmin_characters = 20\n[[check]]\nkind = 'updates'\n",
    );
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = |id: &str, until: &str| {
        format!(
            "{orch} update {id} goes on && {orch} done 'gate {id} is built and tried' > {id}.txt
             for _ in $(seq 400); do {until} && break; sleep 0.02; done"
        )
    };
    // What the first one said is written down by the end of the second, and judged after that.
    let b_has_passed = "grep -q GATE_PASSED .git/orch/runs/$ORCH_RUN/journal.jsonl";
    let house = house
        .agents("")
        .script("a", &script("a", b_has_passed))
        .script("b", &script("b", "test -s a.txt"));
    house.orch("run demo --jobs 2").code(0);
    assert_eq!(house.read("a.txt"), "summary recorded; the gate is judged when this work ends\n");
    let mut said = notes(&house);
    said.sort();
    assert_eq!(
        said,
        [
            r#""summary" "a" "gate a is built and tried""#,
            r#""summary" "b" "gate b is built and tried""#,
            r#""update" "a" "a goes on""#,
            r#""update" "b" "b goes on""#,
        ]
    );
    house.orch("verify").code(0);
}

#[test]
fn what_waits_to_be_recorded_is_listed() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'touch here; while ! test -f go; do sleep 0.02; done'",
    );
    let mut driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("here"));
    house.orch("note half of it is built").code(0);
    let log = house.orch("log").code(0).says("half of it is built").says("(not recorded yet)");
    assert_eq!(log.stdout.lines().count(), 1, "{}", log.stdout);
    house.orch("brief").code(0).says("half of it is built");
    house.write("go", "");
    assert!(driver.wait().success());
    let log = house.orch("log").code(0).says("half of it is built");
    log.never_says("(not recorded yet)");
}
