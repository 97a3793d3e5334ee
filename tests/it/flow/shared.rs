//! Keys that gates share: `[template.NAME]` and `use`.

use crate::house::House;

const TEMPLATES: &str = "[template.quick]\nexecutor = 'command'\ntimeout = '1m'\n\
    command = ['touch', 'quick']\nneeds = []\n\
    [template.slow]\nuse = 'quick'\ncommand = ['touch', 'slow']\non_fail = 'continue'\n";

fn house(gate: &str) -> House {
    House::new().workflow("demo", &format!("{TEMPLATES}[[gate]]\nid = 'a'\n{gate}\n"))
}

#[test]
fn the_gates_own_keys_count_then_those_of_the_last_template() {
    for (gate, made) in [
        ("use = 'quick'", "quick"),
        ("use = 'slow'", "slow"),
        ("use = ['slow', 'quick']", "quick"),
        ("use = ['quick', 'slow']", "slow"),
        ("use = ['quick', 'slow']\ncommand = ['touch', 'own']", "own"),
    ] {
        let house = house(gate);
        house.orch("run demo").code(0);
        let there: Vec<&str> =
            ["quick", "slow", "own"].into_iter().filter(|name| house.exists(name)).collect();
        assert_eq!(there, [made], "{gate}");
    }
}

#[test]
fn a_graph_and_a_rehearsal_show_what_a_gate_took_over() {
    let house = house("use = 'slow'");
    house.orch("rehearse demo").code(0).says("attempt 1 by command: passes");
    house.orch("workflow graph demo").code(0).says("command");
}

#[test]
fn what_is_wrong_with_templates_is_told_at_its_place() {
    for (gate, says, place) in [
        ("use = 'quik'", "unknown template `quik`", "demo.toml:14:7"),
        ("use = ['quick', 'slw']", "did you mean `slow`?", "demo.toml:14:17"),
        ("use = 3", "the name of a template", "demo.toml:14:7"),
        (
            "use = 'quick'\n[template.odd]\ntimeuot = '1m'",
            "did you mean `timeout`?",
            "demo.toml:16:1",
        ),
        ("use = 'quick'\n[template.odd]\nretry = 3", "expected a table", "demo.toml:16:9"),
        (
            "use = 'quick'\n[template.odd]\nid = 'x'",
            "a template must not have an `id`",
            "demo.toml:16:1",
        ),
        ("use = 'odd'\n[template.odd]\ntimeout = '5'", "`5` is not a duration", "demo.toml:16:11"),
        (
            "use = 'x'\n[template.x]\nuse = 'y'\n[template.y]\nuse = 'x'",
            "templates use each other",
            "demo.toml:1",
        ),
    ] {
        let done = house(gate).orch("workflow check demo").code(2).says(says);
        assert!(done.stderr.contains(place), "{gate}: {}", done.shown());
    }
}

#[test]
fn a_template_that_is_changed_opens_the_gates_that_use_it() {
    let house = house("use = 'quick'\n[[gate]]\nid = 'b'\nexecutor = 'human'\n");
    house.orch("run demo").code(3);
    let text = house.read("workflows/demo.toml").replace("'quick']", "'other']");
    house.write("workflows/demo.toml", text);
    house.orch("run resume").says("workflows/demo.toml");
    assert!(!house.exists("other"));
}
