//! Child runs whose workflow a template chooses, and whose key is given without the name of an input.

use super::committed;
use super::house;
use super::orch;
use super::runs;
use crate::house::House;

const WORK: &str = "echo $ORCH_INPUT_KEY > made.txt";

/// A gate whose workflow an input names.
fn chosen(gate: &str) -> House {
    committed(house(WORK, "").workflow("typed", "key = '{{ n }}-{{ more }}'\n[inputs]\nn = { type = 'integer', help = 'n' }\nmore = { type = 'string', default = 'x' }\n[[gate]]\nid = 'work'\nexecutor = 'command'\ncommand = ['true']\n").workflow(
        "outer",
        &format!("[inputs]\nwhich = {{ type = 'string', help = 'workflow' }}\n[[gate]]\nid = 'inner'\nexecutor = 'workflow'\n{gate}"),
    ))
}

#[test]
fn an_input_can_choose_the_workflow_and_is_checked_when_the_run_begins() {
    let house = chosen("workflow = '{{ which }}'\nkey = 'a'\n");
    orch(&house, "run outer --which item").code(0);
    assert_eq!(runs(&house), "a PASSED, outer PASSED");
    orch(&house, "run outer --which itm")
        .code(2)
        .says("workflow `itm` not found")
        .says("did you mean `item`?")
        .says("workflows/outer.toml:");
    orch(&house, "run outer --which typed")
        .code(2)
        .says("the `key` of workflow `typed` is not made");
    let given = chosen("workflow = '{{ which }}'\nwith = { kye = 'a' }\n");
    orch(&given, "run outer --which item").code(2).says("workflow `item` has no input `kye`");
    let lacking = chosen("workflow = '{{ which }}'\n");
    orch(&lacking, "run outer --which item").code(2).says("input `key` is required");
    // Of one that is named, the same is told when the workflow is checked.
    let twice = chosen("workflow = 'item'\nkey = 'a'\nwith = { key = 'b' }\n");
    orch(&twice, "workflow check outer").code(2).says("`key` and `with` both give input `key`");
    let idle = chosen("workflow = 'typed'\nkey = 'a'\n");
    orch(&idle, "workflow check outer").code(2).says("the `key` of workflow `typed`");
    let misplaced = House::new().workflow(
        "outer",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\nkey = 'a'\n",
    );
    misplaced.orch("workflow check outer").code(2).says("`key` belongs to executor \"workflow\"");
}

#[test]
fn a_gate_can_choose_the_workflow_while_the_run_is_under_way() {
    let house = committed(house(WORK, "").workflow(
        "outer",
        "[[gate]]\nid = 'choose'\nexecutor = 'command'\nshell = 'echo \"{\\\"which\\\": \\\"item\\\"}\" > \"$ORCH_ANSWERS\"'\nanswers = { which = { type = 'string' } }\n[[gate]]\nid = 'inner'\nexecutor = 'workflow'\nworkflow = '{{ gates.choose.answers.which }}'\nkey = 'a'\n",
    ));
    orch(&house, "run outer").code(0);
    assert_eq!(runs(&house), "a PASSED, outer PASSED");
}

#[test]
fn worktrees_of_child_runs_of_a_worktree_lie_beside_the_repository() {
    let house = chosen("workflow = 'item'\nkey = 'a'\n");
    let outer = house
        .read("workflows/outer.toml")
        .replace("version = '1'", "version = '1'\nkey = '{{ which }}'");
    house.write("workflows/outer.toml", outer);
    let house = committed(house);
    orch(&house, "spawn x --workflow outer").code(0);
    crate::house::wait_until("it passes", || runs(&house) == "a PASSED, x PASSED");
    assert!(house.outside("project-worktrees/a/made.txt").exists());
}

#[test]
fn what_is_wrong_with_a_chosen_workflow_is_told_where_it_is_chosen() {
    let house = committed(house(WORK, "").workflow(
        "outer",
        "key = '{{ which }}'\n[inputs]\nwhich = { type = 'string' }\n[[gate]]\nid = 'inner'\nexecutor = 'workflow'\nworkflow = '{{ which }}'\nkey = 'a'\n",
    ));
    orch(&house, "run outer --which itm").code(2).says("workflows/outer.toml:9:13");
}
