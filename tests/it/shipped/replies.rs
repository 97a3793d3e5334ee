//! What `--json` prints fits the schema that says so: real replies of the commands, one after another in
//! one project.

use super::schema;
use crate::house::House;
use orch::ops::REPLIES;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;

/// Operations whose replies no program reads: a person says yes on a terminal, or an agent's hook is told
/// in a form of the agent's own.
const UNREAD: [&str; 5] = ["gate_approve", "gate_hook", "gate_reject", "gate_waive", "run_amend"];

/// What a session of work asks, in an order in which each of it can be answered.
const CALLS: [(&str, &str); 56] = [
    ("workflow_list", "workflow list"),
    ("workflow_show", "workflow show demo"),
    ("workflow_audit", "workflow audit demo"),
    ("workflow_graph", "workflow graph demo"),
    ("workflow_new", "workflow new fresh"),
    ("explain", "explain file_exists"),
    ("doctor", "doctor"),
    ("notify_test", "notify test"),
    ("init", "init"),
    ("rehearse", "rehearse demo"),
    ("contract_test", "contract test poem"),
    ("run", "run demo"),
    ("status", "status"),
    ("next", "next"),
    ("brief", "brief"),
    ("note", "note half done"),
    ("log", "log"),
    ("open", "open"),
    ("use_run", "use demo"),
    ("gate_estimate", "gate estimate 2h"),
    ("gate_check", "gate check"),
    ("invocation_record", "invocation record --agent somebody --cost 1.5"),
    ("cost", "cost"),
    ("checkpoint_create", "checkpoint create"),
    ("checkpoint_list", "checkpoint list"),
    ("checkpoint_show", "checkpoint show"),
    ("checkpoint_diff", "checkpoint diff"),
    ("checkpoint_restore", "checkpoint restore 1"),
    ("gate_fail", "gate fail --reason stuck"),
    ("gate_redo", "gate redo --gate a --reason again"),
    ("run_pause", "run pause"),
    ("run_resume", "run resume"),
    ("run_list", "run list"),
    ("report", "report"),
    ("run_show", "run show"),
    ("run_cancel", "run cancel"),
    ("run_start", "run start --workflow demo --again"),
    ("gate_start", "gate start --gate a"),
    ("gate_finish", "gate finish"),
    ("run", "run demo --again"),
    ("run_complete", "run complete --status FAILED --reason enough"),
    ("verify", "verify"),
    ("record_rebuild", "record rebuild"),
    ("record_push", "record push far"),
    ("record_fetch", "record fetch far"),
    ("run", "run demo --again"),
    ("done", "done all of it"),
    ("export", "export --format sarif"),
    ("session_start", "session start --epic moon --workflow demo"),
    ("session_status", "session status --epic moon"),
    ("session_list", "session list --epic moon"),
    ("session_pause", "session pause --epic moon --reason lunch"),
    ("session_start", "session start --epic moon --resume"),
    ("session_complete", "session complete --epic moon"),
    ("use_run", "use moon"),
    ("back", "back"),
];

fn house() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\ncontract = 'poem'\n")
        .contract(
            "poem",
            "[[output]]\npath = 'a.md'\nchecks = [{ kind = 'word_count', min = 2 }]\n",
        )
        .file("contracts/poem.fixtures/good/expect.toml", "expect = 'pass'\n")
        .file("contracts/poem.fixtures/good/a.md", "two words\n")
        .file(
            "contracts/poem.fixtures/bad/expect.toml",
            "expect = 'fail'\nchecks.word_count = 'fail'\n",
        )
        .file("contracts/poem.fixtures/bad/a.md", "one\n")
        .file("a.md", "two words\n")
        .file("orch.toml", "[[notify]]\non = ['failed']\ncommand = ['true']\n");
    let far = house.outside("far.git");
    house.git(&format!("init --quiet --bare {}", far.display()));
    house.git(&format!("remote add far {}", far.display()));
    house
}

#[test]
fn every_reply_fits_its_schema() {
    let schema: Value = serde_json::from_str(&schema("reply")).unwrap();
    let house = house();
    let mut told = BTreeSet::from(UNREAD);
    let mut problems = Vec::new();
    for (operation, words) in CALLS {
        let done = house.orch(&format!("--json {words}"));
        let whole = done.json();
        if whole["data"].is_null() {
            problems.push(format!("{words}: {}", done.shown()));
        }
        let mut own = schema.clone();
        own["properties"]["data"] = json!({ "$ref": format!("#/$defs/{operation}") });
        let validator = jsonschema::validator_for(&own).unwrap();
        let errors = validator.iter_errors(&whole);
        problems
            .extend(errors.map(|error| format!("{words}: {error} at {}", error.instance_path())));
        told.insert(operation);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let all: BTreeSet<&str> = REPLIES.iter().map(|reply| reply.operation).collect();
    assert_eq!(told, all);
}

#[test]
fn a_reply_of_another_shape_does_not_fit() {
    let schema: Value = serde_json::from_str(&schema("reply")).unwrap();
    let whole = house().orch("--json status").json();
    assert!(jsonschema::is_valid(&schema, &whole), "an error fits: {whole}");
    let mut own = schema.clone();
    own["properties"]["data"] = json!({ "$ref": "#/$defs/status" });
    let wrong =
        json!({ "success": true, "data": { "run_id": 1 }, "instructions": whole["instructions"] });
    assert!(!jsonschema::is_valid(&own, &wrong));
    assert!(!jsonschema::is_valid(&schema, &json!({ "success": "yes" })));
}
