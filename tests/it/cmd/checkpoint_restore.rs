//! `checkpoint restore`: what comes back, what stays, and what is never written over.

use super::checkpoint::at_work;
use super::checkpoint::change;
use super::checkpoint::set_mode;
use crate::house::House;
use std::os::unix::fs::PermissionsExt;

#[test]
fn every_kind_of_file_comes_back() {
    let house = at_work();
    change(&house);
    house.orch("checkpoint create").code(0);
    let index = house.git("ls-files --stage");
    let status = house.git("status --porcelain");
    let head = house.git("rev-parse HEAD");
    house.write("notes.txt", "lost\n");
    house.write("gone.txt", "back\n");
    house.write("more/new.txt", "more\n");
    house.remove("new/untracked.txt");
    house.remove("link");
    house.write("link/is/a/folder.txt", "x\n");
    set_mode(&house.project().join("tool.sh"), 0o644);
    std::fs::remove_dir_all(house.project().join("deep")).unwrap();
    house.orch("checkpoint create").code(0);
    let record = house.record();
    let done = house.orch("checkpoint restore 1").code(0);
    for line in ["changed  notes.txt", "deleted  gone.txt", "deleted  more/new.txt"] {
        assert!(done.stdout.contains(line), "{line}: {}", done.shown());
    }
    assert_eq!(house.read("notes.txt"), "not staged\n");
    assert_eq!(house.read("new/untracked.txt"), "not tracked\n");
    assert_eq!(house.read("deep/down/x.txt"), "committed\n");
    assert_eq!(house.read("ignored/cache.txt"), "ignored\n");
    assert!(!house.exists("gone.txt") && !house.exists("more"));
    assert_eq!(house.project().join("link").read_link().unwrap().to_str(), Some("notes.txt"));
    let mode = house.project().join("tool.sh").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
    // The second checkpoint's record is newer, and stays.
    let own = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("orchestration/"));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(own(&house.git("ls-files --stage")), own(&index));
    assert_eq!(house.git("status --porcelain"), status);
    assert_eq!(house.record(), record);
    assert_ne!(house.git("rev-parse HEAD"), head);
    house.orch("verify").code(0);
    house.orch("checkpoint restore 2").code(0);
    assert_eq!(house.read("link/is/a/folder.txt"), "x\n");
}

#[test]
fn work_that_nothing_else_holds_is_never_written_over() {
    let house = at_work();
    change(&house);
    house.orch("checkpoint create").code(0);
    house.write("notes.txt", "precious\n");
    house.write("other.txt", "precious too\n");
    let done = house.orch("checkpoint restore 1").code(2);
    done.says("notes.txt, other.txt").says("orch checkpoint create\n");
    assert_eq!(house.read("notes.txt"), "precious\n");
    // What is not touched may be unsaved.
    house.remove("new/untracked.txt");
    house.orch("checkpoint restore 1 --path new").code(0).says("added  new/untracked.txt");
    house.orch("checkpoint restore 1 --path no*.txt").code(2).says("notes.txt");
    house.orch("checkpoint create").code(0);
    house.orch("checkpoint restore 1").code(0);
    assert!(!house.exists("other.txt"));
    house.orch("checkpoint restore 2").code(0);
    assert_eq!(house.read("other.txt"), "precious too\n");
}

#[test]
fn what_no_checkpoint_keeps_is_not_written_over_either() {
    let house = at_work();
    house.write("cache/x.txt", "kept\n");
    house.orch("checkpoint create").code(0);
    house.write(".gitignore", "ignored/\ncache/\n");
    house.write("cache/x.txt", "ignored now\n");
    house.orch("checkpoint create").code(0);
    house.orch("checkpoint restore 1").code(2).says("are in the way: cache/x.txt");
    assert_eq!(house.read("cache/x.txt"), "ignored now\n");
    house.orch("checkpoint restore 1 --path .gitignore").code(0);
    house.orch("checkpoint restore 1 --path ../x").code(2);
    house.orch("checkpoint restore 7").code(2).says("checkpoint 7 of run");
}

#[test]
fn a_new_worktree_gets_the_files_and_this_one_stays() {
    let house = at_work();
    change(&house);
    house.orch("checkpoint create").code(0);
    let then = house.git("status --porcelain -- :!orchestration");
    house.write("notes.txt", "later\n");
    let folder = house.outside("copy").display().to_string();
    let words = ["checkpoint", "restore", "1", "--worktree", &folder];
    house.orch_with(&words).code(0).says("changed  notes.txt").says("worktree $HOUSE/copy");
    assert_eq!(house.read("notes.txt"), "later\n");
    let copy = |path: &str| std::fs::read_to_string(house.outside("copy").join(path)).unwrap();
    assert_eq!(copy("notes.txt") + &copy("new/untracked.txt"), "not staged\nnot tracked\n");
    let status = house.git(&format!("-C {folder} status --porcelain"));
    // There nothing is staged.
    assert_eq!(status.replace(" M notes", "MM notes"), then);
    house.orch_with(&words).code(2).says("already exists").never_says("fatal:");
    let restored = |path: &str| house.orch_with(&["checkpoint", "restore", "1", "--path", path]);
    let unchanged = "nothing restored: no file that matches .gitignore differs from checkpoint 1";
    restored(".gitignore").code(0).says(unchanged);
    let typo = restored("notes.tx").code(2);
    typo.says("`notes.tx` matches no file of checkpoint 1").says("did you mean `notes.txt`?");
    restored("nope/**").code(2).says("matches no file").says("orch checkpoint diff 1");
}

#[test]
fn a_restored_run_is_judged_by_what_lies_there() {
    let house = House::new()
        .workflow(
            "demo",
            "[checkpoint]\non = ['gate_passed']\n[[gate]]\nid = 'a'\nexecutor = 'command'\n\
             shell = 'echo one > a.txt'\ncontract = 'a'\n[[gate]]\nid = 'b'\nexecutor = 'human'",
        )
        .leaves("a", "a.txt");
    house.orch("run demo").code(3);
    house.write("a.txt", "");
    house.orch("checkpoint create").code(0);
    house.orch("checkpoint restore 1").code(0).says("changed  a.txt");
    house.orch("verify").code(0);
    house.orch("gate finish").code(0);
}
