//! Decisions on what a run was before, and by whom of several: only what was seen is decided, by who signs.

use super::Asking;
use super::WORKFLOW;
use super::approve;
use super::asking;
use super::asking_in;
use super::asking_of;
use crate::house::House;
use crate::house::wait_until;
use serde_json::Value as Json;
use serde_json::json;

#[test]
fn a_decision_on_what_the_run_was_before_is_refused() {
    let Some(asking) = asking(WORKFLOW) else { return };
    let question = asking.question("write", approve());
    asking.house.orch("note something").code(0);
    let before = asking.journal();
    let assertion = asking.ada.assert(question["challenge"].as_str().unwrap());
    assert_eq!(asking.answer(&question, assertion).code(409).json()["code"], "moved");
    assert_eq!(asking.journal(), before);
    asking.decide("write", approve());
    asking.house.orch("verify").code(0).says("signed by ada@example.org");
}

#[test]
fn what_was_asked_of_a_gate_before_it_was_finished_elsewhere_does_nothing_to_it() {
    let workflow = "[[gate]]
        id = 'write'
        executor = 'human'
        contract = 'one'
        approval = { signed = true, by = ['ada@example.org'] }";
    let Some(asking) = asking(workflow) else { return };
    asking.house.write("one.txt", "one\n");
    let question = asking.question("write", json!({ "kind": "finish" }));
    asking.house.orch("gate finish").code(0).says("WAITING");
    asking.house.write("one.txt", "two\n");
    let before = asking.journal();
    let assertion = asking.ada.assert(question["challenge"].as_str().unwrap());
    assert_eq!(asking.answer(&question, assertion).code(409).json()["code"], "moved");
    assert_eq!(asking.journal(), before);
}

/// What the page of a gate says that it shows; nothing while the gate is at work.
fn seen(asking: &Asking, gate: &str) -> Option<Json> {
    let run = asking.house.run_id();
    let page = asking.server.get(&format!("/runs/{run}/gates/{gate}")).code(200).body;
    let rest = page.split("data-seen=\"").nth(1)?;
    rest.split('"').next().map(Json::from)
}

#[test]
fn who_decides_on_a_page_that_is_no_longer_right_is_not_asked_to_sign() {
    let workflow = "[[gate]]
        id = 'write'
        executor = 'command'
        shell = 'echo $ORCH_ATTEMPT > one.txt'
        contract = 'one'
        retry = { attempts = 3 }
        approval = { signed = true, by = ['ada@example.org'], show = ['shown.txt'] }";
    let Some(asking) = asking_in(House::new().file("shown.txt", "1\n"), workflow) else { return };
    let ask = |kind: &str, seen: &Json| {
        let decision = json!({ "kind": kind, "reason": "thin" });
        let decision = if kind == "approve" { json!({ "kind": kind }) } else { decision };
        let ask = json!({ "gate": "write", "seen": seen, "decision": decision });
        asking.server.post("decision/question", &ask)
    };
    let first = seen(&asking, "write").unwrap();
    ask("approve", &first).code(200);
    ask("reject", &first).code(200);
    asking.house.orch("note something").code(0);
    ask("approve", &first).code(200);
    // What the page showed beside the outputs is other by now.
    asking.house.write("shown.txt", "2\n");
    let problem = ask("approve", &first).code(409).json();
    assert!(problem["detail"].as_str().unwrap().contains("not as the page showed it"), "{problem}");
    let second = seen(&asking, "write").unwrap();
    ask("approve", &second).code(200);
    asking.decide("write", json!({ "kind": "reject", "reason": "thin" }));
    wait_until("it is made again", || asking.house.read("one.txt") == "2\n");
    wait_until("it waits again", || {
        seen(&asking, "write").is_some_and(|seen| ask("approve", &seen).status == 200)
    });
    for old in [&first, &second] {
        ask("approve", old).code(409);
        ask("reject", old).code(409);
    }
    let head = asking.server.get("/api/status").header("etag").unwrap().to_owned();
    asking.house.orch("note more").code(0);
    let ask = json!({ "gate": "write", "decision": { "kind": "approve" } });
    asking.server.post_with("decision/question", &ask, &[("if-match", &head)]).code(409);
}

#[test]
fn who_hands_in_signs_the_bytes_that_are_handed_in() {
    let workflow = "[[gate]]
        id = 'write'
        executor = 'human'
        contract = 'one'";
    let Some(asking) = asking(workflow) else { return };
    asking.house.write("one.txt", "one\n");
    let question = asking.question("write", json!({ "kind": "finish" }));
    let statement = question["statement"].as_str().unwrap();
    assert!(statement.contains("\nsaw: ") && statement.contains(" \"one.txt\""), "{statement}");
    asking.house.write("one.txt", "two\n");
    let before = asking.journal();
    let assertion = asking.ada.assert(question["challenge"].as_str().unwrap());
    let problem = asking.answer(&question, assertion).code(400).json();
    assert!(problem["detail"].as_str().unwrap().contains("since they were signed"), "{problem}");
    assert_eq!(asking.journal(), before);
    asking.decide("write", json!({ "kind": "finish" }));
    wait_until("the run passes", || asking.house.record()["status"] == "PASSED");
    asking.house.orch_by_the_clock("verify").code(0);
}

#[test]
fn a_run_that_works_in_a_worktree_is_decided_on_there() {
    let Some(asking) = asking(WORKFLOW) else { return };
    let spawn = json!({ "keys": ["far"], "workflow": "far" });
    let far =
        format!("key = '{{{{ key }}}}'\ninputs.key = {{ type = 'slug', help = 'it' }}\n{WORKFLOW}");
    asking.house.write("workflows/far.toml", format!("name = 'far'\nversion = '1'\n{far}"));
    asking.house.git("add --all");
    asking.house.git("commit --quiet --message=far");
    asking.server.post("spawn", &spawn).code(200);
    let ask = json!({ "run": "far", "gate": "write", "decision": { "kind": "approve" } });
    let check = json!({ "run": "far", "gate": "write" });
    wait_until("it can be checked", || asking.server.post("gate_check", &check).status == 200);
    asking.decide_on(&ask);
    let status = || asking.server.get("/api/status?run=far").body;
    wait_until("it passes", || status().contains("\"PASSED\""));
}

#[test]
fn each_of_those_who_share_a_passkey_decides_by_their_own_name() {
    let workflow = "[[gate]]\nid = 'write'\nexecutor = 'human'";
    let both = "ada@example.org,bob@example.org";
    let Some(Asking { house, server, ada: both }) = asking_of(House::new(), workflow, both) else {
        return;
    };
    let ask = json!({
        "gate": "write", "by": "bob@example.org", "decision": { "kind": "finish" },
    });
    let question = server.post("decision/question", &ask).code(200).json()["data"].take();
    let assertion = both.assert(question["challenge"].as_str().unwrap());
    let answer = json!({ "nonce": question["nonce"], "assertion": assertion });
    server.post("decision", &answer).code(200);
    wait_until("the run passes", || house.record()["status"] == "PASSED");
    house.orch_by_the_clock("verify").code(0);
}
