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
    let capabilities = params.as_object_mut().and_then(|it| it.remove("capabilities"));
    let name = params["name"].as_str().or(params["uri"].as_str()).map(str::to_owned);
    if era == Era::Inline {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": capabilities.unwrap_or_else(|| json!({})),
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

/// A run that waits for an approval, and its server.
fn waiting_for_approval() -> (House, Server) {
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\napproval = 'person'\n";
    let house = House::new().workflow("demo", gate);
    house.orch("run demo").code(3);
    let server = house.serves("");
    (house, server)
}

/// What a client that shows addresses sends, and more.
fn showing(more: &[(&str, Json)]) -> Json {
    let mut params = json!({
        "name": "work_next", "arguments": {}, "capabilities": { "elicitation": { "url": {} } },
    });
    for (name, value) in more {
        params[*name] = value.clone();
    }
    params
}

#[test]
fn the_user_of_a_client_is_shown_the_page_on_which_they_decide() {
    let (house, server) = waiting_for_approval();
    let before = std::fs::read(house.journal()).unwrap();
    let reply = post(&server, Era::Inline, "tools/call", showing(&[]), &[]).code(200).json();
    let result = &reply["result"];
    assert_eq!(result["resultType"], "input_required", "{reply}");
    let asked = &result["inputRequests"]["person"];
    assert_eq!(asked["method"], "elicitation/create");
    assert_eq!(asked["params"]["mode"], "url");
    let run = house.run_id();
    let message = format!("Gate a of run {run} waits for an approval.");
    assert_eq!(asked["params"]["message"], message);
    let address = asked["params"]["url"].as_str().unwrap();
    let origin = format!("http://localhost:{}", server.port);
    let path = address.strip_prefix(&origin).unwrap();
    assert!(path.ends_with(&format!("/runs/{run}/gates/a")), "{address}");
    // The address lets nobody in.
    assert!(!reply.to_string().contains(&server.token), "{reply}");
    server.send("GET", path, &[], "").code(401);
    server.get(path).code(200);

    // What the client says of it changes nothing, and is believed nothing.
    for said in [
        json!({ "person": { "action": "accept" } }),
        json!({ "person": { "action": "accept", "content": { "approved": true } } }),
        json!({ "person": { "action": "decline" } }),
        json!({}),
    ] {
        let more = [("inputResponses", said), ("requestState", json!("approved"))];
        let again = post(&server, Era::Inline, "tools/call", showing(&more), &[]).code(200).json();
        let told = &again["result"]["structuredContent"];
        assert_eq!(told["data"]["run"]["waiting"][0]["waits_for"], "approval", "{again}");
    }
    assert_eq!(std::fs::read(house.journal()).unwrap(), before);
    // Once somebody has decided, nobody is asked.
    house.on_terminal("gate approve", &[("Approve this as", "yes\r")]).code(0);
    let done = post(&server, Era::Inline, "tools/call", showing(&[]), &[]).code(200).json();
    assert_eq!(done["result"]["resultType"], "complete", "{done}");
}

#[test]
fn other_clients_are_told_the_page_in_words() {
    let (house, server) = waiting_for_approval();
    let words = format!("/runs/{}/gates/a", house.run_id());
    for era in ERAS {
        for capabilities in [json!({}), json!({ "elicitation": { "form": {} } })] {
            let params = json!({
                "name": "work_next", "arguments": {}, "capabilities": capabilities,
            });
            let reply = post(&server, era, "tools/call", params, &[]).code(200).json();
            let actions = &reply["result"]["structuredContent"]["instructions"]["next_actions"];
            let told = actions.to_string();
            assert!(told.contains("A person decides at http://localhost:"), "{reply}");
            assert!(told.contains(&words), "{reply}");
        }
    }
}

#[test]
fn an_agents_gate_is_shown_to_nobody() {
    let house = waiting_poem();
    let server = house.serves("");
    let reply = post(&server, Era::Inline, "tools/call", showing(&[]), &[]).code(200).json();
    assert_eq!(reply["result"]["resultType"], "complete", "{reply}");
    assert!(!reply.to_string().contains("A person decides"), "{reply}");
}
