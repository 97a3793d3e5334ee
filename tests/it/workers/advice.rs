//! What lists of runs tell a person: why each run rests, and commands that help when they are typed.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::signal_one;
use crate::house::wait_until;
use rustix::process::Signal;
use serde_json::Value as Json;

const ORCH: &str = env!("CARGO_BIN_EXE_orch");

fn list(house: &House, text: &str) -> bool {
    orch(house, "list").stdout.contains(text)
}

/// The commands that a reply suggests.
fn suggested(house: &House, words: &str) -> Vec<String> {
    let json = orch(house, &format!("{words} --json")).json();
    let commands = json["instructions"]["suggested_commands"].as_array().unwrap().clone();
    commands.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

/// Takes away the processes that drive runs, as a crash does; what they started lives on.
fn kill_workers(house: &House) {
    kill(house, &["supervisor.lock", "slots/1.lock"]);
}

/// The same, but for the one that looks after them.
fn kill_drivers(house: &House) {
    kill(house, &["slots/1.lock"]);
}

fn kill(house: &House, locks: &[&str]) {
    for lock in locks {
        let path = house.project().join(".git/orch/pool").join(lock);
        let held: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        signal_one(Signal::KILL, u32::try_from(held["process"].as_u64().unwrap()).unwrap());
    }
}

#[test]
fn each_command_that_is_suggested_is_one_that_there_is() {
    let script = format!(
        "case $ORCH_INPUT_KEY in
         fails) exit 1;;
         asks) {ORCH} escalate 'Which token?' --options JWT,cookie --domain auth;;
         gone) touch begun; sleep 60;;
         esac"
    );
    let house = committed(house(&script, "approval = 'person'"));
    orch(&house, "spawn fails asks gone --workflow item").code(0);
    orch(&house, "convoy start approved --workflow item").code(0);
    let begun = house.outside("project-worktrees/gone/begun");
    wait_until("it works", || begun.exists());
    std::fs::remove_dir_all(house.outside("project-worktrees/gone")).unwrap();
    for state in ["fails failed:", "asks asks:", "approved waits for approval"] {
        wait_until(state, || orch(&house, "list").stderr.contains(state));
    }
    let mut lines: Vec<String> = ["list", "witness", "convoy status"]
        .into_iter()
        .flat_map(|words| suggested(&house, words))
        .collect();
    for line in lines.iter().filter(|line| line.starts_with("orch ")) {
        let line = line.trim_start_matches("orch ");
        assert_eq!(orch(&house, &format!("{line} --help")).code, 0, "{line}");
    }
    lines.sort();
    lines.dedup();
    let id = regex::Regex::new("run_[0-9TZ]+_([a-z]+)_[0-9a-z]+").unwrap();
    let lines: Vec<_> = lines.iter().map(|line| id.replace_all(line, "run_$1")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    git worktree add -f $HOUSE/project-worktrees/gone gone
    orch approve --run run_approved
    orch cancel gone
    orch forward asks "…"
    orch restart fails
    "#);
}

#[test]
fn a_run_that_failed_says_why_until_it_is_deleted() {
    let house = committed(house("exit 4", ""));
    orch(&house, "spawn a --workflow item").code(0);
    wait_until("it fails", || list(&house, "FAILED"));
    let why = "work: `sh` exited with code 4";
    orch(&house, "list").code(0).says(&format!("a failed: {why}")).says("orch restart a");
    orch(&house, "get a").code(0).says(&format!("reason    {why}"));
    assert_eq!(orch(&house, "get a --json").json()["data"]["reason"], why);
    orch(&house, "witness").code(1).says("1 failed; ").says(why).says("orch restart a");
    orch(&house, "delete a").code(0);
    orch(&house, "list --all").code(0).says("FAILED, deleted").never_says("orch restart");
    assert_eq!(orch(&house, "list").code(0).stdout, "");
    orch(&house, "witness").code(0).says("workers drive no unfinished run");
}

#[test]
fn a_worktree_that_was_removed_is_made_again_as_advised() {
    let waits = "touch begun; while [ ! -e $HOME/../go ]; do sleep 0.05; done";
    let house = committed(house(waits, "on_interrupt = 'rerun'"));
    orch(&house, "spawn a --workflow item").code(0);
    let tree = house.outside("project-worktrees/a");
    wait_until("it works", || tree.join("begun").exists());
    std::fs::remove_dir_all(&tree).unwrap();
    orch(&house, "witness").code(1).says("working, worktree gone").says("orch cancel a");
    std::fs::write(house.outside("go"), "").unwrap();
    wait_until("it is left", || !list(&house, "working"));
    orch(&house, "restart a").code(2).says("is gone").says("git worktree add -f");
    let commands = suggested(&house, "list");
    let call = commands.iter().find_map(|line| line.strip_prefix("git ")).unwrap();
    house.git(&call.replace("$HOUSE", &house.outside("").display().to_string()));
    orch(&house, "restart a").code(0);
    wait_until("it passes", || runs(&house) == "a PASSED");
}

#[test]
fn what_is_polled_is_not_stalled_and_what_reports_its_progress_is_heard() {
    let house = house("sleep 60", "").file("orch.toml", "[pool]\nstalled_after = '2s'\n");
    let house = committed(house.workflow(
        "poll",
        "[[gate]]\nid = 'ci'\nexecutor = 'command'\ncommand = ['sh', '-c', 'exit 75']\n\
         poll = { every = '1h', deadline = '2h' }\n",
    ));
    orch(&house, "run poll --detach").code(0);
    orch(&house, "spawn quiet --workflow item").code(0);
    let health = |key: &str| {
        let list = orch(&house, "list --json").json();
        let run = list["data"].as_array().unwrap().iter().find(|run| run["key"] == key).cloned();
        run.unwrap()["health"].as_str().unwrap().to_owned()
    };
    wait_until("it is stalled", || health("quiet") == "stalled");
    assert!(["working", "waiting"].contains(&health("poll").as_str()), "{}", health("poll"));
    orch(&house, "update --run quiet still at it").code(0);
    assert_eq!(health("quiet"), "working");
}

#[test]
fn a_run_whose_work_lives_on_without_it_is_told_from_one_that_is_dead() {
    let house = committed(house("touch begun; sleep 60", ""));
    orch(&house, "spawn a --workflow item").code(0);
    let begun = house.outside("project-worktrees/a/begun");
    wait_until("it works", || begun.exists());
    kill_workers(&house);
    wait_until("it is seen", || list(&house, "orphaned"));
    orch(&house, "witness").code(1).says("1 orphaned; no worker").says("orch resume --all");
    let folder = house.project().join(".git/orch/runs");
    let run = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    // A program that was about to begin has left a note that names none.
    let notes = std::fs::read_dir(run.join("at-work")).unwrap();
    let texts = notes.map(|note| std::fs::read_to_string(note.unwrap().path()).unwrap());
    let groups: Vec<u64> = texts
        .filter_map(|text| serde_json::from_str::<Json>(&text).ok()?["group"].as_u64())
        .collect();
    assert!(!groups.is_empty());
    for group in groups {
        crate::house::signal(Signal::KILL, u32::try_from(group).unwrap());
    }
    wait_until("it is seen", || list(&house, "dead"));
}

#[test]
fn a_phase_that_is_reported_while_work_is_done_is_known_at_once() {
    let notify = "[[notify]]\non = ['phase:shipping']\ncommand = ['touch', '../told']\n";
    let house = committed(house("touch begun; sleep 60", "").file("orch.toml", notify));
    orch(&house, "spawn a --workflow item").code(0);
    let begun = house.outside("project-worktrees/a/begun");
    wait_until("it works", || begun.exists());
    orch(&house, "update --run a --status shipping").code(0);
    assert!(list(&house, "shipping"));
    orch(&house, "get a").code(0).says("phase     shipping").says("state     working");
    let state = house.outside("project-worktrees/a/.orch/session-state.json");
    let phase = || -> Json {
        let text = std::fs::read_to_string(&state).unwrap();
        serde_json::from_str::<Json>(&text).unwrap()["phase"].clone()
    };
    assert_eq!(phase(), "shipping");
    wait_until("others are told", || house.outside("project-worktrees/told").exists());
    orch(&house, "cancel a --keep-worktree").code(0);
    wait_until("the end is told", || phase() == "cancelled");
}

#[test]
fn a_list_that_is_watched_tells_what_is_asked_and_that_nothing_is_left() {
    let script = format!("test -e done || {{ touch done; {ORCH} escalate Which? --options A,B; }}");
    let house = committed(house(&script, ""));
    let watching = house.start("list --watch");
    wait_until("nothing is there", || watching.printed().contains("no runs"));
    orch(&house, "spawn a --workflow item").code(0);
    wait_until("it asks", || watching.printed().contains("a asks: Which? (A, B)"));
    wait_until("it says how to answer", || watching.printed().contains("$ orch forward a"));
    orch(&house, "forward a A").code(0);
    wait_until("it passes", || watching.printed().trim_end().ends_with("no runs"));
}

#[test]
fn a_run_that_a_crash_interrupted_says_what_to_decide() {
    let house = committed(house("touch begun; while [ ! -e go ]; do sleep 0.05; done", ""));
    orch(&house, "spawn a --workflow item").code(0);
    let begun = house.outside("project-worktrees/a/begun");
    wait_until("it works", || begun.exists());
    kill_drivers(&house);
    wait_until("it waits for a decision", || list(&house, "WAITING"));
    orch(&house, "list").says("a was interrupted.");
    let commands = suggested(&house, "list");
    assert!(commands[0].starts_with("orch gate start --run "), "{commands:?}");
    std::fs::write(house.outside("project-worktrees/a/go"), "").unwrap();
    orch(&house, commands[0].trim_start_matches("orch ")).code(0);
    assert_eq!(runs(&house), "a PASSED");
}
