//! Whatever a client sends, and however it leaves: nothing hangs, nothing panics.

use super::Client;
use crate::house::House;
use crate::house::wait_until;
use rustix::process::Pid;
use rustix::process::Signal;
use rustix::process::kill_process;
use serde_json::Value as Json;
use serde_json::json;

fn code(client: &mut Client) -> i64 {
    let reply: Json = serde_json::from_str(&client.piped.line().unwrap()).unwrap();
    reply["error"]["code"].as_i64().unwrap_or_else(|| panic!("{reply}"))
}

#[test]
fn what_is_no_message_is_answered_with_an_error_and_the_next_is_heard() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    let deep = "[".repeat(100_000);
    let wrong: [(&str, i64); 8] = [
        ("{not json", -32700),
        ("\u{0}\u{1}", -32700),
        (&deep, -32700),
        ("[]", -32600),
        ("5", -32600),
        (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
        (r#"{"jsonrpc":"2.0","id":77,"method":"nope/nope"}"#, -32601),
        (r#"{"jsonrpc":"2.0","id":78,"method":"tools/call","params":{"name":5}}"#, -32602),
    ];
    for (line, expected) in wrong {
        client.piped.say_line(line);
        assert_eq!(code(&mut client), expected, "{}", &line[..line.len().min(80)]);
    }
    assert!(client.piped.say(b"\xff\xfe\n"));
    assert_eq!(code(&mut client), -32700);
    client.call("work_next", json!({}));
}

#[test]
fn a_line_without_an_end_is_refused_and_held_in_no_memory() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    let part = vec![b'x'; 1 << 20];
    for _ in 0..64 {
        assert!(client.piped.say(&part));
    }
    client.piped.say_line("");
    assert_eq!(code(&mut client), -32600);
    client.call("work_next", json!({}));
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.piped.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak_kb: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak_kb < 120_000, "{peak_kb} kB");
}

#[test]
fn escapes_and_secrets_stay_inside() {
    let house = House::new().env("TOKEN", "sesame99open").workflow(
        "demo",
        "[[gate]]\nid = 'write'\nexecutor = 'agent'\ncontract = 'c'\nsecrets = ['TOKEN']\n",
    );
    let house = house.leaves("c", "sesame99open.txt");
    house.orch("run demo --agent none").code(3);
    let evil = "e\u{1b}]0;PWN\u{7}\u{9b}2J\u{202e}v";
    let mut client = Client::agent(&house);
    client.call("note", json!({ "text": evil }));
    let noted = client.call("note", json!({ "text": "the token is sesame99open" }));
    let checked = client.refusable("gate_check", json!({}));
    let shown = client.call("run_show", json!({}));
    for told in [noted, checked, shown] {
        assert!(!told.to_string().contains("sesame"), "{told}");
    }
    assert!(!std::fs::read_to_string(house.journal()).unwrap().contains("token is sesame"));
    client.refused("gate_check", json!({ "gate": evil, "run": "demo" }));
    let request = json!({
        "jsonrpc": "2.0", "id": 900, "method": "tools/call", "params": { "name": evil },
    });
    client.piped.say_line(&request.to_string());
    let line = client.piped.line().unwrap();
    assert!(!line.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{line:?}");
}

#[test]
fn it_ends_when_its_client_leaves() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    client.piped.hang_up();
    assert_eq!(client.piped.end().0.code(), Some(0));
    // Before it said anything.
    let mut silent = house.talk_to(&["mcp"]);
    silent.hang_up();
    let (status, said) = silent.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
    // One that hears nothing any more.
    let mut deaf = Client::agent(&house);
    deaf.piped.stop_listening();
    let mut id = 0;
    wait_until("what it says is not heard", || {
        id += 1;
        let ping = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        !deaf.piped.say(format!("{ping}\n").as_bytes())
    });
    let (status, said) = deaf.piped.end();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

/// Memory is bounded by what is open, not by what was asked.
#[test]
fn a_client_that_asks_and_never_reads_is_not_read_any_more() {
    let house = super::waiting_poem();
    let hello = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}"#;
    let asked = r#"{"jsonrpc":"2.0","id":%.0f,"method":"tools/list"}"#;
    let script = format!(
        "{{ echo '{hello}'; seq -f '{asked}' 2 9000000; }} | {{ exec 3<&0; \"$@\" <&3 & sleep 2; \
         grep VmHWM /proc/$!/status >&2; kill $!; wait; }} | sleep 3"
    );
    let said = house.orch_in(&script, "mcp").stderr;
    let peak = said.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect(&said);
    let peak_kb: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak_kb < 120_000, "{peak_kb} kB");
}

#[test]
fn of_two_requests_with_one_id_the_second_is_refused() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'agent'\ncontract = 'slow'\n")
        .contract(
            "slow",
            "[[output]]\npath = 'a.txt'\nchecks = [{ kind = 'command', command = \
             ['sh', '-c', 'until test -e go; do sleep 0.05; done'] }]\n",
        )
        .file("a.txt", "a");
    house.orch("run demo --agent none").code(3);
    let mut client = Client::agent(&house);
    let params = json!({ "name": "gate_check", "arguments": {} });
    let call = json!({ "jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": params });
    client.piped.say_line(&call.to_string());
    client.piped.say_line(&call.to_string());
    assert_eq!(code(&mut client), -32600);
    house.write("go", "");
    let reply: Json = serde_json::from_str(&client.piped.line().unwrap()).unwrap();
    assert_eq!(reply["result"]["structuredContent"]["data"]["gate"], "a");
}

#[test]
fn a_signal_ends_it_at_once() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    let process = Pid::from_raw(i32::try_from(client.piped.id()).unwrap()).unwrap();
    kill_process(process, Signal::TERM).unwrap();
    assert_eq!(client.piped.end().0.code(), Some(0));
}

#[test]
fn all_that_was_asked_before_the_end_is_answered() {
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    for id in 100..120 {
        let params = json!({ "name": "work_next", "arguments": {} });
        let call = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params });
        client.piped.say_line(&call.to_string());
    }
    client.piped.hang_up();
    let mut answered = Vec::new();
    while let Some(line) = client.piped.line() {
        let reply: Json = serde_json::from_str(&line).unwrap();
        answered.push(reply["id"].as_u64().unwrap());
    }
    answered.sort_unstable();
    assert_eq!(answered, (100..120).collect::<Vec<_>>());
}

#[test]
fn a_project_that_cannot_be_used_is_told_at_once_or_by_the_call() {
    let broken = House::new().file("orch.toml", "nope = [");
    broken.orch("mcp").code(2).says("orch.toml");
    let house = super::waiting_poem();
    let mut client = Client::agent(&house);
    house.write("orch.toml", "nope = [");
    let refused = client.refused("gate_check", json!({}));
    assert_eq!(refused["error"]["code"], "unsound");
    assert!(client.reply("resources/list", json!({})).get("error").is_some());
    house.write("orch.toml", "");
    client.call("gate_check", json!({}));
}
