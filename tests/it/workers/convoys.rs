//! Convoys: one run that has a workflow run for each key.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::wait_until;

const WORK: &str = "echo $ORCH_INPUT_KEY > made.txt; test $ORCH_INPUT_KEY != bad";

#[test]
fn one_run_that_fails_does_not_end_the_others_and_the_report_tells_of_it() {
    let house = committed(house(WORK, ""));
    let started = orch(&house, "convoy start a bad c --workflow item").code(0);
    started.says("convoy-a-bad-c queued run_").says("orch convoy status convoy-a-bad-c");
    wait_until("the convoy is over", || runs(&house).contains("convoy-a-bad-c FAILED"));
    assert_eq!(runs(&house), "a PASSED, bad FAILED, c PASSED, convoy-a-bad-c FAILED");
    let report = house.outside("project-worktrees/convoy-a-bad-c/convoys/convoy-a-bad-c.md");
    insta::assert_snapshot!(std::fs::read_to_string(report).unwrap(), @r"
    # convoy-a-bad-c: item for 3 keys

    | key | status | branch | cost in USD |
    | --- | --- | --- | --- |
    | a | PASSED | a | unknown |
    | bad | FAILED | bad | unknown |
    | c | PASSED | c | unknown |
    ");
    let status = orch(&house, "convoy status").code(0);
    status.says("convoy-a-bad-c FAILED run_").says("KEY").says("bad");
    let json = orch(&house, "convoy status convoy-a-bad-c --json").code(0).json();
    let children = json["data"]["children"].as_array().unwrap();
    let keys: Vec<&str> = children.iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["a", "bad", "c"]);
    assert!(children.iter().all(|it| it["parent"] == json["data"]["run"]["run_id"]));
    orch(&house, "verify --all").code(0);
}

#[test]
fn the_same_convoy_is_not_started_twice_and_a_cancel_ends_its_runs() {
    let house = committed(house("touch begun; sleep 60", ""));
    orch(&house, "convoy start a b --workflow item --name pair").code(0).says("pair queued");
    for key in ["a", "b"] {
        let begun = house.outside(&format!("project-worktrees/{key}/begun"));
        wait_until("its runs work", || begun.exists());
    }
    orch(&house, "convoy start a b --workflow item --name pair").code(0).says("pair exists");
    orch(&house, "convoy start a --workflow item --name pair")
        .code(2)
        .says("has other keys or another workflow")
        .says("--name");
    orch(&house, "convoy status pair").code(0).says("working");
    orch(&house, "convoy cancel pair --reason enough").code(0).says("canceled pair run_");
    wait_until("its runs end", || runs(&house) == "a CANCELED, b CANCELED, pair CANCELED");
    assert!(house.outside("project-worktrees/a/begun").exists());
    orch(&house, "convoy cancel pair").code(0);
}

#[test]
fn its_runs_draw_on_one_budget() {
    let house = committed(house("true", ""));
    orch(&house, "convoy start a --workflow item --name alone --budget 3").code(0);
    wait_until("it passes", || runs(&house) == "a PASSED, alone PASSED");
    let convoy = orch(&house, "run show --run _alone_ --json").code(0).json();
    assert_eq!(convoy["data"]["budget"]["usd"], 3.0);
}

#[test]
fn a_convoy_that_could_not_begin_is_told_and_nothing_is_begun() {
    let house = committed(
        house("true", "")
            .workflow("other", "[[gate]]\nid = 'work'\nexecutor = 'command'\ncommand = ['true']\n"),
    );
    orch(&house, "convoy status").code(2).says("no convoy was started");
    orch(&house, "convoy start a --workflow itm").code(2).says("did you mean `item`?");
    orch(&house, "convoy start a B! --workflow item").code(2).says("not a slug");
    orch(&house, "convoy start a --workflow other")
        .code(2)
        .says("the `key` of workflow `other` is not made of one input");
    assert_eq!(runs(&house), "");
    orch(&house, "convoy start a --workflow item --name pair").code(0);
    orch(&house, "convoy status piar").code(2).says("did you mean `pair`?");
    wait_until("it passes", || runs(&house) == "a PASSED, pair PASSED");
}
