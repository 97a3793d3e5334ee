//! Answers have a bound, in size and in time.

use super::Client;
use crate::house::House;
use serde_json::Value as Json;
use serde_json::json;

#[test]
fn a_long_packet_comes_in_parts_and_is_whole_as_a_resource() {
    let lines: String = (0..3000).map(|line| format!("Line {line}: \"ünïcode\".\n")).collect();
    let house = super::poem().file("prompts/ask.md", &lines);
    house.orch("run demo --agent none").code(3);
    let mut client = Client::agent(&house);
    let first = client.result("work_next", json!({}));
    let link = first["content"][1].clone();
    let told = &first["structuredContent"];
    let mut packet = told["data"]["packet"].as_str().unwrap().to_owned();
    assert_eq!(told["more"]["cut"][0]["at"], "/packet");
    assert_eq!(told["more"]["resource"], link["uri"]);
    assert!(told["instructions"]["calls"].is_array());
    let mut more = told["more"].clone();
    while let Some(cursor) = more["cursor"].as_str() {
        let part = client.call("work_next", json!({ "cursor": cursor }));
        assert_eq!(part["data"]["from"], packet.len());
        packet.push_str(part["data"]["text"].as_str().unwrap());
        more = part["more"].clone();
    }
    assert!(packet.contains("Line 2999"));
    let read = client.ask("resources/read", json!({ "uri": link["uri"] }));
    assert_eq!(read["contents"][0]["text"].as_str().unwrap().trim_end(), packet.trim_end());
}

#[test]
fn many_findings_come_in_parts() {
    let outputs: String =
        (0..400).map(|number| format!("[[output]]\npath = 'out/{number}.md'\n")).collect();
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'\ncontract = 'many'\n")
        .contract("many", &outputs);
    house.orch("run demo --agent none").code(3);
    let mut client = Client::agent(&house);
    let told = client.call("gate_check", json!({}));
    let mut findings = told["data"]["findings"].as_array().unwrap().clone();
    let mut more = told["more"].clone();
    while let Some(cursor) = more["cursor"].as_str() {
        let part = client.call("gate_check", json!({ "cursor": cursor }));
        if part["data"]["at"] == "/findings" {
            findings.extend(part["data"]["items"].as_array().unwrap().clone());
        }
        more = part["more"].clone();
    }
    let paths: Vec<&Json> = findings.iter().map(|finding| &finding["path"]).collect();
    assert_eq!(paths.len(), 400);
    assert_eq!(*paths[399], "out/399.md");
}

#[test]
fn a_call_that_takes_long_is_asked_for_again() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'\ncontract = 'slow'\n")
        .contract(
            "slow",
            "[[output]]\npath = 'a.txt'\nchecks = [{ kind = 'command', command = \
             ['sh', '-c', 'echo x >> runs.log; until test -e go; do sleep 0.05; done'] }]\n",
        );
    house.orch("run demo --agent none").code(3);
    house.write("a.txt", "a");
    let mut client = Client::new(&house, super::Era::Inline, &["--patience", "200ms"]);
    let told = client.call("gate_check", json!({ "gate": "a" }));
    assert_eq!(told["data"]["still_running"], true);
    assert_eq!(
        told["instructions"]["calls"],
        json!([{ "tool": "gate_check", "arguments": { "gate": "a" } }])
    );
    // Meanwhile others are answered.
    client.call("work_next", json!({}));
    house.write("go", "");
    let mut told = client.call("gate_check", json!({ "gate": "a" }));
    while told["data"]["still_running"] == true {
        told = client.call("gate_check", json!({ "gate": "a" }));
    }
    assert_eq!((&told["success"], &told["data"]["passed"]), (&json!(true), &json!(true)));
    assert_eq!(house.read("runs.log"), "x\n");
}
