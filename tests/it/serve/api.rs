//! Operations by name, with what HTTP says around them.

use super::house;
use crate::house::House;
use crate::house::wait_until;
use serde_json::json;

#[test]
fn a_run_is_taken_through_by_requests_alone() {
    let house = house();
    let server = house.serves("");
    let begun = server.post("run_detach", &json!({ "workflow": "item", "inputs": { "key": "a" } }));
    let run = begun.code(200).json()["data"]["run_id"].as_str().unwrap().to_owned();
    wait_until("the gate waits", || server.get("/api/status?run=a").body.contains("\"WAITING\""));
    let next = server.get("/api/next?run=a").code(200).json();
    assert!(next["data"]["packet"].as_str().unwrap().contains("text.txt"));
    let checked = server.post("gate_check", &json!({ "run": "a" })).code(200).json();
    assert_eq!((&checked["success"], &checked["data"]["passed"]), (&json!(false), &json!(false)));
    house.write("text.txt", "one\n");
    let done = server.post("gate_finish", &json!({ "run": "a" })).code(200);
    let head = format!("{:?}", done.json()["data"]["run"]["head"].as_str().unwrap());
    assert_eq!(done.header("etag"), Some(&*head));
    assert_eq!(done.json()["data"]["passed"], true);
    wait_until("the run passes", || server.get("/api/status?run=a").body.contains("\"PASSED\""));
    assert_eq!(server.get(&format!("/api/run_show?run={run}")).json()["data"]["run_id"], *run);
    assert_eq!(server.get("/api/verify?run=a").json()["success"], true);
    house.orch("verify").code(0);
}

#[test]
fn a_reply_is_the_one_of_the_command_line() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    for (operation, words) in [("status", "status"), ("run_list", "run list"), ("cost", "cost")] {
        let mut told = house.orch(&format!("{words} --json")).code(0).json();
        let mut reply = server.get(&format!("/api/{operation}")).code(200).json();
        // What is counted from the clock goes on.
        for json in [&mut told, &mut reply] {
            json["instructions"]["context_reminder"].take();
        }
        assert_eq!(reply, told, "{operation}");
    }
}

#[test]
fn what_goes_wrong_is_a_problem_with_its_code_and_help() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let problem = server.get("/api/status?run=b").code(404);
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    let json = problem.json();
    assert_eq!((&json["code"], &json["status"]), (&json!("not_found"), &json!(404)));
    assert!(json["help"].as_str().unwrap().contains("known: run_"), "{json}");
    let odd = server.post("note", &json!({ "txt": ["x"] })).code(400).json();
    assert!(odd["detail"].as_str().unwrap().contains("unknown field `txt`"), "{odd}");
    assert!(odd["detail"].as_str().unwrap().contains("`text`"), "{odd}");
    let none = server.get("/api/statu").code(404).json();
    assert!(none["detail"].as_str().unwrap().contains("`status`"), "{none}");
    let only_post = server.get("/api/note").code(405);
    assert_eq!(only_post.header("allow"), Some("POST"));
    assert_eq!(only_post.json()["code"], "method_not_allowed");
    assert_eq!(server.get("/nowhere").code(404).json()["code"], "not_found");
    let refused = |body: &str| {
        let bearer = server.bearer();
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let problem = server.send("POST", "/api/note", &headers, body).code(400).json();
        format!("{}: {}", problem["code"].as_str().unwrap(), problem["detail"].as_str().unwrap())
    };
    let told = ["{\"text\":", "{\"run\": \"a\", \"run\": \"b\"}", "[]", "{\"text\": \"x\"}"];
    insta::assert_snapshot!(told.map(refused).join("\n"), @r#"
    json: the body is not valid JSON: unexpected end of the document; a value is missing
    json: the body is not valid JSON: duplicate key `run`
    usage: the request is not valid: it is not a JSON object
    usage: the request is not valid: `text`: invalid type: string "x", expected a sequence
    "#);
    assert_eq!(server.get("/api/run_show?run=a&run=b").code(400).json()["code"], "usage");
    let empty = server.get("/api/status?run=").code(400).json();
    assert_eq!(empty["detail"], "the run's name is empty");
    let workflow = server.get("/api/workflow_show?name=nope").code(404).json();
    assert_eq!(workflow["code"], "not_found");
    let bearer = server.bearer();
    let headers = [("authorization", bearer.as_str()), ("x-session-key", "nope")];
    let session = server.send("GET", "/api/status", &headers, "").code(404).json();
    assert!(session["detail"].as_str().unwrap().contains("the session key"), "{session}");
}

#[test]
fn what_the_libraries_refuse_is_a_problem_like_the_others() {
    let house = house();
    let server = house.serves("");
    let bearer = server.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "Application/JSON")];
    let large = format!("{{\"text\":[\"{}\"]}}", "x".repeat(3 << 20));
    let rows = [
        (server.send("POST", "/api/note", &headers, &large), 413, "too_large"),
        (server.get("/runs/%ff%fe"), 400, "usage"),
        (server.get("/api/events?after=junk"), 400, "usage"),
        (server.get("/api/events?bogus=1"), 400, "usage"),
        (server.send("DELETE", "/api/status", &headers[..1], ""), 405, "method_not_allowed"),
    ];
    for (response, status, code) in rows {
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
        assert_eq!(response.code(status).json()["code"], code);
    }
}

#[test]
fn a_decision_on_an_old_head_is_refused_and_nothing_is_written() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    let head = server.get("/api/status?run=a").code(200).header("etag").unwrap().to_owned();
    let known = [("authorization", &*server.bearer()), ("if-none-match", &*head)];
    let same = server.send("GET", "/api/status?run=a", &known, "").code(304);
    assert_eq!(same.body, "");
    house.orch("pause --reason later").code(0);
    let before = std::fs::read(house.journal()).unwrap();
    let cancel = json!({ "run": "a", "reason": "not needed" });
    let moved = server.post_with("run_cancel", &cancel, &[("if-match", &head)]).code(409).json();
    assert_eq!(moved["code"], "moved");
    assert_eq!(std::fs::read(house.journal()).unwrap(), before);
    // What a worker does for a request is bound to the head, too.
    let restart = json!({ "key": "a" });
    server.post_with("restart", &restart, &[("if-match", &head)]).code(409);
    assert_eq!(std::fs::read(house.journal()).unwrap(), before);
    let spawn = json!({ "keys": ["b"], "workflow": "item" });
    let none = server.post_with("spawn", &spawn, &[("if-match", &head)]).code(400).json();
    assert!(none["detail"].as_str().unwrap().contains("takes none"), "{none}");
    server.post_with("run_cancel", &cancel, &[("if-match", &format!("{head}, {head}"))]).code(400);
    let head = server.get("/api/status?run=a").header("etag").unwrap().to_owned();
    for known in [format!("\"x\", W/{head}"), "*".to_owned()] {
        let known = [("authorization", &*server.bearer()), ("if-none-match", &*known)];
        server.send("GET", "/api/status?run=a", &known, "").code(304);
    }
    let ended = server.post_with("run_cancel", &cancel, &[("if-match", &head)]).code(200).json();
    assert_eq!(ended["data"]["status"], "CANCELED");
}

#[test]
fn the_same_request_sent_twice_is_carried_out_once_also_by_the_next_server() {
    let house = house();
    house.orch("run item --key a").code(3);
    let note = json!({ "run": "a", "kind": "decision", "text": ["two columns"] });
    let key = [("idempotency-key", "k-1")];
    let server = house.serves("");
    let first = server.post_with("note", &note, &key).code(200).json();
    let events = std::fs::read(house.journal()).unwrap();
    let turned = json!({ "text": ["two columns"], "kind": "decision", "run": "a" });
    assert_eq!(server.post_with("note", &turned, &key).code(200).json(), first);
    drop(server);
    let server = house.serves("");
    assert_eq!(server.post_with("note", &note, &key).code(200).json(), first);
    assert_eq!(std::fs::read(house.journal()).unwrap(), events);
    let other = json!({ "run": "a", "kind": "decision", "text": ["three"] });
    assert_eq!(server.post_with("note", &other, &key).code(422).json()["code"], "idempotency_key");
    // The same words in another session, or of another head, are another request.
    for more in [("x-session-key", "S-1"), ("if-match", "0".repeat(64).as_str())] {
        let other = server.post_with("note", &note, &[key[0], more]).code(422).json();
        assert_eq!(other["code"], "idempotency_key");
    }
    // The first answer is given again also where the head has moved by it.
    let head = server.get("/api/status?run=a").header("etag").unwrap().to_owned();
    let keys = [("idempotency-key", "k-3"), ("if-match", &*head)];
    let first = server.post_with("note", &note, &keys).code(200).json();
    assert_eq!(server.post_with("note", &note, &keys).code(200).json(), first);
    // What was refused can be sent again.
    let wrong = json!({ "run": "b", "kind": "note", "text": ["x"] });
    let key = [("idempotency-key", "k-2")];
    server.post_with("note", &wrong, &key).code(404);
    server.post_with("note", &wrong, &key).code(404);
}

#[test]
fn each_session_has_a_current_run_of_its_own() {
    let house = house();
    house.orch("run item --key a").code(3);
    house.orch("run item --key b").code(3);
    let server = house.serves("");
    let in_session = |key: &str, run: &str| {
        let session = [("x-session-key", key)];
        let used = server.post_with("use_run", &json!({ "run": run }), &session).code(200);
        assert_eq!(used.header("x-session-key"), Some(key));
    };
    in_session("S-1", "a");
    in_session("S-2", "b");
    let current = |key: &str| {
        let bearer = server.bearer();
        let headers = [("authorization", bearer.as_str()), ("x-session-key", key)];
        server.send("GET", "/api/status", &headers, "").code(200).json()["data"]["key"].clone()
    };
    assert_eq!((current("S-1"), current("S-2")), (json!("a"), json!("b")));
    let long = "x".repeat(101);
    server.post_with("back", &json!({}), &[("x-session-key", &long)]).code(400);
}

#[test]
fn no_request_gives_a_persons_word() {
    let house = House::new().workflow(
        "w",
        "[[gate]]\nid = 'a'\nexecutor = 'human'\nanswers = { fit = { type = 'bool' } }",
    );
    house.orch("run w").code(3);
    let server = house.serves("");
    let before = std::fs::read(house.journal()).unwrap();
    let refused = server.post("gate_finish", &json!({ "gate": "a", "answers": ["fit=true"] }));
    let refused = refused.code(400).json();
    assert_eq!(refused["detail"], "this requires a person; an HTTP client cannot act as one");
    server.post("gate_fail", &json!({ "gate": "a", "reason": "no" })).code(400);
    for operation in ["gate_approve", "gate_waive", "gate_redo", "run_amend"] {
        server.post(operation, &json!({})).code(404);
    }
    assert_eq!(std::fs::read(house.journal()).unwrap(), before);
}

#[test]
fn several_projects_are_served_under_names_of_their_own() {
    let (one, two) = (house(), house());
    one.orch("run item --key a").code(3);
    let (first, second) = (one.project(), two.project());
    let server = one.serves(&format!("{} {}", first.display(), second.display()));
    server.get("/api/run_list").code(404);
    let name = |house: &House| {
        let name = house.project().file_name().unwrap().to_string_lossy().into_owned();
        name.to_lowercase()
    };
    let same = name(&one) == name(&two);
    let other = if same { format!("{}-2", name(&two)) } else { name(&two) };
    let count = |name: &str| {
        let listed = server.get(&format!("/p/{name}/api/run_list")).code(200).json();
        listed["data"].as_array().unwrap().len()
    };
    assert_eq!((count(&name(&one)), count(&other)), (1, 0));
    let slashed = server.get(&format!("/p/{other}/")).code(308);
    assert_eq!(slashed.header("location"), Some(&*format!("/p/{other}")));
}

#[test]
fn a_read_only_server_changes_nothing() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("--read-only");
    let note = json!({ "run": "a", "kind": "note", "text": ["x"] });
    assert_eq!(server.post("note", &note).code(403).json()["code"], "read_only");
    server.post("status", &json!({ "run": "a" })).code(200);
}

#[test]
fn the_description_names_every_operation_and_leads_nowhere_else() {
    let house = house();
    let document = house.serves("").get("/openapi.json").code(200).json();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 50, "{}", paths.len());
    let text = document.to_string();
    assert!(!text.contains("#/$defs/"));
    let read = &document["paths"]["/api/status"]["get"];
    assert!(read["responses"]["304"].is_object() && read.to_string().contains("If-None-Match"));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
    }
    for name in schemas.keys() {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name} is not used");
    }
}

#[test]
fn numbers_of_a_project_can_be_watched() {
    let house = house();
    house.orch("run item --key a").code(3);
    let server = house.serves("");
    assert_eq!(server.send("GET", "/healthz", &[], "").code(200).body, "ok\n");
    let text = server.get("/metrics").code(200).body;
    assert!(text.contains("status=\"WAITING\"} 1\n"), "{text}");
    server.send("GET", "/metrics", &[], "").code(401);
}
