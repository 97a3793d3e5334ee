//! `orch approver add`: from the page in a browser to the line that a person commits.

use crate::house::House;
use crate::house::Response;
use crate::house::lacks;
use crate::house::send;
use crate::passkey::authenticator::Authenticator;
use serde_json::Value as Json;
use serde_json::json;

/// The page, as a browser that has its address.
struct Page {
    port: u16,
    token: String,
}

impl Page {
    fn of(shown: &str) -> Self {
        let rest = shown.split("http://localhost:").nth(1).unwrap();
        let (port, rest) = rest.split_once("/#token=").unwrap();
        let token = rest.split_whitespace().next().unwrap().to_owned();
        Self { port: port.parse().unwrap(), token }
    }

    fn post(&self, path: &str, token: &str, body: &Json) -> Response {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        send(self.port, ("POST", path), &headers, &body.to_string())
    }
}

#[test]
fn a_passkey_that_was_made_counts_once_its_line_is_added() {
    if lacks("ssh-keygen") {
        return;
    }
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'command'\ncommand = ['true']\n\
                   approval = { signed = true, by = ['ada@example.org'] }",
        )
        .file("orch.toml", "[signing]\nallowed_signers = 'allowed_signers'\n");
    let mut ada = Authenticator::new("localhost", "");
    let mut meanwhile = |shown: &str| {
        let page = Page::of(shown);
        ada.origin = format!("http://localhost:{}", page.port);
        let get = |path: &str| send(page.port, ("GET", path), &[], "").code(200);
        assert!(get("/").body.contains("/enrol.js"));
        assert!(get("/enrol.js").body.contains("/passkey.js"));
        let policy = get("/");
        assert!(policy.header("content-security-policy").unwrap().contains("script-src 'self'"));
        page.post("/api/approver/offer", "guessed", &json!({})).code(401);
        let offer = page.post("/api/approver/offer", &page.token, &json!({})).code(200).json();
        assert_eq!(
            (&offer["email"], &offer["rpId"]),
            (&json!("ada@example.org"), &json!("localhost"))
        );
        let challenge = offer["challenge"].as_str().unwrap();
        page.post("/api/approver", "guessed", &ada.create(challenge)).code(401);
        let refused = |passkey: &Authenticator, challenge: &str, said: &str| {
            let reply = page.post("/api/approver", &page.token, &passkey.create(challenge));
            let reply = reply.code(400).json();
            assert!(reply["detail"].as_str().unwrap().contains(said), "{reply}");
        };
        refused(&ada, "another", "a different statement");
        ada.flags = 0x01;
        refused(&ada, challenge, "did not verify the person");
        ada.flags = 0x05;
        let own = std::mem::replace(&mut ada.origin, "http://localhost:1".to_owned());
        refused(&ada, challenge, "on a page of another origin: `http://localhost:1");
        ada.origin = own;
        ada.rp_id = "example.org".to_owned();
        refused(&ada, challenge, "a site other than `localhost`");
        ada.rp_id = "localhost".to_owned();
        page.post("/api/approver", &page.token, &ada.create(challenge)).code(200);
    };
    let words = "approver add ada@example.org";
    let done = house.on_terminal_meanwhile(words, "in your browser", &mut meanwhile).code(0);
    let line = done.stdout.lines().find(|line| line.starts_with("ada@example.org ")).unwrap();
    let done = done.clone().says("Add this line to ").says("then review and commit it");
    assert!(line.contains(" namespaces=\"orch-approval@v1,orch-decision@v1\" sk-ecdsa-sha2-"));
    assert!(line.ends_with(&format!(" passkey:{}", ada.credential_id())), "{}", done.shown());
    assert!(!house.exists("allowed_signers"), "a person adds it");
    house.write("allowed_signers", format!("{line}\n"));
    house.orch("run demo").code(3);
    let server = house.serves("");
    ada.origin = format!("http://localhost:{}", server.port);
    let approve = json!({ "gate": "write", "decision": { "kind": "approve" } });
    let question = server.post("decision/question", &approve).code(200).json()["data"].take();
    let assertion = ada.assert(question["challenge"].as_str().unwrap());
    let answer = json!({ "nonce": question["nonce"], "assertion": assertion });
    server.post("decision", &answer).code(200);
    house.orch("verify").code(0).says("approval of write attempt 1 signed by ada@example.org");
}

#[test]
fn only_a_person_at_a_terminal_makes_one() {
    let house = House::new();
    house.orch("approver add ada@example.org").code(2).says("interactive terminal");
    house
        .on_terminal_at_work("approver add ada@example.org", &[])
        .code(2)
        .says("requires a person, not a");
    for name in ["ada,bob@example.org", "*", "!ada", "-x@example.org", "a\"b"] {
        let words = ["approver", "add", "--", name];
        let words = words.join(" ");
        house.on_terminal(&words, &[]).code(2).says("is not an email address");
    }
}
