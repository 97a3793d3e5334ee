//! Questions that are answered in a browser, those that ask for somebody by name among them.

use super::Asking;
use super::Authenticator;
use super::asking_in;
use super::line;
use super::ssh_keygen_takes;
use crate::house::House;
use crate::house::wait_until;
use serde_json::json;

const WORKFLOW: &str = "[[gate]]\nid = 'write'\nexecutor = 'agent'\n";

/// Bob has a passkey too.
fn asking_two() -> Option<(Asking, Authenticator)> {
    let mut bob = Authenticator::new("localhost", "");
    let asking = asking_in(House::new(), WORKFLOW)?;
    asking.house.orch("run cancel --reason again").code(0);
    let both = line("ada@example.org", &asking.ada) + &line("bob@example.org", &bob);
    asking.house.write("allowed_signers", both);
    asking.house.orch("run demo").code(3);
    bob.origin.clone_from(&asking.ada.origin);
    Some((asking, bob))
}

/// A worker drives the run on after an answer, to the next attempt.
fn goes_on(asking: &Asking) {
    wait_until("the gate is to be done again", || {
        asking.house.attempts("write").ends_with("ESCALATED WAITING")
    });
    wait_until("nobody holds the run", || asking.house.orch("gate check").code != 5);
}

#[test]
fn a_passkey_answers_a_question() {
    let Some(asking) = asking_in(House::new(), WORKFLOW) else { return };
    let reply = || json!({ "kind": "reply", "text": "yes" });
    let problem = asking.ask("write", reply()).code(400).json();
    assert!(problem["detail"].as_str().unwrap().contains("asks a question"), "{problem}");
    asking.house.orch("escalate --options yes,no May I?").code(0);
    asking.server.post("forward", &json!({ "run": "demo", "text": ["yes"] })).code(400);
    let page = format!("/runs/{}/gates/write", asking.house.run_id());
    let page = asking.server.get(&page).code(200).body;
    assert!(page.contains("<option>yes</option><option>no</option></datalist>"), "{page}");
    let decided = asking.decide("write", reply());
    assert_eq!(decided["data"]["resumed"], true, "{decided}");
    goes_on(&asking);
    asking.house.orch("verify").code(0).says("reply of write attempt 1 signed by ada@example.org");
    let report = asking.house.orch("report").code(0);
    let report = report.says("reply by ada@example.org, passkey on http://localhost:");
    report
        .says(": valid signature by ada@example.org</li>")
        .says("&lt; decisions/decision-1.txt</pre>");
    let text = asking.house.run_folder().join("record/decisions/decision-1.txt");
    assert!(std::fs::read_to_string(text).unwrap().ends_with("replied: \"yes\"\n"));
}

#[test]
fn only_who_is_asked_answers_with_a_passkey() {
    let Some((asking, bob)) = asking_two() else { return };
    let Asking { house, server, ada } = &asking;
    house.orch("escalate --to ada@example.org May I?").code(0);
    let page = server.get(&format!("/runs/{}/gates/write", house.run_id())).code(200).body;
    assert!(page.contains("Only ada@example.org may answer, and must sign the answer."), "{page}");
    let form = page.split("id=\"decide-reply\"").nth(1).unwrap().split("</form>").next().unwrap();
    assert!(!form.contains("bob@example.org"), "{form}");
    let reply = json!({ "kind": "reply", "text": "yes" });
    server.post("forward", &json!({ "run": "demo", "text": ["yes"] })).code(400);
    let by_bob = json!({ "gate": "write", "by": "bob@example.org", "decision": reply });
    let problem = server.post("decision/question", &by_bob).code(400).json();
    assert!(problem["detail"].as_str().unwrap().contains("no passkey of bob@example.org"));
    // Ada alone may, so that nobody needs to say who.
    let question = asking.question("write", reply.clone());
    assert_eq!(question["by"], "ada@example.org");
    assert_eq!(question["allowCredentials"], json!([ada.credential_id()]));
    let before = asking.journal();
    let challenge = question["challenge"].as_str().unwrap();
    let refused = asking.answer(&question, bob.assert(challenge)).code(403).json();
    assert!(refused["detail"].as_str().unwrap().contains("not allowed to sign this decision"));
    assert_eq!(asking.journal(), before);
    asking.decide("write", reply);
    house.orch("verify").code(0).says("reply of write attempt 1 signed by ada@example.org");
    assert!(ssh_keygen_takes(
        house,
        "decisions/decision-1.txt",
        "ada@example.org",
        "orch-decision@v1"
    ));
}

#[test]
fn what_was_signed_for_one_question_is_no_answer_to_the_next() {
    let Some((asking, _)) = asking_two() else { return };
    let Asking { house, ada, .. } = &asking;
    house.orch("escalate --to ada@example.org May I?").code(0);
    let first = asking.question("write", json!({ "kind": "reply", "text": "yes" }));
    let statement = first["statement"].as_str().unwrap();
    assert!(statement.contains("\nquestion: ") && statement.ends_with("replied: \"yes\"\n"));
    asking.decide("write", json!({ "kind": "reply", "text": "no" }));
    goes_on(&asking);
    house.orch("escalate --to ada@example.org May I?").code(0);
    let before = asking.journal();
    let assertion = ada.assert(first["challenge"].as_str().unwrap());
    // The question of then, with the answer to it, and the question of now with that answer.
    let code = asking.answer(&first, assertion.clone()).code(409).json()["code"].take();
    assert_eq!(code, "moved");
    let second = asking.question("write", json!({ "kind": "reply", "text": "yes" }));
    let refused = asking.answer(&second, assertion).code(403).json();
    assert!(refused["detail"].as_str().unwrap().contains("signed a different statement"));
    assert_eq!(asking.journal(), before);
}

#[test]
fn answers_to_a_form_are_in_the_text_that_is_signed() {
    let workflow = "[[gate]]
        id = 'write'
        executor = 'human'
        answers = { mood = { type = 'choice', choices = ['calm', 'sad'] }, why = { type = 'string' } }";
    let Some(asking) = asking_in(House::new(), workflow) else { return };
    let page = format!("/runs/{}/gates/write", asking.house.run_id());
    let page = asking.server.get(&page).code(200).body;
    assert!(page.contains("for=\"answer-mood\"") && !page.contains("<dt>mood"), "{page}");
    let answers = json!(["mood=calm", "why=a\nfinished"]);
    let question = asking.question("write", json!({ "kind": "finish", "answers": answers }));
    let statement = question["statement"].as_str().unwrap();
    let said = "finished\nanswered: \"mood\" \"calm\"\nanswered: \"why\" \"a\\nfinished\"\n";
    assert!(statement.ends_with(said), "{statement}");
    // Other answers are another text, which nobody signed.
    let other = asking
        .question("write", json!({ "kind": "finish", "answers": ["mood=sad", "why=a\nfinished"] }));
    let before = asking.journal();
    let assertion = asking.ada.assert(question["challenge"].as_str().unwrap());
    let refused = asking.answer(&other, assertion.clone()).code(403).json();
    assert!(refused["detail"].as_str().unwrap().contains("signed a different statement"));
    assert_eq!(asking.journal(), before);
    asking.answer(&question, assertion).code(200);
    let house = &asking.house;
    wait_until("the run passes", || house.record()["status"] == "PASSED");
    let verified = house.orch_by_the_clock("verify").code(0);
    verified.says("completion of write attempt 1 signed by ada@example.org");
    let journal = String::from_utf8(asking.journal()).unwrap();
    assert!(journal.contains(r#""answers":{"mood":"calm","why":"a\nfinished"}"#), "{journal}");
}
