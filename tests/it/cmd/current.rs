//! `status`, `next`, `use`, `back`: which run is meant when none is named.

use crate::house::House;

fn house() -> House {
    House::new().workflow(
        "demo",
        "key = '{{ slug }}'
         [inputs]
         slug = { type = 'slug' }
         [[gate]]
         id = 'one'
         name = 'The first'
         executor = 'command'
         command = ['true']
         [[gate]]
         id = 'two'
         executor = 'human'",
    )
}

#[test]
fn without_a_run_there_is_a_hint() {
    house().orch("status").code(2).says("there is no run yet").says("orch run WORKFLOW");
    house().orch("next").code(2).says("there is no run yet");
    house().orch("back").code(2).says("orch use RUN");
}

#[test]
fn status_has_a_line_for_each_gate() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    insta::assert_snapshot!(house.orch("status").code(0).shown(), @"
    exit 0
    -- stdout
    run_20260119T143012Z_x_000001 x WAITING
    workflow demo
    one  PASS     The first
    two  WAITING               waits for a person
    -- stderr
    ");
    let json = house.orch("status --json").code(0).json();
    assert_eq!(json["data"]["gates"][1]["waits_for"], "person");
    assert!(json["data"]["cost_usd"].is_null());
}

#[test]
fn next_says_what_to_do_with_the_packet() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    insta::assert_snapshot!(house.orch("next").code(0).shown(), @r#"
    exit 0
    -- stdout
    run run_20260119T143012Z_x_000001 WAITING
    # Gate two

    - run: run_20260119T143012Z_x_000001
    - workflow: demo 1
    - attempt: 1
    - slug: x

    ## How to finish

    Leave the outputs at the paths above, then have them judged:

        orch gate check --run run_20260119T143012Z_x_000001 --gate two     # judge, change nothing
        orch gate finish --run run_20260119T143012Z_x_000001 --gate two
        orch gate fail --run run_20260119T143012Z_x_000001 --gate two --reason "…"
    -- stderr

    next:
      Do the work of gate two as orchestration/runs/run_20260119T143012Z_x_000001/logs/gates/two/prompt.txt says.
      $ orch gate check --run run_20260119T143012Z_x_000001 --gate two
      $ orch gate finish --run run_20260119T143012Z_x_000001 --gate two
    "#);
}

#[test]
fn an_ambiguous_run_lists_the_candidates() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run demo --slug y").code(3);
    house.orch("status").code(0).says("_y_");
    house.orch("back").code(0).says("_x_");
    house.orch("back").code(0).says("no run is chosen");
    let done = house.orch("status").code(2);
    insta::assert_snapshot!(done.shown(), @"
    exit 2
    -- stdout
    -- stderr
    error: several runs are unfinished; which one is meant?
    help: --run run_20260119T143112Z_y_0000rt
          --run run_20260119T143012Z_x_000001
    ");
    house.orch("status --run x").code(0).says("_x_");
    house.orch("status --run 20260119").code(2).says("fits several runs");
    house.orch("status --run z").code(2).says("there is no run `z`");
}

#[test]
fn use_and_back_walk_between_runs() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run demo --slug y").code(3);
    house.orch("use x").code(0).says("_x_");
    house.orch("status").code(0).says("_x_");
    house.orch("use y").code(0).says("_y_");
    house.orch("status").code(0).says("_y_");
    house.orch("back").code(0).says("_x_");
    house.orch("status").code(0).says("_x_");
    house.orch("back").code(0).says("no run is chosen");
    house.orch("status").code(2);
    house.orch("use nope").code(2).says("there is no run `nope`");
}

#[test]
fn the_environment_chooses_a_run_too() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("run demo --slug y").code(3);
    let house = house.env("ORCH_RUN", "y");
    house.orch("status").code(0).says("_y_");
    house.orch("status --run x").code(0).says("_x_");
}

#[test]
fn the_only_unfinished_run_is_meant() {
    let house = house();
    house.orch("run demo --slug x").code(3);
    house.orch("gate finish").code(0);
    house.orch("run demo --slug y").code(3);
    house.orch("status").code(0).says("_y_");
}

#[test]
fn commands_work_from_a_folder_below_and_from_elsewhere() {
    let house = house().file("deep/down/x.txt", "");
    house.orch("run demo --slug x").code(3);
    let deep = house.project().join("deep/down").display().to_string();
    house.orch_with(&["--project", &deep, "status"]).code(0).says("two");
    house.orch("--project /no/such/folder status").says("/no/such/folder");
}
