//! What the operations take, as a face finds it that knows none of them: each field says what it
//! is, the least that can be said is enough, and what is taken changes only on purpose.

use crate::house::House;
use crate::house::child;
use crate::shipped::made;
use orch::event::RunStatus;
use orch::ops::Caller;
use orch::ops::GateChoice;
use orch::ops::Options;
use orch::ops::Project;
use orch::ops::REQUESTS;
use orch::ops::read_request;
use orch::ops::run;
use orch::ops::run_start;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::process::Command;

#[test]
fn every_field_of_every_request_says_what_it_is() {
    for request in REQUESTS {
        let schema = (request.schema)().to_value();
        let mut silent = Vec::new();
        find_silent(&schema, &mut silent);
        assert!(silent.is_empty(), "{}: no description of {silent:?}", request.operation);
    }
}

/// The properties without a description, wherever in the schema they stand.
fn find_silent(schema: &Value, silent: &mut Vec<String>) {
    match schema {
        Value::Object(object) => {
            let properties = object.get("properties").and_then(Value::as_object);
            let is_silent = |property: &Value| property["description"].as_str().is_none();
            for (name, property) in properties.into_iter().flatten() {
                if is_silent(property) {
                    silent.push(name.clone());
                }
            }
            object.values().for_each(|part| find_silent(part, silent));
        }
        Value::Array(parts) => parts.iter().for_each(|part| find_silent(part, silent)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

#[test]
fn a_request_needs_only_what_its_schema_requires() {
    for request in REQUESTS {
        let schema = (request.schema)().to_value();
        let least = least(&schema);
        let checked = (request.check)(&Value::Object(least.clone()));
        assert!(checked.is_ok(), "{}: {least:?}: {checked:?}", request.operation);
        for name in least.keys() {
            let mut less = least.clone();
            less.remove(name);
            let checked = (request.check)(&Value::Object(less));
            assert!(checked.is_err(), "{}: `{name}` is not required", request.operation);
        }
    }
}

/// The least that a request can say.
fn least(schema: &Value) -> Map<String, Value> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), example(&schema["properties"][name]))).collect()
}

fn example(property: &Value) -> Value {
    match property["type"].as_str() {
        Some("integer") => json!(1),
        Some("array") => json!(["text"]),
        Some(_) | None => json!("text"),
    }
}

#[test]
fn requests_are_what_they_were() {
    let schemas: Map<String, Value> = REQUESTS
        .iter()
        .map(|request| (request.operation.to_owned(), (request.schema)().to_value()))
        .collect();
    let text = serde_json::to_string_pretty(&schemas).unwrap();
    made("tests/it/requests.json", &format!("{text}\n"));
}

#[test]
fn every_operation_is_named_once_and_in_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ops");
    let declared = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
    for name in declared.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        let name = name.trim_end_matches(';');
        let text = std::fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
        let is_operation =
            ["(", "<"].iter().any(|end| text.contains(&format!("pub fn {name}{end}")));
        let is_named = REQUESTS.iter().any(|request| request.operation == name);
        assert_eq!(is_named, is_operation, "{name}");
    }
    assert!(REQUESTS.is_sorted_by(|one, other| one.operation < other.operation));
}

#[test]
fn what_a_request_does_not_know_is_refused_by_name() {
    for request in REQUESTS {
        let mut told = least((request.schema)().as_value());
        assert!((request.check)(&Value::Object(told.clone())).is_ok(), "{}", request.operation);
        told.insert("colour".to_owned(), "red".into());
        let refused = (request.check)(&Value::Object(told)).unwrap_err().to_string();
        assert!(refused.starts_with("unknown field `colour`"), "{}: {refused}", request.operation);
    }
    let misspelt = read_request::<GateChoice>(&json!({ "gat": "g" })).unwrap_err();
    assert_eq!(misspelt.to_string(), "unknown field `gat`; did you mean `gate`?");
}

#[test]
fn what_requests_share_stands_beside_what_is_their_own() {
    let told = json!({ "summary": ["a", "b"], "run": "r", "gate": "g", "jobs": 2 });
    let request: orch::ops::done::Request = read_request(&told).unwrap();
    assert_eq!(request.summary, ["a", "b"]);
    assert_eq!(request.finish.gate.run.run.as_deref(), Some("r"));
    assert_eq!(request.finish.gate.gate.as_deref(), Some("g"));
    assert_eq!(request.finish.drive.jobs, Some(2));
    let told = json!({ "workflow": "w", "budget": 5, "inputs": { "topic": "ink" } });
    let request: orch::ops::run::Request = read_request(&told).unwrap();
    assert_eq!(request.budget.budget.map(f64::from), Some(5.0));
    assert_eq!(request.inputs["topic"], "ink");
}

/// Set where this program is to be nothing but a driver of runs.
const DRIVES: &str = "ORCH_TEST_DRIVES";

#[test]
fn a_run_begins_by_a_request_in_json() {
    // Below a process that drives a run nobody is a person, and other tests of this one play some.
    if std::env::var_os(DRIVES).is_none() {
        let mut alone = Command::new(std::env::current_exe().unwrap());
        alone.args(["--exact", "requests::a_run_begins_by_a_request_in_json"]).env(DRIVES, "1");
        let done = child::output(&mut alone);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
        return;
    }
    let gate = "[inputs]\ntopic = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n";
    let house = House::new().workflow("demo", gate);
    let project = Project::open(Options { folder: house.project(), ..Options::default() }).unwrap();
    let caller = Caller::default();
    let mut told = json!({ "workflow": "demo", "inputs": { "topic": "ink" } });
    let driven = run::run(&project, &caller, &read_request(&told).unwrap(), &mut |_| ());
    assert_eq!(driven.unwrap().status, RunStatus::Waiting);
    told["again"] = true.into();
    let begun = run_start::run_start(&project, &caller, &read_request(&told).unwrap());
    assert_eq!(begun.unwrap().status, RunStatus::Running);
    let unknown = read_request(&json!({ "workflow": "none" })).unwrap();
    let error = run::run(&project, &caller, &unknown, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}
