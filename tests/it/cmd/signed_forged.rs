//! Approvals that somebody makes up: the journal is chained anew, so that nothing but the signatures
//! can tell. Whoever takes the run up is told as well as whoever verifies it.

use super::signed::with_keys;
use crate::house::House;
use crate::house::child;
use orch::digest::Digest;
use serde_json::Value as Json;
use std::fs;
use std::path::Path;

/// A finished run outside of git, where no commit holds the chain, of two gates that Ada approved,
/// one of them twice.
fn approved() -> Option<House> {
    let signed = "approval = { signed = true, by = ['ada@example.org'] }";
    let house = with_keys(House::new())?;
    // Only the keys are wanted of that repository.
    fs::remove_dir_all(house.project().join(".git")).unwrap();
    let house = house
        .workflow(
            "demo",
            &format!(
                "[[gate]]\nid = 'one'\nexecutor = 'command'\nshell = 'echo one > one.txt'\n\
                 contract = 'one'\n{signed}\n\
                 [[gate]]\nid = 'two'\nexecutor = 'human'\ncontract = 'one'\n{signed}\n\
                 on_fail = {{ goto = 'one', visits = 1 }}"
            ),
        )
        .leaves("one", "one.txt")
        .file("orch.toml", "[signing]\nkey = '../ada'\nallowed_signers = '../allowed'\n");
    house.orch("run demo").code(3);
    approve(&house, "one");
    house.orch("gate fail --gate two --reason no").code(0);
    approve(&house, "one");
    house.orch("gate finish --gate two").code(0);
    approve(&house, "two");
    house.orch("verify").code(0).says("approval of one attempt 2 signed by ada@example.org");
    Some(house)
}

fn approve(house: &House, gate: &str) {
    let words = format!("gate approve --gate {gate}");
    house.on_terminal(&words, &[("Approve this as", "y\r")]).code(0);
}

/// Changes the events of the run, chains them anew, and has the record made again, where that is not
/// refused.
pub fn forge(house: &House, change: impl FnOnce(&mut Vec<Json>)) {
    chain_anew(&house.run_folder().join(".state/journal.jsonl"), change);
    let _ = fs::remove_dir_all(house.run_folder().join("record"));
    house.orch("record rebuild");
}

/// Changes the events of a journal, and chains them anew.
pub fn chain_anew(journal: &Path, change: impl FnOnce(&mut Vec<Json>)) {
    let text = fs::read_to_string(journal).unwrap();
    let mut events: Vec<Json> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    change(&mut events);
    let mut forged = String::new();
    let mut head = Json::Null;
    for (event, seq) in events.iter_mut().zip(1..) {
        event["seq"] = Json::from(seq);
        event["prev"] = head;
        let line = event.to_string();
        head = Json::from(Digest::of(&line).to_string());
        forged.push_str(&line);
        forged.push('\n');
    }
    fs::write(journal, forged).unwrap();
}

/// The places of the approvals: of `one`, of `one` again, and of `two`.
fn approvals(events: &[Json]) -> [usize; 3] {
    let places: Vec<usize> =
        (0..events.len()).filter(|at| events[*at]["type"] == "GATE_APPROVED").collect();
    places.try_into().unwrap()
}

/// Forges, demands that `verify` says so, and puts the journal back.
#[track_caller]
fn found(house: &House, said: &str, change: impl FnOnce(&mut Vec<Json>)) {
    let path = house.run_folder().join(".state/journal.jsonl");
    let before = fs::read(&path).unwrap();
    forge(house, change);
    house.orch("verify").code(6).says(said);
    fs::write(&path, before).unwrap();
    let _ = fs::remove_dir_all(house.run_folder().join("record"));
    house.orch("record rebuild").code(0);
    house.orch("verify").code(0);
}

/// Signs the text of the approval of gate `two` with this key.
fn signature(house: &House, name: &str) -> String {
    let text = house.run_folder().join("record/gates/two/approval-2.txt");
    let copy = house.outside(&format!("{name}.txt"));
    fs::copy(text, &copy).unwrap();
    let mut sign = house.program("ssh-keygen");
    sign.args(["-q", "-Y", "sign", "-n", "orch-approval@v1", "-f"]);
    assert!(child::output(sign.args([&house.outside(name), &copy])).status.success());
    fs::read_to_string(copy.with_extension("txt.sig")).unwrap()
}

#[test]
fn a_forged_approval_is_found() {
    let Some(house) = approved() else { return };
    forge(&house, |_| {});
    house.orch("verify").code(0);
    let two = "gate two attempt 2: its approval is not valid: ";
    let other_text = format!("{two}the signature does not match");
    found(&house, &other_text, |events| {
        let at = approvals(events)[2];
        events[at]["data"]["approval"]["by"] = Json::from("Bob <bob@example.org>");
    });
    found(&house, &other_text, |events| {
        let at = approvals(events)[2];
        events[at]["data"]["approval"]["signature"]["at"] = events[at]["ts"].clone();
    });
    for (time, said) in [
        (
            "2025-01-19T14:30:12Z",
            "signed at 2025-01-19T14:30:12.000Z, but the run had already reached",
        ),
        ("2027-01-19T14:30:12Z", "signed at 2027-01-19T14:30:12.000Z, but was written at 2026"),
    ] {
        found(&house, said, |events| {
            let at = approvals(events)[2];
            events[at]["data"]["approval"]["signature"]["at"] = Json::from(time);
        });
    }
    let none = format!("{two}its definition requires a signature, but there is none");
    found(&house, &none, |events| {
        let at = approvals(events)[2];
        let approval = events[at]["data"]["approval"].as_object_mut().unwrap();
        approval.remove("signature").unwrap();
    });
    let missing = "gate two attempt 2: it passed without the signed approval";
    found(&house, missing, |events| {
        let at = approvals(events)[2];
        events.remove(at);
    });
    found(&house, "it claims to be signed by bob@example.org", |events| {
        let at = approvals(events)[2];
        events[at]["data"]["approval"]["signature"]["signer"] = Json::from("bob@example.org");
    });
}

#[test]
fn a_signature_by_another_key_is_found() {
    let Some(house) = approved() else { return };
    let by_ada = signature(&house, "ada");
    for (name, said) in [
        ("bob", "it is signed by bob@example.org, but only ada@example.org may sign it"),
        ("mallory", "is not in the allowed-signers file"),
    ] {
        let armored = signature(&house, name);
        found(&house, said, |events| {
            let at = approvals(events)[2];
            events[at]["data"]["approval"]["signature"]["armored"] = Json::from(armored);
        });
    }
    // The same key signs the same text alike.
    forge(&house, |events| {
        let at = approvals(events)[2];
        events[at]["data"]["approval"]["signature"]["armored"] = Json::from(by_ada);
    });
    house.orch("verify").code(0);
}

#[test]
fn an_approval_that_was_moved_is_found() {
    let Some(house) = approved() else { return };
    let not_proved = |gate: &str| format!("gate {gate}: its approval is not valid: ");
    // From gate to gate, and from attempt to attempt.
    for (from, to, place) in [(1, 2, "two attempt 2"), (0, 1, "one attempt 2")] {
        for with_its_chain in [true, false] {
            found(&house, &not_proved(place), |events| {
                let at = approvals(events);
                let mut moved = events[at[from]]["data"]["approval"].clone();
                if !with_its_chain {
                    let there = &events[at[to]]["data"]["approval"]["signature"]["chain"];
                    moved["signature"]["chain"] = there.clone();
                }
                events[at[to]]["data"]["approval"] = moved;
            });
        }
    }
    // From another time of the same run: what stood before it is signed too.
    found(&house, "it was signed at journal head", |events| {
        let first = &mut events[0]["data"]["key"];
        *first = Json::from("another key");
    });
    // To another run.
    let id = house.run_id();
    let other = format!("{}000009", &id[..id.len() - 6]);
    forge(&house, |events| {
        events[0]["data"]["run_id"] = Json::from(other.as_str());
        let mut head = Json::Null;
        for event in events {
            event["prev"] = head.clone();
            if event["type"] == "GATE_APPROVED" {
                event["data"]["approval"]["signature"]["chain"] = head;
            }
            head = Json::from(Digest::of(event.to_string()).to_string());
        }
    });
    let folder = house.run_folder();
    fs::rename(&folder, folder.with_file_name(&other)).unwrap();
    let done = house.orch(&format!("verify --run {other}")).code(6);
    assert_eq!(done.stdout.matches("does not match this run").count(), 3, "{}", done.shown());
}

#[test]
fn other_bytes_than_were_approved_are_found() {
    let Some(house) = approved() else { return };
    let other = Json::from(Digest::of("other").to_string());
    let passed = |events: &[Json]| {
        let is_pass = |event: &&Json| event["type"] == "GATE_PASSED";
        events.len() - 1 - events.iter().rev().position(|event| is_pass(&event)).unwrap()
    };
    let said = "gate two attempt 2: it passed with content that was not approved";
    found(&house, said, |events| {
        let at = passed(events);
        events[at]["data"]["judged"]["artifacts"][0]["sha256"] = other.clone();
    });
    // With the digests of the approval changed too, the signature is no longer of its text.
    found(&house, "two attempt 2: its approval is not valid", |events| {
        let at = passed(events);
        events[at]["data"]["judged"]["artifacts"][0]["sha256"] = other.clone();
        let at = approvals(events)[2];
        events[at]["data"]["approval"]["seen"]["one.txt"] = other.clone();
    });
}

#[test]
fn a_forged_head_is_found() {
    let house = House::outside_git()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
    let Some(house) = with_keys(house) else { return };
    let signing = "[signing]\nheads = true\nkey = '../ada'\nallowed_signers = '../allowed'\n";
    house.write("orch.toml", signing);
    house.orch("run demo").code(0);
    house.orch("verify").code(0).says("end of the run signed by ada@example.org");
    found(&house, "head: its signature is not valid: it was signed at", |events| {
        events[0]["data"]["key"] = Json::from("another");
    });
    found(&house, "head: its signature is not valid: it says FAILED", |events| {
        events.last_mut().unwrap()["data"]["status"] = Json::from("FAILED");
    });
    found(&house, "does not match this run, status, chain and time", |events| {
        let last = events.last_mut().unwrap();
        last["data"]["at"] = last["ts"].clone();
    });
    found(&house, "but the run had already reached", |events| {
        events.last_mut().unwrap()["data"]["at"] = Json::from("2025-01-19T14:30:12Z");
    });
}
