//! Commands and scripts: what runs them, where, and what becomes of what they print.

use crate::house::House;

fn script(shell: &str) -> House {
    let gate = format!("[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = {shell}\n");
    House::new().workflow("demo", &gate)
}

#[test]
fn a_script_stops_at_its_first_failing_line() {
    let house = script("'''\ncd nowhere\ntouch after\n'''");
    house.orch("run demo").code(1).says("`sh` exited with code ");
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
    script(&strict("false | true")).orch("run demo").code(1).says("`bash` exited with code 1");
    script(&strict("[[ a == a ]] | true")).orch("run demo").code(0);
}

#[test]
fn what_runs_a_script_is_a_program_and_no_template() {
    let says = [
        ("{ script = 'x', with = [] }", "`with` is empty"),
        ("{ script = 'x', with = ['{{ run }}'] }", "a shell script must not contain templates"),
        ("{ script = 'echo {{ run }}' }", "a shell script must not contain templates"),
        ("{ script = 'x', wiht = ['sh'] }", "did you mean `with`?"),
        ("{ with = ['sh'] }", "missing key `script`"),
        ("3", "expected a string or a table"),
    ];
    for (shell, says) in says {
        script(shell).orch("workflow check demo").code(2).says(says);
    }
}

/// A command that works in a folder of the project.
fn works_in(dir: &str) -> House {
    let gate = format!(
        "[inputs]\npart = {{ type = 'path', default = 'web' }}\n[[gate]]\nid = 'a'\n\
         executor = 'command'\ndir = '{dir}'\nshell = 'cat source > made; pwd -P > where'\n\
         contract = 'made'\n"
    );
    let house = House::new().workflow("demo", &gate).leaves("made", "packages/web/made");
    house.file("packages/web/source", "x")
}

#[test]
fn a_gate_works_in_its_folder_and_its_outputs_stay_relative_to_the_project() {
    for dir in ["packages/web", "packages/{{ part }}", "./packages/web/"] {
        let house = works_in(dir);
        house.orch("run demo").code(0);
        assert!(!house.exists("made"));
        assert_eq!(house.attempt("a", 1)["artifacts"][0]["path"], "packages/web/made");
        assert!(house.read("packages/web/where").ends_with("project/packages/web\n"));
    }
}

#[test]
fn the_folder_is_one_of_the_project_and_no_link() {
    for (dir, says) in [
        ("../elsewhere", "leaves the project"),
        ("/tmp", "is absolute"),
        (".git/hooks", "is inside .git"),
    ] {
        works_in(dir).orch("workflow check demo").code(2).says(says);
    }
    for dir in ["packages/none", "packages/{{ part }}/source", "aside", "through/web"] {
        let house = works_in(dir);
        std::os::unix::fs::symlink("/tmp", house.project().join("aside")).unwrap();
        std::os::unix::fs::symlink("packages", house.project().join("through")).unwrap();
        house.orch("run demo").code(1).says("is not a folder in the project");
    }
    works_in("{{ part }}/x").orch("run demo --part ../..").code(2);
}

#[test]
fn an_agent_works_in_its_folder_and_is_told() {
    let gate = "[[gate]]\nid = 'a'\nexecutor = 'agent'\ndir = 'web'\ncontract = 'made'\n";
    let house = House::new().workflow("demo", gate).leaves("made", "web/made").file("web/x", "x");
    let house = house.agents("").script("a", "cp x made");
    house.orch("run demo").code(0);
    let packet = house.packet("a", 1);
    let told = "\n- folder: web (the program starts here; ORCH_PROJECT is the project folder)\n";
    assert!(packet.contains(told), "{packet}");
}

fn prints(script: &str, more: &str) -> House {
    let gate = format!(
        "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = '{script}'\nstdout = 'out/notes.txt'\n{more}"
    );
    House::new().workflow("demo", &gate)
}

#[test]
fn what_a_command_prints_is_kept_as_an_output() {
    let house = prints("echo three; echo chatter >&2", "");
    house.orch("run demo").code(0).never_says("three");
    assert_eq!(house.read("out/notes.txt"), "three\n");
    assert_eq!(house.attempt("a", 1)["artifacts"][0]["path"], "out/notes.txt");
    house.write("out/notes.txt", "four\n");
    house.orch("verify").code(6).says("out/notes.txt");
}

#[test]
fn nothing_printed_is_an_empty_file_and_a_failure_keeps_none() {
    let house = prints("true", "");
    house.orch("run demo").code(0);
    assert_eq!(house.read("out/notes.txt"), "");
    let house = prints("echo half; exit 1", "");
    house.orch("run demo").code(1);
    assert!(!house.exists("out/notes.txt"));
}

#[test]
fn what_is_printed_is_judged_by_the_contract_that_names_it() {
    let rules = "[[output]]\npath = 'out/notes.txt'\n\
        checks = [{ kind = 'contains_text', all = 'four' }]\n";
    let house = |script: &str| prints(script, "contract = 'c'\n").contract("c", rules);
    house("echo four").orch("run demo").code(0);
    house("echo three").orch("run demo").code(1).says("four");
    house("true").orch("run demo").code(1).says("the file is empty");
}

#[test]
fn a_person_is_shown_what_a_command_prints() {
    let house = prints("printf \"three\\033[31m\\n\"", "show = true\n");
    house.orch("run demo").code(0).says("\nthree").never_says("\u{1b}[31m");
    let gate =
        "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'echo three; exit 1'\nshow = true\n";
    let house = House::new().workflow("demo", gate);
    let done = house.orch("run demo").code(1);
    assert!(done.stderr.contains("\nthree\n"), "{}", done.shown());
}

#[test]
fn keys_of_programs_belong_to_gates_that_have_one() {
    for (more, says) in [
        ("executor = 'human'\ndir = 'x'", "`dir` belongs to executor \"agent\" or \"command\""),
        ("executor = 'agent'\nstdout = 'x'", "`stdout` belongs to executor \"command\""),
        ("executor = 'human'\nshow = true", "`show` belongs to executor \"command\""),
        ("executor = 'agent'\nanswers_from = { file = 'x' }", "`answers_from` requires `answers`"),
    ] {
        let house = House::new().workflow("demo", &format!("[[gate]]\nid = 'a'\n{more}\n"));
        house.orch("workflow check demo").code(2).says(says);
    }
}
