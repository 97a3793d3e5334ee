//! Convoys: one run that has a workflow run for each key.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::wait_until;
use std::path::PathBuf;

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
    // The process that drove it may be there for a moment.
    let status = || orch(&house, "convoy status").code(0);
    wait_until("nobody drives it", || status().stdout.contains("convoy-a-bad-c FAILED run_"));
    status().says("KEY").says("bad");
    let json = orch(&house, "convoy status convoy-a-bad-c --json").code(0).json();
    let children = json["data"]["children"].as_array().unwrap();
    let keys: Vec<&str> = children.iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["a", "bad", "c"]);
    assert!(children.iter().all(|it| it["parent"] == json["data"]["run"]["run_id"]));
    orch(&house, "verify --all").code(0);
}

#[test]
fn a_run_that_could_not_start_has_failed_in_the_report() {
    let setup = "[worktree]\nsetup = ['false']\n";
    let house = committed(super::convoy("true", "on_fail = 'continue'").file("orch.toml", setup));
    let sum = "[[gate]]\nid = 'sum'\nexecutor = 'command'\njoin = 'done'\nstdout = 'sum.txt'
        command = ['printf', '{% for child in gates.legs.children %}{{ child.key }} {{ child.status }}: {{ child.reason }}{% endfor %}']";
    house.write("workflows/batch.toml", format!("{}\n{sum}\n", house.read("workflows/batch.toml")));
    orch(&house, "run batch --keys a").code(1);
    let sum = house.read("sum.txt");
    assert!(sum.starts_with("a FAILED: run run_") && sum.contains("could not start"), "{sum}");
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

#[test]
fn keys_are_added_while_it_is_not_over() {
    let wait = "until test -e $GO; do sleep 0.05; done; echo x > made.txt";
    let house = house(wait, "env = { GO = '{{ project }}' }");
    let go = house.outside("go").display().to_string();
    let text = house.read("workflows/item.toml").replace("{{ project }}", &go);
    house.write("workflows/item.toml", text);
    let house = committed(house);
    orch(&house, "convoy start a --workflow item --name more").code(0);
    wait_until("it has begun", || runs(&house).contains("more WAITING"));
    let added = orch(&house, "convoy add a b c --name more").code(0);
    added.says("more ");
    wait_until("all of it works", || runs(&house).contains("c RUNNING"));
    // What it has already is not added again.
    orch(&house, "convoy add b --name more").code(0);
    std::fs::write(&go, "").unwrap();
    wait_until("it is over", || runs(&house) == "a PASSED, b PASSED, c PASSED, more PASSED");
    let report = house.outside("project-worktrees/more/convoys/more.md");
    assert!(std::fs::read_to_string(report).unwrap().contains("item for 3 keys"));
    orch(&house, "verify --all").code(0);
    let late = orch(&house, "convoy add d --name more").code(2);
    late.says("convoy more is PASSED").says("start another one for the new keys");
    orch(&house, "convoy add").code(2);
    orch(&house, "convoy add d --name nowhere").code(2).says("no convoy is named `nowhere`");
}

#[test]
fn what_was_added_stays_when_the_list_is_read_again() {
    let house = house("until test -e $GO; do sleep 0.05; done", "env = { GO = '{{ go }}' }");
    let go = house.outside("go").display().to_string();
    let item = house.read("workflows/item.toml").replace("{{ go }}", &go);
    house.write("workflows/item.toml", item);
    let mine = "key = '{{ name }}'
        [inputs]
        workflow = { type = 'string' }
        keys = { type = 'list' }
        name = { type = 'slug' }
        [[gate]]
        id = 'legs'
        executor = 'workflow'
        workflow = '{{ workflow }}'
        with = { key = '{{ leg }}' }
        isolation = 'shared'
        each = { in = '{{ keys }}', as = 'leg' }";
    let house = committed(
        house.workflow("mine", mine).file("orch.toml", "[defaults]\nconvoy_workflow = 'mine'\n"),
    );
    orch(&house, "convoy start a --workflow item --name more").code(0);
    wait_until("it has begun", || runs(&house).contains("a RUNNING"));
    orch(&house, "convoy add b --name more").code(0);
    std::fs::write(&go, "").unwrap();
    wait_until("it is over", || runs(&house) == "a PASSED, b PASSED, more PASSED");
    orch(&house, "gate redo --run _more_ --gate legs --reason again").code(0);
    orch(&house, "resume --all").code(0);
    let again = "a PASSED, a PASSED, b PASSED, b PASSED, more PASSED";
    wait_until("all of it was done again", || runs(&house) == again);
}

#[test]
fn keys_are_added_before_it_has_begun() {
    let house = committed(house("true", "").file("orch.toml", "[pool]\nslots = 1\n"));
    let wait = "[[gate]]\nid = 'work'\nexecutor = 'command'\nshell = 'until test -e go; do sleep 0.05; done'";
    let house = committed(house.workflow("wait", &format!("key = 'first'\n{wait}")));
    orch(&house, "run wait --detach").code(0);
    let at_work = house.project().join(".git/orch/pool/at-work");
    wait_until("the only slot is taken", || {
        std::fs::read_dir(&at_work).is_ok_and(|mut taken| taken.next().is_some())
    });
    orch(&house, "convoy start a --workflow item --name more").code(0);
    orch(&house, "convoy add b --name more").code(0).says("more queued");
    // As where a worker has just taken its ticket.
    let pool = house.project().join(".git/orch/pool");
    let find = |folder: &str| {
        let all = std::fs::read_dir(pool.join(folder)).unwrap().map(|it| it.unwrap().path());
        let text = |path: &PathBuf| std::fs::read_to_string(path).unwrap_or_default();
        all.into_iter().find(|path| text(path).contains("more"))
    };
    let ticket = find("waiting").unwrap();
    let aside = pool.join("ticket-aside");
    std::fs::rename(&ticket, &aside).unwrap();
    let taken = at_work.join(ticket.file_name().unwrap());
    std::fs::copy(&aside, &taken).unwrap();
    orch(&house, "convoy add c --name more").code(2).says("convoy more has not begun yet");
    std::fs::remove_file(&taken).unwrap();
    std::fs::rename(&aside, &ticket).unwrap();
    house.write("go", "");
    wait_until("it is over", || runs(&house).contains("a PASSED, b PASSED, "));
    wait_until("it has passed", || runs(&house).contains("more PASSED"));
}

#[test]
fn one_that_has_not_begun_is_canceled_without_a_trace() {
    let house = committed(house("true", "").file("orch.toml", "[pool]\nslots = 1\n"));
    let wait = "[[gate]]\nid = 'work'\nexecutor = 'command'\nshell = 'until test -e go; do sleep 0.05; done'";
    let house = committed(house.workflow("wait", &format!("key = 'first'\n{wait}")));
    orch(&house, "run wait --detach").code(0);
    orch(&house, "convoy start a --workflow item --name more").code(0);
    orch(&house, "convoy cancel more").code(0).says("canceled more ");
    orch(&house, "convoy status more").code(2).says("no convoy is named `more`");
    house.write("go", "");
    wait_until("it is over", || house.orch("run list").stdout.contains("PASSED"));
}

#[test]
fn only_so_many_of_its_runs_are_at_work_at_once() {
    let house = house("true", "");
    let ledger = house.outside("ledger").display().to_string();
    let shell = format!("echo in >> {ledger}; sleep 0.3; echo out >> {ledger}");
    let text = house.read("workflows/item.toml").replace("'''true'''", &format!("'''{shell}'''"));
    house.write("workflows/item.toml", text);
    let house = committed(house);
    orch(&house, "convoy start a b c --workflow item --jobs 1").code(0);
    wait_until("it is over", || runs(&house).contains("convoy-a-b-c PASSED"));
    assert_eq!(std::fs::read_to_string(&ledger).unwrap(), "in\nout\n".repeat(3));
}

#[test]
fn what_cannot_be_a_convoy_is_told_before_anything_is_queued() {
    let house = committed(house("true", "").file("orch.toml", "[budget]\nusd = 9\n"));
    let start = |words: &str| orch(&house, &format!("convoy start {words} --workflow item"));
    start("a a").code(0).says("convoy-a queued");
    wait_until("it is over", || runs(&house).contains("convoy-a PASSED"));
    start("a").code(2).says("the branch a already exists");
    assert_eq!(orch(&house, "list").stdout, "");
    let blank = house.orch_with(&["convoy", "start", "b", "--workflow", "item", "--name", ""]);
    blank.code(2).says("not a valid key");
    let text = house.read("workflows/item.toml") + "\n[budget]\nusd = 2\n";
    let house = committed(house.file("workflows/item.toml", &text));
    let small = orch(&house, "convoy start b c --workflow item --budget 1").code(2);
    small.says("the budget of 1.00 USD does not carry one run of `item`");
}

#[test]
fn costs_are_told_by_convoy() {
    let house = crate::house::House::new().agents("").script("work", "echo ok").workflow(
        "item",
        "key = '{{ key }}'
         [inputs]
         key = { type = 'slug', help = 'which' }
         [[gate]]
         id = 'work'
         executor = 'agent'",
    );
    // Any run with child runs is a convoy, whatever its workflow.
    let house = house.workflow(
        "pair",
        "[[gate]]
         id = 'legs'
         executor = 'workflow'
         workflow = 'item'
         with = { key = '{{ leg }}' }
         each = { in = '{{ [\"c\", \"d\"] }}', as = 'leg' }
         isolation = 'shared'",
    );
    let house = committed(house);
    orch(&house, "convoy start a b --workflow item").code(0);
    orch(&house, "run item --key alone").code(0);
    orch(&house, "run pair").code(0);
    wait_until("it is over", || runs(&house).contains("convoy-a-b PASSED"));
    orch(&house, "cost --by convoy").code(0).says("no convoy");
    let cost = orch(&house, "cost --by convoy --json").code(0).json();
    let lines = cost["data"]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 3, "{cost:#}");
    assert_eq!((lines[0]["name"].is_null(), lines[0]["cost_usd"].as_f64()), (true, Some(0.01)));
    assert!(lines[1]["name"].as_str().unwrap().contains("_convoy-a-b_"));
    assert_eq!(lines[1]["cost_usd"].as_f64(), Some(0.02));
    assert!(lines[2]["name"].as_str().unwrap().contains("_pair_"));
    assert_eq!(lines[2]["cost_usd"].as_f64(), Some(0.02));
}
