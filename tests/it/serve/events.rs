//! Following runs: nothing is lost or doubled, however often a reader or the server goes away.

use super::house;
use crate::house::wait_until;
use serde_json::Value as Json;
use serde_json::json;
use std::time::Duration;

/// The number of an event that was sent.
fn seq(event: Option<(String, Json)>) -> u64 {
    let (id, data) = event.expect("an event");
    assert_eq!(id, data["seq"].to_string());
    data["seq"].as_u64().unwrap()
}

#[test]
fn a_reader_that_comes_back_misses_nothing_also_at_the_next_server() {
    let house = house();
    house.orch("run item --key a").code(3);
    let all = std::fs::read_to_string(house.journal()).unwrap().lines().count() as u64;
    let server = house.serves("");
    let mut events = server.follow("/api/events?run=a&after=0", &[]);
    let read: Vec<u64> = (0..all).map(|_| seq(events.next())).collect();
    assert_eq!(read, (1..=all).collect::<Vec<u64>>());
    // What is appended comes at once, by whatever process.
    house.orch("note hello").code(0);
    assert_eq!(seq(events.next()), all + 1);
    // The server is killed, and something happens while there is none.
    drop(server);
    assert_eq!(events.next(), None);
    house.orch("note again").code(0);
    house.orch("note once more").code(0);
    let server = house.serves("");
    for beyond in ["after=999", "after=18446744073709551615"] {
        let problem = server.get(&format!("/api/events?run=a&{beyond}")).code(400).json();
        assert!(problem["detail"].as_str().unwrap().contains("has no event"), "{problem}");
    }
    let junk = [("authorization", &*server.bearer()), ("last-event-id", "junk")];
    server.send("GET", "/api/events?run=a", &junk, "").code(400);
    let last = (all + 1).to_string();
    let mut events = server.follow("/api/events?run=a", &[("last-event-id", &last)]);
    assert_eq!((seq(events.next()), seq(events.next())), (all + 2, all + 3));
    server.post("note", &json!({ "run": "a", "kind": "note", "text": ["x"] })).code(200);
    assert_eq!(seq(events.next()), all + 4);
    let ahead = server.get(&format!("/api/events?run=a&after={}", all + 100));
    assert!(ahead.status >= 400);
}

#[test]
fn a_reader_of_the_project_hears_which_runs_change() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let mut events = server.follow("/api/events", &[]);
    let run = house.run_id();
    // First what is there when it begins, then what changes.
    assert_eq!(events.next().unwrap().1["run_id"], *run);
    house.orch("note hello").code(0);
    let (_, told) = events.next().unwrap();
    assert_eq!(told["run_id"], *run);
}

#[test]
fn it_ends_within_two_seconds_whoever_follows_and_whoever_does_not_read() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let mut reader = server.follow("/api/events?run=a", &[]);
    let stalled =
        server.open("GET", "/api/events?run=a&after=0", &[("authorization", &server.bearer())], "");
    let idle = std::net::TcpStream::connect(("127.0.0.1", server.port)).unwrap();
    let took = server.ends();
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(reader.next(), None);
    drop((stalled, idle));
}

#[test]
fn a_command_that_runs_for_a_request_does_not_outlive_the_server() {
    let house = house()
        .workflow("slow", "[[gate]]\nid = 'a'\nexecutor = 'agent'\ncontract = 'slow'")
        .contract(
            "slow",
            "[[check]]\nkind = 'command'\ncommand = ['sh', '-c', 'echo $$ > pid; sleep 300']",
        );
    house.orch("run slow").code(3);
    let server = house.serves("");
    let bearer = server.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let _open = server.open("POST", "/api/gate_check", &headers, "{\"gate\":\"a\"}");
    wait_until("the check runs", || house.exists("pid") && !house.read("pid").trim().is_empty());
    let pid = house.read("pid").trim().to_owned();
    let took = server.ends();
    assert!(took < Duration::from_secs(2), "{took:?}");
    wait_until("its command ends", || !crate::house::is_alive(&pid));
}
