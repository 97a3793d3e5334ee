//! Commands and scripts: what runs them, where, and what becomes of what they print.

use crate::house::House;

fn script(shell: &str) -> House {
    let gate = format!("[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = {shell}\n");
    House::new().workflow("demo", &gate)
}

#[test]
fn a_script_stops_at_its_first_failing_line() {
    let house = script("'''\ncd nowhere\ntouch after\n'''");
    house.orch("run demo").code(1).says("`sh` exited with ");
    assert!(!house.exists("after"));
    let house = script("'''\nfalse || true\ntest -e no && touch no\ntouch after\n'''");
    house.orch("run demo").code(0);
    assert!(house.exists("after"));
}

#[test]
fn a_script_names_what_runs_it() {
    let lenient = "{ script = '''\nfalse\ntouch after''', with = ['sh', '-c'] }";
    let house = script(lenient);
    house.orch("run demo").code(0);
    assert!(house.exists("after"));
    let strict = |script: &str| {
        format!("{{ script = '{script}', with = ['bash', '-euo', 'pipefail', '-c'] }}")
    };
    script(&strict("false | true")).orch("run demo").code(1).says("`bash` exited with 1");
    script(&strict("[[ a == a ]] | true")).orch("run demo").code(0);
}

#[test]
fn what_runs_a_script_is_a_program_and_no_template() {
    let says = [
        ("{ script = 'x', with = [] }", "`with` names no program"),
        ("{ script = 'x', with = ['{{ run }}'] }", "a template in a shell script"),
        ("{ script = 'echo {{ run }}' }", "a template in a shell script"),
        ("{ script = 'x', wiht = ['sh'] }", "did you mean `with`?"),
        ("{ with = ['sh'] }", "missing field `script`"),
        ("3", "expected a string or a table"),
    ];
    for (shell, says) in says {
        script(shell).orch("workflow check demo").code(2).says(says);
    }
}
