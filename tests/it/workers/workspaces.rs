//! Worktrees of child runs: where they are, what they start from, and what makes them ready.

use super::committed;
use super::convoy;
use super::orch;
use super::runs;
use crate::house::House;

const CONVOY: &str = "takes = ['made.txt']";

fn with_config(config: &str, script: &str) -> House {
    committed(convoy(script, CONVOY).file("orch.toml", config).file(".gitignore", ".env\n"))
}

#[test]
fn a_worktree_is_made_ready_before_anything_begins() {
    let house = with_config(
        "[worktree]
         folder = '../trees/{{ workflow }}-{{ key }}'
         branch = 'work/{{ key }}'
         base = 'main~1'
         copy = ['.env']
         setup = ['sh', '-c', 'cp .env ready']
         context = '.session'",
        "cat ready > made.txt; git log --format=%s -2 >> made.txt",
    );
    house.write(".env", "secret\n");
    house.git("commit --quiet --allow-empty --message=later");
    orch(&house, "run batch --keys a").code(0);
    assert_eq!(house.read("made.txt"), "secret\nworkflows\nstart\n");
    let tree = house.outside("trees/item-a");
    assert_eq!(std::fs::read_to_string(tree.join(".git")).unwrap().lines().count(), 1);
    let context = std::fs::read_to_string(tree.join(".session/session-context.json")).unwrap();
    let context: serde_json::Value = serde_json::from_str(&context).unwrap();
    assert_eq!(context["key"], "a");
    assert_eq!(context["branch"], "work/a");
    let status = house.git(&format!("-C {} status --porcelain", tree.display()));
    assert_eq!(status, "?? made.txt\n?? ready\n");
}

#[test]
fn what_exists_already_is_told_and_never_reused() {
    let branch = with_config("", "echo x > made.txt");
    branch.git("branch a");
    orch(&branch, "run batch --keys a")
        .code(1)
        .says("could not start: the branch a already exists");
    let folder = with_config("", "echo x > made.txt");
    std::fs::create_dir_all(folder.outside("project-worktrees/a")).unwrap();
    std::fs::write(folder.outside("project-worktrees/a/mine"), "mine").unwrap();
    orch(&folder, "run batch --keys a").code(1).says("project-worktrees/a already exists");
    assert!(folder.outside("project-worktrees/a/mine").exists());
    assert!(!folder.try_git("rev-parse --verify --quiet a"));
    let base = with_config("[worktree]\nbase = 'nowhere'", "echo x > made.txt");
    orch(&base, "run batch --keys a").code(1).says("[worktree] base: no commit is named `nowhere`");
    assert_eq!(runs(&base), "batch FAILED");
}

#[test]
fn a_setup_that_fails_is_told_with_what_it_said_and_its_worktree_stays() {
    let house = with_config(
        "[worktree]\nsetup = ['sh', '-c', 'echo no such package >&2; exit 3']",
        "echo x > made.txt",
    );
    orch(&house, "run batch --keys a").code(1).says("exited with code 3: no such package");
    assert!(house.outside("project-worktrees/a/workflows").exists());
    assert_eq!(runs(&house), "batch FAILED");
}

#[test]
fn templates_and_keys_of_the_table_are_checked() {
    let house = with_config("[worktree]\nfolder = '../{{ kee }}'\n", "true");
    house.orch("status").code(2).says("unknown name `kee`").says("did you mean `key`?");
    let house = with_config("[worktree]\nfoldr = '../x'\n", "true");
    house.orch("status").code(2).says("did you mean `folder`?");
    let house = with_config("[pool]\nslots = 0\n", "true");
    house.orch("status").code(2).says("orch.toml:2:");
}
