//! The pool over HTTP, as workers in any language see it.

use crate::restate::Engine;
use serde_json::Value as Json;
use serde_json::json;
use std::time::Duration;
use std::time::Instant;

fn run(key: &str) -> String {
    format!("run_20260119T140000Z_{key}_abcdef")
}

fn new(key: &str, more: &Json) -> Json {
    let mut view = json!({
        "run": run(key), "key": key, "workflow": "topic", "seen_at": "2026-01-19T14:00:00Z",
    });
    for (name, value) in more.as_object().unwrap() {
        view[name] = value.clone();
    }
    json!({ "run": run(key), "what": { "new": { "view": view, "again": false } } })
}

fn poll(worker: &str, labels: &[&str], slots: u8, wait_ms: u64) -> Json {
    json!({ "pool": "main", "worker": worker, "labels": labels, "slots": slots, "wait_ms": wait_ms })
}

/// The keys of the runs that a poll got, and the numbers of their grants.
fn got(answer: &Json) -> Vec<(String, u64)> {
    let grants = answer["grants"].as_array().unwrap().iter();
    let key = |grant: &Json| {
        grant["waited"]["run"].as_str().unwrap().split('_').nth(2).unwrap().to_owned()
    };
    grants.map(|grant| (key(grant), grant["number"].as_u64().unwrap())).collect()
}

#[test]
fn runs_go_to_workers_by_order_labels_and_slots_and_come_back_once() {
    let Some(engine) = Engine::start() else { return };
    let all = [
        new("late", &json!({})),
        new("urgent", &json!({ "priority": 5 })),
        new("heavy", &json!({ "priority": 9, "labels": ["gpu"] })),
    ];
    let accepted = engine.call("Pool/main/submit", &json!(all));
    assert_eq!(accepted, json!(["accepted", "accepted", "accepted"]));
    // Each is there once.
    let again = engine.call("Pool/main/submit", &json!([all[0]]));
    assert_eq!(again, json!([{ "open": run("late") }]));
    let got_first = got(&engine.call("Workers/next", &poll("plain", &[], 1, 5000)));
    assert_eq!(got_first, [("urgent".to_owned(), 1)]);
    let gpu = got(&engine.call("Workers/next", &poll("big", &["gpu"], 4, 5000)));
    assert_eq!(gpu.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["heavy", "late"]);
    // Nothing is left: a poll ends when its time is over, and not before.
    let begun = Instant::now();
    assert!(got(&engine.call("Workers/next", &poll("idle", &[], 1, 300))).is_empty());
    assert!(begun.elapsed() > Duration::from_millis(300));
    let beats = |grants: &[u64]| json!({ "grants": grants, "lease_ms": 60000 });
    let heard = engine.call("Pool/main/beat", &beats(&[1, 2, 99]));
    assert_eq!(heard, json!(["kept", "kept", "lost"]));
    let stop = json!([{ "run": run("urgent"), "what": { "known": { "wish": "cancel" } } }]);
    assert_eq!(engine.call("Pool/main/submit", &stop), json!(["accepted"]));
    assert_eq!(engine.call("Pool/main/beat", &beats(&[1])), json!(["stop"]));
    let back = json!({ "grant": 1, "back": "done" });
    assert_eq!(engine.call("Pool/main/give_back", &back), json!(true));
    assert_eq!(engine.call("Pool/main/give_back", &back), json!(false));
    let stopped = engine.call("Workers/next", &poll("plain", &[], 1, 5000));
    assert_eq!(stopped["grants"][0]["waited"]["wish"], "cancel");
    let over = json!({ "grant": 4, "back": "done", "view": {
        "run": run("urgent"), "key": "urgent", "workflow": "topic", "status": "CANCELED",
        "seen_at": "2026-01-19T14:00:00Z",
    } });
    assert_eq!(engine.call("Pool/main/give_back", &over), json!(true));
    // Its key is free now, and it cannot be stopped again.
    assert_eq!(engine.call("Pool/main/submit", &stop), json!(["unknown"]));
}

#[test]
fn a_run_whose_worker_is_lost_goes_to_another_one_also_when_the_server_died_meanwhile() {
    let Some(mut engine) = Engine::start() else { return };
    engine.call("Pool/main/submit", &json!([new("a", &json!({}))]));
    assert_eq!(
        got(&engine.call("Workers/next", &poll("one", &[], 1, 5000))),
        [("a".to_owned(), 1)]
    );
    let short = json!({ "grants": [1], "lease_ms": 2000 });
    assert_eq!(engine.call("Pool/main/beat", &short), json!(["kept"]));
    engine.kill_server();
    engine.start_server();
    let begun = Instant::now();
    let next = engine.call("Workers/next", &poll("two", &[], 1, 20000));
    assert_eq!(got(&next), [("a".to_owned(), 2)]);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(engine.call("Pool/main/beat", &short), json!(["lost"]));
    let late = json!({ "grant": 1, "back": "done" });
    assert_eq!(engine.call("Pool/main/give_back", &late), json!(false));
}
