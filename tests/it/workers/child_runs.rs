//! Child runs: a gate that another workflow does the work of.

use super::committed;
use super::convoy;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::wait_until;

const WRITE: &str = "mkdir -p notes; echo $ORCH_INPUT_KEY > notes/$ORCH_INPUT_KEY.md; \
                     test $ORCH_INPUT_KEY != bad";

#[test]
fn each_leg_is_a_run_of_its_own_and_the_gate_takes_what_it_made() {
    let house = committed(convoy(WRITE, "takes = ['notes/{{ child.key }}.md']"));
    orch(&house, "run batch --keys a,b").code(0);
    assert_eq!(runs(&house), "a PASSED, b PASSED, batch PASSED");
    assert_eq!(house.read("notes/a.md"), "a\n");
    assert_eq!(house.read("told.txt"), "a PASSED a [];b PASSED b [];\n");
    let attempt = house.attempt("legs[a]", 1);
    let end = &attempt["child"]["end"];
    assert_eq!(end["status"], "PASSED");
    assert_eq!(end["branch"], "a");
    assert_eq!(end["commit"].as_str().unwrap(), house.git("rev-parse a").trim());
    assert_eq!(end["taken"][0]["path"], "notes/a.md");
    assert_eq!(attempt["artifacts"][0]["path"], "notes/a.md");
    // Each is verified where it works.
    let verified = house.orch("verify").code(0);
    assert_eq!(verified.stdout.matches("verified run_").count(), 3, "{}", verified.stdout);
    house.orch("verify --all").code(0);
    house.sums_hold();
}

#[test]
fn a_leg_that_fails_ends_the_others_only_where_the_workflow_says_so() {
    let script = "test $ORCH_INPUT_KEY != bad || exit 1; sleep 1";
    let go_on = committed(convoy(script, "on_fail = 'continue'"));
    orch(&go_on, "run batch --keys bad,a").code(1).says("legs[bad]: gate work: ");
    assert_eq!(runs(&go_on), "a PASSED, bad FAILED, batch FAILED");
    assert_eq!(go_on.read("told.txt"), "bad FAILED bad [];a PASSED a [];\n");
    let ignore = committed(convoy(script, "on_fail = 'ignore'"));
    orch(&ignore, "run batch --keys bad,a").code(0);
    assert_eq!(runs(&ignore), "a PASSED, bad FAILED, batch PASSED");
    let stop = committed(convoy("test $ORCH_INPUT_KEY != bad || exit 1; sleep 60", ""));
    orch(&stop, "run batch --keys bad,a").code(1);
    wait_until("the other leg is canceled", || {
        runs(&stop) == "a CANCELED, bad FAILED, batch FAILED"
    });
}

#[test]
fn a_file_that_is_here_and_differs_is_never_replaced() {
    let house = committed(convoy(WRITE, "takes = ['notes/{{ child.key }}.md']"));
    house.write("notes/a.md", "mine\n");
    orch(&house, "run batch --keys a")
        .code(1)
        .says("notes/a.md is already here and differs; it was not replaced [takes]");
    assert_eq!(house.read("notes/a.md"), "mine\n");
    let missing = committed(convoy(WRITE, "takes = ['notes/nothing.md']"));
    orch(&missing, "run batch --keys a").code(1).says("in the child run's folder: ");
}

#[test]
fn a_shared_child_run_works_in_the_folder_of_its_parent() {
    let house = committed(convoy(WRITE, "isolation = 'shared'"));
    orch(&house, "run batch --keys a").code(0);
    assert_eq!(house.read("notes/a.md"), "a\n");
    assert_eq!(house.read("told.txt"), "a PASSED  [];\n");
    assert!(!house.try_git("rev-parse --verify --quiet a"));
    house.orch("verify --run batch").code(0);
}

#[test]
fn inputs_are_passed_as_they_are_and_refused_where_they_do_not_fit() {
    let wrong = committed(convoy("true", ""));
    orch(&wrong, "run batch --keys A!b")
        .code(1)
        .says("legs[a-b]: input `key`: `A!b` is not a slug");
    assert_eq!(runs(&wrong), "batch FAILED");
    let typed = committed(
        House::new()
            .workflow(
                "item",
                "[inputs]
                 tags = { type = 'list', help = 'tags' }
                 n = { type = 'integer', help = 'n' }
                 [[gate]]
                 id = 'work'
                 executor = 'command'
                 command = ['printf', '%s|', '{{ tags | join(sep=\"+\") }}', '{{ n }}']
                 stdout = 'said.txt'",
            )
            .workflow(
                "outer",
                "[inputs]
                 tags = { type = 'list', help = 'tags' }
                 [[gate]]
                 id = 'inner'
                 executor = 'workflow'
                 workflow = 'item'
                 isolation = 'shared'
                 with = { tags = '{{ tags }}', n = 3 }",
            ),
    );
    orch(&typed, "run outer --tags=x --tags=y,z").code(0);
    assert_eq!(typed.read("said.txt"), "x+y,z|3|");
}

#[test]
fn a_cancel_and_a_pause_reach_the_child_run() {
    let house = committed(convoy("touch begun-$ORCH_INPUT_KEY; sleep 60", ""));
    let begun = house.outside("project-worktrees/a/begun-a");
    let mut running = house.start("run batch --keys a");
    wait_until("the child run works", || begun.exists());
    house.orch("run pause --run batch").code(0);
    running.wait();
    wait_until("the child run is paused", || runs(&house) == "a PAUSED, batch PAUSED");
    orch(&house, "run cancel --run batch").code(0);
    wait_until("the child run is canceled", || runs(&house) == "a CANCELED, batch CANCELED");
}

#[test]
fn a_person_who_is_needed_in_a_child_run_is_waited_for_without_a_process() {
    let house = committed(house("true", "approval = 'person'").workflow(
        "outer",
        "[[gate]]
             id = 'inner'
             executor = 'workflow'
             workflow = 'item'
             with = { key = 'a' }",
    ));
    orch(&house, "run outer")
        .code(3)
        .says("Gate inner waits for its child run.")
        .says("orch status --run run_");
    assert_eq!(runs(&house), "a WAITING, outer WAITING");
    // Wherever it is typed, it acts where the run works; then the parent goes on by itself.
    house.on_terminal_by_the_clock("gate approve --run _a_", 80, &[("yes/no", "yes\r")]).code(0);
    wait_until("the parent goes on", || runs(&house) == "a PASSED, outer PASSED");
}

#[test]
fn a_workflow_cannot_start_itself_without_an_end() {
    let house = committed(House::new().workflow(
        "again",
        "key = 'again-{{ n }}'
         [inputs]
         n = { type = 'string', help = 'n' }
         [[gate]]
         id = 'inner'
         executor = 'workflow'
         workflow = 'again'
         when = '{{ n != `stop` }}'
         isolation = 'shared'
         with = { n = '{{ n }}x' }",
    ));
    orch(&house, "run again --n x").code(1);
    let list = runs(&house);
    assert_eq!(list.matches("FAILED").count(), 9, "{list}");
}

#[test]
fn each_attempt_has_a_child_run_in_a_worktree_of_its_own_and_replaces_what_it_took() {
    let script = "echo x >> ../../tries; mkdir -p notes; wc -l < ../../tries > notes/a.md; \
                  [ $(wc -l < ../../tries) -gt 1 ]";
    let leg = "takes = ['notes/{{ child.key }}.md']\nretry = { attempts = 2 }";
    let house = committed(convoy(script, leg));
    orch(&house, "run batch --keys a").code(0);
    assert_eq!(house.attempts("legs[a]"), "FAIL PASS");
    assert_eq!(house.attempt("legs[a]", 2)["child"]["end"]["branch"], "a-2");
    assert_eq!(house.read("notes/a.md").trim(), "2");
    orch(&house, "gate redo --run batch --gate legs --reason again").code(0);
    assert_eq!(house.attempts("legs[a]"), "FAIL PASS PASS");
    assert_eq!(house.read("notes/a.md").trim(), "3");
    for tree in ["a", "a-2", "a-3"] {
        assert!(house.outside(&format!("project-worktrees/{tree}/notes/a.md")).exists());
    }
    // What somebody else wrote there since is no version of the gate's.
    house.write("notes/a.md", "mine\n");
    orch(&house, "gate redo --run batch --gate legs --reason again")
        .code(1)
        .says("was not replaced");
    assert_eq!(house.read("notes/a.md"), "mine\n");
}

#[test]
fn templates_give_inputs_of_every_type() {
    let house = House::new()
        .workflow(
            "typed",
            "[inputs]
             count = { type = 'integer', help = 'count' }
             loud = { type = 'bool', help = 'loud' }
             names = { type = 'list', help = 'names' }
             [[gate]]
             id = 'tell'
             executor = 'command'
             command = ['printf', '%s', '{{ count + 1 }} {% if loud %}loud{% endif %} {{ names | length }}']
             stdout = 'told.txt'",
        )
        .workflow(
            "demo",
            "[[gate]]
             id = 'child'
             executor = 'workflow'
             workflow = 'typed'
             isolation = 'shared'
             with = { count = '{{ 1 + 1 }}', loud = '{{ 1 < 2 }}', names = '{{ \"a\" }},b' }",
        );
    let house = committed(house);
    orch(&house, "run demo").code(0);
    assert_eq!(house.read("told.txt"), "3 loud 2");
    let wrong = house.read("workflows/demo.toml").replace("{{ 1 + 1 }}", "two");
    house.write("workflows/demo.toml", wrong);
    let told = orch(&house, "run demo").code(1);
    told.says("input `count`: `two` is not a whole number");
}
