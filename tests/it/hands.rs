//! Planner and hands apart: work orders and reports cross processes and folders as JSON, and a run
//! goes on whoever advances it.

use crate::house::House;
use crate::house::child;
use orch::event::EventKind;
use orch::id::RunId;
use orch::internals::Beneath;
use orch::internals::ProjectFolder;
use orch::ops::Caller;
use orch::ops::Driver;
use orch::ops::Held;
use orch::ops::Limits;
use orch::ops::Options;
use orch::ops::Project;
use orch::ops::RunChoice;
use orch::ops::advance;
use orch::ops::follow;
use orch::ops::follow::FollowFrom;
use orch::store::journal::JournalEntry;
use orch::work::WorkOrder;
use orch::work::WorkReport;
use orch::work::WorkResult;
use orch::work::Workspace;
use orch::work::perform;
use serde_json::Value as Json;
use std::path::Path;
use std::process::Command;

/// What another process of this program is to do, and with which file.
const PART: &str = "ORCH_TEST_PART";

/// Two gates side by side, and one that needs both.
const WORKFLOW: &str = r#"
[inputs]
word = { type = "string", default = "it is" }
[[gate]]
id = "left"
executor = "command"
command = ["sh", "-c", "printf '%s' \"$ORCH_INPUT_WORD\" > left.txt; echo said"]
contract = "left"
needs = []
[[gate]]
id = "right"
executor = "command"
shell = "echo right > right.txt"
needs = []
[[gate]]
id = "both"
executor = "command"
command = ["sh", "-c", "cat left.txt right.txt > both.txt"]
needs = ["left", "right"]
"#;

const CONTRACT: &str = r#"
[[output]]
path = "left.txt"
checks = [{ kind = "contains_text", all = ["{{ word }}"] }]
"#;

fn house() -> House {
    let house = House::new().workflow("apart", WORKFLOW).contract("left", CONTRACT);
    house.orch("run start --workflow apart").code(0);
    house
}

/// One process after another of this program plays its part: `advance` with reports, or `perform`
/// of an order. Gives what it wrote down; `None` where it was killed.
fn process(test: &str, folder: &Path, part: &str, given: &Json) -> Option<Json> {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("given.json");
    std::fs::write(&file, given.to_string()).unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("hands::{test}"), "--nocapture"]).current_dir(folder);
    let done = child::output(command.env(PART, format!("{part} {}", file.display())));
    let written = std::fs::read_to_string(&file).unwrap();
    done.status.success().then(|| serde_json::from_str(&written).unwrap())
}

/// Plays the part that this process was started for, if it was.
fn plays_a_part() -> bool {
    let Ok(part) = std::env::var(PART) else { return false };
    let (part, file) = part.split_once(' ').unwrap();
    let given = std::fs::read_to_string(file).unwrap();
    let written = match part {
        "perform" => performed(&serde_json::from_str(&given).unwrap()),
        "advance" | "advance-and-die" => advanced(serde_json::from_str(&given).unwrap()),
        other => panic!("there is no part {other}"),
    };
    std::fs::write(file, written.to_string()).unwrap();
    if part == "advance-and-die" {
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
    }
    true
}

fn performed(order: &WorkOrder) -> Json {
    let folder = std::env::current_dir().unwrap();
    let project = ProjectFolder::new(&folder, Vec::new()).unwrap();
    let workspace = Workspace {
        variables: std::env::vars_os().collect(),
        ..Workspace::new(project, Beneath::new(&folder).join("logs"))
    };
    serde_json::to_value(perform(order, &workspace)).unwrap()
}

fn advanced(reports: Vec<WorkReport>) -> Json {
    let folder = std::env::current_dir().unwrap();
    let project = Project::open(Options { folder, ..Options::default() }).unwrap();
    let id = project.store.runs().unwrap().remove(0);
    let mut driver = Driver::take(&project, &id).unwrap();
    let limits = Limits { jobs: 2, agent: None, sits_down: false, follows: false, leaves: false };
    let next = advance(&mut Held::new(&mut driver, &limits), reports).unwrap();
    serde_json::to_value(next.orders).unwrap()
}

fn gates(orders: &Json) -> Vec<&str> {
    orders
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["attempt"]["gate"].as_str().unwrap())
        .collect()
}

#[test]
fn a_run_is_advanced_by_three_processes_in_turn_and_one_is_killed() {
    if plays_a_part() {
        return;
    }
    let house = house();
    let test = "a_run_is_advanced_by_three_processes_in_turn_and_one_is_killed";
    let advance = |part: &str, reports: &[Json]| {
        process(test, &house.project(), part, &Json::from(reports.to_vec()))
    };
    let perform = |order: &Json| process(test, &house.project(), "perform", order).unwrap();
    let orders = advance("advance", &[]).unwrap();
    assert_eq!(gates(&orders), ["left", "right"]);
    let (left, right) = (perform(&orders[0]), perform(&orders[1]));
    // What is at work is given to nobody again, and what came of it may come to anybody.
    assert_eq!(advance("advance-and-die", std::slice::from_ref(&left)), None);
    let late = [left, right];
    let orders = advance("advance", &late).unwrap();
    assert_eq!(gates(&orders), ["both"]);
    let both = perform(&orders[0]);
    assert_eq!(gates(&advance("advance", &[both]).unwrap()), Vec::<&str>::new());
    assert_eq!(house.gates(), "left PASS, right PASS, both PASS");
    assert_eq!(house.record()["status"], "PASSED");
    assert_eq!(house.read("both.txt"), "it isright\n");
    house.orch("verify").code(0);
}

#[test]
fn an_order_is_carried_out_in_another_folder_and_process() {
    if plays_a_part() {
        return;
    }
    let house = house();
    let test = "an_order_is_carried_out_in_another_folder_and_process";
    let orders = process(test, &house.project(), "advance", &Json::Array(Vec::new())).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let perform = |order: &Json| {
        let report = process(test, elsewhere.path(), "perform", order).unwrap();
        serde_json::from_value::<WorkReport>(report).unwrap()
    };
    let report = perform(&orders[0]);
    let WorkResult::Passed { judged, .. } = &report.result else { panic!("{report:?}") };
    assert_eq!(judged.artifacts[0].path, "left.txt");
    let left = |folder: &Path| std::fs::read_to_string(folder.join("left.txt")).ok();
    assert_eq!((left(elsewhere.path()), left(&house.project())), (Some("it is".to_owned()), None));
    let printed = elsewhere.path().join("logs/gates/left/attempt-1/stdout.log");
    assert_eq!(std::fs::read_to_string(printed).unwrap(), "said\n");
    // The judging is done there too.
    let mut other = orders[0].clone();
    other["judging"]["context"]["word"] = "something else".into();
    assert!(matches!(perform(&other).result, WorkResult::Failed { .. }));
}

/// The orders of a run name it; a report of an attempt that is over changes nothing.
#[test]
fn a_report_that_comes_twice_counts_once() {
    if plays_a_part() {
        return;
    }
    let house = house();
    let test = "a_report_that_comes_twice_counts_once";
    let advance =
        |reports: &[Json]| process(test, &house.project(), "advance", &reports.to_vec().into());
    let orders = advance(&[]).unwrap();
    assert_eq!(RunId::parse(orders[0]["run"].as_str().unwrap()).unwrap().as_str(), house.run_id());
    let perform = |order: &Json| process(test, &house.project(), "perform", order).unwrap();
    let left = perform(&orders[0]);
    let none = advance(&[left.clone(), left.clone()]).unwrap();
    assert_eq!(gates(&none), Vec::<&str>::new());
    let orders = advance(&[left, perform(&orders[1])]).unwrap();
    advance(&[perform(&orders[0])]).unwrap();
    assert_eq!(house.gates(), "left PASS, right PASS, both PASS");
    assert_eq!(house.attempts("left"), "PASS");
}

#[test]
fn whoever_follows_a_run_gets_what_another_process_appends() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'\n";
    let house = House::new().workflow("watched", gate);
    house.orch("run watched").code(3);
    let project = Project::open(Options { folder: house.project(), ..Options::default() }).unwrap();
    let follow_from =
        |from| follow::follow(&project, &Caller::default(), &RunChoice::default(), from).unwrap();
    let mut follow = follow_from(FollowFrom::Now);
    assert!(follow.news().unwrap().is_empty());
    house.orch("gate finish --gate a").code(0);
    let told = |news: Vec<JournalEntry>| {
        let kinds = news.iter().map(|told| EventKind::from(&told.event).to_string());
        kinds.collect::<Vec<_>>().join(" ")
    };
    let went_on = "GATE_PASSED GATE_STARTED GATE_WAITING RUN_WAITING";
    let news = follow.news().unwrap();
    let (seq, head) = news.last().map(|last| (last.seq, last.head)).unwrap();
    assert_eq!(told(news), went_on);
    assert!(follow.news().unwrap().is_empty());
    house.orch("run cancel").code(0);
    assert_eq!(told(follow.news().unwrap()), "RUN_COMPLETED");
    let mut again = follow_from(FollowFrom::After { seq, head });
    assert_eq!(told(again.news().unwrap()), "RUN_COMPLETED");
}
