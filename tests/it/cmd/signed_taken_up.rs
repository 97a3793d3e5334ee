//! What somebody writes into an idle run's journal, or takes out of it: nothing behind a signed gate
//! begins on its word, and the run is never said to have passed.

use super::signed::with_keys;
use crate::house::House;
use crate::house::child;
use orch::digest::Digest;
use serde_json::Value as Json;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A run that waits for Ada's signature; the gate behind the one behind it deploys.
fn waiting() -> Option<House> {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'one'\nexecutor = 'command'\nshell = 'echo one > one.txt'\n\
             contract = 'one'\napproval = { signed = true, by = ['ada@example.org'] }\n\
             [[gate]]\nid = 'between'\nexecutor = 'command'\ncommand = ['true']\n\
             [[gate]]\nid = 'deploy'\nexecutor = 'command'\ncommand = ['touch', 'deployed']",
        )
        .leaves("one", "one.txt");
    let house = with_keys(house)?;
    house.orch("run demo").code(3);
    Some(house)
}

fn approve(house: &House) {
    house.on_terminal("gate approve", &[("Approve this as", "y\r")]).code(0).says("PASSED");
}

fn lines(house: &House) -> Vec<String> {
    fs::read_to_string(house.journal()).unwrap().lines().map(str::to_owned).collect()
}

/// Chains these events to the end of the journal.
fn append(house: &House, events: &[Json]) {
    let mut lines = lines(house);
    for event in events {
        let last: Json = serde_json::from_str(lines.last().unwrap()).unwrap();
        let prev = Digest::of(lines.last().unwrap()).to_string();
        let seq = lines.len() + 1;
        let (name, data) = (&event["type"], &event["data"]);
        lines.push(format!(
            r#"{{"seq":{seq},"ts":{},"type":{name},"data":{data},"prev":"{prev}"}}"#,
            last["ts"]
        ));
    }
    fs::write(house.journal(), lines.join("\n") + "\n").unwrap();
}

/// What the last event of a kind says.
fn last(house: &House, kind: &str) -> Json {
    let events = lines(house).into_iter().map(|line| serde_json::from_str(&line).unwrap());
    let last: Json = events.rev().find(|event: &Json| event["type"] == kind).unwrap();
    last["data"].clone()
}

/// Approval and pass of gate `one`, as the driver writes them, without a signature.
fn unsigned(house: &House) -> Vec<Json> {
    let judged = &last(house, "GATE_WAITING")["judged"];
    let artifact = &judged["artifacts"][0];
    let seen = json!({ artifact["path"].as_str().unwrap(): artifact["sha256"] });
    let approval = json!({ "by": "Ada", "how": "terminal", "seen": seen, "note": null });
    vec![
        json!({"type": "GATE_APPROVED", "data": {"gate": "one", "attempt": 1, "approval": approval}}),
        json!({"type": "GATE_PASSED", "data": {"gate": "one", "attempt": 1, "judged": judged}}),
    ]
}

#[test]
fn what_is_appended_to_an_idle_journal_lets_nothing_begin() {
    let Some(house) = waiting() else { return };
    let before = fs::read(house.journal()).unwrap();
    let plain = unsigned(&house);
    let recipe = json!({"sha256": Digest::of("").to_string(), "reads": {}});
    let reused = json!({"gate": "one", "run_id": house.run_id(), "attempt": 1, "agent": null,
                        "recipe": recipe, "artifacts": [], "answers": {}});
    let waived = json!({"gate": "one", "by": "Ada", "reason": "late"});
    let skipped = json!({"gate": "one", "reason": "not today"});
    let of_type = |name: &str, data: Json| json!({"type": name, "data": data});
    for (events, said) in [
        (plain.clone(), "requires a signature, but there is none"),
        (vec![plain[1].clone()], "passed without the signed approval"),
        (vec![of_type("GATE_WAIVED", waived)], "it was waived, but it requires a signature"),
        (vec![of_type("GATE_SKIPPED", skipped)], "its definition gives no reason"),
        (
            vec![of_type("GATES_REUSED", json!({"gates": [reused]}))],
            "it was reused from another run",
        ),
    ] {
        append(&house, &events);
        for words in ["run resume", "run cancel", "gate start --gate between", "note hello"] {
            house.orch(words).code(6).says("gate one of run").says(said);
        }
        fs::write(house.journal(), &before).unwrap();
    }
    assert!(!house.exists("deployed"));
    append(&house, &plain);
    // What the message says to do.
    let aside = house.journal().with_extension("aside");
    fs::rename(house.journal(), aside).unwrap();
    house.orch("verify").code(0);
    house.orch("run resume").code(3);
    approve(&house);
    assert!(house.exists("deployed"));
}

#[test]
fn a_run_that_is_only_written_to_have_passed_is_never_said_to_have() {
    let Some(house) = waiting() else { return };
    let mut events = unsigned(&house);
    for gate in ["between", "deploy"] {
        events.push(json!({"type": "GATE_SKIPPED", "data": {"gate": gate, "reason": "no"}}));
    }
    let end = json!({"status": "PASSED", "reason": null});
    events.push(json!({"type": "RUN_COMPLETED", "data": end}));
    append(&house, &events);
    for words in ["run show", "status", "next", "brief", "run resume", "run list", "verify"] {
        let words = format!("{words}{}", if words == "run list" { "" } else { " --run demo" });
        house.orch(&words).never_says("PASSED");
    }
    house.orch("run show --run demo").code(6).says("there is none");
    house.orch("run list").code(0).says("DAMAGED");
}

#[test]
fn a_signature_of_another_run_is_none_of_this_one() {
    let Some(house) = waiting() else { return };
    approve(&house);
    let own: Vec<Json> = lines(&house)
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|event: &Json| event["data"]["gate"] == "one")
        .filter(|event| event["type"] == "GATE_APPROVED" || event["type"] == "GATE_PASSED")
        .collect();
    house.remove("deployed");
    house.orch("run demo").code(3);
    append(&house, &own);
    house
        .orch(&format!("run resume --run {}", house.run_id()))
        .code(6)
        .says("it was signed at journal head");
    assert!(!house.exists("deployed"));
}

#[test]
fn a_rejection_cannot_be_taken_back() {
    let Some(house) = waiting() else { return };
    let before = fs::read(house.journal()).unwrap();
    let reject = "gate reject --gate one --reason";
    house.on_terminal(&format!("{reject} bad"), &[]).code(0).says("FAILED");
    let record = house.run_folder().join("record");
    // With the record gone too, only git knows of it: the run's own ref, which brings it back.
    let forget = || {
        fs::write(house.journal(), &before).unwrap();
        fs::remove_dir_all(&record).unwrap();
        fs::create_dir(&record).unwrap();
    };
    forget();
    house.on_terminal("gate approve --gate one --run demo", &[]).code(2).says("gate one is FAIL");
    forget();
    house.git(&format!("update-ref -d refs/orch/runs/{}", house.run_id()));
    let words = "gate approve --run demo";
    house.on_terminal(words, &[("Approve this as", "y\r")]).code(6).says("was truncated");
    house.orch("run resume --run demo").code(6).says("git checkout");
    house.git(&format!("checkout HEAD -- {}", record.display()));
    house.orch("verify --run demo").code(0);
    house.orch("status --run demo").says("FAILED");
    assert!(!house.exists("deployed"));
}

#[test]
fn what_the_own_ref_tells_comes_back_by_the_words_of_the_error() {
    let Some(house) = waiting() else { return };
    let own = format!("refs/orch/runs/{}", house.run_id());
    let before = fs::read(house.journal()).unwrap();
    let [branch, start] = ["HEAD", own.as_str()].map(|at| house.git(&format!("rev-parse {at}")));
    let reject = |reason: &str| {
        let words = format!("gate reject --gate one --run demo --reason {reason}");
        house.on_terminal(&words, &[]).code(0).says("FAILED");
        [own.as_str(), "HEAD"].map(|at| house.git(&format!("rev-parse {at}")))
    };
    let [first, committed] = reject("bad");
    fs::write(house.journal(), &before).unwrap();
    house.git(&format!("reset --quiet --hard {branch}"));
    house.git(&format!("update-ref {own} {start}"));
    reject("worse");
    house.git(&format!("update-ref {own} {first}"));
    house.git(&format!("reset --quiet --soft {committed}"));
    let done = house.orch("run resume --run demo").code(6).says("was truncated or rewritten");
    let advice = done.stderr.lines().find(|line| line.contains("mv ")).unwrap().trim();
    let (moves, rebuild) = advice.split_once(" && orch ").unwrap();
    for paths in moves.split(" && ").filter_map(|words| words.strip_prefix("mv ")) {
        let (from, to) = paths.split_once(' ').unwrap();
        fs::rename(house.project().join(from), house.project().join(to)).unwrap();
    }
    house.orch(rebuild).code(0);
    house.orch("verify --run demo").code(0);
    house.orch("run show --run demo").says("bad").never_says("worse");
}

#[test]
fn a_fork_names_the_ref_that_the_other_journal_lies_on() {
    let Some(house) = waiting() else { return };
    let record = house.run_folder().join("record");
    fs::remove_dir_all(record).unwrap();
    let mut lines = lines(&house);
    let last = lines.pop().unwrap();
    fs::write(house.journal(), lines.join("\n") + "\n").unwrap();
    append(&house, &[serde_json::from_str(&last.replace("one.txt", "two.txt")).unwrap()]);
    let place = format!("refs/orch/runs/{}:journal has head ", house.run_id());
    house.orch("status --run demo").code(6).says("have diverged").says(&place);
}

#[test]
fn a_key_must_be_valid_in_truth_and_the_clock_cannot_go_back() {
    let Some(house) = waiting() else { return };
    house.orch("run cancel").code(0);
    let public = fs::read_to_string(house.outside("ada.pub")).unwrap();
    // The house lives on the 19th, but its days are over.
    let line = format!("ada@example.org valid-before=\"20260120\" {public}");
    fs::write(house.outside("allowed"), line).unwrap();
    house.orch("run demo").code(3);
    let run = house.run_id();
    let before = fs::read(house.journal()).unwrap();
    let ask = [("Approve this as", "y\r")];
    let approve = format!("gate approve --run {run}");
    house.on_terminal(&approve, &ask).code(2).says("is no longer valid");
    let early = format!("--now 2026-01-01T00:00:00Z {approve}");
    house.on_terminal(&early, &ask).code(2).says("the run has already reached");
    assert_eq!(fs::read(house.journal()).unwrap(), before);
}

#[test]
fn a_key_that_git_is_told_to_be_revoked_counts_no_more() {
    let Some(house) = waiting() else { return };
    let revoked = house.outside("revoked");
    fs::copy(house.outside("ada.pub"), &revoked).unwrap();
    let revoke = format!("config gpg.ssh.revocationFile {}", revoked.display());
    let said = "the key of ada@example.org has been revoked";
    let ask = [("Approve this as", "y\r")];
    house.git(&revoke);
    house.on_terminal("gate approve", &ask).code(2).says(said);
    house.git("config --unset gpg.ssh.revocationFile");
    house.on_terminal("gate approve", &ask).code(0).says("PASSED");
    house.orch("verify").code(0);
    house.git(&revoke);
    house.orch("verify").code(6).says(said);
    house.orch("status").code(6).says(said);
    // Which keys are revoked cannot be told: then none counts.
    fs::remove_file(&revoked).unwrap();
    house.orch("verify").code(2).says("file of revoked keys").says("no such file");
}

#[test]
fn a_key_that_may_not_sign_approvals_is_named() {
    let Some(house) = waiting() else { return };
    house.orch("run cancel").code(0);
    let public = fs::read_to_string(house.outside("ada.pub")).unwrap();
    let line = format!("ada@example.org namespaces=\"git\" {public}");
    fs::write(house.outside("allowed"), line).unwrap();
    house.orch("run demo").code(3);
    let approve = format!("gate approve --run {}", house.run_id());
    house
        .on_terminal(&approve, &[("Approve this as", "y\r")])
        .code(2)
        .says("limits the key of ada@example.org to another time or to namespaces other than orch-approval@v1");
}

#[test]
fn a_gate_that_asks_for_a_signature_is_not_waived() {
    let Some(house) = waiting() else { return };
    let said = "it cannot be waived";
    house
        .on_terminal("gate waive --gate one --reason late", &[("Waive one as Ada", "y\r")])
        .code(2)
        .says(said);
}

#[test]
fn an_amendment_takes_no_question_for_a_signature_away() {
    let Some(house) = waiting() else { return };
    let text = house.read("workflows/demo.toml");
    let signed = "approval = { signed = true, by = ['ada@example.org'] }";
    assert!(text.contains(signed));
    house.write("workflows/demo.toml", text.replace(signed, ""));
    let said = "requires a signature";
    house.on_terminal("run amend", &[]).code(2).says(said);
    house.orch("run resume").code(3);
    assert!(!house.exists("deployed"));
}

#[test]
fn a_forged_amendment_carries_no_run_past_a_signed_gate() {
    let Some(house) = waiting() else { return };
    let first: Json = serde_json::from_str(&lines(&house)[0]).unwrap();
    let texts = first["data"]["definition"].as_array().unwrap();
    let sum = |texts: &[Json]| {
        let mut lines: Vec<String> = texts
            .iter()
            .map(|text| {
                let [digest, path] = ["sha256", "path"].map(|key| text[key].as_str().unwrap());
                format!("{digest}  {path}\n")
            })
            .collect();
        lines.sort();
        Digest::of(lines.concat()).to_string()
    };
    let mut after = texts.clone();
    let workflow = after.iter_mut().find(|text| text["path"] == "workflows/demo.toml").unwrap();
    let text = workflow["text"].as_str().unwrap();
    let text = text.replace("approval = { signed = true, by = ['ada@example.org'] }", "");
    let before_sha256 = workflow["sha256"].clone();
    workflow["sha256"] = Digest::of(&text).to_string().into();
    workflow["text"] = text.into();
    let workflow = workflow.clone();
    let change =
        json!({"path": workflow["path"], "before": before_sha256, "after": workflow["sha256"]});
    let amended = json!({"type": "RUN_AMENDED", "data": {
        "by": "Ada <ada@example.org>", "how": "terminal /dev/pts/3", "reason": null,
        "before": sum(texts), "after": sum(&after), "changes": [change], "texts": [workflow],
        "version": "1", "gates": first["data"]["gates"], "inputs": {}, "reopened": ["one"],
    }});
    append(&house, &[amended]);
    house.orch("run resume").code(6).says("was amended, but gate one requires a signature");
    house.orch("verify").code(6).says("requires a signature");
    assert!(!house.exists("deployed"));
}

#[test]
fn a_sitting_looks_at_each_signature_once() {
    const GATES: usize = 4;
    let gate = |number: usize| {
        format!(
            "[[gate]]\nid = 'g{number}'\nexecutor = 'command'\n\
             shell = 'echo {number} > {number}.txt'\ncontract = 'c{number}'\n\
             approval = {{ signed = true, by = ['ada@example.org'] }}\n"
        )
    };
    let plan = (0..GATES).map(gate).collect::<String>() + "[[gate]]\nid = 'z'\nexecutor = 'human'";
    let house = (0..GATES).fold(House::new().workflow("demo", &plan), |house, number| {
        house.leaves(&format!("c{number}"), &format!("{number}.txt"))
    });
    let Some(house) = with_keys(house) else { return };
    house.orch("run demo").code(3);
    for _ in 0..GATES {
        house.on_terminal("gate approve", &[("Approve this as", "y\r")]).code(0);
    }
    let (calls, programs) = (house.outside("calls"), house.outside("programs"));
    let path = std::env::var("PATH").unwrap();
    let program = programs.join("ssh-keygen");
    let script = format!(
        "#!/bin/sh\necho $2 >> {}\nPATH='{path}' exec ssh-keygen \"$@\"\n",
        calls.display()
    );
    fs::create_dir(&programs).unwrap();
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let mut finish = house.command(&["gate", "finish"]);
    finish.env("PATH", format!("{}:{path}", programs.display()));
    assert!(child::output(&mut finish).status.success());
    let calls = fs::read_to_string(calls).unwrap();
    let count = |word: &str| calls.lines().filter(|line| *line == word).count();
    // Whether it is good, and whose key it is; then by whom it is, and whether the key is valid still.
    assert_eq!((count("check-novalidate"), count("find-principals")), (GATES, GATES), "{calls}");
    assert_eq!(count("verify"), 2 * GATES, "{calls}");
}
