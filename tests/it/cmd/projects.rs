//! Several projects in one repository: a run belongs to the one that it was begun in.

use crate::house::Done;
use crate::house::House;
use crate::house::wait_until;

const BUILD: &str = "name = 'build'
version = '1'
[[gate]]
id = 'look'
executor = 'human'
[[gate]]
id = 'make'
executor = 'command'
command = ['touch', 'made']
";

/// Two services with a workflow of the same name, and a run of `api` that waits for its person.
fn house() -> House {
    let house = House::new()
        .file("api/orch.toml", "")
        .file("web/orch.toml", "")
        .file("orch.toml", "")
        .file("api/workflows/build.toml", BUILD)
        .file("web/workflows/build.toml", BUILD);
    at(&house, "api", "run build").code(3);
    house
}

fn at(house: &House, project: &str, words: &str) -> Done {
    house.orch(&format!("--project {} {words}", house.project().join(project).display()))
}

#[test]
fn a_run_is_the_current_one_of_its_own_project_only() {
    let house = house();
    for project in ["web", ""] {
        for words in ["status", "next", "gate finish", "run resume", "run cancel", "note hello"] {
            at(&house, project, words).code(2).says("there are no runs").never_says("_build_");
        }
        assert_eq!(at(&house, project, "run list").code(0).stdout, "");
    }
    at(&house, "api", "gate finish").code(0).says("PASSED");
    assert!(house.exists("api/made") && !house.exists("web/made"));
}

#[test]
fn a_run_that_is_named_is_told_with_its_project_and_left_alone() {
    let house = house();
    let before = at(&house, "api", "status").stdout;
    let all = at(&house, "web", "run list --all-projects --json").code(0).json();
    assert_eq!(all["data"][0]["project"], "api");
    let id = all["data"][0]["run_id"].as_str().unwrap().to_owned();
    for words in ["gate finish", "run resume", "run cancel", "run show", "verify", "use", "status"]
    {
        let flag = if words == "use" { "" } else { "--run" };
        for name in [id.as_str(), "build"] {
            let done = at(&house, "web", &format!("{words} {flag} {name}")).code(2);
            done.says("belongs to the project api").says("cd $HOUSE/project/api");
        }
    }
    assert_eq!(at(&house, "api", "status").stdout, before);
}

#[test]
fn a_list_of_all_projects_names_each() {
    let house = house();
    at(&house, "web", "run build").code(3);
    let rows = |done: Done| -> Vec<String> {
        let row = |line: &str| line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
        done.stdout.lines().skip(1).map(row).collect()
    };
    assert_eq!(rows(at(&house, "web", "run list")), ["WAITING build build look 1m ago"]);
    let all = rows(at(&house, "", "run list --all-projects"));
    assert_eq!(all, ["WAITING build build look 2m ago web", "WAITING build build look 3m ago api"]);
}

#[test]
fn the_runs_of_a_project_below_are_no_files_of_the_one_above() {
    let house = house()
        .contract("all", "[[output]]\nglob = '**/build.toml'")
        .contract("still", "[[check]]\nkind = 'only_changes'\npaths = ['begun']")
        .workflow(
            "demo",
            "[[gate]]
             id = 'all'
             executor = 'command'
             command = ['true']
             contract = 'all'
             [[gate]]
             id = 'still'
             executor = 'command'
             shell = 'touch begun; until test -e api/made; do sleep 0.1; done; rm api/made'
             contract = 'still'
             timeout = '60s'",
        );
    let mut demo = house.start("run demo");
    wait_until("the gate is at work", || {
        house.exists("begun") || matches!(demo.try_wait(), Ok(Some(_)))
    });
    assert!(house.exists("begun"), "{}", demo.printed());
    at(&house, "api", "gate finish").code(0);
    assert!(demo.wait().success(), "{}", demo.printed());
}
