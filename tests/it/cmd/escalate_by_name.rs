//! Questions that ask for somebody by name: who else answers is refused, and what somebody makes up is
//! found by whoever takes the run up and whoever verifies it.

use super::signed::with_keys;
use super::signed_forged::chain_anew;
use super::signed_forged::forge;
use crate::house::Done;
use crate::house::House;
use serde_json::Value as Json;
use std::fs;
use std::path::PathBuf;

/// What somebody does to the events of a run.
type Forgery = fn(&mut Vec<Json>);

/// A run at an agent's gate. `None` where nothing can be signed.
fn house() -> Option<House> {
    Some(begun(with_keys(House::new())?))
}

/// The same outside of git, where no commit holds the chain.
fn house_outside_git() -> Option<House> {
    let house = with_keys(House::new())?;
    // Only the keys are wanted of that repository.
    fs::remove_dir_all(house.project().join(".git")).unwrap();
    Some(begun(house))
}

fn begun(house: House) -> House {
    let house = house
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'agent'\nneeds = []\n\
             [[gate]]\nid = 'other'\nexecutor = 'agent'\nneeds = []\n",
        )
        .file("orch.toml", "[signing]\nkey = '../ada'\nallowed_signers = '../allowed'\n");
    house.orch("run demo").code(3);
    house
}

fn use_key(house: &House, name: &str) {
    let text = format!("[signing]\nkey = '../{name}'\nallowed_signers = '../allowed'\n");
    house.write("orch.toml", text);
}

fn escalate(house: &House, to: &str, gate: &str, question: &str) -> Done {
    house.orch(&format!("escalate --gate {gate} --to {to} {question}"))
}

fn answer(house: &House, gate: &str, text: &str) -> Done {
    let words = format!("forward demo --gate {gate} {text}");
    house.on_terminal(&words, &[("Sign this answer as", "yes\r")])
}

/// The run after Ada answered the question of `write`.
fn answered() -> Option<House> {
    let house = house_outside_git()?;
    escalate(&house, "ada@example.org", "write", "May I?").code(0);
    answer(&house, "write", "yes").code(0).says("answered write");
    Some(house)
}

fn journal(house: &House) -> PathBuf {
    house.run_folder().join(".state/journal.jsonl")
}

fn position(events: &[Json], kind: &str) -> usize {
    events.iter().position(|event| event["type"] == kind).unwrap()
}

#[test]
fn only_who_is_asked_answers_and_signs_it() {
    let Some(house) = house() else { return };
    escalate(&house, "ada@example.org,bob@example.org", "write", "May I?")
        .code(0)
        .says("asks: May I? (answer signed by ada@example.org or bob@example.org)");
    house.orch("status").code(0).says("answer signed by ada@example.org or bob@example.org");
    let before = fs::read(house.journal()).unwrap();
    house.orch("forward demo --gate write yes").code(2).says("interactive terminal");
    let ask = [("Sign this answer as ada@example.org", "no\r")];
    house.on_terminal("forward demo --gate write yes", &ask).code(2).says("nothing was written");
    for (key, said) in [
        ("mallory", "is not in the allowed-signers file"),
        ("bob", "claims to be signed by ada@example.org, but is signed by bob@example.org"),
    ] {
        use_key(&house, key);
        answer(&house, "write", "yes").code(2).says(said);
    }
    house.git("config user.email carol@example.org");
    let asked = house.on_terminal("forward demo --gate write yes", &[]);
    asked.code(2).says("but git knows you as Ada <carol@example.org>");
    house.git("config --unset user.email");
    assert_eq!(fs::read(house.journal()).unwrap(), before);
    use_key(&house, "ada");
    answer(&house, "write", "yes, do").code(0).says("May I?").says("answer: yes, do");
    house.orch("verify").code(0).says("reply of write attempt 1 signed by ada@example.org");
    let record = house.run_folder().join("record");
    let text = fs::read_to_string(record.join("decisions/decision-1.txt")).unwrap();
    assert!(text.contains("\nhow: \"terminal "), "{text}");
    assert!(text.contains("\nquestion: ") && text.ends_with("replied: \"yes, do\"\n"), "{text}");
    house.sums_hold();
    // A question that names nobody is answered as before.
    house.orch("escalate --gate other Shall I?").code(0);
    house.orch("forward demo --gate other no").code(0).says("answered other");
    house.orch("gate start --gate write --agent x").code(0);
    assert!(house.packet("write", 2).contains("Answer: yes, do"));
}

#[test]
fn who_cannot_sign_is_not_asked() {
    let Some(house) = house() else { return };
    escalate(&house, "mallory@example.org", "write", "May I?")
        .code(2)
        .says("`mallory@example.org` is not in the allowed signers of run")
        .says("name one of ada@example.org, bob@example.org");
    let house = House::new().workflow("demo", "[[gate]]\nid = 'write'\nexecutor = 'agent'\n");
    house.orch("run demo").code(3);
    escalate(&house, "ada@example.org", "write", "May I?")
        .code(2)
        .says("has no allowed signers, so ada@example.org could not sign an answer");
}

#[test]
fn another_person_of_the_allowed_signers_does_not_count() {
    let Some(house) = house() else { return };
    escalate(&house, "ada@example.org", "write", "May I?").code(0);
    use_key(&house, "bob");
    answer(&house, "write", "yes")
        .code(2)
        .says("it is signed by bob@example.org, but only ada@example.org may sign it");
}

#[test]
fn an_answer_that_somebody_makes_up_is_found() {
    let Some(house) = answered() else { return };
    house.orch("verify").code(0);
    let good = fs::read(journal(&house)).unwrap();
    let forgeries: [(&str, Forgery, &str); 6] = [
        (
            "without a signature",
            |events| drop(events.remove(position(events, "DECISION_SIGNED"))),
            "the answer must be signed by ada@example.org, but is not",
        ),
        (
            "with another answer than the signed one",
            |events| {
                let at = position(events, "GATE_REPLIED");
                events[at]["data"]["reply"]["text"] = Json::from("no");
            },
            "the answer must be signed by ada@example.org, but is not",
        ),
        (
            "with both changed",
            |events| {
                let at = position(events, "GATE_REPLIED");
                events[at]["data"]["reply"]["text"] = Json::from("no");
                let at = position(events, "DECISION_SIGNED");
                events[at]["data"]["decision"]["text"] = Json::from("no");
            },
            "the signature does not match",
        ),
        (
            "as somebody else",
            |events| {
                let at = position(events, "GATE_REPLIED");
                events[at]["data"]["reply"]["by"] = Json::from("bob@example.org");
            },
            "the answer must be signed by ada@example.org, but is not",
        ),
        (
            "to another question",
            |events| {
                let at = position(events, "GATE_ESCALATED");
                events[at]["data"]["question"]["text"] = Json::from("May I push?");
            },
            "it was signed at journal head",
        ),
        (
            "to a question that asks somebody else",
            |events| {
                let at = position(events, "GATE_ESCALATED");
                events[at]["data"]["question"]["to"] = Json::from(vec!["bob@example.org"]);
            },
            "it was signed at journal head",
        ),
    ];
    for (what, change, said) in forgeries {
        forge(&house, change);
        let verified = house.orch("verify").code(6);
        assert!(verified.shown().contains(said), "{what}: {}", verified.shown());
        house.orch("run resume").code(6).says("the answer must be signed by");
        fs::write(journal(&house), &good).unwrap();
    }
    house.orch("gate start --gate write --agent x").code(0);
}

#[test]
fn an_answer_is_not_replayed_on_another_question() {
    let Some(house) = answered() else { return };
    escalate(&house, "ada@example.org", "other", "May I?").code(0);
    // What Ada signed for the one is put to the other, which asks the same.
    forge(&house, |events| {
        for kind in ["DECISION_SIGNED", "GATE_REPLIED"] {
            let mut copy = events[position(events, kind)].clone();
            copy["data"]["gate"] = Json::from("other");
            events.push(copy);
        }
    });
    house.orch("verify").code(6).says("the answer must be signed by ada@example.org, but is not");
    house.orch("run resume").code(6).says("the question of gate other");
}

#[test]
fn a_question_that_asks_nobody_by_name_any_more_is_found_by_what_was_committed() {
    let Some(house) = house() else { return };
    escalate(&house, "ada@example.org", "write", "May I?").code(0);
    let good = fs::read(house.journal()).unwrap();
    chain_anew(&house.journal(), |events| {
        let at = position(events, "GATE_ESCALATED");
        events[at]["data"]["question"].as_object_mut().unwrap().remove("to").unwrap();
    });
    house.orch("forward demo --gate write yes").code(6);
    house.orch("verify").code(6);
    fs::write(house.journal(), good).unwrap();
    house.orch("verify").code(0);
}

#[test]
fn a_person_may_do_the_gate_again_without_the_answer() {
    let Some(house) = house() else { return };
    escalate(&house, "ada@example.org", "write", "May I?").code(0);
    house.orch("gate redo --gate write --reason nevermind").code(0);
    assert!(!house.packet("write", 2).contains("Answer:"));
    house.orch("verify").code(0);
}
