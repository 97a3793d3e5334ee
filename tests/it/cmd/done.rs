//! `done`: what is missing is listed, and on a terminal a person may add it, force it, or go on.

use super::session::house;
use crate::house::House;

const MENU: &str = "What now";
const DOWN: &str = "\u{1b}[B";

/// A run whose gate wants a summary that nobody has given.
fn at_work() -> House {
    let house = house();
    house.orch("session start --epic x").code(0);
    house.orch("done").code(0);
    house
}

#[test]
fn off_a_terminal_what_is_missing_is_listed() {
    let house = at_work();
    let json = house.orch("done short --json").code(1).json();
    let missing = "summary length (expected at least 10 characters, found 5) [summary]";
    assert_eq!(json["success"], false);
    assert_eq!(json["data"]["gate"], "work");
    assert_eq!(json["data"]["missing"].as_array().unwrap().len(), 1);
    let text = house.orch("done short").code(1);
    assert_eq!(text.shown().matches(missing).count(), 1, "{}", text.shown());
    let action = "Add what is missing, then try again.";
    assert_eq!(json["instructions"]["next_actions"], serde_json::json!([action]));
    let again = "orch done \"…\"";
    assert_eq!(json["instructions"]["suggested_commands"], serde_json::json!([again]));
    // No attempt is spent.
    assert_eq!(house.gates(), "sound PASS, plan PASS, work WAITING");
    assert_eq!(house.attempts("work"), "WAITING");
    house.orch("done --answer x").code(2).says("`x` is not a valid answer");
    house.orch("done all of it is built").code(0).says("gate work PASS");
    house.orch("done").code(2).says("is RUNNING or WAITING").says("choose one");
}

#[test]
fn no_summary_is_asked_for_where_something_else_is_missing() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'a'")
        .leaves("a", "a.txt");
    house.orch("run demo").code(3);
    let done = house.orch("done").code(1).says("a.txt does not exist");
    done.says("\n  $ orch done\n");
}

#[test]
fn what_was_changed_since_it_passed_keeps_a_session_from_its_end() {
    let house = House::new()
        .workflow("demo", "key = 'x'\n[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'a'")
        .contract(
            "a",
            "[[output]]\npath = 'a.txt'\nchecks = [{ kind = 'contains_text', all = ['good'] }]",
        );
    house.orch("session start --epic x --workflow demo").code(0);
    house.write("a.txt", "good");
    house.orch("done").code(0).says("gate a PASS");
    house.write("a.txt", "bad");
    house.orch("session complete").code(1).says("a is STALE");
    assert_eq!(house.keepers().len(), 1);
    house.orch("session status").code(0).says("session x@1 running");
    house.write("a.txt", "good again");
    house.orch("run resume").code(3);
    house.orch("session complete").code(0).says("PASSED");
    assert_eq!(house.keepers(), [0; 0]);
    house.orch("verify").code(0);
}

#[test]
fn on_a_terminal_the_summary_is_added_now() {
    let house = at_work();
    let talk = [(MENU, "\r"), ("summary of the work", "all of it is built\r")];
    let done = house.on_terminal("done", &talk).code(0);
    done.says("not done yet:").says("no summary was given").says("PASS");
    assert_eq!(house.gates(), "sound PASS, plan PASS, work PASS");
}

#[test]
fn on_a_terminal_it_is_forced_by_name_and_reason() {
    let house = at_work();
    let force = format!("{DOWN}{DOWN}\r");
    let talk = [(MENU, force.as_str()), ("reason (Enter to go back)", "it is late\r")];
    house.on_terminal("done", &talk).code(0).says("WAIVED");
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    let waived = journal.lines().find(|line| line.contains("GATE_WAIVED")).unwrap();
    assert!(waived.contains(r#""by":"Ada <ada@example.org>","reason":"it is late""#), "{waived}");
    house.orch("session complete").code(0).says("PASSED");
    assert_eq!(house.gates(), "sound PASS, plan PASS, work WAIVED");
    house.orch("verify").code(0);
}

#[test]
fn on_a_terminal_one_may_go_on_working() {
    let house = at_work();
    let go_on = format!("{DOWN}\r");
    house.on_terminal("done", &[(MENU, go_on.as_str())]).code(1).says("no summary was given");
    house.on_terminal("done", &[(MENU, "\u{1b}")]).code(1);
    assert_eq!(house.attempts("work"), "WAITING");
}

#[test]
fn an_agent_forces_nothing() {
    let house = at_work().env("ORCH_ATTEMPT", "1");
    house.on_terminal("done", &[]).code(1).never_says(MENU);
    house.on_terminal("session complete", &[]).code(1).never_says(MENU);
    let refused = "this command requires a person, not an agent (ORCH_ATTEMPT is set)";
    house.on_terminal("session complete --force late", &[]).code(2).says(refused);
    house.orch("session complete --force late").code(2).says(refused);
    house.orch("gate waive --gate work --reason late").code(2).says(refused);
    assert_eq!(house.gates(), "sound PASS, plan PASS, work WAITING");
}

#[test]
fn a_session_is_forced_to_its_end_by_name_and_reason() {
    let house = at_work();
    house.orch("session complete --force late").code(2).says("interactive terminal");
    let ask = "Complete it anyway as Ada <ada@example.org>: late?";
    house
        .on_terminal("session complete --force late", &[(ask, "n\r")])
        .code(2)
        .says("not completed");
    assert_eq!(house.keepers().len(), 1);
    house.on_terminal("session complete --force late", &[(ask, "y\r")]).code(0).says("PASSED");
    assert_eq!(house.gates(), "sound PASS, plan PASS, work WAIVED");
    assert_eq!(house.keepers(), [0; 0]);
    house.orch("verify").code(0);
}

#[test]
fn a_word_on_earlier_work_does_not_count_for_work_that_was_rejected() {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\napproval = 'person'\n",
        )
        .contract("c", "[[check]]\nkind = 'summary'\n");
    house.orch("run demo").code(3).says("    orch done --run").never_says("orch gate finish --run");
    house.orch("gate check").code(1).says("no summary was given");
    house.orch("done all of it").code(0);
    house.on_terminal("gate reject --reason half", &[]).code(0);
    house.orch("run resume").code(3);
    house.orch("gate finish").code(1).says("no summary was given");
}

#[test]
fn the_menu_asks_for_what_is_missing_and_spends_no_attempt() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n")
        .contract("c", "[[output]]\npath = 'a.md'\n[[check]]\nkind = 'summary'\n");
    let pause = format!("{}\r", DOWN.repeat(5));
    let talk = [
        (MENU, "\r"),
        ("summary of the work", "all of it is built\r"),
        ("not done yet", ""),
        (MENU, pause.as_str()),
    ];
    house.on_terminal("run demo", &talk).code(3).says("a.md");
    assert_eq!(house.attempts("a"), "WAITING");
    house.write("a.md", "text\n");
    let done = house.on_terminal("run resume", &[(MENU, "\r")]).code(0).says("PASSED");
    done.never_says("summary of the work");
}

#[test]
fn no_summary_is_asked_for_where_none_is_handed_in() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'a'\n")
        .leaves("a", "a.md");
    house.orch("run demo").code(3);
    let done = house.on_terminal("done", &[(MENU, "\r")]).code(1);
    done.says("keep working").never_says("add a summary");
    assert_eq!(house.attempts("a"), "WAITING");
}

/// A run whose gate wants a summary and a progress update.
fn with_updates() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'c'\n")
        .contract("c", "[[check]]\nkind = 'summary'\n[[check]]\nkind = 'updates'\n");
    house.orch("run demo").code(3);
    house
}

const PROGRESS: &str = "progress so far (Enter to go back)";

#[test]
fn a_progress_update_that_is_missing_can_be_added_at_once() {
    let house = with_updates();
    let missing = house.orch("done all of it is built").code(1);
    missing.says("\n  $ orch update \"…\"\n  $ orch done\n");
    let talk = [(MENU, "\r"), (PROGRESS, "half of it\r")];
    let done = house.copy().on_terminal("done", &talk).code(0).says("report progress");
    done.never_says("add a summary");
    // In the menu of the run it is asked for alone, and an empty word goes back.
    let talk = [(MENU, "\r"), (PROGRESS, "\r"), (MENU, "\r"), (PROGRESS, "half of it\r")];
    let done = house.on_terminal("run resume", &talk).code(0).says("PASSED");
    done.never_says("summary of the work");
    // Where both are missing, both are asked for.
    let talk = [
        (MENU, "\r"),
        ("summary of the work", "\r"),
        ("summary of the work (Enter to go back)", "built\r"),
        (PROGRESS, "half\r"),
    ];
    with_updates().on_terminal("run resume", &talk).code(0).says("PASSED");
}
