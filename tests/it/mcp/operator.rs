//! The operator's tools: runs are begun, steered and verified, and a worker drives them.

use super::Client;
use super::Era;
use super::poem;
use crate::house::House;
use crate::house::wait_until;
use serde_json::json;

#[test]
fn a_run_is_started_paused_resumed_and_canceled() {
    let house = poem();
    let mut client = Client::operator(&house);
    let names = client.call("workflow_list", json!({}));
    assert!(names["data"].as_array().unwrap().iter().any(|entry| entry["name"] == "demo"));
    assert_eq!(client.call("workflow_check", json!({ "names": ["demo"] }))["success"], true);
    let shown = client.call("workflow_show", json!({ "name": "demo" }));
    assert!(shown["data"]["text"].as_str().unwrap().contains("id = 'write'"));
    let started = client.call("run_start", json!({ "workflow": "demo", "agent": "none" }));
    let run = started["data"]["run_id"].as_str().unwrap().to_owned();
    wait_until("its gate waits", || {
        let next = client.refusable("work_next", json!({}));
        next["data"]["run"]["waiting"][0]["gate"] == "write"
    });
    let listed = client.call("run_list", json!({ "status": "waiting" }));
    assert_eq!(listed["data"][0]["run_id"], run);
    let paused = client.call("run_pause", json!({ "reason": "lunch" }));
    assert_eq!(paused["data"]["status"], "PAUSED");
    let next = client.call("work_next", json!({}));
    assert_eq!(next["instructions"]["calls"][0]["tool"], "run_resume");
    client.call("run_resume", next["instructions"]["calls"][0]["arguments"].clone());
    wait_until("it waits again", || {
        client.call("work_next", json!({}))["data"]["run"]["status"] == "WAITING"
    });
    let canceled = client.call("run_cancel", json!({ "reason": "wrong topic" }));
    assert_eq!(canceled["data"]["status"], "CANCELED");
    assert_eq!(client.call("verify", json!({}))["success"], true);
    assert_eq!(house.record()["status"], "CANCELED");
}

#[test]
fn a_worker_takes_a_run_to_its_end_behind_the_call() {
    let house = House::new().workflow(
        "demo",
        "[inputs]\nword = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
         command = ['sh', '-c', 'sleep 1; echo \"$ORCH_INPUT_WORD\" > a.txt']\n",
    );
    let mut client = Client::operator(&house);
    let refused = client.refused("run_start", json!({ "workflow": "demo" }));
    assert!(refused["error"]["message"].as_str().unwrap().contains("word"), "{refused}");
    client.call("run_start", json!({ "workflow": "demo", "inputs": { "word": "ink" } }));
    wait_until("it has passed", || house.has_runs() && passed(&house));
    assert_eq!(house.read("a.txt"), "ink\n");
}

fn passed(house: &House) -> bool {
    let runs = house.orch("run list --json").code(0).json();
    runs["data"][0]["status"] == "PASSED"
}

/// Each client is at its own run: what one begins, another does not mean.
#[test]
fn a_client_is_at_the_run_that_it_was_told_of_last() {
    let house = poem();
    let keyed = |key: &str| {
        format!(
            "key = '{{{{ topic }}}}'\n[inputs]\ntopic = {{ type = 'slug' }}\n[[gate]]\nid = '{key}'\nexecutor = 'agent'\n"
        )
    };
    let house = house.workflow("essay", &keyed("draft"));
    house.orch("run essay --topic frost --agent none").code(3);
    let frost = house.run_id();
    house.orch("run essay --topic snow --agent none").code(3);
    let snow = house.run_folders().into_iter().map(|it| it.display().to_string());
    let snow = snow.map(|path| path.rsplit('/').next().unwrap().to_owned());
    let snow = snow.into_iter().find(|run| *run != frost).unwrap();
    let mut clients = [&frost, &snow].map(|run| {
        let mut client = Client::new(&house, Era::Inline, &[]);
        client.call("work_next", json!({ "run": run }));
        (client, run)
    });
    for (client, run) in &mut clients {
        assert_eq!(client.call("work_next", json!({}))["data"]["run"]["run_id"], **run);
        client.call("note", json!({ "text": "mine" }));
    }
    // The key of a session has one of its own, on whatever connection it comes.
    let mut client = Client::new(&house, Era::Inline, &[]).with_session("left-hand");
    client.call("run_show", json!({ "run": frost }));
    let mut client = client.with_session("right-hand");
    client.call("run_show", json!({ "run": snow }));
    assert_eq!(client.call("run_show", json!({}))["data"]["run_id"], snow);
    let mut client = client.with_session("left-hand");
    assert_eq!(client.call("run_show", json!({}))["data"]["run_id"], frost);
}
