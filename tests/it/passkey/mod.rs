//! Decisions signed with passkeys, by an authenticator without hardware and a real server: what is
//! recorded, what stock `ssh-keygen` says of it, and what each forger is told while nothing is written.

#[path = "../../../src/signature/passkey/authenticator.rs"]
pub mod authenticator;
mod by_name;
mod moved_on;

use crate::cmd::signed_forged::forge;
use crate::house::House;
use crate::house::Response;
use crate::house::Server;
use crate::house::child;
use crate::house::lacks;
use crate::house::wait_until;
use authenticator::Authenticator;
use authenticator::VERIFIED;
use orch::internals::Enrolled;
use orch::internals::PublicKey;
use orch::ops::decision::Assertion;
use serde_json::Value as Json;
use serde_json::json;
use std::fs;

const WORKFLOW: &str = "[[gate]]
id = 'write'
executor = 'command'
shell = 'echo one > one.txt'
contract = 'one'
approval = { signed = true, by = ['ada@example.org'] }";

const INSIDE: &str = r#","crossOrigin":true"#;

/// A house in which Ada has a passkey and a run waits, and the server that asks her.
struct Asking {
    house: House,
    server: Server,
    ada: Authenticator,
}

/// `None` where nothing can be verified.
fn asking(workflow: &str) -> Option<Asking> {
    asking_in(House::new(), workflow)
}

fn asking_in(house: House, workflow: &str) -> Option<Asking> {
    asking_of(house, workflow, "ada@example.org")
}

/// The same of those who share the passkey.
fn asking_of(house: House, workflow: &str, names: &str) -> Option<Asking> {
    if lacks("ssh-keygen") {
        return None;
    }
    let mut ada = Authenticator::new("localhost", "");
    let house = house
        .workflow("demo", workflow)
        .leaves("one", "one.txt")
        .file("orch.toml", "[signing]\nallowed_signers = 'allowed_signers'\n")
        .file("allowed_signers", &line(names, &ada));
    house.orch("run demo").code(3);
    let server = house.serves("");
    ada.origin = format!("http://localhost:{}", server.port);
    Some(Asking { house, server, ada })
}

/// The line of the allowed signers for a passkey.
fn line(name: &str, passkey: &Authenticator) -> String {
    let enrolled = Enrolled {
        principals: vec![name.to_owned()],
        key: key(passkey),
        credential_id: passkey.credential_id(),
    };
    enrolled.line(&["orch-approval@v1", "orch-decision@v1"]) + "\n"
}

fn key(passkey: &Authenticator) -> PublicKey {
    PublicKey::from_spki(&passkey.spki(), &passkey.rp_id).unwrap()
}

fn approve() -> Json {
    json!({ "kind": "approve" })
}

impl Asking {
    fn ask(&self, gate: &str, decision: Json) -> Response {
        self.server.post("decision/question", &json!({ "gate": gate, "decision": decision }))
    }

    fn question(&self, gate: &str, decision: Json) -> Json {
        self.ask(gate, decision).code(200).json()["data"].take()
    }

    fn answer(&self, question: &Json, assertion: Json) -> Response {
        let answer = json!({ "nonce": question["nonce"], "assertion": assertion });
        self.server.post("decision", &answer)
    }

    /// Ada decides, once she can: a worker may have the run still.
    #[track_caller]
    fn decide(&self, gate: &str, decision: Json) -> Json {
        self.decide_on(&json!({ "gate": gate, "decision": decision }))
    }

    /// The same with the whole of what is asked.
    #[track_caller]
    fn decide_on(&self, ask: &Json) -> Json {
        let mut decided = Json::Null;
        wait_until("the gate waits and nobody holds the run", || {
            let asked = self.server.post("decision/question", ask);
            if asked.status != 200 {
                return false;
            }
            let question = asked.json()["data"].take();
            let assertion = self.ada.assert(question["challenge"].as_str().unwrap());
            let answered = self.answer(&question, assertion);
            decided = answered.json();
            assert!([200, 409].contains(&answered.status), "{answered:?}");
            answered.status == 200
        });
        decided
    }

    fn journal(&self) -> Vec<u8> {
        fs::read(self.house.journal()).unwrap()
    }

    /// Demands that what an authenticator signs is refused, with these words, and nothing is written;
    /// and that the question had that one answer.
    #[track_caller]
    fn refused(&self, assert: impl FnOnce(&str) -> Json, (status, said): (u16, &str)) {
        let question = self.question("write", approve());
        let before = self.journal();
        let assertion = assert(question["challenge"].as_str().unwrap());
        let reply = self.answer(&question, assertion.clone()).code(status).json();
        assert!(reply["detail"].as_str().unwrap().contains(said), "{reply}");
        self.answer(&question, assertion).code(410);
        assert_eq!(self.journal(), before);
    }
}

/// What the stock program says of documents of the record.
fn ssh_keygen_takes(house: &House, path: &str, name: &str, namespace: &str) -> bool {
    let script = format!(
        "exec ssh-keygen -Y verify -n {namespace} -I {name} -f definition/allowed_signers \
         -s {path}.sig < {path}"
    );
    let mut verify = house.program("sh");
    verify.args(["-c", &script]).current_dir(house.run_folder().join("record"));
    child::output(&mut verify).status.success()
}

#[test]
fn an_approval_by_passkey_is_proved_to_orch_and_to_ssh_keygen() {
    let Some(asking) = asking(WORKFLOW) else { return };
    let Asking { house, server, ada } = &asking;
    let question = asking.question("write", approve());
    assert_eq!(question["rpId"], "localhost");
    assert_eq!(question["by"], "ada@example.org");
    assert_eq!(question["allowCredentials"], json!([ada.credential_id()]));
    let assertion = ada.assert(question["challenge"].as_str().unwrap());
    let reply = asking.answer(&question, assertion.clone()).code(200).json();
    assert_eq!((&reply["success"], &reply["data"]["passed"]), (&json!(true), &json!(true)));
    wait_until("the run passes", || server.get("/api/status").body.contains("\"PASSED\""));
    let again = asking.answer(&question, assertion).code(410).json();
    assert!(again["detail"].as_str().unwrap().contains("answered before"), "{again}");
    house.orch("verify").code(0).says("approval of write attempt 1 signed by ada@example.org");
    let path = "gates/write/approval-1.txt";
    let text = fs::read_to_string(house.run_folder().join("record").join(path)).unwrap();
    assert_eq!(question["statement"], *text);
    assert!(text.contains(&format!("how: \"passkey on {}\"\n", ada.origin)), "{text}");
    assert!(text.contains(&format!("nonce: {}\nsaw: ", question["nonce"])), "{text}");
    assert!(ssh_keygen_takes(house, path, "ada@example.org", "orch-approval@v1"));
    assert!(!ssh_keygen_takes(house, path, "bob@example.org", "orch-approval@v1"));
    assert!(!ssh_keygen_takes(house, path, "ada@example.org", "orch-decision@v1"));
    house.write("one.txt", "two\n");
    house.orch("verify").code(6).says("one.txt");
    // One changed byte of the signature.
    let sig = house.run_folder().join("record").join(format!("{path}.sig"));
    let armored = fs::read_to_string(&sig).unwrap();
    let at = armored.len() / 2;
    let other = if armored.as_bytes()[at] == b'A' { "B" } else { "A" };
    fs::write(&sig, [&armored[..at], other, &armored[at + 1..]].concat()).unwrap();
    assert!(!ssh_keygen_takes(house, path, "ada@example.org", "orch-approval@v1"));
    house.orch("verify").code(6).says("approval-1.txt.sig");
}

#[test]
fn what_a_forger_answers_is_refused_and_nothing_is_written() {
    let Some(mut asking) = asking(WORKFLOW) else { return };
    let other = asking.question("write", approve())["challenge"].as_str().unwrap().to_owned();
    asking.refused(|_| asking.ada.assert(&other), (403, "signed a different statement"));
    let changed = |challenge: &str| {
        let mut assertion = asking.ada.assert(challenge);
        let (head, tail) = assertion["signature"].as_str().unwrap().split_at(40);
        let letter = if tail.starts_with('A') { "B" } else { "A" };
        assertion["signature"] = Json::from([head, letter, &tail[1..]].concat());
        assertion
    };
    asking.refused(changed, (403, "signature does not match"));
    let mallory = Authenticator::new("localhost", &asking.ada.origin);
    asking.refused(|it| mallory.assert(it), (403, "not allowed to sign this decision"));
    let posing = |challenge: &str| {
        let mut assertion = mallory.assert(challenge);
        assertion["credentialId"] = Json::from(asking.ada.credential_id());
        assertion
    };
    asking.refused(posing, (403, "signature does not match"));
    for (flags, said) in [
        (0x00, "did not confirm that a person was present"),
        (0x01, "did not verify the person"),
        (0x04, "did not confirm that a person was present"),
        (0x45, "malformed"),
    ] {
        asking.ada.flags = flags;
        asking.refused(|it| asking.ada.assert(it), (403, said));
    }
    asking.ada.flags = VERIFIED;
    let own = asking.ada.origin.clone();
    for origin in ["http://localhost:1", "https://localhost", "http://evil.example.org"] {
        asking.ada.origin = origin.to_owned();
        asking.refused(|it| asking.ada.assert(it), (403, "on a page of another origin"));
    }
    asking.ada.origin = own;
    let own = std::mem::replace(&mut asking.ada.more, INSIDE);
    asking.refused(|it| asking.ada.assert(it), (403, "in a frame of another site"));
    (asking.ada.more, asking.ada.kind) = (own, "webauthn.create");
    asking.refused(|it| asking.ada.assert(it), (403, "the wrong operation"));
    asking.ada.kind = "webauthn.get";
    asking.ada.rp_id = "example.org".to_owned();
    asking.refused(|it| asking.ada.assert(it), (403, "a site other than `localhost`"));
    asking.ada.rp_id = "localhost".to_owned();
    asking.decide("write", approve());
}

#[test]
fn a_revoked_passkey_counts_no_more() {
    let Some(asking) = asking(WORKFLOW) else { return };
    let Asking { house, ada, .. } = &asking;
    let revoked = house.outside("revoked");
    fs::write(&revoked, format!("{}\n", key(ada))).unwrap();
    house.git(&format!("config gpg.ssh.revocationFile {}", revoked.display()));
    let said = "the key of ada@example.org has been revoked";
    asking.refused(|it| ada.assert(it), (400, said));
    fs::write(&revoked, "").unwrap();
    asking.decide("write", approve());
    fs::write(&revoked, format!("{}\n", key(ada))).unwrap();
    house.orch("verify").code(6).says(said);
}

#[test]
fn only_enrolled_people_are_asked_and_a_client_alone_decides_nothing() {
    let Some(asking) = asking(WORKFLOW) else { return };
    let Asking { house, server, .. } = &asking;
    let before = asking.journal();
    for operation in ["gate_approve", "gate_reject", "gate_waive", "gate_redo"] {
        server.post(operation, &json!({ "gate": "write" })).code(404);
    }
    let nothing = json!({
        "credentialId": "", "authenticatorData": "", "clientDataJSON": "", "signature": "",
    });
    asking.answer(&json!({ "nonce": "" }), nothing).code(410);
    server.post("decision", &json!({ "nonce": "x" })).code(400);
    server.post("decision/question", &json!({ "gate": "write" })).code(400);
    asking.ask("write", json!({ "kind": "reject", "reason": " " })).code(400);
    let by_bob = json!({ "gate": "write", "by": "bob@example.org", "decision": approve() });
    let problem = server.post("decision/question", &by_bob).code(400).json();
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("no passkey of bob@example.org for `localhost`"), "{detail}");
    assert!(problem["help"].as_str().unwrap().contains("orch gate approve"), "{problem}");
    let mut reject = by_bob.clone();
    reject["decision"] = json!({ "kind": "reject", "reason": "no" });
    let problem = server.post("decision/question", &reject).code(400).json();
    assert!(problem["help"].as_str().unwrap().contains("orch gate reject"), "{problem}");
    let (bearer, body) = (server.bearer(), by_bob.to_string());
    let at = format!("http://127.0.0.1:{}", server.port);
    let headers = [
        ("content-type", "application/json"),
        ("origin", at.as_str()),
        ("authorization", bearer.as_str()),
    ];
    let by_address = server.send("POST", "/api/decision/question", &headers, &body).code(400);
    assert!(by_address.json()["help"].as_str().unwrap().contains("localhost"));
    server.send("POST", "/api/decision/question", &headers[..1], &body).code(401);
    assert_eq!(asking.journal(), before);
    house.serves("--read-only").post("decision/question", &by_bob).code(403);
    let script = server.send("GET", "/passkey.js", &[], "").code(200);
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
    // What is added to the file now counts in later runs only.
    let bob = Authenticator::new("localhost", &asking.ada.origin);
    house.write("allowed_signers", line("ada@example.org", &bob));
    let question = asking.question("write", approve());
    assert_eq!(question["allowCredentials"], json!([asking.ada.credential_id()]));
}

#[test]
fn a_passkey_decides_on_all_that_waits_for_a_person() {
    let workflow = "[[gate]]
        id = 'work'
        executor = 'human'
        answers = { colour = { type = 'choice', choices = ['red', 'blue'] } }
        [[gate]]
        id = 'write'
        executor = 'command'
        shell = 'echo one > one.txt'
        contract = 'one'
        approval = 'person'
        on_fail = { goto = 'work', visits = 1 }
        [[gate]]
        id = 'last'
        executor = 'human'";
    let Some(asking) = asking(workflow) else { return };
    let Asking { house, server, .. } = &asking;
    let finish =
        |colour: &str| json!({ "kind": "finish", "answers": [format!("colour={colour}")] });
    asking.ask("work", finish("green")).code(400);
    asking.decide("work", finish("blue"));
    asking.decide("write", json!({ "kind": "reject", "reason": "not\ngood" }));
    asking.decide("work", finish("blue"));
    asking.decide("write", json!({ "kind": "approve", "note": "good" }));
    let last = json!({ "kind": "finish" });
    wait_until("the last gate waits", || asking.ask("last", last.clone()).status == 200);
    asking.decide("last", json!({ "kind": "waive", "reason": "not needed" }));
    wait_until("the run passes", || server.get("/api/status").body.contains("\"PASSED\""));
    // The record comes after the journal.
    let all = "work PASS, write PASS, last WAIVED";
    wait_until("the record says so", || house.gates() == all);
    let done = house.orch("verify").code(0);
    insta::assert_snapshot!(done.stdout.lines().skip(2).collect::<Vec<_>>().join("\n"), @r"
    approval of write attempt 2 signed by ada@example.org
    completion of work attempt 1 signed by ada@example.org
    rejection of write attempt 1 signed by ada@example.org
    completion of work attempt 2 signed by ada@example.org
    waiver of last attempt 1 signed by ada@example.org
    ");
    for number in 1..5 {
        let path = format!("decisions/decision-{number}.txt");
        assert!(ssh_keygen_takes(house, &path, "ada@example.org", "orch-decision@v1"));
    }
    let text = house.run_folder().join("record/decisions/decision-2.txt");
    let text = fs::read_to_string(text).unwrap();
    assert!(text.starts_with(&format!("orch decision 1\nrun: {}\n", house.run_id())), "{text}");
    let rest = text.split_once("rejected: \"not\\ngood\"\nsaw: ").map(|(_, rest)| rest);
    assert!(rest.is_some_and(|rest| rest.ends_with(" \"one.txt\"\n")), "{text}");
    house.sums_hold();
}

#[test]
fn what_nobody_was_verified_for_is_found_by_whoever_verifies() {
    let house = House::new();
    fs::remove_dir_all(house.project().join(".git")).unwrap();
    let Some(mut asking) = asking_in(house, WORKFLOW) else { return };
    let question = asking.question("write", approve());
    let challenge = question["challenge"].as_str().unwrap();
    let statement = question["statement"].as_str().unwrap();
    asking.answer(&question, asking.ada.assert(challenge)).code(200);
    let Asking { house, ada, server } = &mut asking;
    wait_until("the run passes", || server.get("/api/status").body.contains("\"PASSED\""));
    house.orch("verify").code(0).says("signed by ada@example.org");
    let journal = house.run_folder().join(".state/journal.jsonl");
    let good = fs::read(&journal).unwrap();
    for (flags, origin, said) in [
        (0x00, "http://localhost:4000", "did not confirm that a person was present"),
        (0x01, "http://localhost:4000", "did not verify the person"),
        (0x05, "http://example.org", "on a page of another origin: `http://example.org`"),
    ] {
        (ada.flags, ada.origin) = (flags, origin.to_owned());
        let assertion: Assertion = serde_json::from_value(ada.assert(challenge)).unwrap();
        let armored = assertion.armored(&key(ada), "orch-approval@v1").unwrap();
        forge(house, |events| {
            let at = events.iter().position(|event| event["type"] == "GATE_APPROVED").unwrap();
            events[at]["data"]["approval"]["signature"]["armored"] = Json::from(&*armored);
        });
        assert!(ssh_keygen_takes_text(house, statement, &armored));
        house.orch("verify").code(6).says(said);
        house.orch("run show").code(6).says(said);
        fs::write(&journal, &good).unwrap();
    }
}

/// What the stock program says of a text and a signature that no record holds.
fn ssh_keygen_takes_text(house: &House, text: &str, armored: &str) -> bool {
    fs::write(house.outside("text"), text).unwrap();
    fs::write(house.outside("text.sig"), armored).unwrap();
    let script = "exec ssh-keygen -Y verify -n orch-approval@v1 -I ada@example.org \
                  -f allowed_signers -s ../text.sig < ../text";
    let mut verify = house.program("sh");
    child::output(verify.args(["-c", script])).status.success()
}
