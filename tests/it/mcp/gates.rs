//! A gate, from its packet to its verdict, by tools alone.

use super::Client;
use super::ERAS;
use super::poem;
use super::waiting_poem;
use crate::house::House;
use crate::house::wait_until;
use serde_json::json;

#[test]
fn a_gate_is_taken_checked_and_finished() {
    for era in ERAS {
        let house = waiting_poem();
        let mut client = Client::new(&house, era, &[]);
        let next = client.call("work_next", json!({}));
        assert!(next["data"]["packet"].as_str().unwrap().contains("Write the poem."));
        let calls = &next["instructions"]["calls"];
        assert_eq!(
            (&calls[0]["tool"], &calls[1]["tool"]),
            (&json!("gate_check"), &json!("gate_finish"))
        );
        let found = client.call("gate_check", json!({}));
        assert_eq!(found["success"], false);
        assert_eq!(found["data"]["findings"][0]["path"], "out/poem.md");
        house.write("out/poem.md", "Frost on the line\n");
        let arguments = calls[0]["arguments"].clone();
        assert_eq!(client.call("gate_check", arguments)["success"], true);
        client.call("note", json!({ "text": "Four words on frost.", "kind": "summary" }));
        let done = client.call("gate_finish", calls[1]["arguments"].clone());
        assert_eq!((&done["success"], &done["data"]["status"]), (&json!(true), &json!("PASS")));
        wait_until("a worker ends the run", || house.record()["status"] == "PASSED");
        assert_eq!(house.gates(), "write PASS");
        let shown = client.call("run_show", json!({}));
        assert_eq!(shown["data"]["status"], "PASSED");
        house.orch("verify").code(0);
    }
}

#[test]
fn work_that_fails_is_recorded_and_tried_again() {
    let house = waiting_poem();
    let mut client = Client::agent(&house);
    house.write("out/poem.md", "Frost\n");
    let done = client.call("gate_finish", json!({}));
    assert_eq!((&done["success"], &done["data"]["passed"]), (&json!(false), &json!(false)));
    assert!(!done["data"]["findings"].as_array().unwrap().is_empty());
    wait_until("the next attempt waits for its work", || {
        let next = client.call("work_next", json!({}));
        next["data"]["packet"].as_str().is_some_and(|packet| packet.contains("Findings to fix"))
    });
    // The worker that began it may have the run still.
    let mut failed = json!(null);
    wait_until("the worker has left the run", || {
        failed = client.refusable("gate_fail", json!({ "reason": "The ink is out." }));
        failed["error"]["code"] != "held"
    });
    assert_eq!(failed["success"], true);
    assert_eq!(failed["data"]["status"], "FAIL");
    wait_until("the run ends", || house.record()["status"] == "FAILED");
    assert_eq!(house.attempts("write"), "FAIL FAIL");
    assert_eq!(house.attempt("write", 2)["failure_reason"], "The ink is out.");
}

#[test]
fn a_question_goes_to_a_person_and_the_answer_into_the_next_packet() {
    let house = waiting_poem();
    let mut client = Client::agent(&house);
    let asked = json!({ "text": "Rhymed?", "options": ["yes", "no"], "domain": "style" });
    let told = client.call("escalate", asked);
    assert_eq!(told["data"]["question"]["options"], json!(["yes", "no"]));
    let next = client.call("work_next", json!({}));
    assert_eq!(next["data"]["run"]["waiting"][0]["waits_for"], "answer");
    assert!(next["instructions"].get("calls").is_none(), "{next}");
    house.orch_with(&["forward", "demo", "no"]).code(0);
    house.orch("run resume").code(3);
    let next = client.call("work_next", json!({}));
    let packet = next["data"]["packet"].as_str().unwrap();
    assert!(packet.contains("Rhymed?") && packet.contains("Answer: no"), "{packet}");
}

#[test]
fn an_agent_at_work_checks_notes_and_gives_up_but_leaves_the_verdict_to_its_driver() {
    let calls = [
        ("note", json!({ "text": "begun" })),
        ("gate_check", json!({})),
        ("gate_finish", json!({})),
        ("gate_fail", json!({ "reason": "no ink" })),
        ("work_next", json!({})),
    ];
    let hello = json!({
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": { "name": "test", "version": "1" },
    });
    let mut lines =
        vec![json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello })];
    lines.extend(calls.iter().enumerate().map(|(at, (tool, arguments))| {
        let params = json!({ "name": tool, "arguments": arguments });
        json!({ "jsonrpc": "2.0", "id": at + 1, "method": "tools/call", "params": params })
    }));
    let asked: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!("'{orch}' mcp < asked.jsonl > answered.jsonl\n");
    let house = poem().agents("").script("write", &script).file("asked.jsonl", &asked);
    house.orch("run demo").code(1);
    assert_eq!(house.attempts("write"), "FAIL FAIL");
    assert_eq!(house.attempt("write", 1)["failure_reason"], "no ink");
    let answered = house.read("answered.jsonl");
    let answer = |id: usize| -> serde_json::Value {
        let all =
            answered.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let mut all = all.filter(|answer| answer["id"] == id);
        all.next().unwrap()["result"].clone()
    };
    assert_eq!(answer(1)["structuredContent"]["data"]["handed_over"], true);
    assert_eq!(answer(2)["structuredContent"]["data"]["gate"], "write");
    let refused = answer(3);
    assert_eq!(refused["isError"], true);
    let words = refused["structuredContent"]["instructions"]["next_actions"][0].as_str().unwrap();
    assert!(words.contains("judged when you end your turn"), "{words}");
    assert_eq!(answer(4)["isError"], false);
    let next = answer(5)["structuredContent"].clone();
    assert!(next["data"]["packet"].as_str().unwrap().contains("Write the poem."), "{next}");
    assert_eq!(next["instructions"]["calls"][0]["tool"], "gate_check");
}

#[test]
fn a_gate_asks_for_answers_of_its_agent() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'agent'\nprompt = 'ask.md'\n\
         [gate.answers]\nmood = { type = 'choice', choices = ['glad', 'sad'], help = 'Mood' }\n",
    );
    let house = house.file("prompts/ask.md", "How are you?\n");
    house.orch("run demo --agent none").code(3);
    let mut client = Client::agent(&house);
    let next = client.call("work_next", json!({}));
    let finish = &next["instructions"]["calls"][1]["arguments"];
    assert_eq!(finish["answers"], json!(["mood=…"]));
    let refused = client.refused("gate_finish", json!({ "answers": ["mood=angry"] }));
    assert!(refused["error"]["message"].as_str().unwrap().contains("angry"), "{refused}");
    client.call("gate_finish", json!({ "answers": ["mood=glad"] }));
    wait_until("the run ends", || house.record()["status"] == "PASSED");
}
