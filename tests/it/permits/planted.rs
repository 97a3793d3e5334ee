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
fn what_git_obeys_in_other_repositories_is_compared() {
    for (script, name) in [
        ("echo ../evil > mine/.git/commondir", "mine/.git/commondir"),
        ("git -C mine config core.fsmonitor evil", "mine/.git/config"),
        ("touch mine/.git/hooks/post-checkout", "mine/.git/hooks/post-checkout"),
        ("mkdir -p .git/modules/new/hooks; touch .git/modules/new/HEAD", ".git/modules/new/hooks"),
        (
            "git worktree add --quiet ./seat -b seat; touch .git/worktrees/seat/config.worktree",
            ".git/worktrees/seat/config.worktree",
        ),
        ("git init --quiet --bare docs", "docs/.git"),
        ("git init --quiet ~", "~/.git"),
    ] {
        found(script, name);
    }
    // What is work there, or removes it, is nothing planted.
    let house = house("git -C mine commit --quiet --allow-empty -m work; rm -r other", "");
    house.git("init --quiet mine");
    house.git("init --quiet other");
    house.orch("run demo").code(0);
}

#[test]
fn a_link_that_is_replaced_is_found() {
    let house = house("rm ~/.bashrc; echo evil > ~/.bashrc", "");
    house.write("../dotfiles/bashrc", "");
    let dotfiles = house.outside("dotfiles/bashrc");
    std::os::unix::fs::symlink(dotfiles, house.outside("home/.bashrc")).unwrap();
    house.orch("run demo").code(1).says("~/.bashrc: ").says("[planted]");
    let house = super::house("echo evil > ~/dotfile", "");
    std::os::unix::fs::symlink("dotfile", house.outside("home/.zshenv")).unwrap();
    house.orch("run demo").code(1).says("~/.zshenv -> ").says("[planted]");
    let house = super::house("rm orch.toml; echo > orch.toml", "");
    house.write("settings.toml", "");
    std::os::unix::fs::symlink("settings.toml", house.project().join("orch.toml")).unwrap();
    house.orch("run demo").code(1).says("orch.toml: ").says("[planted]");
}

#[test]
fn what_the_user_does_not_have_yet_is_not_made_for_them() {
    found("mkdir ~/.ssh; touch ~/.ssh/config", "~/.ssh");
    let house = house("mkdir -p ~/.config/orch; touch ~/.config/orch/orch.toml", "");
    std::fs::remove_dir(house.outside("home/.config/orch")).unwrap();
    house.orch("run demo").code(1).says("~/.config/orch: ").says("[planted]");
}

#[test]
fn nothing_hangs_at_a_pipe() {
    for (script, name) in [
        ("mkdir sub; mkfifo sub/.gitignore", "sub/.gitignore"),
        ("ln -s /dev/null .gitignore", ".gitignore"),
        ("rm .git/index; mkfifo .git/index", ".git/index"),
        ("mkfifo .git/packed-refs", ".git/packed-refs"),
    ] {
        let there = found(script, name).project().join(name);
        assert!(there.metadata().map_or(true, |found| found.is_file()), "{name}");
    }
}

#[test]
fn what_cannot_be_moved_to_the_logs_gets_another_name() {
    let script = "touch $(dirname $ORCH_ANSWERS)/planted; echo ../evil > .git/commondir";
    assert!(!found(script, ".git/commondir").exists(".git/commondir"));
}

#[test]
fn a_repository_that_leads_to_another_one_is_refused() {
    let house = house("true", "");
    house.write(".git/commondir", "../evil\n");
    let told = house.orch("status");
    told.says(".git/commondir leads git to another repository").says("rm ");
}

#[test]
fn packed_refs_of_runs_that_are_over_stay() {
    for act in [
        "sed -i '/refs.orch/d' .git/packed-refs",
        "sed -i \"s/^[0-9a-f]* refs.orch/$(git rev-parse HEAD) refs\\/orch/\" .git/packed-refs",
    ] {
        let house = house("true", "");
        house.orch("run demo").code(0);
        house.git("pack-refs --all");
        house.write(
            "workflows/demo.toml",
            format!("name = 'demo'\nversion = '2'\n{}", super::gate(act, "")),
        );
        house.orch("run demo --again").code(1).says("refs/orch/runs/run_").says("[planted]");
    }
    // Git itself may pack them.
    let house = house("git gc --quiet", "");
    house.orch("run demo").code(0);
    house.orch("run demo --again").code(0);
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
