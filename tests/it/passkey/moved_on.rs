//! Decisions on what a run was before, and by whom of several: only what was seen is decided, by who signs.

use super::Asking;
use super::WORKFLOW;
use super::approve;
use super::asking;
use super::asking_of;
use crate::house::House;
use crate::house::wait_until;
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
