//! Paths that lead where they may not: refused before anything is written, or before
//! the work of the gate that they belong to.

use crate::house::House;
use std::os::unix::fs::symlink;

const GATE: &str = "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'touch done'\n";

#[test]
fn paths_of_a_gate_that_lead_elsewhere_are_told_with_their_place() {
    for (key, meant, says) in [
        ("attach = ['../../etc/passwd']", "'../../etc/passwd'", "leaves the project"),
        ("attach = ['.git/config']", "'.git/config'", "is inside .git"),
        ("attach = ['-x']", "'-x'", "starts with `-`"),
        ("reads = ['../x']\nreuse = true", "'../x'", "leaves the project"),
        ("reads = ['/etc/*']\nreuse = true", "'/etc/*'", "is absolute"),
        ("reads = ['orchestration/runs/**']\nreuse = true", "'orchestration/runs/**'", "only orch"),
        ("each = { file = '../x', as = 'c' }", "'../x'", "leaves the project"),
        ("each = { file = '/x', as = 'c' }", "'/x'", "is absolute"),
    ] {
        let house = House::new().workflow("demo", &format!("{GATE}{key}\n"));
        let done = house.orch("run demo").code(2).says(says).says("--> workflows/demo.toml:7:");
        let caret = "^".repeat(meant.len());
        assert!(done.stderr.contains(&caret), "{}", done.shown());
        assert!(!house.has_runs(), "{key}");
    }
}

#[test]
fn a_path_that_is_rendered_is_refused_before_the_work() {
    for key in [
        "attach = ['{{ place }}/passwd']",
        "reads = ['{{ place }}/*']\nreuse = true",
        "each = { file = '{{ place }}/x', as = 'c' }",
    ] {
        let rest = format!("[inputs]\nplace = {{ type = 'string' }}\n{GATE}{key}\n");
        let house = House::new().workflow("demo", &rest);
        house.orch("run demo --place ../etc").code(1).says("leaves the project");
        assert!(!house.exists("done"), "{key}");
    }
}

#[test]
fn what_inputs_make_of_a_contract_is_refused_before_any_gate_starts() {
    let output = "[[output]]\npath = 'a.md'\n";
    for (key, contract, says) in [
        ("path", "[[output]]\npath = '{{ x }}'\n".to_owned(), "names a folder"),
        ("any_of", "[[output]]\nany_of = ['a', '{{ x }}']\n".to_owned(), "names a folder"),
        ("first_of", "[[output]]\nfirst_of = ['a', '{{ x }}']\n".to_owned(), "names a folder"),
        ("glob", "[[output]]\nglob = '{{ x }}'\n".to_owned(), "names a folder"),
        (
            "glob",
            format!("{output}[[check]]\nkind = 'file_count'\nglob = '{{{{ x }}}}'\nmin = 1\n"),
            "names a folder",
        ),
        (
            "schema",
            format!("{output}checks = [{{ kind = 'json_schema', schema = '{{{{ x }}}}' }}]\n"),
            "names a folder",
        ),
        (
            "path",
            format!("{output}[[check]]\nkind = 'word_count'\npath = '{{{{ x }}}}'\nmin = 1\n"),
            "names a folder",
        ),
        (
            "since",
            format!("{output}[[check]]\nkind = 'unchanged'\npaths = 'b'\nsince = '{{{{ y }}}}'\n"),
            "invalid `since`: unknown gate `b/`",
        ),
    ] {
        let rest = format!(
            "[inputs]\nx = {{ type = 'string', default = 'out/' }}\ny = {{ type = 'string', default = 'b/' }}\n{GATE}contract = 'c'\n"
        );
        let house = House::new().workflow("demo", &rest).contract("c", &contract);
        house.orch("workflow check demo").code(0);
        for command in ["run demo", "rehearse demo"] {
            house.orch(command).code(2).says(says).says("--> contracts/c.toml:");
        }
        assert!(!house.has_runs() && !house.exists("done"), "{key}");
    }
    let later = "[inputs]\nbase = { type = 'string' }\n[[gate]]\nid = 'a'\nexecutor = 'human'\n\
                 [[gate]]\nid = 'b'\nexecutor = 'human'\ncontract = 'c'\n[[gate]]\nid = 'd'\nexecutor = 'human'\n";
    let contract = "[[check]]\nkind = 'unchanged'\npaths = 'x'\nsince = '{{ base }}'\n";
    let house = House::new().workflow("demo", later).contract("c", contract);
    house.orch("run demo --base d").code(2).says("invalid `since`: gate `d` does not come before");
    house.orch("run demo --base b").code(2).says("invalid `since`: gate `b` has not passed yet");
    assert!(!house.has_runs());
    house.orch("run demo --base a").code(3);
}

#[test]
fn what_a_run_leaves_out_by_its_inputs_is_not_refused() {
    let rest = format!(
        "[inputs]\nx = {{ type = 'string', default = 'out/' }}\n{GATE}contract = 'c'\n\
         [[gate]]\nid = 'b'\nexecutor = 'human'\ncontract = 'd'\nwhen = \"{{{{ x == 'y' }}}}\"\n"
    );
    let unfit = "[[check]]\nkind = 'file_count'\nglob = '{{ x }}'\nmin = 1\n";
    let house = House::new()
        .workflow("demo", &rest)
        .contract("c", &format!("{unfit}when = \"{{{{ x == 'y' }}}}\"\n"))
        .contract("d", unfit);
    house.orch("run demo").code(0);
}

#[test]
fn an_input_that_leads_outside_through_a_link_is_refused() {
    let rest = format!("[inputs]\nplace = {{ type = 'path', default = 'link/x' }}\n{GATE}");
    let house = House::new().workflow("demo", &rest);
    symlink("/tmp", house.project().join("link")).unwrap();
    symlink(".git", house.project().join("inner")).unwrap();
    symlink("gone", house.project().join("dangling")).unwrap();
    for place in ["link/x", "link", "link/no/such/folder", "inner/hooks", "dangling/x"] {
        let done = house.orch(&format!("run demo --place {place}")).code(2);
        done.says("input `place`").says("symbolic link");
    }
    house.orch("run demo").code(2).says("leads outside the project");
    assert!(!house.has_runs());
    std::fs::create_dir(house.project().join("real")).unwrap();
    symlink("real", house.project().join("alias")).unwrap();
    house.orch("run demo --place alias/new").code(0);
}

#[test]
fn runs_are_not_kept_behind_a_link() {
    for link in ["orchestration", "orchestration/runs"] {
        let house = House::new().workflow("demo", GATE);
        let outside = house.outside("elsewhere");
        std::fs::create_dir_all(&outside).unwrap();
        let link = house.project().join(link);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&outside, &link).unwrap();
        let done = house.orch("run demo").code(2);
        done.says("is a symbolic link").says("help: ");
        assert!(std::fs::read_dir(&outside).unwrap().next().is_none());
        assert!(!house.exists(".git/orch/runs") && !house.exists("done"));
        house.orch("doctor").code(1).says("is a symbolic link");
    }
}
