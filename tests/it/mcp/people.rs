//! What is for people: no client gives their word, whoever started the server.

use super::Client;
use super::Era;
use crate::house::House;
use serde_json::json;

#[test]
fn the_gate_of_a_person_is_not_finished_for_them() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\nprompt = 'ask.md'\n";
    let house = House::new().workflow("demo", gate).file("prompts/ask.md", "Read it.\n");
    house.orch("run demo").code(3);
    let mut client = Client::agent(&house);
    let next = client.call("work_next", json!({}));
    assert_eq!(next["data"]["run"]["waiting"][0]["waits_for"], "person");
    let calls = next["instructions"]["calls"].as_array().unwrap();
    assert_eq!(calls.iter().map(|call| &call["tool"]).collect::<Vec<_>>(), ["gate_check"]);
    let calls = [
        ("gate_finish", json!({})),
        ("gate_fail", json!({ "reason": "no" })),
        ("escalate", json!({ "text": "what?" })),
    ];
    for (tool, arguments) in calls {
        let refused = client.refused(tool, arguments);
        let message = refused["error"]["message"].as_str().unwrap();
        assert_eq!(message, "this requires a person; an MCP client cannot act as one");
    }
    assert_eq!(house.gates(), "a WAITING");
    // An agent that a person has sit at their shell is their hand.
    house.orch("gate finish").code(0);
}

#[test]
fn an_approval_is_waited_for_and_not_given() {
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\napproval = 'person'\n";
    let house = House::new().workflow("demo", gate);
    house.orch("run demo").code(3);
    let mut client = Client::operator(&house);
    let next = client.call("work_next", json!({}));
    assert_eq!(next["data"]["run"]["waiting"][0]["waits_for"], "approval");
    let action = next["instructions"]["next_actions"][0].as_str().unwrap();
    assert!(action.contains("approve or reject gate a"), "{action}");
    assert_eq!(next["instructions"]["suggested_commands"][0], "orch gate approve");
    assert!(next["instructions"].get("calls").is_none(), "{next}");
    let refused = client.refused("gate_finish", json!({}));
    assert!(refused["error"]["message"].as_str().unwrap().contains("waiting for approval"));
    assert_eq!(house.gates(), "a WAITING");
}

#[test]
fn what_a_client_says_is_recorded_as_an_agents_word() {
    let house = super::waiting_poem();
    Client::agent(&house).call("note", json!({ "text": "half done", "kind": "update" }));
    let log = std::fs::read_to_string(house.journal()).unwrap();
    assert!(log.contains("an agent (an MCP client)"), "{log}");
}

#[test]
fn the_page_of_a_server_beside_it_is_shown_to_the_user() {
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\napproval = 'person'\n";
    let house = House::new().workflow("demo", gate);
    house.orch("run demo").code(3);
    let pages = ["--pages", "http://localhost:7717/"];
    let address = format!("http://localhost:7717/runs/{}/gates/a", house.run_id());
    let mut client = Client::new(&house, Era::Inline, &pages);
    let next = client.call("work_next", json!({}));
    assert!(next["instructions"]["next_actions"].to_string().contains(&address), "{next}");
    client.capabilities = json!({ "elicitation": { "url": {} } });
    let asked = client.reply("tools/call", json!({ "name": "work_next", "arguments": {} }));
    let request = &asked["result"]["inputRequests"]["person"];
    assert_eq!(request["params"]["url"], address, "{asked}");
    // A handshake says the same of a client, in an era in which no answer can ask.
    let mut client = Client::new(&house, Era::Handshake, &pages);
    client.call("work_next", json!({}));
    house.orch("mcp --pages http://localhost:7717/#token=abc").code(2).says("without its token");
    house.orch("mcp --pages http://u:p@localhost:7717").code(2).says("without its token");
    house.orch("mcp --pages file:///etc").code(2).says("begins with http");
}
