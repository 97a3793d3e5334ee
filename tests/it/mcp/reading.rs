//! Resources and prompts: what clients attach, and what people pick.

use super::Client;
use super::ERAS;
use serde_json::Value as Json;
use serde_json::json;

#[test]
fn runs_are_listed_and_read() {
    let house = super::waiting_poem();
    let run = house.run_id();
    for era in ERAS {
        let mut client = Client::new(&house, era, &[]);
        let listed = client.ask("resources/list", json!({}));
        let uris: Vec<&str> = listed["resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["uri"].as_str().unwrap())
            .collect();
        assert_eq!(uris, [format!("orch://runs/{run}"), format!("orch://runs/{run}/brief")]);
        let templates = client.ask("resources/templates/list", json!({}));
        let forms = templates["resourceTemplates"].as_array().unwrap().iter();
        let forms: Vec<&Json> = forms.map(|template| &template["uriTemplate"]).collect();
        assert_eq!(
            forms,
            [
                "orch://runs/{run}",
                "orch://runs/{run}/brief",
                "orch://runs/{run}/gates/{gate}/packet"
            ]
        );
        let mut read = |uri: &str| {
            let read = client.ask("resources/read", json!({ "uri": uri }))["contents"][0].clone();
            assert_eq!(read["uri"], uri);
            read
        };
        let record = read(uris[0]);
        assert_eq!(record["mimeType"], "application/json");
        let record: Json = serde_json::from_str(record["text"].as_str().unwrap()).unwrap();
        assert_eq!(record["run_id"], run);
        assert!(read(uris[1])["text"].as_str().unwrap().contains("write"));
        let packet = read(&format!("orch://runs/{run}/gates/write/packet"));
        assert!(packet["text"].as_str().unwrap().contains("Write the poem."));
        for uri in ["orch://runs/nope", "orch://x", "file:///etc/hostname"] {
            let unknown = client.reply("resources/read", json!({ "uri": uri }));
            let code = unknown["error"]["code"].as_i64().unwrap();
            assert!([-32002, -32602].contains(&code), "{unknown}");
        }
        let path = format!("orch://runs/{run}/gates/..%2F..%2Fx/packet");
        assert!(client.reply("resources/read", json!({ "uri": path })).get("error").is_some());
    }
}

#[test]
fn many_runs_are_listed_page_by_page() {
    let house = super::poem();
    for _ in 0..51 {
        house.orch("run start --workflow demo --again").code(0);
    }
    let mut client = Client::agent(&house);
    let first = client.ask("resources/list", json!({}));
    assert_eq!(first["resources"].as_array().unwrap().len(), 100);
    let second = client.ask("resources/list", json!({ "cursor": first["nextCursor"] }));
    assert_eq!(second["resources"].as_array().unwrap().len(), 2);
    assert!(second.get("nextCursor").is_none());
    assert!(client.reply("resources/list", json!({ "cursor": "x" })).get("error").is_some());
}

#[test]
fn prompts_hand_over_a_gate_and_sum_up_a_run() {
    let house = super::waiting_poem();
    for era in ERAS {
        let mut client = Client::new(&house, era, &[]);
        let listed = client.ask("prompts/list", json!({}));
        let names: Vec<&Json> =
            listed["prompts"].as_array().unwrap().iter().map(|prompt| &prompt["name"]).collect();
        assert_eq!(names, ["take_gate", "brief"]);
        let mut text = |name: &str, arguments: Json| {
            let got = client.ask("prompts/get", json!({ "name": name, "arguments": arguments }));
            got["messages"][0]["content"]["text"].as_str().unwrap().to_owned()
        };
        let taken = text("take_gate", json!({ "gate": "write" }));
        assert!(taken.contains("gate_finish") && taken.contains("Write the poem."), "{taken}");
        assert!(text("brief", json!({})).contains("write"));
        for (name, arguments) in [("nope", json!({})), ("take_gate", json!({ "gate": "x" }))] {
            let refused =
                client.reply("prompts/get", json!({ "name": name, "arguments": arguments }));
            assert_eq!(refused["error"]["code"], -32602, "{refused}");
        }
    }
    let person =
        crate::house::House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\n");
    person.orch("run demo").code(3);
    let asked = json!({ "name": "take_gate", "arguments": { "gate": "a" } });
    let refused = Client::agent(&person).reply("prompts/get", asked);
    let message = &refused["error"]["message"];
    assert_eq!(*message, "gate a waits for a person, not for an agent");
}
