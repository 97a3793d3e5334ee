//! Runs that other runs ask for, each on whichever machine has room and what it needs.

use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::wait_until;
use crate::restate::Engine;

fn project() -> House {
    House::new()
        .workflow(
            "topic",
            "key = '{{ topic }}'
             [inputs]
             topic = { type = 'slug', help = 'What to write about' }
             [[gate]]
             id = 'write'
             executor = 'command'
             shell = 'mkdir -p notes && echo \"# $ORCH_INPUT_TOPIC\" > \"notes/$ORCH_INPUT_TOPIC.md\"'",
        )
        .workflow(
            "topics",
            "[[gate]]
             id = 'each'
             executor = 'workflow'
             workflow = 'topic'
             with = { topic = '{{ topic }}' }
             each = { in = \"{{ ['snow', 'rain'] }}\", as = 'topic' }
             takes = ['notes/{{ child.key }}.md']
             labels = ['gpu']
             [[gate]]
             id = 'index'
             executor = 'command'
             shell = 'ls notes > index.txt'
             contract = 'index'",
        )
        .leaves("index", "index.txt")
}

#[test]
fn child_runs_go_to_the_machine_that_has_their_labels_and_their_files_come_back() {
    let Some(engine) = Engine::start() else { return };
    let ada = first(&engine.url(), project());
    let (bob, carol) = (ada.other(), ada.other());
    let _plain = bob.worker("--slots 1");
    ada.orch("run topics --detach").code(0);
    // Its gates ask for what bob has not.
    ada.waits_for("topics", "WAITING");
    let list = ada.orch("list").code(0).stdout;
    assert!(list.contains("snow") && list.contains("rain"), "{list}");
    let _gpu = carol.worker("--slots 2 --labels gpu");
    ada.waits_for("topics", "PASSED");
    let parents = [&bob, &carol].map(|host| host.house.outside("project-worktrees"));
    assert!(parents[1].join("snow/notes/snow.md").exists());
    let index = parents
        .iter()
        .find_map(|folder| std::fs::read_to_string(folder.join("topics/index.txt")).ok());
    assert_eq!(index.as_deref(), Some("rain.md\nsnow.md\n"));
}

#[test]
fn a_run_that_was_not_given_to_the_engine_has_its_child_runs_here() {
    let Some(engine) = Engine::start() else { return };
    let house = project().workflow(
        "plain",
        "[[gate]]
         id = 'one'
         executor = 'workflow'
         workflow = 'topic'
         with = { topic = 'snow' }
         takes = ['notes/{{ child.key }}.md']",
    );
    let ada = first(&engine.url(), house);
    ada.orch("run plain");
    let is_passed = || {
        let runs = ada.house.orch("run list --json").code(0).json();
        let runs = runs["data"].as_array().unwrap().clone();
        runs.iter().any(|run| run["key"] == "plain" && run["status"] == "PASSED")
    };
    wait_until("the run has passed", is_passed);
    assert!(!ada.orch("list --all").stdout.contains("snow"));
}
