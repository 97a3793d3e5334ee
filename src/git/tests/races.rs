//! Locks of others, locks of the dead, and many who commit at once.

use super::*;
use std::time::Instant;

#[test]
fn a_lock_that_somebody_holds_is_named_and_left() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    sandbox.write(".git/index.lock", "");
    let error = record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap_err();
    assert!(error.to_string().contains(".git/index.lock;"), "{error}");
    assert!(sandbox.path(".git/index.lock").exists());
    assert_eq!(sandbox.git(&["log", "--format=%s"]), "base\n");
    fs::remove_file(sandbox.path(".git/index.lock")).unwrap();
    assert!(record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    sandbox.assert_sound();
}

#[test]
fn the_lock_of_a_dead_commit_is_cleared_away() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    sandbox.write(".git/index.twin", "half an index");
    fs::hard_link(sandbox.path(".git/index.twin"), sandbox.path(".git/index.lock")).unwrap();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    sandbox.assert_sound();
    // A death between the rename and the end leaves the index a second name.
    fs::hard_link(sandbox.path(".git/index"), sandbox.path(".git/index.twin")).unwrap();
    record(&mut repository, &main_branch(), &files(&["b.json"])).unwrap();
    sandbox.assert_sound();
}

#[test]
fn the_ref_lock_of_a_dead_commit_is_cleared_away() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    let twin = ".git/refs%2fheads%2fmain.twin";
    sandbox.write(twin, "");
    fs::hard_link(sandbox.path(twin), sandbox.path(".git/refs/heads/main.lock")).unwrap();
    let start = Instant::now();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert!(start.elapsed() < Duration::from_secs(5) && !sandbox.path(twin).exists());
    sandbox.assert_sound();
}

#[test]
fn locks_of_a_dead_commit_go_where_nothing_is_left_to_commit() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    let locks = [
        (".git/index.twin", ".git/index.lock"),
        (".git/refs%2fheads%2fmain.twin", ".git/refs/heads/main.lock"),
    ];
    for (twin, lock) in locks {
        sandbox.write(twin, "");
        fs::hard_link(sandbox.path(twin), sandbox.path(lock)).unwrap();
    }
    assert!(!record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    for (twin, lock) in locks {
        assert!(!sandbox.path(twin).exists() && !sandbox.path(lock).exists(), "{lock}");
    }
    sandbox.assert_sound();
}

#[test]
fn the_logs_of_refs_are_kept() {
    let sandbox = Sandbox::new();
    sandbox.git(&["pack-refs", "--all"]);
    let mut repository = sandbox.repository();
    let committed = record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    for name in ["HEAD", "main"] {
        let log = sandbox.git(&["reflog", "--format=%H %gn %gs", "-1", name]);
        assert_eq!(log, format!("{} Ann commit: a record\n", committed.id));
    }
    assert_eq!(
        sandbox.git(&["rev-parse", "main@{1}", "HEAD@{1}"]),
        sandbox.git(&["rev-parse", "HEAD~1", "HEAD~1"])
    );
    sandbox.assert_sound();
}

#[test]
fn the_lock_of_a_ref_is_waited_for() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    let path = sandbox.path(".git/refs/heads/main.lock");
    fs::write(&path, "").unwrap();
    let freed = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        fs::remove_file(path).unwrap();
    });
    assert!(record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    freed.join().unwrap();
    sandbox.assert_sound();
}

#[test]
fn many_at_once_lose_nothing() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder.path();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            scope.spawn(move || {
                let mut repository = Repository::discover(folder).unwrap().unwrap();
                let (own, below) = (format!("refs/own/w{writer}"), format!("{RECORD}/w{writer}"));
                for turn in 0..8 {
                    let new = files(&[&format!("w{writer}/{turn}.json")]);
                    fs::create_dir_all(folder.join(&below)).unwrap();
                    fs::write(folder.join(&new[0].0), &new[0].1).unwrap();
                    let tip = extend_ref(&mut repository, (&own, &below), &new).unwrap();
                    graft_at(&mut repository, &main_branch(), &below, tip).unwrap();
                }
            });
        }
        scope.spawn(move || {
            for turn in 0..12 {
                let name = format!("user-{turn}.txt");
                fs::write(folder.join(&name), "x").unwrap();
                while git_in(folder, &["add", &name]).is_err() {}
                while let Err(error) = git_in(folder, &["commit", "-qm", &name]) {
                    assert!(error.contains("lock"), "{error}");
                }
            }
        });
    });
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert_eq!(listed.matches(RECORD).count(), 32, "{listed}");
    assert_eq!(listed.matches("user-").count(), 12, "{listed}");
    assert_eq!(sandbox.status(), "");
    sandbox.assert_sound();
}

#[test]
fn what_a_command_with_an_old_index_takes_off_again_comes_back() {
    // Where git read the index late, or the record's commit ended early, there was nothing to take off.
    let came_back = (0..50).any(|_| commit_with_an_old_index());
    assert!(came_back, "git never used the index beside a commit");
}

/// `git commit` reads the index, locks it, writes what it read, and fails for the moved branch; whoever called
/// it tries again. Gives whether the record was taken off and came back.
fn commit_with_an_old_index() -> bool {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    sandbox.write("a.txt", "two\n");
    sandbox.git(&["add", "a.txt"]);
    let index = sandbox.path(".git/index");
    let old = fs::read(&index).unwrap();
    let head = || sandbox.git(&["rev-parse", "HEAD"]);
    let before = head();
    let (committed, have_met) = std::thread::scope(|scope| {
        let user = scope.spawn(|| {
            while head() == before {}
            fs::write(sandbox.path(".git/index.old"), &old).unwrap();
            fs::rename(sandbox.path(".git/index.old"), &index).unwrap();
            let commit = scope.spawn(|| sandbox.git(&["commit", "-qm", "user"]));
            // However slow the machine is, the index is in use until the commit has ended.
            while !commit.is_finished() {
                let file = fs::File::options().write(true).open(&index).unwrap();
                file.set_modified(std::time::SystemTime::now()).unwrap();
                std::thread::sleep(Duration::from_millis(5));
            }
            Instant::now()
        });
        let committed =
            record(&mut repository, &main_branch(), &files(&["RUN.json", "b.json"])).unwrap();
        let end = Instant::now();
        (committed, user.join().unwrap() < end)
    });
    if !have_met {
        return false;
    }
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert!(listed.contains("b.json") && listed.contains("RUN.json"), "{listed}");
    assert_eq!(sandbox.status(), "");
    sandbox.assert_sound();
    let log = sandbox.git(&["log", "--format=%s"]);
    log == "a record\nuser\na record\na record\nbase\n" && head().trim() == committed.id
}

#[test]
fn an_edit_in_the_instant_of_staging_is_seen() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    // One instant: the file, the index and the edit of the same length have the same time.
    sandbox.git(&["config", "core.trustctime", "false"]);
    let instant = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let set_time = |path: &str| {
        let file = fs::File::options().write(true).open(sandbox.path(path)).unwrap();
        file.set_modified(instant).unwrap();
    };
    sandbox.write("a.txt", "aaa");
    set_time("a.txt");
    sandbox.git(&["add", "a.txt"]);
    set_time(".git/index");
    sandbox.write("a.txt", "bbb");
    set_time("a.txt");
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert_eq!(sandbox.status(), "MM a.txt\n");
    sandbox.assert_sound();
}

#[test]
fn variables_of_git_are_not_honoured() {
    // The variables must be set for a process from its start: this runs the test above in one.
    let program = std::env::current_exe().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut again = Command::new(program);
    again
        .args(["--exact", "git::tests::a_later_commit_of_the_user_keeps_the_record"])
        .env("GIT_DIR", elsewhere.path())
        .env("GIT_INDEX_FILE", elsewhere.path().join("index"))
        .env("GIT_WORK_TREE", elsewhere.path());
    let output = testing::output(&mut again);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
}

#[test]
fn what_a_prune_takes_that_began_before_comes_back() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder.path();
    let mut repository = sandbox.repository();
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Where it begins between an object and its ref, it fails, and takes nothing.
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = git_in(folder, &["gc", "--quiet", "--prune=now"]);
            }
        });
        for turn in 0..60 {
            record(&mut repository, &main_branch(), &files(&[&format!("{turn}.json")])).unwrap();
        }
        repository.outlast_prune(Duration::from_secs(10)).unwrap();
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    sandbox.git(&["gc", "--quiet", "--prune=now"]);
    let listed = sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]);
    assert!(listed.contains("59.json"), "{listed}");
    sandbox.assert_sound();
}
