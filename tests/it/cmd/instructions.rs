//! What every command answers beside its data: what comes next after a change or a failure,
//! nothing after a mere read.

use crate::house::House;
use serde_json::Value as Json;

fn house() -> House {
    House::new()
        .workflow(
            "demo",
            "key = '{{ slug }}'
             [inputs]
             slug = { type = 'slug' }
             [[gate]]
             id = 'write'
             executor = 'human'
             contract = 'write'
             [[gate]]
             id = 'publish'
             executor = 'human'",
        )
        .contract("write", "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'word_count', min = 3 }]")
}

/// Changing commands in an order in which each can do its work, each with its exit code.
const CHANGES: [(&str, i32); 29] = [
    ("init", 0),
    ("workflow new other", 0),
    ("run start --workflow demo --slug x", 0),
    ("use x", 0),
    ("gate start", 2),
    ("gate start --gate write", 0),
    ("update half way", 0),
    ("note a thing", 0),
    ("log a deed", 0),
    ("decide a way", 0),
    ("invocation record --cost 0.1", 0),
    ("gate finish", 1),
    ("gate start --gate write", 0),
    ("run resume", 3),
    ("gate fail --reason tired", 0),
    ("run resume", 1),
    ("run resume", 3),
    ("gate approve", 2),
    ("gate reject --reason no", 2),
    ("gate waive --reason no", 2),
    ("gate finish --gate nope", 2),
    ("run complete", 2),
    ("record rebuild", 0),
    ("doctor --fix", 0),
    ("run cancel", 0),
    ("run demo --slug w", 3),
    ("run demo --slug y", 3),
    ("use y", 0),
    ("back", 0),
];

const READS: [&str; 12] = [
    "status",
    "brief",
    "run list",
    "run show",
    "workflow list",
    "workflow show demo",
    "workflow check demo",
    "workflow graph demo",
    "workflow schema",
    "rehearse demo --slug z",
    "verify",
    "doctor",
];

fn instructions(house: &House, words: &str, code: i32) -> Json {
    let done = house.orch(&format!("--json {words}")).code(code);
    done.json()["instructions"].clone()
}

#[test]
fn whatever_changes_or_fails_says_what_comes_next() {
    let house = house();
    for (words, code) in CHANGES {
        let next = instructions(&house, words, code);
        let commands = next["suggested_commands"].as_array().unwrap();
        assert!(!commands.is_empty(), "{words}: {next}");
        for command in commands {
            let command = command.as_str().unwrap();
            assert!(command.starts_with("orch ") && !command.contains('\n'), "{words}: {command}");
        }
        let is_about_a_run = !["init", "workflow new other", "doctor --fix"].contains(&words);
        let reminder = &next["context_reminder"];
        assert_eq!(reminder["run"].is_string(), is_about_a_run, "{words}: {next}");
        assert_eq!(reminder["time_elapsed"].is_string(), is_about_a_run, "{words}: {next}");
    }
}

#[test]
fn a_read_says_nothing_beside_its_data() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    let empty = serde_json::json!({
        "next_actions": [], "suggested_commands": [], "context_reminder": {},
    });
    for words in READS {
        assert_eq!(instructions(&house, words, 0), empty, "{words}");
    }
}

#[test]
fn a_reminder_names_run_gate_and_time() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    let next = instructions(&house, "update half way", 0);
    let run = house.run_id();
    let expected = serde_json::json!({
        "next_actions": [format!(
            "Do the work of gate write as described in orchestration/runs/{run}/logs/gates/write/prompt.txt."
        )],
        "suggested_commands": [
            "orch gate check",
            "orch done",
        ],
        "context_reminder": {
            "active_task": "x",
            "gate": "write",
            "run": run,
            "status": "WAITING",
            "time_elapsed": "59 seconds",
        },
    });
    assert_eq!(next, expected);
    // Twelve calls later, each a minute after the one before.
    for _ in 0..12 {
        house.orch("status").code(0);
    }
    let next = instructions(&house, "log still at it", 0);
    assert_eq!(next["context_reminder"]["time_elapsed"], "13 minutes");
}

#[test]
fn an_error_about_a_run_tells_where_that_run_stands() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    let run = house.run_id();
    insta::assert_snapshot!(house.orch("gate finish --gate nope").code(2).shown(), @"
    exit 2
    -- stdout
    -- stderr
    error: gate `nope` not found in this run
    help: known: publish, write

    next:
      Do the work of gate write as described in orchestration/runs/run_20260119T143012Z_x_000001/logs/gates/write/prompt.txt.
      $ orch gate check
      $ orch done
    ");
    let next = instructions(&house, "gate approve --gate publish", 2);
    assert_eq!(next["context_reminder"]["run"], run.as_str());
    // The help of an error is a command here: it comes first.
    let next = instructions(&House::new(), "back", 2);
    assert_eq!(next["suggested_commands"], serde_json::json!(["orch use RUN"]));
}

#[test]
fn whoever_sits_at_a_run_is_told_by_its_key() {
    let house = house();
    let start = "session start --epic x --workflow demo";
    let commands = |words: &str, code| {
        let next = instructions(&house, words, code);
        assert_eq!(next["context_reminder"]["active_task"], "x", "{words}: {next}");
        next["suggested_commands"].as_array().unwrap().clone()
    };
    let work = |at: &[Json]| {
        assert_eq!(at[0], "orch gate check");
        assert_eq!(at[2], "orch update \"…\"");
    };
    work(&commands(start, 0));
    work(&commands("update half way", 0));
    assert_eq!(commands("done all of it", 1), ["orch done"]);
    assert_eq!(commands(start, 5)[0], "orch session status --epic x");
    let resume = Json::from("orch session resume x");
    assert_eq!(commands("session pause --epic x", 0).last(), Some(&resume));
    let refused = commands("session pause --epic x", 2);
    assert_eq!(refused[0], "orch session resume x");
    assert_eq!(refused.last(), Some(&resume));
    let resumed = house.orch("--json session resume x").code(0).json();
    assert_eq!(resumed["data"]["brief"]["session"]["number"], 2);
    assert_eq!(resumed["data"]["brief"]["notes"][0]["text"], "half way");
    for words in ["session status --epic x", "session list --epic x"] {
        assert_eq!(instructions(&house, words, 0)["next_actions"], serde_json::json!([]));
    }
    let refused = commands("session complete --epic x", 1);
    assert!(!refused.contains(&Json::from("orch session complete --epic x")), "{refused:?}");
    house.orch("session pause --epic x").code(0);
    let shown = house.orch("session start --epic x --resume").code(0);
    assert!(shown.stderr.contains("\nBrief: demo x\n"), "{}", shown.shown());
    house.orch("session pause --epic x").code(0);
}
