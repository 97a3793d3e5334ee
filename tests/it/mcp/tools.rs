//! What a client is offered: few tools, small, and honest about what they do.

use super::Client;
use super::ERAS;
use super::Era;
use super::poem;
use serde_json::Value as Json;
use serde_json::json;
use std::fmt::Write as _;

const HINTS: [&str; 4] = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];

fn listed(client: &mut Client) -> Vec<Json> {
    client.ask("tools/list", json!({}))["tools"].as_array().unwrap().clone()
}

/// A line for each tool: its hints that are true, and its arguments, those that are required in capitals.
fn table(tools: &[Json]) -> String {
    let mut table = String::new();
    for tool in tools {
        let hints = &tool["annotations"];
        assert!(HINTS.iter().all(|hint| hints[hint].is_boolean()), "{tool}");
        let hints = HINTS.iter().filter(|hint| hints[**hint] == true);
        let hints: Vec<&str> = hints.map(|hint| hint.trim_end_matches("Hint")).collect();
        let schema = &tool["inputSchema"];
        assert_eq!(schema["additionalProperties"], false);
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let arguments = schema["properties"].as_object().unwrap().iter().map(|(name, argument)| {
            assert!(argument["description"].is_string(), "{tool}");
            assert!(argument["type"].is_string(), "{name} of {tool}");
            if required.contains(&json!(name)) { name.to_uppercase() } else { name.clone() }
        });
        let arguments: Vec<String> = arguments.collect();
        let name = tool["name"].as_str().unwrap();
        let _ = writeln!(table, "{name} [{}] {}", hints.join(" "), arguments.join(" "));
    }
    table
}

#[test]
fn an_agent_is_offered_seven_tools_in_eight_kibibytes() {
    let house = poem();
    for era in ERAS {
        let mut client = Client::new(&house, era, &[]);
        let whole = client.ask("tools/list", json!({}));
        assert!(whole.to_string().len() < 8192, "{}", whole.to_string().len());
        insta::allow_duplicates! {
            insta::assert_snapshot!(table(whole["tools"].as_array().unwrap()), @r#"
            work_next [readOnly idempotent] run cursor
            run_show [readOnly idempotent] run cursor
            gate_check [idempotent] run gate cursor
            gate_finish [] run gate answers cursor
            gate_fail [] run gate REASON cursor
            escalate [] run gate TEXT options domain to cursor
            note [] run gate TEXT kind cursor
            "#);
        }
    }
}

#[test]
fn an_operator_is_offered_more_and_no_word_of_a_person() {
    let house = poem();
    let mut client = Client::operator(&house);
    let tools = listed(&mut client);
    insta::assert_snapshot!(table(&tools[7..]), @r#"
    workflow_list [readOnly idempotent] cursor
    workflow_show [readOnly idempotent] NAME cursor
    workflow_check [readOnly idempotent] names cursor
    run_list [readOnly idempotent] status workflow key since cursor
    run_start [destructive openWorld] WORKFLOW inputs again budget agent until cursor
    run_resume [destructive openWorld] run budget agent until cursor
    run_pause [idempotent] run reason cursor
    run_cancel [destructive idempotent] run reason cursor
    verify [readOnly idempotent] run all cursor
    "#);
    let words = tools.iter().map(|tool| tool["name"].as_str().unwrap());
    for refused in ["approve", "reject", "waive", "amend", "answer", "forward", "redo"] {
        assert!(words.clone().all(|name| !name.contains(refused)), "{refused}");
    }
    // What only an operator may do, an agent cannot.
    let unknown = Client::agent(&house).reply("tools/call", json!({ "name": "run_cancel" }));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
}

#[test]
fn it_says_what_it_is_in_both_eras() {
    let house = poem();
    let mut client = Client::new(&house, Era::Inline, &[]);
    let told = client.ask("server/discover", json!({}));
    assert!(told["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")), "{told}");
    assert!(told["instructions"].as_str().unwrap().contains("work_next"));
    let info = &told["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(
        (&info["name"], &info["version"]),
        (&json!("orch"), &json!(env!("CARGO_PKG_VERSION")))
    );
    for name in ["tools", "resources", "prompts"] {
        assert!(told["capabilities"][name].is_object(), "{told}");
    }
    assert!(told["ttlMs"].is_number() && told["cacheScope"].is_string(), "{told}");
    assert!(client.ask("tools/list", json!({}))["ttlMs"].is_number());
}

#[test]
fn arguments_that_are_wrong_are_told_with_the_call_that_is_right() {
    let house = super::waiting_poem();
    let mut client = Client::operator(&house);
    let calls = [
        ("gate_check", json!({ "gat": "write" })),
        ("gate_check", json!({ "gate": "wirte" })),
        ("gate_check", json!({ "gate": 5 })),
        ("gate_fail", json!({})),
        ("gate_fail", json!({ "reason": " " })),
        ("note", json!({ "text": "a", "kind": "message" })),
        ("run_show", json!({ "run": "nope" })),
        ("run_start", json!({ "workflow": "dmeo" })),
        ("run_start", json!({ "workflow": "demo", "inputs": { "topic": "ink" } })),
        ("work_next", json!({ "cursor": "nope" })),
    ];
    let mut told = String::new();
    for (tool, arguments) in calls {
        let refused = client.refused(tool, arguments.clone());
        let error = &refused["error"];
        let calls = refused["instructions"]["calls"].as_array();
        let next = calls.and_then(|calls| calls.first()).map(Json::to_string).unwrap_or_default();
        let next = next.replace(&house.run_id(), "RUN");
        let help = error["help"].as_str().unwrap_or_default().replace(&house.run_id(), "RUN");
        let message = error["message"].as_str().unwrap();
        let _ = writeln!(told, "{tool} {arguments}\n  {message}\n  {help}\n  {next}");
        assert!(!next.is_empty(), "{refused}");
    }
    insta::assert_snapshot!(told, @r#"
    gate_check {"gat":"write"}
      `gate_check` has no argument `gat`; did you mean `gate`?
      
      {"tool":"gate_check","arguments":{}}
    gate_check {"gate":"wirte"}
      gate `wirte` not found in this run
      did you mean `write`?
      {"tool":"work_next","arguments":{}}
    gate_check {"gate":5}
      argument `gate` is not valid: 5 is not of type "string"
      
      {"tool":"gate_check","arguments":{}}
    gate_fail {}
      `gate_fail` requires the argument `reason`
      
      {"tool":"gate_fail","arguments":{"reason":"…"}}
    gate_fail {"reason":" "}
      `reason` is empty
      orch gate fail --reason "…"
      {"tool":"gate_fail","arguments":{"reason":"…"}}
    note {"text":"a","kind":"message"}
      argument `kind` is not valid: "message" is not one of "update", "note" or 3 other candidates
      
      {"tool":"note","arguments":{"text":"a"}}
    run_show {"run":"nope"}
      run `nope` not found
      known: RUN
      {"tool":"work_next","arguments":{}}
    run_start {"workflow":"dmeo"}
      workflow `dmeo` not found
      did you mean `demo`?
      {"tool":"work_next","arguments":{}}
    run_start {"workflow":"demo","inputs":{"topic":"ink"}}
      workflow `demo` has no input `topic`
      none is defined
      {"tool":"work_next","arguments":{}}
    work_next {"cursor":"nope"}
      unknown cursor "nope"
      call the tool again without a cursor
      {"tool":"work_next","arguments":{}}
    "#);
    let unknown = client.reply("tools/call", json!({ "name": "gate_chek", "arguments": {} }));
    assert_eq!(unknown["error"]["message"], "unknown tool `gate_chek`; did you mean `gate_check`?");
}

#[test]
fn what_is_left_out_may_be_null() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    let arguments = json!({ "run": null, "gate": null, "cursor": null });
    assert_eq!(client.call("gate_check", arguments)["data"]["gate"], "write");
}
