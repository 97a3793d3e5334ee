//! Decisions signed with passkeys, by an authenticator without hardware: what is taken, and what each
//! forger is told while nothing is written.

#[path = "../../src/signature/passkey/authenticator.rs"]
pub mod authenticator;

use crate::cmd::signed_forged::forge;
use crate::house::House;
use crate::house::child;
use crate::house::lacks;
use authenticator::Authenticator;
use orch::clock::Moment;
use orch::internals::Enrolled;
use orch::internals::PublicKey;
use orch::ops::Caller;
use orch::ops::Error;
use orch::ops::GateChoice;
use orch::ops::Options;
use orch::ops::Person;
use orch::ops::Project;
use orch::ops::decision;
use orch::ops::decision::Assertion;
use orch::ops::decision::DecisionChoice;
use orch::ops::decision::DecisionPage;
use orch::ops::decision::DecisionQuestion;
use orch::ops::run::DriveRequest;
use serde_json::Value as Json;
use std::fs;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

const ORIGIN: &str = "http://localhost:4000";

const WORKFLOW: &str = "[[gate]]
id = 'write'
executor = 'command'
shell = 'echo one > one.txt'
contract = 'one'
approval = { signed = true, by = ['ada@example.org'] }";

const APPROVE: DecisionChoice = DecisionChoice::Approve { note: None };

/// The line of the allowed signers for a passkey.
pub fn line(name: &str, passkey: &Authenticator) -> String {
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

/// A house in which Ada has a passkey and a run of this workflow waits; `None` where nothing can be
/// verified.
fn waiting(workflow: &str) -> Option<(House, Authenticator)> {
    waiting_in(House::new(), workflow)
}

fn waiting_in(house: House, workflow: &str) -> Option<(House, Authenticator)> {
    if lacks("ssh-keygen") {
        return None;
    }
    let ada = Authenticator::new("localhost", ORIGIN);
    let house = house
        .workflow("demo", workflow)
        .leaves("one", "one.txt")
        .file("orch.toml", "[signing]\nallowed_signers = 'allowed_signers'\n")
        .file("allowed_signers", &line("ada@example.org", &ada));
    house.orch("run demo").code(3);
    Some((house, ada))
}

fn open(house: &House) -> Project {
    // Whoever comes later comes at a later time.
    static OPENED: AtomicU64 = AtomicU64::new(0);
    let minutes = OPENED.fetch_add(1, Ordering::Relaxed);
    let now = format!("2026-01-20T{:02}:{:02}:00Z", minutes / 60, minutes % 60);
    let now = Moment::parse(&now);
    Project::open(Options { folder: house.project(), now, ..Options::default() }).unwrap()
}

fn ask(house: &House, gate: &str, choice: DecisionChoice) -> Result<DecisionQuestion, Error> {
    let gate = GateChoice { gate: Some(gate.to_owned()), ..GateChoice::default() };
    let request = decision::Request { gate, by: None, decision: choice };
    decision::question(
        &open(house),
        &Caller::default(),
        &request,
        &DecisionPage::of(ORIGIN).unwrap(),
    )
}

/// What a face does with an answer.
fn answer(
    house: &House,
    question: &DecisionQuestion,
    assertion: Json,
) -> Result<decision::Reply, Error> {
    let assertion: Assertion = serde_json::from_value(assertion).unwrap();
    let signature = Some(question.signed(&assertion)?);
    let person = Person { by: question.by.clone(), how: question.how().to_owned(), signature };
    let drive = DriveRequest::default();
    decision::decide(&open(house), &Caller::default(), question, &person, &drive)
}

#[track_caller]
fn decide(house: &House, passkey: &Authenticator, gate: &str, choice: DecisionChoice) {
    let question = ask(house, gate, choice).unwrap();
    answer(house, &question, passkey.assert(&question.challenge)).unwrap();
}

/// Demands that an answer is refused, with these words, and nothing is written.
#[track_caller]
fn refused(house: &House, question: &DecisionQuestion, assertion: Json, said: &str) {
    let before = fs::read(house.journal()).unwrap();
    let error = answer(house, question, assertion).expect_err("it is refused").to_string();
    assert!(error.contains(said), "{error}");
    assert_eq!(fs::read(house.journal()).unwrap(), before);
}

/// What the stock program says of the documents of the record.
fn ssh_keygen_takes(house: &House, text: &str, name: &str, namespace: &str) -> bool {
    let script = format!(
        "exec ssh-keygen -Y verify -n {namespace} -I {name} -f definition/allowed_signers \
         -s {text}.sig < {text}"
    );
    let mut verify = house.program("sh");
    verify.args(["-c", &script]).current_dir(house.run_folder().join("record"));
    child::output(&mut verify).status.success()
}

/// What it says of a text and a signature that no record holds.
fn ssh_keygen_takes_text(house: &House, text: &str, armored: &str) -> bool {
    fs::write(house.outside("text"), text).unwrap();
    fs::write(house.outside("text.sig"), armored).unwrap();
    let script = "exec ssh-keygen -Y verify -n orch-approval@v1 -I ada@example.org \
                  -f allowed_signers -s ../text.sig < ../text";
    let mut verify = house.program("sh");
    child::output(verify.args(["-c", script])).status.success()
}

#[test]
fn an_approval_by_passkey_is_proved_to_orch_and_to_ssh_keygen() {
    let Some((house, ada)) = waiting(WORKFLOW) else { return };
    let question = ask(&house, "write", APPROVE).unwrap();
    assert_eq!(question.by, "ada@example.org");
    assert_eq!(question.allow_credentials, [ada.credential_id()]);
    assert_eq!(question.rp_id, "localhost");
    answer(&house, &question, ada.assert(&question.challenge)).unwrap();
    house.orch("verify").code(0).says("approval of write attempt 1 signed by ada@example.org");
    let path = "gates/write/approval-1.txt";
    let text = fs::read_to_string(house.run_folder().join("record").join(path)).unwrap();
    assert_eq!(text, question.statement);
    assert!(text.contains("by: \"ada@example.org\"\nhow: \"passkey on http://localhost:4000\"\n"));
    assert!(text.contains(&format!("nonce: \"{}\"\nsaw: ", question.nonce)), "{text}");
    assert!(ssh_keygen_takes(&house, path, "ada@example.org", "orch-approval@v1"));
    assert!(!ssh_keygen_takes(&house, path, "bob@example.org", "orch-approval@v1"));
    assert!(!ssh_keygen_takes(&house, path, "ada@example.org", "orch-decision@v1"));
    assert_eq!(house.gates(), "write PASS");
    house.write("one.txt", "two\n");
    house.orch("verify").code(6).says("one.txt");
}

#[test]
fn what_a_forger_answers_is_refused_and_nothing_is_written() {
    let Some((house, mut ada)) = waiting(WORKFLOW) else { return };
    let question = ask(&house, "write", APPROVE).unwrap();
    let challenge = &question.challenge;
    let other = ask(&house, "write", APPROVE).unwrap();
    assert_ne!(other.nonce, question.nonce);
    refused(&house, &question, ada.assert(&other.challenge), "signed another statement");
    let mut changed = ada.assert(challenge);
    let signature = changed["signature"].as_str().unwrap();
    let (head, tail) = signature.split_at(40);
    let letter = if tail.starts_with('A') { "B" } else { "A" };
    changed["signature"] = Json::from([head, letter, &tail[1..]].concat());
    refused(&house, &question, changed, "signature does not match");
    let mallory = Authenticator::new("localhost", ORIGIN);
    refused(&house, &question, mallory.assert(challenge), "not among those that may decide");
    let mut posing = mallory.assert(challenge);
    posing["credentialId"] = Json::from(ada.credential_id());
    refused(&house, &question, posing, "signature does not match");
    for (flags, said) in [
        (0, "did not notice that a person was present"),
        (0x01, "did not verify who was present"),
        (0x04, "did not notice that a person was present"),
        (0x45, "malformed"),
    ] {
        ada.flags = flags;
        refused(&house, &question, ada.assert(challenge), said);
    }
    ada.flags = authenticator::VERIFIED;
    for origin in ["http://localhost:4001", "https://localhost:4000", "http://evil.example.org"] {
        ada.origin = origin.to_owned();
        refused(&house, &question, ada.assert(challenge), "was used on a page of");
    }
    ada.origin = ORIGIN.to_owned();
    ada.more = r#","crossOrigin":true"#;
    refused(&house, &question, ada.assert(challenge), "inside a page of another site");
    ada.more = "";
    ada.kind = "webauthn.create";
    refused(&house, &question, ada.assert(challenge), "not to sign");
    ada.kind = "webauthn.get";
    ada.rp_id = "example.org".to_owned();
    refused(&house, &question, ada.assert(challenge), "another site than localhost");
    ada.rp_id = "localhost".to_owned();
    answer(&house, &question, ada.assert(challenge)).unwrap();
    // What was taken once is a decision on a run that has gone on.
    refused(&house, &question, ada.assert(challenge), "the run has passed");
}

#[test]
fn a_decision_on_what_the_run_was_before_is_refused() {
    let Some((house, ada)) = waiting(WORKFLOW) else { return };
    let question = ask(&house, "write", APPROVE).unwrap();
    house.orch("note something").code(0);
    let before = fs::read(house.journal()).unwrap();
    let refused = answer(&house, &question, ada.assert(&question.challenge));
    assert!(matches!(refused, Err(Error::Stale { .. })));
    assert_eq!(fs::read(house.journal()).unwrap(), before);
    decide(&house, &ada, "write", APPROVE);
    house.orch("verify").code(0).says("signed by ada@example.org");
}

#[test]
fn a_revoked_passkey_counts_no_more() {
    let Some((house, ada)) = waiting(WORKFLOW) else { return };
    let question = ask(&house, "write", APPROVE).unwrap();
    let revoked = house.outside("revoked");
    fs::write(&revoked, format!("{}\n", key(&ada))).unwrap();
    house.git(&format!("config gpg.ssh.revocationFile {}", revoked.display()));
    let said = "the key of ada@example.org has been revoked";
    refused(&house, &question, ada.assert(&question.challenge), said);
    fs::write(&revoked, "").unwrap();
    answer(&house, &question, ada.assert(&question.challenge)).unwrap();
    fs::write(&revoked, format!("{}\n", key(&ada))).unwrap();
    house.orch("verify").code(6).says(said);
}

#[test]
fn only_enrolled_people_are_asked() {
    let Some((house, _)) = waiting(WORKFLOW) else { return };
    let gate = GateChoice { gate: Some("write".to_owned()), ..GateChoice::default() };
    let ask = |by: Option<&str>, origin: &str| {
        let (gate, by) = (gate.clone(), by.map(str::to_owned));
        let request = decision::Request { gate, by, decision: APPROVE };
        let page = DecisionPage::of(origin).unwrap();
        let asked = decision::question(&open(&house), &Caller::default(), &request, &page);
        asked.err().map(|error| error.to_string())
    };
    assert_eq!(ask(None, ORIGIN), None);
    assert_eq!(ask(Some("ada@example.org"), ORIGIN), None);
    let said = ask(Some("bob@example.org"), ORIGIN).unwrap();
    assert!(said.contains("no passkey of bob@example.org for localhost"), "{said}");
    let said = ask(None, "https://orch.example.org").unwrap();
    assert!(said.contains("no passkey of ada@example.org for orch.example.org"), "{said}");
    // What is added to the file now counts in later runs only.
    let bob = Authenticator::new("localhost", ORIGIN);
    house.write("allowed_signers", line("ada@example.org", &bob));
    assert_eq!(ask(None, ORIGIN), None);
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
    let Some((house, ada)) = waiting(workflow) else { return };
    let finish = || DecisionChoice::Finish { answers: vec!["colour=blue".to_owned()] };
    let wrong =
        ask(&house, "work", DecisionChoice::Finish { answers: vec!["colour=green".to_owned()] });
    assert!(wrong.is_err());
    decide(&house, &ada, "work", finish());
    decide(&house, &ada, "write", DecisionChoice::Reject { reason: "not\ngood".to_owned() });
    decide(&house, &ada, "work", finish());
    decide(&house, &ada, "write", DecisionChoice::Approve { note: Some("good".to_owned()) });
    decide(&house, &ada, "last", DecisionChoice::Waive { reason: "not needed".to_owned() });
    assert_eq!(house.gates(), "work PASS, write PASS, last WAIVED");
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
        assert!(ssh_keygen_takes(&house, &path, "ada@example.org", "orch-decision@v1"));
    }
    let text = house.run_folder().join("record/decisions/decision-2.txt");
    let text = fs::read_to_string(text).unwrap();
    assert!(text.starts_with(&format!("orch decision 1\nrun: {}\n", house.run_id())), "{text}");
    assert!(text.ends_with("rejected: \"not\\ngood\"\n"), "{text}");
    house.sums_hold();
}

#[test]
fn a_passkey_answers_a_question() {
    let workflow = "[[gate]]\nid = 'write'\nexecutor = 'agent'\n";
    let Some((house, ada)) = waiting(workflow) else { return };
    let reply = || DecisionChoice::Reply { text: "yes".to_owned() };
    assert!(ask(&house, "write", reply()).unwrap_err().to_string().contains("asks a question"));
    house.orch("escalate --options yes,no May I?").code(0);
    decide(&house, &ada, "write", reply());
    house.orch("verify").code(0).says("reply of write attempt 1 signed by ada@example.org");
    let text = house.run_folder().join("record/decisions/decision-1.txt");
    assert!(fs::read_to_string(text).unwrap().ends_with("replied: \"yes\"\n"));
}

#[test]
fn what_nobody_was_verified_for_is_found_by_whoever_verifies() {
    let house = House::new();
    fs::remove_dir_all(house.project().join(".git")).unwrap();
    let Some((house, mut ada)) = waiting_in(house, WORKFLOW) else { return };
    let question = ask(&house, "write", APPROVE).unwrap();
    let journal = house.run_folder().join(".state/journal.jsonl");
    answer(&house, &question, ada.assert(&question.challenge)).unwrap();
    house.orch("verify").code(0).says("signed by ada@example.org");
    let good = fs::read(&journal).unwrap();
    for (flags, origin, said) in [
        (0x00, ORIGIN, "did not notice that a person was present"),
        (0x01, ORIGIN, "did not verify who was present"),
        (0x05, "http://example.org", "was used on a page of http://example.org"),
    ] {
        (ada.flags, ada.origin) = (flags, origin.to_owned());
        let assertion: Assertion = serde_json::from_value(ada.assert(&question.challenge)).unwrap();
        let armored = assertion.armored(&key(&ada), "orch-approval@v1").unwrap();
        forge(&house, |events| {
            let at = events.iter().position(|event| event["type"] == "GATE_APPROVED").unwrap();
            events[at]["data"]["approval"]["signature"]["armored"] = Json::from(&*armored);
        });
        assert!(ssh_keygen_takes_text(&house, &question.statement, &armored));
        house.orch("verify").code(6).says(said);
        house.orch("run show").code(6).says(said);
        fs::write(&journal, &good).unwrap();
    }
}
