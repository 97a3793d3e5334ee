//! Where the record goes: to the branch of a linked worktree, and to the branch where the run began,
//! whatever the user has checked out since.

use crate::house::House;
use serde_json::Value as Json;

/// A committed project with a gate that waits for a person between two commands.
fn house() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]
             id = 'first'
             executor = 'command'
             shell = '(test ! -e first.sh || sh first.sh) && echo one > one.txt'
             contract = 'one'
             on_interrupt = 'rerun'
             [[gate]]
             id = 'word'
             executor = 'human'
             [[gate]]
             id = 'last'
             executor = 'command'
             shell = '(test ! -e last.sh || sh last.sh) && echo two > two.txt'
             contract = 'two'",
        )
        .leaves("one", "one.txt")
        .leaves("two", "two.txt")
        .file(".gitignore", "*.txt\n*.sh\n");
    house.git("add .");
    house.git("commit --quiet --message=project");
    house
}

/// The record's summary as a branch or ref holds it.
fn summary(house: &House, at: &str, run: &str) -> Json {
    let path = format!("{at}:orchestration/runs/{run}/record/RUN.json");
    serde_json::from_str(&house.git(&format!("show {path}"))).unwrap()
}

/// What the commits of stops tell of, the oldest first.
fn told(house: &House, at: &str) -> String {
    let format = "--format=%(trailers:key=Orch-Gate,valueonly,separator=%x20)%x20%(trailers:key=Orch-Status,valueonly,separator=%x20)";
    let log = house.git(&format!("log --reverse {format} {at}"));
    log.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn branch(house: &House) -> String {
    house.git("symbolic-ref --short HEAD").trim().to_owned()
}

/// What the branch holds of a run is whole by tools that are not ours, and lies in no one's way.
fn the_branch_holds_the_run(house: &House) {
    assert_eq!(house.git("status --porcelain"), "", "on {}", branch(house));
    house.git("checkout --quiet main");
    assert_eq!(house.git("status --porcelain"), "", "back on main");
    assert_eq!(house.record()["status"], "PASSED");
    house.sums_hold();
    house.git("fsck --strict --no-dangling");
}

#[test]
fn a_linked_worktree_has_its_runs_on_its_own_branch() {
    let house = house();
    let head = house.git("rev-parse main");
    let linked = house.outside("linked").display().to_string();
    house.git(&format!("worktree add --quiet -b side {linked}"));
    let there = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        house.orch_with(&[&["--project", linked.as_str()], &words[..]].concat())
    };
    let git = |words: &str| house.git(&format!("-C {linked} {words}"));
    there("run demo").code(3);
    there("gate finish").code(0).says("PASSED");
    assert_eq!(house.git("rev-parse main"), head);
    assert_eq!(git("status --porcelain"), "");
    assert_eq!(house.git("status --porcelain"), "");
    assert!(!house.exists("orchestration") && !house.exists("one.txt"));
    assert_eq!(told(&house, "main..side"), "WAITING PASSED");

    // The journal belongs to the repository: the run is known in both, and each goes on by itself.
    let id = there("status --json").code(0).json()["data"]["run_id"].as_str().unwrap().to_owned();
    house.orch("run list").code(0).says(&id);
    house.orch("run demo").code(3);
    assert_eq!(summary(&house, "side", &id)["status"], "PASSED");
    there(&format!("use {id}")).code(0);
    house.orch(&format!("use {}", house.run_id())).code(0);
    there("status").code(0).says("PASSED");
    house.orch("status").code(0).says("WAITING");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(git("status --porcelain"), "");
    the_branch_holds_the_run(&house);
    house.git(&format!("worktree remove --force {linked}"));
    house.orch(&format!("run show --run {id}")).code(0).says("PASSED");
}

#[test]
fn a_run_of_a_branch_that_lies_in_another_worktree_goes_on_there() {
    let house = house();
    house.orch("run demo").code(3);
    let linked = house.outside("linked").display().to_string();
    house.git(&format!("worktree add --quiet -b side {linked}"));
    let there = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        house.orch_with(&[&["--project", linked.as_str()], &words[..]].concat())
    };
    there("status").code(0).says("WAITING");
    let head = house.git("rev-parse main");
    for words in ["gate finish", "run resume", "run cancel"] {
        there(words).code(2).says("belongs to main, which is checked out in $HOUSE/project");
    }
    assert_eq!(house.git("rev-parse main"), head);
    assert_eq!(house.git("status --porcelain"), "");
    house.orch("gate finish").code(0).says("PASSED");

    // And the other way round: from the main worktree, a run that lies in a linked one.
    there("run demo").code(3);
    let ids = std::fs::read_dir(format!("{linked}/orchestration/runs")).unwrap();
    let newest = ids.map(|id| id.unwrap().file_name().into_string().unwrap()).max().unwrap();
    let finish = format!("gate finish --run {newest}");
    house.orch(&finish).code(2).says("which is checked out in $HOUSE/linked");
    house.git(&format!("worktree remove --force {linked}"));
    house.orch(&finish).code(0).says("PASSED");
    assert_eq!(told(&house, "main..side"), "WAITING PASSED");
}

#[test]
fn another_branch_between_two_sittings_is_left_alone() {
    let house = house();
    house.git("branch other");
    house.orch("run demo").code(3);
    house.git("checkout --quiet other");
    let other = house.git("rev-parse other");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(branch(&house), "other");
    assert_eq!(house.git("rev-parse other"), other);
    assert_eq!(told(&house, "other..main"), "WAITING PASSED");
    house.orch("status").code(0).says("PASSED");
    the_branch_holds_the_run(&house);
}

#[test]
fn a_failed_run_is_taken_up_from_another_branch() {
    let house = house();
    house.git("branch other");
    house.write("first.sh", "exit 1");
    house.orch("run demo").code(1);
    house.git("checkout --quiet other");
    house.write("first.sh", "");
    house.orch("run resume").code(3);
    assert_eq!(summary(&house, "main", &house.run_id())["status"], "WAITING");
    assert_eq!(house.git("status --porcelain"), "");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(told(&house, "other"), "");
    the_branch_holds_the_run(&house);
}

#[test]
fn another_branch_while_a_gate_is_at_work_is_left_alone() {
    let house = house();
    house.git("branch other");
    let other = house.git("rev-parse other");
    house.write("first.sh", "git checkout --quiet other\n");
    house.orch("run demo").code(3);
    assert_eq!(branch(&house), "other");
    assert_eq!(house.git("rev-parse other"), other);
    assert_eq!(house.git("status --porcelain"), "");
    house.orch("gate finish").code(0).says("PASSED");
    assert_eq!(house.git("rev-parse other"), other);
    the_branch_holds_the_run(&house);
}

#[test]
fn the_branch_of_the_run_may_come_back_while_a_gate_is_at_work() {
    let house = house();
    house.git("branch other");
    house.orch("run demo").code(3);
    house.git("checkout --quiet other");
    house.write("last.sh", "git checkout --quiet main && exit 1\n");
    house.orch("gate finish").says("FAILED");
    assert_eq!(branch(&house), "main");
    assert_eq!(house.git("status --porcelain"), "");
    house.write("last.sh", "");
    house.orch("run resume").code(0).says("PASSED");
    assert_eq!(told(&house, "other..main"), "WAITING FAILED PASSED");
    the_branch_holds_the_run(&house);
}

#[test]
fn a_repository_that_cannot_be_written_to_is_worked_in_without_commits() {
    for kind in ["--object-format=sha256", "--ref-format=reftable"] {
        let house = House::outside_git().workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo a > a.txt'\ncontract = 'a'",
        );
        let house = house.leaves("a", "a.txt");
        house.git(&format!("init -q {kind} ."));
        house.orch("run demo").code(0).says("cannot commit to this kind of git repository");
        house.orch("verify").code(0).says("1 artifact as recorded");
        house.write("a.txt", "b\n");
        house.orch("verify").code(6).says("a.txt");
        house.orch("doctor").code(1).says("nothing is committed");
    }
}

#[test]
fn the_branch_can_hold_each_attempt_as_it_ends() {
    let house = House::new().file("orch.toml", "[record]\nbranch = 'attempts'\n").workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         command = ['true']
         [[gate]]
         id = 'b'
         executor = 'command'
         shell = 'git log -1 --format=%s && rm orchestration/runs/$ORCH_RUN/record/gates/a/*'
         [[gate]]
         id = 'c'
         executor = 'command'
         command = ['true']",
    );
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.orch("run demo").code(0);
    assert_eq!(told(&house, "main"), "a PASS b PASS c PASS PASSED");
    let said = house.run_folder().join("logs/gates/b/attempt-1/stdout.log");
    assert_eq!(std::fs::read_to_string(said).unwrap(), "orch: a PASS in demo demo\n");
    house.orch("verify").code(0);
    the_branch_holds_the_run(&house);
}

#[test]
fn what_was_committed_on_a_detached_head_follows_to_a_branch() {
    let house = house();
    let before = house.git("rev-parse main");
    house.git("checkout --quiet --detach");
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0).says("PASSED");
    // What is checked out has it, and the branch that was left is as it was.
    assert_eq!(house.git("log -1 --format=%s"), "orch: PASSED demo demo\n");
    assert_eq!(house.git("status --porcelain"), "");
    assert_eq!(house.git("rev-parse main"), before);
    let run = house.run_id();
    house.git("checkout --quiet main");
    house.orch("verify").code(0);
    house.orch(&format!("run show --run {run}")).code(0).says("PASSED");
    house.orch("doctor").code(1).says("not fully committed");
    house.orch("doctor --fix").code(0);
    assert_eq!(summary(&house, "main", &run)["status"], "PASSED");
    the_branch_holds_the_run(&house);
}

#[test]
fn a_run_that_begins_on_a_detached_head_is_told_so_once() {
    let told = "HEAD is detached";
    let house = house();
    house.orch("run demo --until a").never_says(told);
    house.git("checkout --quiet --detach");
    house.orch("run resume").never_says(told);
    let house = self::house();
    house.git("checkout --quiet --detach");
    house
        .orch("run demo")
        .code(3)
        .says(told)
        .says("refs/orch/runs/run_")
        .says("git switch -c NAME");
    house.orch("run resume").code(3).never_says(told);
    house.orch("gate finish").code(0).never_says(told);
    house.orch("session start --epic x --workflow demo").says(told);
    let house = self::house().file("orch.toml", "[record]\nbranch = 'never'\n");
    house.git("checkout --quiet --detach");
    house.orch("run demo").code(3).never_says(told);
}
