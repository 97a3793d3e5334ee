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
        ("attach = ['-x']", "'-x'", "begins with `-`"),
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
