//! What a user does with git between two sittings: the run is shown, verified and taken up all the
//! same, and where there is only a clone, the committed copy serves.

use crate::house::Done;
use crate::house::House;
use crate::house::child;

/// What a user might do that takes files from under a run.
const ACTIONS: [&[&str]; 6] = [
    &["checkout --quiet other"],
    &["checkout --quiet --detach other"],
    &["reset --quiet --hard HEAD~1"],
    &["clean --quiet -fdx"],
    &["stash --quiet --include-untracked"],
    &["revert --no-edit HEAD"],
];

/// A committed project whose outputs are committed too, and a branch that never heard of its runs.
fn house() -> House {
    let gate = |id: &str| {
        format!(
            "[[gate]]
             id = '{id}'
             executor = 'command'
             shell = 'test ! -e {id}.fails && echo {id} > out/{id}.txt'
             contract = '{id}'
            "
        )
    };
    let word = "[[gate]]\nid = 'word'\nexecutor = 'human'\n";
    let house = House::new()
        .workflow("demo", &format!("{}{word}{}", gate("first"), gate("last")))
        .leaves("first", "out/first.txt")
        .leaves("last", "out/last.txt")
        .file("out/first.txt", "first\n")
        .file("out/last.txt", "last\n")
        .file("notes.txt", "mine\n");
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.git("branch other");
    house
}

/// The run can be looked at, and nothing of it differs.
fn is_shown_and_verified(orch: &dyn Fn(&str) -> Done, what: &str) {
    let done = orch("run show");
    assert!(done.code == 0 && done.stdout.contains("first"), "{what}\n{}", done.shown());
    let done = orch("verify");
    assert_eq!(done.code, 0, "{what}\n{}", done.shown());
}

#[test]
fn a_run_that_waits_goes_on_after_any_of_them() {
    for action in ACTIONS {
        let house = house();
        let orch = |words: &str| house.orch(words);
        house.orch("run demo").code(3);
        house.write("notes.txt", "changed\n");
        house.write("new.txt", "new\n");
        for words in action {
            house.git(words);
        }
        let what = action.join(", ");
        is_shown_and_verified(&orch, &what);
        let done = house.orch("gate finish");
        assert!(done.code == 0 && done.stdout.contains("PASSED"), "{what}\n{}", done.shown());
        is_shown_and_verified(&orch, &what);
        house.git("checkout --quiet --force main");
        assert_eq!(house.record()["status"], "PASSED", "{what}");
        house.git("fsck --strict --no-dangling");
    }
}

#[test]
fn a_run_that_failed_is_resumed_after_any_of_them() {
    for action in ACTIONS {
        let house = house();
        let orch = |words: &str| house.orch(words);
        house.orch("run demo").code(3);
        house.write("last.fails", "");
        house.orch("gate finish").says("FAILED");
        house.remove("last.fails");
        for words in action {
            house.git(words);
        }
        let what = action.join(", ");
        is_shown_and_verified(&orch, &what);
        let done = house.orch("run resume");
        assert!(done.code == 0 && done.stdout.contains("PASSED"), "{what}\n{}", done.shown());
        is_shown_and_verified(&orch, &what);
    }
}

#[test]
fn outputs_that_were_taken_away_are_made_again() {
    for action in ["clean --quiet -fdx", "stash --quiet --include-untracked"] {
        let house = house();
        house.git("rm --quiet --cached out/first.txt");
        house.git("commit --quiet --message=untracked");
        house.remove("out/first.txt");
        house.orch("run demo").code(3);
        house.git(action);
        assert!(!house.exists("out/first.txt"), "{action}");
        house.orch("run show").code(0);
        // Nobody else has these bytes: that they are missing is told, and no reason to stop.
        house.orch("verify").code(6).says("out/first.txt");
        // What the person was handed stood on them: it is handed to them again.
        house.orch("gate finish").code(0).says("WAITING");
        assert_eq!(house.read("out/first.txt"), "first\n");
        house.orch("gate finish").code(0).says("PASSED");
        assert_eq!(house.attempts("first"), "PASS PASS");
        house.orch("verify").code(0);
    }
}

#[test]
fn what_the_branch_lost_is_told_and_comes_again() {
    for action in ["reset --quiet --hard HEAD~1", "revert -n HEAD"] {
        let house = house();
        house.orch("run demo").code(3);
        house.git(action);
        if action.starts_with("revert") {
            // Not committed yet, it is a change like any other.
            house.orch("verify").code(6);
            house.git("commit --quiet --message=revert");
        }
        house.orch("verify").code(0).says("behind   the record: git has").says("record rebuild");
        house.orch("record rebuild").code(0);
        house.orch("verify").code(0).never_says("behind");
    }
    // An earlier record is one only as far as it is whole.
    let house = house();
    house.orch("run demo").code(3);
    house.orch("gate finish").code(0);
    house.git("reset --quiet --hard HEAD~1");
    let path = format!("orchestration/runs/{}/record/gates/first/attempt-1.json", house.run_id());
    house.write(&path, house.read(&path).replace("PASS", "FAIL"));
    house.orch("verify").code(6).says("attempt-1.json");
    house.git("commit --quiet --all --message=forged");
    house.orch("verify").code(6).says("attempt-1.json");
}

#[test]
fn in_a_clone_the_committed_copy_serves() {
    let house = house();
    house.orch("run demo").code(3);
    let path = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {path}"));
    let there = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        house.orch_with(&[&["--project", path.as_str()], &words[..]].concat())
    };
    is_shown_and_verified(&there, "in the clone");
    there("gate finish").code(0).says("PASSED");
    is_shown_and_verified(&there, "in the clone, later");
    assert_eq!(house.git(&format!("-C {path} status --porcelain")), "");
    house.git(&format!("-C {path} fsck --strict --no-dangling"));
    // What went on there comes home, and is the longer copy.
    house.orch("status").code(0).says("WAITING");
    house.git(&format!("pull --quiet {path} main"));
    house.orch("status").code(0).says("PASSED");
    is_shown_and_verified(&|words| house.orch(words), "back home");
}

#[test]
fn a_failed_run_is_resumed_in_a_clone() {
    let house = house();
    house.orch("run demo").code(3);
    house.write("last.fails", "");
    house.orch("gate finish").says("FAILED");
    let path = house.outside("clone").display().to_string();
    house.git(&format!("clone --quiet . {path}"));
    let there = |words: &str| {
        let words: Vec<&str> = words.split_whitespace().collect();
        house.orch_with(&[&["--project", path.as_str()], &words[..]].concat())
    };
    there("run resume").code(0).says("PASSED");
    is_shown_and_verified(&there, "in the clone");
}

#[test]
fn whoever_adds_everything_meets_no_file_that_is_not_whole() {
    let gate = |number: u32| {
        format!("[[gate]]\nid = 'g{number}'\nexecutor = 'command'\ncommand = ['true']\n")
    };
    let house = House::new()
        .workflow("demo", &(1..=40).map(gate).collect::<String>())
        .file("orch.toml", "[record]\nbranch = 'attempts'\n");
    let mut run = house.start("run demo");
    let mut added = 0;
    while run.try_wait().unwrap().is_none() {
        let mut git = std::process::Command::new("git");
        let add = child::output(git.args(["add", "-A"]).current_dir(house.project()));
        assert!(add.status.success(), "{}", String::from_utf8_lossy(&add.stderr));
        assert!(!house.git("ls-files").contains(".tmp."));
        added += 1;
    }
    assert!(added > 1 && run.wait().success());
    assert!(!house.git("log --name-only --format=").contains(".tmp."));
}
