//! What comes next, by the state of small workflows.

use super::*;
use crate::run::testing::at;
use crate::run::testing::gate;
use crate::run::testing::run;
use crate::run::testing::workflow;

/// The steps of a run that has come so far.
fn steps(workflow: &Workflow, done: &str) -> Vec<String> {
    next(workflow, &run(workflow, done)).iter().map(show).collect()
}

fn show(step: &Step) -> String {
    match step {
        Step::Start { gate, not_before: None } => format!("start {gate}"),
        Step::Start { gate, not_before: Some(due) } => {
            format!("start {gate} after {}s", due.since(at()).as_secs())
        }
        Step::Poll { gate, .. } => format!("poll {gate}"),
        Step::Follow(gate) => format!("follow {gate}"),
        Step::Skip { gate, .. } => format!("skip {gate}"),
        Step::Jump { from, also, to } => {
            let asking = std::iter::once(from).chain(also).map(ToString::to_string);
            format!("jump {} {to}", asking.collect::<Vec<_>>().join("+"))
        }
        Step::Finish(status) => format!("finish {status}"),
        Step::Expand(gate) => format!("expand {gate}"),
        Step::Gather { gate, passed } => format!("gather {gate} {passed}"),
        Step::Refuse { gate, reason, .. } => format!("refuse {gate}: {reason}"),
        Step::Reopen { gate, .. } => format!("reopen {gate}"),
        Step::End { gate, status, .. } => format!("end {gate} {status}"),
    }
}

#[test]
fn a_chain_goes_gate_by_gate_and_ends() {
    let chain = workflow(&(gate("a", "") + &gate("b", "")));
    assert_eq!(steps(&chain, ""), ["start a"]);
    assert_eq!(steps(&chain, "a"), Vec::<String>::new());
    assert_eq!(steps(&chain, "a+"), ["start b"]);
    assert_eq!(steps(&chain, "a+ b+"), ["finish PASSED"]);
    assert_eq!(steps(&chain, "a-"), ["finish FAILED"]);
}

#[test]
fn what_is_independent_goes_side_by_side_unless_a_failure_stops_the_run() {
    let roots = gate("a", "needs = []") + &gate("b", "needs = []");
    assert_eq!(steps(&workflow(&roots), ""), ["start a", "start b"]);
    assert_eq!(steps(&workflow(&roots), "a-"), ["finish FAILED"]);
    let goes_on =
        gate("a", "on_fail = 'continue'") + &gate("b", "needs = []") + &gate("c", "needs = ['a']");
    assert_eq!(steps(&workflow(&goes_on), "a-"), ["start b"]);
    assert_eq!(steps(&workflow(&goes_on), "a- b+"), ["finish FAILED"]);
}

#[test]
fn retries_come_first_then_the_jump_then_the_end() {
    let retry = "retry = { attempts = 3, delay = '10s', backoff = 2.0 }\non_fail = { goto = 'a', visits = 1 }";
    let workflow = workflow(&(gate("a", "") + &gate("b", retry)));
    assert_eq!(steps(&workflow, "a+ b-"), ["start b after 10s"]);
    assert_eq!(steps(&workflow, "a+ b- b-"), ["start b after 20s"]);
    assert_eq!(steps(&workflow, "a+ b- b- b-"), ["jump b a"]);
}

#[test]
fn joins_say_which_needs_count() {
    let two = gate("a", "on_fail = 'continue'") + &gate("b", "needs = []\non_fail = 'continue'");
    let join = |join: &str| {
        workflow(&(two.clone() + &gate("c", &format!("needs = ['a', 'b']\njoin = '{join}'"))))
    };
    assert_eq!(steps(&join("all"), "a- b+"), ["finish FAILED"]);
    assert_eq!(steps(&join("any"), "a- b+"), ["start c"]);
    assert_eq!(steps(&join("done"), "a- b+"), ["start c"]);
    assert_eq!(steps(&join("done"), "a-"), ["start b"]);
}

#[test]
fn a_condition_is_true_or_false_and_nothing_else() {
    let skipped = workflow(&(gate("a", "when = \"{{ 1 > 2 }}\"") + &gate("b", "")));
    assert_eq!(steps(&skipped, ""), ["skip a"]);
    let unclear = workflow(&gate("a", "when = '{{ 3 }}'"));
    assert_eq!(steps(&unclear, ""), ["refuse a: `when` renders `3`, expected `true` or `false`"]);
}

#[test]
fn a_jump_waits_for_what_it_opens_again_and_takes_all_refusals_along() {
    let back = "needs = ['write']\non_fail = { goto = 'write', visits = 1 }";
    let plan = gate("write", "")
        + &command("dates", back)
        + &command("numbers", back)
        + &command("build", "needs = ['write']")
        + &command("ship", "needs = ['build']");
    let plan = workflow(&plan);
    // What was ready beside it goes first, a later gate does not.
    assert_eq!(steps(&plan, "write+ dates-"), ["start numbers", "start build"]);
    assert_eq!(steps(&plan, "write+ dates- numbers build"), Vec::<String>::new());
    assert_eq!(steps(&plan, "write+ dates- numbers- build"), Vec::<String>::new());
    assert_eq!(steps(&plan, "write+ dates- numbers- build+"), ["jump dates+numbers write"]);
    assert_eq!(steps(&plan, "write+ numbers- dates+ build+"), ["jump numbers write"]);
}

#[test]
fn a_person_is_not_bothered_before_a_jump() {
    let back = "needs = ['write']\non_fail = { goto = 'write', visits = 1 }";
    let plan = gate("write", "") + &command("audit", back) + &gate("look", "needs = ['write']");
    assert_eq!(steps(&workflow(&plan), "write+ audit-"), ["jump audit write"]);
}

#[test]
fn a_gate_waits_for_as_many_as_it_needs() {
    let three = ["a", "b", "c"].map(|id| gate(id, "needs = []\non_fail = 'ignore'")).concat();
    let panel = |join: &str| {
        workflow(&(three.clone() + &gate("d", &format!("needs = ['a', 'b', 'c']\n{join}"))))
    };
    let two = panel("join = { passed_min = 2 }");
    assert_eq!(steps(&two, "a+ b- c"), Vec::<String>::new());
    assert_eq!(steps(&two, "a+ b- c+"), ["start d"]);
    assert_eq!(steps(&two, "a+ b+ c"), ["start d"]);
    assert_eq!(
        steps(&two, "a+ b- c-"),
        ["refuse d: fewer than 2 of its needs can still pass: a is PASS, b is FAIL, c is FAIL"]
    );
    let any = panel("join = 'any'");
    assert_eq!(
        steps(&any, "a- b- c-"),
        ["refuse d: none of its needs can still pass: a is FAIL, b is FAIL, c is FAIL"]
    );
    assert_eq!(steps(&panel(""), "a+ b- c-"), ["start d"]);
    assert_eq!(steps(&panel(""), "a+ b- c- d+"), ["finish PASSED"]);
}

#[test]
fn the_end_of_all_is_waited_for_also_where_one_stops_the_run() {
    let plan = gate("a", "")
        + &gate("b", "")
        + &gate("c", "needs = []")
        + &gate("d", "needs = ['b', 'c']\njoin = 'done'");
    let plan = workflow(&plan);
    assert_eq!(steps(&plan, "a- c"), Vec::<String>::new());
    assert_eq!(steps(&plan, "a- c+"), ["start d"]);
    assert_eq!(steps(&plan, "a- c+ d+"), ["finish FAILED"]);
    // Had `c` not begun it never would: the run begins nothing more.
    assert_eq!(steps(&plan, "a-"), ["start d"]);
    // What it told of has changed since.
    assert_eq!(steps(&plan, "a+ b+ c+ d+ c+"), ["reopen d"]);
}

#[test]
fn what_runs_at_every_end_runs_when_nothing_else_can_and_again_after_more() {
    let plan = gate("a", "") + &gate("clean", "finally = true") + &gate("b", "");
    let plan = workflow(&plan);
    assert_eq!(steps(&plan, "a+"), ["start b"]);
    assert_eq!(steps(&plan, "a+ b+"), ["start clean"]);
    assert_eq!(steps(&plan, "a-"), ["start clean"]);
    assert_eq!(steps(&plan, "a- clean+"), ["finish FAILED"]);
    assert_eq!(steps(&plan, "a+ b+ clean-"), ["finish FAILED"]);
    assert_eq!(steps(&plan, "a+ b+ clean+ b+"), ["reopen clean"]);
}

#[test]
fn a_gate_ends_the_run_and_nothing_begins_beside_it() {
    let plan = gate("a", "")
        + "[[gate]]\nid = 'enough'\nend = { status = 'PASSED', reason = 'done {{ run }}' }\n"
        + &gate("b", "needs = []");
    let plan = workflow(&plan);
    assert_eq!(steps(&plan, ""), ["start a", "start b"]);
    assert_eq!(steps(&plan, "a+"), ["end enough PASSED"]);
}

fn command(id: &str, more: &str) -> String {
    format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\ncommand = ['true']\n{more}\n")
}
