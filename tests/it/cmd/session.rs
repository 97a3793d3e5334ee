//! `session start`, `status`, `pause`, `list`, `resume`: sit down at a run, get up again.

use crate::house::House;
use crate::house::wait_until;

/// A project whose soundness is judged at each sitting, and in which a person works.
pub fn house() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug' }
             [[gate]]
             id = 'sound'
             executor = 'command'
             shell = 'echo judged >> sound.txt; test ! -e broken'
             every_session = true
             [[gate]]
             id = 'plan'
             executor = 'human'
             [[gate]]
             id = 'work'
             executor = 'human'
             contract = 'work'",
        )
        .contract("work", "[[check]]\nkind = 'summary'\nmin_characters = 10\n")
        .file("orch.toml", "[defaults]\nsession_workflow = 'demo'\n");
    house.git("add --all");
    house.git("commit --quiet --message=project");
    house
}

/// One field of `session status`.
fn field(house: &House, name: &str) -> serde_json::Value {
    house.orch("session status --json").code(0).json()["data"][name].clone()
}

#[test]
fn a_session_begins_and_its_status_is_told() {
    let house = house();
    insta::assert_snapshot!(house.orch("session start --epic x --budget 5").code(0).shown(), @r#"
    exit 0
    -- stdout
    session x@1 running
    run run_20260119T143013Z_x_000001 WAITING (demo)
    head <sha256>
    -- stderr
    run run_20260119T143013Z_x_000001
    14:30:18Z STARTED sound  attempt 1  command
    14:30:20Z PASS sound  2.0s
    14:30:26Z STARTED plan  attempt 1  human
    14:30:27Z WAITING plan  (waits for a person)

    next:
      Do the work of gate plan as described in orchestration/runs/run_20260119T143013Z_x_000001/logs/gates/plan/prompt.txt.
      Report your progress.
      $ orch gate check
      $ orch done
      $ orch update "…"
    "#);
    let keepers = house.keepers();
    assert_eq!(keepers.len(), 1);
    let data = house.orch("session status --epic x --json").code(0).json()["data"].clone();
    let named = ["budget_usd", "cost_usd", "remaining_usd", "session", "session_key", "status"];
    let values: Vec<String> = named.map(|name| data[name].to_string()).to_vec();
    assert_eq!(values, ["5.0", "0.0", "5.0", "1", "\"x@1\"", "\"running\""]);
    house.orch("invocation record --gate plan --agent me --cost 1.25").code(0);
    let data = house.orch("session status --json").code(0).json()["data"].clone();
    assert_eq!((&data["cost_usd"], &data["remaining_usd"]), (&1.25.into(), &3.75.into()));
    assert_eq!(data["sessions"][0]["cost_usd"], 1.25);
    house
        .orch("session status")
        .code(0)
        .says("session x@1 running")
        .says("cost: 1.25 USD of 5.00 USD, 3.75 USD left");
    house.orch("session status --epic y").code(2).says("no run of key `y` found");
}

#[test]
fn a_pause_ends_the_keeper_and_frees_the_lock() {
    let house = house();
    house.orch("session start --epic x").code(0);
    insta::assert_snapshot!(house.orch("session pause --reason lunch").code(0).shown(), @"
    exit 0
    -- stdout
    run run_20260119T143013Z_x_000001 PAUSED (lunch)
    head <sha256>
    -- stderr

    next:
      The run is paused. Resume it.
      $ orch session resume x
    ");
    assert!(house.keepers().is_empty());
    assert_eq!(
        (field(&house, "status"), field(&house, "reason")),
        ("paused".into(), "lunch".into())
    );
    assert_eq!(house.record()["status"], "PAUSED");
    house.orch("session pause").code(2).says("has no active session").says("session resume x");
    house.orch("verify").code(0);
}

#[test]
fn the_words_of_a_pause_decide_nothing() {
    for reason in ["the budget of tea is spent", "the budget of 5.00 USD is spent", "interrupted"] {
        let house = house();
        house.orch("session start --epic x --budget 5").code(0);
        let paused = house.orch_with(&["session", "pause", "--reason", reason, "--json"]).code(0);
        assert_eq!(paused.json()["data"]["pause"], "person");
        for done in [paused, house.orch("next").code(0)] {
            done.says("orch session resume x").never_says("A budget").never_says("--budget");
        }
        assert_eq!(field(&house, "status"), "paused");
    }
}

#[test]
fn the_checkpoints_of_an_epic_are_listed() {
    let house = house();
    house.orch("session list").code(2).says("there are no runs");
    house.orch("session start --epic x").code(0);
    house.orch_with(&["checkpoint", "create", "--reason", "before lunch"]).code(0);
    house.orch("session pause").code(0);
    let list = house.orch("session list --epic x").code(0);
    insta::assert_snapshot!(list.stdout, @"
    1  2026-01-19T14:31:22.000Z  session 1  session 1 started           RUNNING, 1 of 3 gates done
    2  2026-01-19T14:32:13.000Z  session 1  before lunch                WAITING, 1 of 3 gates done: plan WAITING
    3  2026-01-19T14:33:15.000Z  session 1  paused: paused by a person  PAUSED, 1 of 3 gates done: plan WAITING
    ");
    let json = house.orch("session list --epic x --json").code(0).json();
    assert_eq!(json["data"]["checkpoints"].as_array().unwrap().len(), 3);
    assert_eq!(json["instructions"]["next_actions"].as_array().unwrap().len(), 0);
}

#[test]
fn a_live_session_is_refused_with_who_holds_it() {
    let house = house();
    house.orch("session start --epic x").code(0);
    let keeper = house.keepers()[0];
    let refused = house.orch("session start --epic x").code(5);
    refused.says("of Ada <ada@example.org>, held by").says(&format!("process {keeper}"));
    house.orch("session resume x").code(5).says("session 1");
    house.orch("session start --epic x --resume").code(5);
    assert_eq!(house.keepers(), [keeper]);
    assert_eq!(field(&house, "session"), 1);
}

#[test]
fn a_paused_session_is_taken_up_by_saying_so() {
    let house = house();
    house.orch("session start --epic x --resume").code(2).says("no open run of `x`");
    house.orch("session start --epic x").code(0);
    house.orch("done").code(0);
    house.orch("session pause").code(0);
    let again = "orch session resume x";
    house.orch("session start --epic x").code(2).says("is PAUSED and can be resumed").says(again);
    for (number, words) in
        [(2, "session start --epic x --resume"), (3, "session resume x"), (4, "session resume x@1")]
    {
        house.orch(words).code(0).says(&format!("session x@{number} running"));
        assert_eq!(house.keepers().len(), 1, "{words}");
        house.orch("session pause").code(0);
    }
    // Judged anew at each sitting; what a person did is not.
    assert_eq!(house.read("sound.txt").lines().count(), 4);
    assert_eq!(house.gates(), "sound PASS, plan PASS, work WAITING");
    house
        .orch("session start --epic x --resume --workflow task")
        .code(2)
        .says("uses workflow demo, not task");
    house.orch("verify").code(0);
}

#[test]
fn a_sitting_that_begins_unsound_says_so_and_goes_on() {
    let house = house();
    house.orch("session start --epic x").code(0);
    house.orch("session pause").code(0);
    house.write("broken", "yes");
    let done = house.orch("session resume x").code(3).says("gate sound FAIL");
    let done = done.says("session x@2 running");
    assert_eq!(done.stdout.matches("exited with code 1").count(), 0, "{}", done.shown());
    assert_eq!(done.stderr.matches("exited with code 1").count(), 2, "{}", done.shown());
    assert_eq!(house.keepers().len(), 1);
    house.remove("broken");
    house.orch("session pause").code(0);
    house.orch("session resume x").code(0);
    assert_eq!(house.gates(), "sound PASS, plan WAITING, work NOT_STARTED");
}

#[test]
fn a_session_whose_baseline_fails_can_go_on_or_end() {
    let house = house();
    house.write("broken", "yes");
    let ways = ["orch gate redo --gate sound --reason", "orch run complete --status FAILED"];
    for words in ["session start --epic x", "run resume", "next"] {
        let done = house.orch(words).code(if words == "next" { 0 } else { 3 });
        let done = done.never_says("No process drives the run");
        ways.iter().fold(done, |done, way| done.says(way));
    }
    let ended = house.copy();
    ended.orch("run complete --status FAILED").code(0).says("FAILED");
    assert_eq!(field(&ended, "status"), "completed");
    house.remove("broken");
    house.orch("gate redo --gate sound --reason fixed").code(0);
    assert_eq!(house.gates(), "sound PASS, plan WAITING, work NOT_STARTED");
}

#[test]
fn a_dead_session_is_taken_over_and_what_was_found_is_said() {
    let house = house();
    house.orch("session start --epic x").code(0);
    house.orch("note the cache is cold").code(0);
    house.kill_keepers();
    assert_eq!(field(&house, "status"), "failed");
    let done = house.orch("session start --epic x").code(0);
    done.says("recovered: session 1, started at ")
        .says("died with plan WAITING; last checkpoint 1, at ")
        .says("; last note, at ")
        .says("the cache is cold");
    let data = house.orch("session status --json").code(0).json()["data"].clone();
    assert_eq!(data["sessions"][0]["status"], "failed");
    assert!(data["sessions"][0]["reason"].as_str().unwrap().contains("died with"), "{data}");
    assert_eq!((&data["session"], &data["status"]), (&2.into(), &"running".into()));
    house.orch("verify").code(0);
}

#[test]
fn a_machine_that_went_down_while_a_gate_ran_is_taken_over() {
    let house = house().workflow(
        "slow",
        "key = 'x'\n[[gate]]\nid = 'slow'\nexecutor = 'command'\non_interrupt = 'rerun'
         shell = 'echo begun >> slow.txt; test -e fast || sleep 600'
         [[gate]]\nid = 'last'\nexecutor = 'human'",
    );
    house.orch("session start --epic x --workflow slow").code(0);
    let drive = house.start("run resume");
    wait_until("the gate runs", || house.exists("slow.txt"));
    house.kill_keepers();
    crate::house::signal(rustix::process::Signal::KILL, drive.id());
    let mut drive = drive;
    drive.wait();
    house.write("fast", "");
    let done = house.orch("session start --epic x").code(0);
    done.says("died with slow RUNNING").says("session x@2 running");
    house.orch("run resume").code(3).says("gate last");
    assert_eq!(house.attempts("slow"), "INTERRUPTED PASS");
    house.orch("verify").code(0);
}

#[test]
fn whoever_takes_over_is_told_what_was_done_last() {
    let house = house();
    house.orch("session start --epic x").code(0);
    house.orch("update one").code(0);
    house.orch("decide two").code(0);
    house.orch("log three").code(0);
    house.kill_keepers();
    let house = house.env("ORCH_ATTEMPT", "1");
    let brief = house.orch("session start --epic x --json").code(0).json()["data"]["brief"].clone();
    let acts = brief["acts"].as_array().unwrap();
    let acts: Vec<&str> = acts.iter().map(|act| act["what"].as_str().unwrap()).collect();
    assert_eq!(acts, ["update on plan: one", "decision on plan: two", "log on plan: three"]);
    assert_eq!(brief["session"]["by"], "an agent (ORCH_ATTEMPT)");
    assert_eq!(brief["decisions"][0]["text"], "two");
    let actions = brief["next_actions"].to_string();
    assert!(
        actions.contains("Do the work of gate plan") && !actions.contains("Another"),
        "{actions}"
    );
}

#[test]
fn a_run_that_is_ended_leaves_nobody_sitting_there() {
    for (words, status) in [
        ("run cancel --reason enough", "CANCELED"),
        ("run complete --status FAILED --reason enough", "FAILED"),
    ] {
        let house = house();
        house.orch("session start --epic x").code(0);
        house.orch(words).code(0);
        assert_eq!(house.keepers(), [0; 0], "{words}");
        assert_eq!(house.record()["status"], status);
        assert_eq!(field(&house, "status"), "completed");
        house.orch("verify").code(0);
    }
}

#[test]
fn what_is_missing_keeps_a_session_from_being_complete() {
    let house = house();
    house.orch("session start --epic x").code(0);
    let done = house.orch("session complete --json").code(1).json();
    assert_eq!(done["success"], false);
    let next = &done["instructions"];
    assert_eq!(
        next["next_actions"],
        serde_json::json!([
            "Do the work of gate plan as described in orchestration/runs/\
             run_20260119T143013Z_x_000001/logs/gates/plan/prompt.txt.",
            "Report your progress."
        ])
    );
    let missing = done["data"]["missing"].as_array().unwrap();
    assert_eq!(missing[0]["message"], "plan is WAITING: it waits for a person");
    assert_eq!(missing[1]["message"], "work is NOT_STARTED");
    let commands = ["orch gate check", "orch done", "orch update \"…\""];
    assert_eq!(next["suggested_commands"], serde_json::json!(commands));
    house.orch("done").code(0);
    insta::assert_snapshot!(house.orch("session complete").code(1).shown(), @r#"
    exit 1
    -- stdout
    not done yet:
      no summary was given (expected at least 10 characters) [summary]
    -- stderr

    next:
      Add what is missing, then try again.
      $ orch session complete --summary "…"
    "#);
    assert_eq!((house.keepers().len(), field(&house, "status")), (1, "running".into()));
    let done = house.orch_with(&["session", "complete", "--summary", "all is built"]).code(0);
    done.says("PASSED");
    assert_eq!(house.keepers(), [0; 0]);
    assert_eq!(house.gates(), "sound PASS, plan PASS, work PASS");
    assert_eq!(field(&house, "status"), "completed");
    house.orch("status").code(0).says("_x_").says("PASSED");
    house.orch("session complete --epic x").code(2).says("has no active session");
    house.orch("session start --epic x --resume").code(2).says("no open run of `x`");
    house.orch("session start --epic x").code(0).says("session x@1");
    house.orch("verify").code(0);
}

#[test]
fn all_gates_done_leave_the_end_to_whoever_sits_there() {
    let house = house();
    house.orch("session start --epic x").code(0);
    house.orch("done").code(0);
    house.orch("done all of it is built").code(0);
    assert_eq!((house.keepers().len(), field(&house, "run_status")), (1, "WAITING".into()));
    house.orch("session complete").code(0).says("PASSED");
}

#[test]
fn a_session_can_be_kept_outside_git() {
    let house =
        House::outside_git().workflow("demo", "key = 'x'\n[[gate]]\nid = 'a'\nexecutor = 'human'");
    let start = "session start --epic x --workflow demo";
    house.orch(start).code(0).says("this is not a git repository");
    assert_eq!(house.keepers().len(), 1);
    house.orch(start).code(5);
    house.kill_keepers();
    house.orch(start).code(0).says("recovered: session 1");
    house.orch("session pause").code(0);
    house.orch("session resume x").code(0);
    house.orch("session complete").code(0).says("PASSED");
    assert_eq!(house.keepers(), [0; 0]);
    house.orch("verify").code(0);
}

#[test]
fn a_house_leaves_no_keeper_behind() {
    let house = house();
    house.orch("session start --epic x").code(0);
    let keeper = house.keepers()[0].to_string();
    assert!(crate::house::is_alive(&keeper));
    drop(house);
    assert!(!crate::house::is_alive(&keeper));
}

#[test]
fn a_run_whose_next_gate_is_a_command_waits_for_nobody() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'\n",
    );
    let done = house.orch("session start --epic x --workflow demo").code(0);
    done.says("RUNNING (demo)").says("No process drives the run. Resume it.").never_says("WAITING");
    house.orch("status").code(0).says("STALLED");
    house.orch("doctor").never_says("STALLED");
    house.orch("run resume").code(3);
    assert_eq!(house.gates(), "a PASS, b WAITING");
}
