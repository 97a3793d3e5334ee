//! Names that a sandbox cannot forbid, since nothing was there before.

use super::house;

#[test]
fn what_is_planted_fails_the_attempt_by_name_and_is_not_obeyed() {
    for (script, name) in [
        ("echo ../evil > .git/commondir", ".git/commondir"),
        ("echo '[agents.x]' > orch.toml", "orch.toml"),
        ("echo x > ~/.zshenv", "~/.zshenv"),
        ("git init --quiet sub", "sub/.git"),
        (
            "echo \"$(git rev-parse HEAD) refs/orch/runs/run_20260101T000000Z_x_aaaaaa\" > .git/packed-refs",
            "refs/orch/runs/run_20260101T000000Z_x_aaaaaa",
        ),
    ] {
        let house = house(script, "");
        house.orch("run demo").code(1).says(&format!("{name}: ")).says("[planted]");
        assert_eq!(house.attempt("act", 1)["status"], "FAIL");
        let obeyed = [".git/commondir", "orch.toml", "../home/.zshenv"];
        assert!(obeyed.iter().all(|path| !house.exists(path)), "{script}");
    }
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
