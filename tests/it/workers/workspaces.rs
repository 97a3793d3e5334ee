//! Worktrees of child runs: where they are, what they start from, and what makes them ready.

use super::committed;
use super::convoy;
use super::orch;
use super::runs;
use crate::house::House;
use crate::house::wait_until;

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
fn a_gate_may_have_worktrees_of_its_own_kind() {
    let leg = "takes = ['made.txt']
         worktree = { folder = '../own/{{ child.key }}', branch = 'own/{{ leg }}', base = 'main~1', setup = ['cp', '.env', 'ready'], copy = ['.env'] }";
    let house = convoy("cat ready > made.txt; git log --format=%s -1 >> made.txt", leg)
        .file("orch.toml", "[worktree]\nsetup = ['false']\nbase = 'nowhere'")
        .file(".gitignore", ".env\n");
    let house = committed(house);
    house.write(".env", "secret\n");
    house.git("commit --quiet --allow-empty --message=later");
    orch(&house, "run batch --keys a").code(0);
    assert_eq!(house.read("made.txt"), "secret\nworkflows\n");
    let tree = house.outside("own/a");
    assert_eq!(house.git(&format!("-C {} branch --show-current", tree.display())), "own/a\n");
    orch(&house, "run batch --keys b --again").code(1).says("made.txt is already here and differs");
}

#[test]
fn a_worktree_goes_when_its_run_has_passed_where_it_is_not_to_be_kept() {
    let commits = "echo x > made.txt; git add made.txt; git commit --quiet --message=made";
    let house = with_config("[worktree]\nkeep = false", commits);
    orch(&house, "run batch --keys a").code(0);
    orch(&house, "spawn b --workflow item").code(0);
    let trees = house.outside("project-worktrees");
    wait_until("both worktrees are gone", || {
        !trees.join("a").exists() && !trees.join("b").exists() && runs(&house).contains("b PASSED")
    });
    // The branches hold the work, and the records are whole.
    assert_eq!(house.git("show a:made.txt b:made.txt"), "x\nx\n");
    orch(&house, "verify --all").code(0);
    orch(&house, "list --all").code(0);

    // What is not committed stays, and so does the worktree of a run that failed.
    let house = with_config("[worktree]\nkeep = false", "echo x > made.txt");
    orch(&house, "run batch --keys a").code(0);
    assert!(house.outside("project-worktrees/a/made.txt").exists());
    orch(&house, "clean").code(0).says("1 change is not committed");
    let house = with_config("[worktree]\nkeep = false", "exit 1");
    orch(&house, "run batch --keys a").code(1);
    assert!(house.outside("project-worktrees/a").exists());
    // A gate may say otherwise.
    let leg = "takes = ['made.txt']\nworktree = { keep = true }";
    let house = convoy(commits, leg).file("orch.toml", "[worktree]\nkeep = false");
    let house = committed(house);
    orch(&house, "run batch --keys a").code(0);
    assert!(house.outside("project-worktrees/a").exists());
}

#[test]
fn nothing_is_started_in_a_worktree_that_is_on_another_branch() {
    let house = with_config("", "git switch --quiet --create elsewhere");
    let more = "key = '{{ key }}'
         [inputs]
         key = { type = 'slug', help = 'what it is about' }
         [[gate]]
         id = 'work'
         executor = 'command'
         shell = 'git switch --quiet --create elsewhere'
         [[gate]]
         id = 'more'
         executor = 'command'
         command = ['touch', 'made.txt']";
    let house = committed(house.workflow("item", more));
    let done = orch(&house, "run batch --keys a").code(1);
    done.says("the worktree of this run is on branch elsewhere and belongs on branch a");
    assert!(!house.outside("project-worktrees/a/made.txt").exists());
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
    let gate = |more: &str| convoy("true", &format!("worktree = {{ {more} }}"));
    gate("foldr = '../x'").orch("workflow check").code(2).says("did you mean `folder`?");
    gate("branch = '{{ child.kee }}'").orch("workflow check").code(2).says("did you mean `key`?");
    let shared = convoy("true", "isolation = 'shared'\nworktree = { keep = true }");
    shared.orch("workflow check").code(2).says("`worktree` requires isolation = \"worktree\"");
    let other = super::house("true", "worktree = { keep = true }");
    other.orch("workflow check").code(2).says("`worktree` belongs to executor \"workflow\"");
    let house = with_config("[pool]\nslots = 0\n", "true");
    house.orch("status").code(2).says("orch.toml:2:");
}
