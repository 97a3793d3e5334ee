//! Names that a sandbox cannot forbid, since nothing was there before.

use super::house;
use crate::house::House;

/// A run whose gate plants something that is found by its name.
fn found(script: &str, name: &str) -> House {
    let house = house(script, "");
    house.git("init --quiet mine");
    house.orch("run demo").code(1).says(&format!("{name}: ")).says("[planted]");
    assert_eq!(house.attempt("act", 1)["status"], "FAIL");
    house
}

#[test]
fn what_git_or_orch_would_obey_fails_the_attempt_and_is_put_aside() {
    for (script, path) in [
        ("echo ../evil > .git/commondir", ".git/commondir"),
        ("echo '[agents.x]' > orch.toml", "orch.toml"),
        ("mkdir prompts", "prompts"),
        ("ln -s workflows contracts", "contracts"),
    ] {
        assert!(!found(script, path).exists(path), "{script}");
    }
}

#[test]
fn what_a_shell_would_obey_fails_the_attempt_and_is_left_to_the_user() {
    let house = found("echo x > ~/.zshenv", "~/.zshenv");
    house.orch("run show").says("remove it if you did not make it");
    assert!(house.exists("../home/.zshenv"));
}

#[test]
fn repositories_and_refs_of_others_fail_the_attempt() {
    found("git init --quiet sub", "sub/.git");
    let id = "refs/orch/runs/run_20260101T000000Z_x_aaaaaa";
    found(&format!("echo \"$(git rev-parse HEAD) {id}\" > .git/packed-refs"), id);
}

#[test]
fn git_is_led_into_no_repository_that_was_made_or_moved() {
    let init = "git init --quiet --bare evil; echo sub/ >> .gitignore; mkdir -p sub";
    let entry = "git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),sub";
    found(&format!("{init}; git init --quiet sub; {entry}"), "sub/.git");
    found(&format!("{init}; echo 'gitdir: ../evil' > sub/.git; {entry}"), "sub/.git");
    let house = house("git init --quiet --bare evil; echo 'gitdir: ../evil' > sub/.git", "");
    house.write("sub/.git", "gitdir: ../elsewhere\n");
    house.orch("run demo").code(1).says("sub/.git: the repository was replaced");
}

#[test]
fn what_git_obeys_in_a_repository_inside_stays_as_it_is() {
    let script = "git -C sub config core.fsmonitor evil || echo refused
        mv sub/.git sub/moved 2> /dev/null || echo refused
        git -C sub commit --quiet --allow-empty -m inside";
    let house = house(script, "stdout = 'out.txt'");
    house.git("init --quiet sub");
    house.orch("run demo").code(0);
    assert_eq!(house.read("out.txt"), "refused\nrefused\n");
    found("echo ../evil > mine/.git/commondir", "mine/.git/commondir");
}

#[test]
fn what_the_command_of_a_check_plants_is_found() {
    let check = "[[check]]\nkind = 'command'\ncommand = ['sh', '-c', 'echo > orch.toml']\n";
    for (work, code) in [("executor = 'command'\ncommand = ['true']", 1), ("executor = 'human'", 3)]
    {
        let gate = format!("[[gate]]\nid = 'act'\n{work}\ncontract = 'looked'\n");
        let house = House::new().confined().workflow("demo", &gate).contract("looked", check);
        let run = house.orch("run demo").code(code);
        let judged = if code == 3 { house.orch("done") } else { run };
        judged.says("orch.toml: ").says("[planted]");
        assert!(!house.exists("orch.toml"), "{work}");
    }
}

#[test]
fn beside_a_text_that_a_gate_is_there_to_write_no_other_is_made() {
    let contract = "[[output]]\npath = 'workflows/made.toml'\n";
    for (script, name) in [
        ("touch workflows/made.toml workflows/other.toml", "workflows/other.toml"),
        ("touch workflows/made.toml; ln -s /etc workflows/sub", "workflows/sub"),
    ] {
        let house = house(script, "contract = 'made'").contract("made", contract);
        house.orch("run demo").code(1).says(&format!("{name}: ")).says("[planted]");
        assert!(house.exists("workflows/made.toml") && !house.exists(name));
    }
}

#[test]
fn a_worktree_with_a_repository_of_its_own_is_planted() {
    let script = "git worktree add --quiet ./seat -b seat
        git init --quiet /tmp/other
        mkdir -p sub; echo \"gitdir: $PWD/seat/.git\" > sub/.git";
    found(script, "sub/.git");
}

#[test]
fn what_was_planted_is_kept_with_the_logs() {
    let house = house("echo mine > orch.toml", "");
    house.orch("run demo").code(1);
    let kept = house.run_folder().join("logs/gates/act/attempt-1/planted/orch.toml");
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "mine\n");
}

#[test]
fn worktrees_and_ignored_clones_are_nothing_planted() {
    let house = house("git worktree add --quiet ./seat -b seat\ngit init --quiet target/clone", "");
    house.write(".gitignore", "target/\n");
    house.orch("run demo").code(0);
}
