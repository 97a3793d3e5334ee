//! `checkpoint create`, `list`, `show`, `diff`, and when a policy has one sealed.

use crate::house::House;
use crate::house::child;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// A project with all that a working tree may hold, where a run waits for a person.
pub fn at_work() -> House {
    let house = House::new()
        .workflow(
            "demo",
            "[[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'",
        )
        .file("notes.txt", "committed\n")
        .file("gone.txt", "committed\n")
        .file("deep/down/x.txt", "committed\n")
        .file("tool.sh", "#!/bin/sh\n")
        .file(".gitignore", "ignored/\n");
    house.git("add --all");
    house.git("commit --quiet --message=project");
    house.orch("run demo").code(3);
    house
}

/// What somebody did since: staged, changed, deleted, linked, made executable, stashed.
pub fn change(house: &House) {
    house.write("notes.txt", "stashed\n");
    house.git("stash --quiet");
    house.write("notes.txt", "staged\n");
    house.git("add notes.txt");
    house.write("notes.txt", "not staged\n");
    house.remove("gone.txt");
    house.write("new/untracked.txt", "not tracked\n");
    house.write("ignored/cache.txt", "ignored\n");
    house.write("tool.sh", "#!/bin/sh\ntrue\n");
    std::os::unix::fs::symlink("notes.txt", house.project().join("link")).unwrap();
    set_mode(&house.project().join("tool.sh"), 0o755);
}

pub fn set_mode(path: &Path, mode: u32) {
    let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, mode).unwrap();
}

/// The ref of a checkpoint of the newest run.
pub fn reference(house: &House, number: u32) -> String {
    format!("refs/orch/checkpoints/{}/{number}", house.run_id())
}

#[test]
fn a_checkpoint_leaves_everything_of_the_users_as_it_is() {
    let house = at_work();
    change(&house);
    let look = || {
        // The records aside, which the checkpoint's own commit adds.
        let staged = house.git("ls-files --stage --debug -- :!orchestration");
        let stash = house.git("stash list") + &house.git("rev-parse stash@{0}");
        let status = house.git("status --porcelain --ignored");
        let files = ["notes.txt", "new/untracked.txt", "ignored/cache.txt", "tool.sh", "link"];
        let files = files.map(|path| house.read(path)).concat();
        (staged, stash, status, files, house.git("symbolic-ref HEAD"))
    };
    let before = look();
    house.orch("checkpoint create").code(0).says("checkpoint 1 of ");
    assert_eq!(look(), before);
    house.git("fsck --strict --no-dangling");
    let snapshot = reference(&house, 1);
    let kept = house.git(&format!("ls-tree -r --full-tree {snapshot}"));
    let kept: Vec<(&str, &str)> =
        kept.lines().map(|line| (&line[..6], line.split_once('\t').unwrap().1)).collect();
    let expected = [
        ("100644", ".gitignore"),
        ("100644", "deep/down/x.txt"),
        ("120000", "link"),
        ("100644", "new/untracked.txt"),
        ("100644", "notes.txt"),
        ("100755", "tool.sh"),
        ("100644", "workflows/demo.toml"),
    ];
    assert_eq!(kept, expected);
    assert_eq!(house.git(&format!("show {snapshot}:notes.txt")), "not staged\n");
    let title = house.git("log -1 --format=%s");
    assert_eq!(title, "orch: checkpoint 1 of demo demo\n");
    let paths = house.git("show --name-only --format= HEAD");
    assert!(paths.lines().all(|path| path.starts_with("orchestration/runs/")), "{paths}");
    assert!(paths.contains("record/checkpoints/ckpt-1.json"), "{paths}");
}

#[test]
fn a_checkpoint_says_where_the_run_stood_and_verify_holds_it_to_that() {
    let house = at_work();
    house.orch_with(&["checkpoint", "create", "--reason", "before lunch"]).code(0);
    let path = house.run_folder().join("record/checkpoints/ckpt-1.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&json["checkpoint"], &json["reason"]), (&1.into(), &"before lunch".into()));
    assert_eq!(json["summary"], "WAITING, 0 of 2 gates done: a WAITING");
    assert_eq!(json["snapshot"]["files"], 6);
    house.orch("verify").code(0);
    std::fs::write(&path, text.replace("lunch", "Lunch")).unwrap();
    house.orch("verify").code(6).says("ckpt-1.json line ");
    house.orch("record rebuild").code(0).says("ckpt-1.json");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    house.orch("verify").code(0);
    house.orch("checkpoint show").code(0).says("before lunch").says("0 of 2 gates done");
    house.orch("checkpoint show 2").code(2).says("checkpoint 2 of run");
    let data = house.orch("checkpoint list --json").code(0).json()["data"].clone();
    assert_eq!(data["checkpoints"][0]["is_kept"], true);
}

#[test]
fn a_diff_is_against_the_working_tree_or_another_checkpoint() {
    let house = at_work();
    house.orch("checkpoint diff").code(2).says("has no checkpoints");
    house.orch("checkpoint create").code(0);
    change(&house);
    house.orch("checkpoint create").code(0);
    house.write("notes.txt", "later\n");
    let between = house.orch("checkpoint diff 1 2").code(0).stdout;
    for part in ["-committed\n", "+not staged\n", "new file mode 120000", "new mode 100755"] {
        assert!(between.contains(part), "{part}: {between}");
    }
    assert!(!between.contains("later") && !between.contains("orchestration"), "{between}");
    house.orch("checkpoint diff").code(0).says("-not staged\n+later\n");
    house.orch("checkpoint diff --stat").code(0).says("changed  notes.txt  +1  -1");
    let json = house.orch("checkpoint diff 2 --json").code(0).json();
    assert_eq!(json["data"]["files"][0]["lines_added"], 1);
    house.write("tricky.txt", "\u{1b}[31mred\n");
    house.orch("checkpoint diff 2").code(0).never_says("\u{1b}[31m");
}

#[test]
fn gc_keeps_a_snapshot_and_retention_lets_it_go() {
    let house = at_work().file("orch.toml", "[checkpoint]\nkeep = 2\n");
    for number in 1..=3 {
        house.write("work.txt", format!("version {number}\n"));
        house.orch("checkpoint create").code(0);
    }
    house.git("gc --quiet --prune=now");
    assert_eq!(house.git(&format!("show {}:work.txt", reference(&house, 2))), "version 2\n");
    let refs = house.git("for-each-ref --format=%(refname) refs/orch/checkpoints");
    assert_eq!(refs.lines().count(), 2, "{refs}");
    house
        .orch("checkpoint list")
        .code(0)
        .says("working tree no longer saved")
        .says("2 working trees saved");
    house
        .orch("checkpoint diff 1")
        .code(2)
        .says("the tree of checkpoint 1 is not in this repository");
    house.orch("verify").code(0);
}

#[test]
fn a_policy_seals_at_gates_and_errors() {
    let gate = |id: &str, shell: &str| {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = '{shell}'\n")
    };
    let gates = [gate("a", "echo a > a.txt"), gate("b", "exit 1")].concat();
    let policy = "[checkpoint]\non = ['gate_passed', 'error']\n";
    let house =
        House::new().workflow("demo", &format!("{policy}{gates}")).workflow("plain", &gates);
    house.orch("run demo").code(1);
    let list = house.orch("checkpoint list").code(0);
    list.says("gate a passed").says("gate b failed").says("2 working trees saved");
    house.orch("verify").code(0);
    house.orch("run plain").code(1);
    house.orch("checkpoint list --run plain").code(0).says("no checkpoints");
    house.orch("rehearse demo").code(0);
    assert_eq!(house.git("for-each-ref refs/orch/checkpoints").lines().count(), 2);
}

#[test]
fn a_checkpoint_is_sealed_while_a_gate_is_at_work() {
    let house = House::new().workflow(
        "demo",
        "[checkpoint]\nevery = '1s'\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
         shell = 'echo half > a.txt; sleep 2; echo whole > a.txt'",
    );
    house.orch("run demo").code(0);
    house.orch("checkpoint list").code(0).says("every 1");
    let refs = house.git("for-each-ref --format=%(refname) refs/orch/checkpoints");
    let holds_half = |name: &str| house.git(&format!("grep -h . {name} -- *.txt *.toml"));
    assert!(refs.lines().any(|name| holds_half(name).starts_with("half\n")), "{refs}");
    house.orch("verify").code(0);
}

#[test]
fn a_share_of_the_budget_is_sealed_once() {
    let house = House::new().workflow(
        "demo",
        "[budget]\nusd = 1\n[checkpoint]\nat_cost = 0.5\n\
             [[gate]]\nid = 'a'\nexecutor = 'human'\n[[gate]]\nid = 'b'\nexecutor = 'human'",
    );
    house.orch("run demo").code(3);
    for (cost, sealed) in [("0.4", 0), ("0.2", 1), ("0.1", 1)] {
        let words = format!("invocation record --gate a --agent me --cost {cost}");
        house.orch(&words).code(0);
        let list = house.orch("checkpoint list --json").code(0).json();
        assert_eq!(list["data"]["checkpoints"].as_array().unwrap().len(), sealed, "{cost}");
    }
    house.orch("checkpoint list").code(0).says("50 % of the budget").says("0.6000 USD");
}

#[test]
fn where_git_cannot_keep_the_tree_a_checkpoint_says_so() {
    let house = House::outside_git().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    house.orch("checkpoint create").code(1).says("not saved: this is not a git repository");
    house.orch("checkpoint restore 1").code(2).says("checkpoint 1 has no tree");
    house.orch("verify").code(0);
}

#[test]
fn any_state_of_a_repository_can_be_kept() {
    // Unborn, with a name that is no text, and a repository within.
    let house = House::outside_git().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.git("init --quiet --initial-branch=main .");
    house.orch("run demo --json").code(3);
    let odd: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"odd\xff.txt");
    std::fs::write(house.project().join(odd), "odd\n").unwrap();
    house.git("init --quiet within");
    house.write("within/own.txt", "of another repository\n");
    house.git("-C within add own.txt");
    house.git("-C within commit --quiet --message=within");
    let large = std::fs::File::create(house.project().join("large.bin")).unwrap();
    large.set_len(65 * 1024 * 1024).unwrap();
    let done = house.orch("checkpoint create").code(0);
    done.says("not saved: within").says("not saved: large.bin");
    let kept = house.git(&format!("ls-tree -r -z {}", reference(&house, 1)));
    assert!(kept.contains("odd") && !kept.contains("large"), "{kept}");
    // In the middle of a merge, and with files that are not checked out.
    house.git("add workflows");
    house.git("commit --quiet --message=texts");
    house.git("checkout --quiet -b other");
    house.write("both.txt", "theirs\n");
    house.git("add both.txt");
    house.git("commit --quiet --message=theirs");
    house.git("checkout --quiet main");
    house.write("both.txt", "ours\n");
    house.git("add both.txt");
    house.git("commit --quiet --message=ours");
    house.git("update-index --skip-worktree workflows/demo.toml");
    house.remove("workflows/demo.toml");
    assert!(!house.try_git("merge --quiet other"));
    house.orch("checkpoint create").code(0);
    let kept = house.git(&format!("show {}:both.txt", reference(&house, 2)));
    assert!(kept.contains("<<<<<<<") && kept.contains("theirs"), "{kept}");
    let kept = house.git(&format!("show {}:workflows/demo.toml", reference(&house, 2)));
    assert!(kept.contains("human"));
    assert!(house.git("status --porcelain").contains("AA both.txt"));
}

/// A pipe or a socket in the place of a file has no bytes that could be kept, and whoever opens it
/// waits for somebody at its other end.
#[test]
fn what_is_no_file_any_more_is_left_out_and_not_waited_for() {
    let house = at_work();
    house.orch("checkpoint create").code(0);
    house.remove("notes.txt");
    child::output(house.program("mkfifo").arg("notes.txt"));
    house.remove("deep/down/x.txt");
    let _socket = UnixListener::bind(house.project().join("deep/down/x.txt")).unwrap();
    let done = house.orch("checkpoint create").code(0);
    done.says("not saved: deep/down/x.txt").says("not saved: notes.txt");
    house.orch("checkpoint diff 1").code(0).says("notes.txt");
    house.orch("session start --epic other --workflow demo").code(0);
    let restore = "checkpoint restore 1 --run demo";
    house.orch(restore).code(2).says("in the way: deep/down/x.txt, notes.txt");
    house.remove("notes.txt");
    house.remove("deep/down/x.txt");
    house.orch(restore).code(0);
    assert_eq!(house.read("notes.txt"), "committed\n");
    let toml = "[checkpoint]\non = ['gate_passed']\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
                shell = 'rm -f gone.txt; mkfifo gone.txt'\n";
    let house = house.workflow("driven", toml);
    house.orch("run driven").code(0).says("PASSED");
}
