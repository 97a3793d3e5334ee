//! What a person is told of a workflow's audit without asking for it: before a run, and by
//! `workflow check`.

use crate::house::House;

fn gate(command: &str) -> String {
    format!(
        "[inputs]\nx = {{ type = 'string', default = 'y' }}\n\
         [[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = {command}\n"
    )
}

fn house(command: &str) -> House {
    House::new().workflow("demo", &gate(command))
}

#[test]
fn a_run_on_a_terminal_tells_what_its_workflow_may_do_once_and_then_what_is_more() {
    const MORE: &str = "may do more than when it was last run here";
    let house = house("['true']");
    house.orch("run demo").code(0).never_says("audit:");
    let first = house.on_terminal("run demo --again", &[]).code(0);
    first.says("audit: 1 gate: 1 by commands (see orch workflow audit demo)").never_says(MORE);
    house.on_terminal("run demo --again", &[]).code(0).never_says("audit:");
    let house = house.workflow("demo", &gate("['true', 'more']"));
    let wider = house.on_terminal("run demo --again", &[]).code(0);
    wider.says(MORE).says("+ a: command: true more").never_says("1 by commands");
    house.on_terminal("run demo --again", &[]).code(0).never_says("audit:");
    // What only got narrower is nothing to be told of.
    let house = house.workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'\n");
    house.on_terminal("run demo --again", &[("What now", "\u{1b}")]).code(3).never_says("audit:");
}

#[test]
fn a_check_tells_the_errors_of_the_audit() {
    let house = house("['sh', '-c', 'echo {{ x }}']");
    let done = house.orch("workflow check demo").code(0).says("demo is valid");
    let done =
        done.says("warning: `sh` runs an argument of gate a as code").says("[input-in-code]");
    done.says("--> workflows/demo.toml:8:24").says("help: use `shell`");
    let house = house.workflow("demo", &gate("['npx', 'left-pad']"));
    house.orch("workflow check demo").code(0).never_says("warning");
}
