//! What a person is told of a workflow's audit without asking for it: before a run, by
//! `workflow check`, and on the page of the workflow.

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
    first.says("audit: 1 gate: 1 command (see orch workflow audit demo)").never_says(MORE);
    house.on_terminal("run demo --again", &[]).code(0).never_says("audit:");
    let house = house.workflow("demo", &gate("['true', 'more']"));
    let wider = house.on_terminal("run demo --again", &[]).code(0);
    wider.says(MORE).says("+ a: command: true more").never_says("1 command");
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

#[test]
fn the_page_of_a_workflow_shows_its_audit() {
    let house = house("['sh', '-c', 'npx left-pad {{ x }}']");
    let server = house.serves("");
    let page = server.get("/workflows/demo").code(200).body;
    crate::html::is_sound_page(&page);
    for part in [
        "<h2 id=\"audit\">Audit</h2>",
        "<span class=\"status bad\">error</span>",
        "<span class=\"faint\">input-in-code, <code>workflows/demo.toml:8</code></span>",
        "<span class=\"status open\">warning</span>",
        "<th scope=\"row\">network</th>",
        "a: any host; runs npx",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}
