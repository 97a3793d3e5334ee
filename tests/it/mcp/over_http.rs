//! The same tools at `/mcp` of `orch serve`: each request stands by itself, in both eras.

use super::Era;
use super::poem;
use super::waiting_poem;
use crate::house::House;
use crate::house::Response;
use crate::house::Server;
use crate::house::wait_until;
use serde_json::Value as Json;
use serde_json::json;

const ERAS: [Era; 2] = super::ERAS;

/// Sends a request with the headers that its era wants, and more.
fn post(server: &Server, era: Era, method: &str, params: Json, more: &[(&str, &str)]) -> Response {
    let bearer = server.bearer();
    let mut headers = vec![
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    let mut params = params;
    let name = params["name"].as_str().or(params["uri"].as_str()).map(str::to_owned);
    if era == Era::Inline {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        });
        headers.extend([("mcp-protocol-version", "2026-07-28"), ("mcp-method", method)]);
        headers.extend(name.as_deref().map(|name| ("mcp-name", name)));
    }
    headers.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    headers.extend(more.iter().filter(|(_, value)| !value.is_empty()));
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    server.send("POST", "/mcp", &headers, &body.to_string())
}

fn call(server: &Server, era: Era, tool: &str, arguments: Json, more: &[(&str, &str)]) -> Json {
    let params = json!({ "name": tool, "arguments": arguments });
    let reply = post(server, era, "tools/call", params, more).code(200).json();
    let result = &reply["result"];
    assert_eq!(result["isError"], false, "{reply}");
    result["structuredContent"].clone()
}

#[test]
fn a_gate_is_taken_over_http() {
    for era in ERAS {
        let house = waiting_poem();
        let server = house.serves("");
        let listed = post(&server, era, "tools/list", json!({}), &[]).code(200);
        assert!(listed.body.len() < 8192, "{}", listed.body.len());
        assert_eq!(listed.json()["result"]["tools"].as_array().unwrap().len(), 7);
        let next = call(&server, era, "work_next", json!({}), &[]);
        assert!(next["data"]["packet"].as_str().unwrap().contains("Write the poem."));
        house.write("out/poem.md", "Frost on the line\n");
        assert_eq!(call(&server, era, "gate_check", json!({}), &[])["success"], true);
        assert_eq!(call(&server, era, "gate_finish", json!({}), &[])["data"]["status"], "PASS");
        wait_until("a worker ends the run", || house.record()["status"] == "PASSED");
    }
}

#[test]
fn what_shows_no_token_or_comes_from_elsewhere_is_refused() {
    let house = waiting_poem();
    let server = house.serves("");
    let refused = [
        (("authorization", ""), 401),
        (("authorization", "Bearer nope"), 401),
        (("origin", "http://evil.example"), 403),
        (("origin", "http://localhost:1"), 403),
        (("sec-fetch-site", "cross-site"), 403),
        (("host", "evil.example"), 421),
        (("content-type", "text/plain"), 415),
        (("accept", "text/html"), 406),
    ];
    for era in ERAS {
        for (header, status) in refused {
            let response = post(&server, era, "tools/list", json!({}), &[header]);
            assert_eq!(response.status, status, "{header:?}: {response:?}");
        }
    }
    let mismatched = [("mcp-method", "prompts/list"), ("mcp-protocol-version", "1999-01-01")];
    for header in mismatched {
        let response = post(&server, Era::Inline, "tools/list", json!({}), &[header]);
        assert_eq!(response.status, 400, "{header:?}: {response:?}");
    }
    let bearer = server.bearer();
    let headers = [("authorization", bearer.as_str()), ("accept", "text/event-stream")];
    server.send("GET", "/mcp", &headers, "").code(405);
    assert_eq!(house.gates(), "write WAITING");
}

#[test]
fn a_session_has_a_key_of_its_own() {
    let house = poem().workflow(
        "essay",
        "key = '{{ topic }}'\n[inputs]\ntopic = { type = 'slug' }\n[[gate]]\nid = 'draft'\n\
         executor = 'agent'\n",
    );
    let server = house.serves("--surface operator");
    let begin = |topic: &str| {
        let key = [("x-session-key", topic)];
        let arguments = json!({
            "workflow": "essay", "inputs": { "topic": topic }, "agent": "none",
        });
        let begun = call(&server, Era::Inline, "run_start", arguments, &key);
        begun["data"]["run_id"].as_str().unwrap().to_owned()
    };
    let runs = ["frost", "snow"].map(|topic| (topic, begin(topic)));
    for (topic, run) in &runs {
        let key = [("x-session-key", *topic)];
        wait_until("its gate waits", || {
            let params = json!({ "name": "work_next", "arguments": {} });
            let told = post(&server, Era::Inline, "tools/call", params, &key).code(200).json();
            told["result"]["structuredContent"]["data"]["run"]["status"] == "WAITING"
        });
        let next = call(&server, Era::Inline, "work_next", json!({}), &key);
        assert_eq!(next["data"]["run"]["run_id"], **run);
    }
}

#[test]
fn a_client_without_a_key_is_at_no_run_of_another() {
    let house = poem();
    house.orch("run demo --agent none").code(3);
    let run = house.run_id();
    // The one begun last is meant where none is named.
    house.orch("run demo --again --agent none").code(3);
    let server = house.serves("");
    for era in ERAS {
        let next = call(&server, era, "work_next", json!({ "run": run }), &[]);
        assert_eq!(next["data"]["run"]["run_id"], *run);
        let params = json!({ "name": "gate_fail", "arguments": { "reason": "gone" } });
        let reply = post(&server, era, "tools/call", params, &[]).code(200).json();
        assert_ne!(reply["result"]["structuredContent"]["data"]["run_id"], *run, "{reply}");
    }
}

#[test]
fn a_server_for_looking_offers_what_changes_nothing() {
    let house = waiting_poem();
    let server = house.serves("--read-only --surface operator");
    let listed = post(&server, Era::Inline, "tools/list", json!({}), &[]).code(200).json();
    let tools = listed["result"]["tools"].as_array().unwrap().iter();
    let names: Vec<&str> = tools.map(|tool| tool["name"].as_str().unwrap()).collect();
    let reads = ["work_next", "run_show", "workflow_list", "workflow_show", "workflow_check"];
    assert_eq!(names, [&reads[..], &["run_list", "verify"]].concat());
    let refused = json!({ "name": "note", "arguments": { "text": "a" } });
    let refused = post(&server, Era::Inline, "tools/call", refused, &[]).json();
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
}

/// A project among several is reached by its name.
#[test]
fn each_project_has_its_own_tools() {
    let other = House::new().workflow("other", "[[gate]]\nid = 'a'\nexecutor = 'agent'\n");
    let house = waiting_poem();
    let server = house.serves(&format!(". {}", other.project().display()));
    let bearer = server.bearer();
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("accept", "application/json, text/event-stream"),
    ];
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"resources/list","params":{}}"#;
    let listed = |path: &str| server.send("POST", path, &headers, body).code(200).json();
    assert_eq!(listed("/p/project/mcp")["result"]["resources"].as_array().unwrap().len(), 2);
    assert_eq!(listed("/p/project-2/mcp")["result"]["resources"], json!([]));
    server.send("POST", "/mcp", &headers, body).code(404);
}
