//! Plans that could only fail later: refused when they are read, and all that is wrong
//! is told at once by `workflow check`.

use crate::house::House;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n";

#[test]
fn every_independent_error_of_a_workflow_is_told() {
    let gate =
        |id: &str, more: &str| format!("{}{more}\n", GATE.replace("'a'", &format!("'{id}'")));
    let rest = [
        gate("a", "contract = 'c1'"),
        gate("b", "contract = 'c2'"),
        gate("c", "contract = 'c2'"),
        gate("d", "contract = 'none'"),
        gate("e", "needs = ['zz']"),
        gate("f", "needs = ['yy']\ntimeout = 'soon'"),
        gate("g", "when = '{{ depht }}'"),
        gate("h", "prompt = 'none.md'\nshell = 'x'"),
    ];
    let house = House::new()
        .workflow("demo", &rest.concat())
        .contract("c1", "[[check]]\nkind = 'file_count'\nglob = '*'\n")
        .contract("c2", "[[check]]\nkind = 'word_cuont'\n");
    let done = house.orch("workflow check demo").code(2);
    for said in [
        "requires `min`, `max` or both",
        "unknown check `word_cuont`",
        "`contracts/none.toml` not found",
        "unknown gate `zz`",
        "unknown gate `yy`",
        "`soon` is not a duration",
        "unknown name `depht`",
        "`prompts/none.md` not found",
        "must not have both `command` and `shell`",
    ] {
        assert_eq!(done.stderr.matches(said).count(), 1, "`{said}`: {}", done.shown());
    }
    let json = house.orch("workflow check demo --json").code(2).json();
    assert_eq!(json["data"][0]["errors"].as_array().unwrap().len(), 9);
    house.orch("run demo").code(2);
    assert!(!house.has_runs());
}

#[test]
fn a_check_of_its_own_that_reads_a_file_names_it() {
    let house = House::new().workflow("demo", &format!("{GATE}contract = 'out'\n"));
    let house = house.contract("out", "[[check]]\nkind = 'word_count'\nmin = 3\n");
    let done = house.orch("run demo").code(2).says("--> contracts/out.toml:2:1");
    done.says("check `word_count` requires a `path`");
    assert!(!house.has_runs());
    let house = house.contract(
        "out",
        "[[check]]\nkind = 'word_count'\nmin = 1\npath = 'a.md'\n
         [[check]]\nkind = 'committed'\npaths = ['a.md']\n
         [[check]]\nkind = 'command'\ncommand = ['true']\n",
    );
    house.write("a.md", "one");
    house.git("add a.md");
    house.git("commit --quiet --message=a");
    house.orch("run demo").code(0);
}

#[test]
fn a_child_workflow_and_its_inputs_are_known() {
    let child = |more: &str| format!("[[gate]]\nid = 'a'\nexecutor = 'workflow'\n{more}\n");
    for (more, place, says) in [
        ("workflow = 'chidl'", "6:12", "did you mean `child`?"),
        ("workflow = 'child'\nwith = { slugg = 'x' }", "7:18", "did you mean `slug`?"),
        ("workflow = 'child'\nwith = { depth = 'x' }", "6:12", "input `slug` is required"),
        ("workflow = 'child'\nwith = { slug = '{{ nope }}' }", "7:", "unknown name `nope`"),
    ] {
        let house = House::new()
            .workflow("child", &format!("[inputs]\nslug = {{ type = 'slug' }}\ndepth = {{ type = 'string', default = 'x' }}\n{GATE}"))
            .workflow("demo", &child(more));
        let done = house.orch("workflow check demo").code(2).says(says);
        done.says(&format!("--> workflows/demo.toml:{place}"));
    }
    let house = House::new()
        .workflow("child", &format!("[inputs]\nslug = {{ type = 'slug' }}\n{GATE}"))
        .workflow("demo", &child("workflow = 'child'\nwith = { slug = '{{ run }}' }"));
    house.orch("workflow check demo").code(0);
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    for path in ["workflows/demo.toml", "contracts/out.toml", "prompts/p.md", "orch.toml"] {
        let gate = format!("{GATE}contract = 'out'\nprompt = 'p.md'\n");
        let house =
            House::new().workflow("demo", &gate).contract("out", "").file("prompts/p.md", "");
        house.write(path, b"# ok\nna\xff = 1\n");
        let done = house.orch("run demo").code(2).says("not valid UTF-8");
        let told = done.stderr.contains(&format!("{path}:2:3")) && done.stderr.contains("  ^");
        assert!(told, "{path}: {}", done.shown());
        assert!(!house.has_runs());
    }
}
