//! What a remote holds of a run is looked at before anything here is moved to it.

use crate::house::Done;
use crate::house::House;

/// A run that waits, pushed to a remote beside the project.
fn house() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\n")
        .file("orch.toml", "[record]\nbranch = 'never'\n");
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.git("init --quiet --bare ../remote");
    house.git("remote add origin ../remote");
    house.git("push --quiet origin main");
    house.orch("run demo").code(3);
    house.orch("record push").code(0);
    house
}

fn reference(house: &House) -> String {
    house.git("for-each-ref --format=%(refname) refs/orch/runs").trim().to_owned()
}

/// Somebody who may push commits something on top of the run's ref: a fast-forward for git.
fn push_on_top(house: &House, script: &str) {
    let reference = reference(house);
    let script = format!(
        "set -e; git worktree add -q --detach ../wt {reference}; cd ../wt; {script}\n\
         git add -A; git commit -qm x; git push -q origin HEAD:{reference}; cd ../project; \
         git worktree remove --force ../wt"
    );
    let mut sh = house.program("sh");
    let output = crate::house::child::output(sh.args(["-c", &script]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Demands that the run here is left as it was, and so one in a clone that does not have it yet.
fn is_refused(house: &House, why: &str) {
    let (name, tip) = (reference(house), house.git("for-each-ref refs/orch/runs"));
    let told = |done: Done| {
        let run = name.strip_prefix("refs/orch/runs/").unwrap();
        done.code(6).says(&format!("{run} is damaged at origin, and was not updated")).says(why);
    };
    told(house.orch("record fetch"));
    assert_eq!(house.git("for-each-ref refs/orch/runs"), tip);
    house.orch("verify").code(0);
    house.orch("record fetch --json").code(6).says("\"problem\":");
    house.git("clone --quiet ../remote ../clone");
    told(house.orch("--project ../clone record fetch"));
    house.orch("--project ../clone run list").code(0).never_says("demo");
}

#[test]
fn a_changed_journal_is_not_taken_in() {
    let house = house();
    push_on_top(&house, "sed -i '1 s/2026/2025/' journal/*.jsonl");
    is_refused(&house, "journal/0");
}

#[test]
fn a_changed_or_missing_document_is_not_taken_in() {
    let house = house();
    push_on_top(&house, "sed -i 's/WAITING/PASSED/' RUN.json");
    is_refused(&house, "RUN.json line");
    let house = self::house();
    push_on_top(&house, "rm definition/workflows/demo.toml");
    is_refused(&house, "definition/workflows/demo.toml: it is missing");
}

#[test]
fn the_record_of_another_run_is_not_taken_in() {
    let house = house();
    let first = reference(&house);
    house.orch("run demo --again").code(3);
    let refs = house.git("for-each-ref --format=%(refname) refs/orch/runs");
    let second = refs.lines().find(|name| *name != first).unwrap();
    house.git(&format!("push --quiet --force origin {second}:{first}"));
    house.git(&format!("update-ref -d {first}"));
    house.orch("record fetch").code(6).says("is damaged at origin").says("it is the record of run");
    assert!(!house.git("for-each-ref refs/orch/runs").contains(&first));
}

#[test]
fn a_journal_that_does_not_go_on_from_this_one_is_not_taken_in() {
    let house = house();
    let name = reference(&house);
    let begun = house.git(&format!("rev-parse {name}"));
    house.git("clone --quiet ../remote ../clone");
    house.orch("--project ../clone record fetch").code(0);
    house.orch("--project ../clone gate fail --run demo --reason no").code(0);
    house.orch("--project ../clone record push").code(0);
    // The ref here is gone, and so for git whatever comes is new; the journal says otherwise.
    house.orch("gate finish").code(0);
    house.git(&format!("update-ref -d {name}"));
    house.orch("record fetch").code(6).says("has diverged from origin");
    assert_eq!(house.git("for-each-ref refs/orch/runs"), "");
    house.orch("status").code(0).says("PASSED");
    // The same where the journal here has gone on, and no commit tells of it yet.
    house.git(&format!("update-ref {name} {}", begun.trim()));
    house.orch("record fetch").code(6).says("has diverged from origin");
    assert_eq!(house.git(&format!("rev-parse {name}")), begun);
}

#[test]
fn a_refused_push_does_not_advise_what_brings_no_run() {
    let house = house();
    push_on_top(&house, "echo x > other");
    house.orch("gate finish").code(0);
    house.orch("record push").code(1).says("`git push` failed").never_says("git pull");
}
