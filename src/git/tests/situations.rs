//! Repositories in unusual states and of unusual kinds.

use super::*;

#[test]
fn the_first_commit_of_a_branch_is_a_root() {
    let sandbox = Sandbox::unborn();
    sandbox.write("staged.txt", "x");
    sandbox.git(&["add", "staged.txt"]);
    let mut repository = sandbox.repository();
    assert_eq!(repository.head(), None);
    assert_eq!(repository.branch().as_deref(), Some("refs/heads/main"));
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert_eq!(sandbox.git(&["rev-list", "--count", "HEAD"]), "1\n");
    assert_eq!(sandbox.status(), "A  staged.txt\n");
    sandbox.assert_sound();
}

#[test]
fn a_repository_without_an_index_gets_one() {
    let sandbox = Sandbox::unborn();
    let mut repository = sandbox.repository();
    assert!(!sandbox.path(".git/index").exists());
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert!(sandbox.path(".git/index").exists());
    sandbox.assert_sound();
}

#[test]
fn a_detached_head_moves_and_the_branch_does_not() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "--detach"]);
    let main = sandbox.git(&["rev-parse", "main"]);
    let mut repository = sandbox.repository();
    assert_eq!(repository.branch(), None);
    let committed = record(&mut repository, &Target::Head, &files(&["RUN.json"])).unwrap();
    assert_eq!(repository.head(), Some(committed.id));
    assert_eq!(sandbox.git(&["rev-parse", "main"]), main);
    sandbox.assert_sound();
}

#[test]
fn a_linked_worktree_has_its_own_index() {
    let sandbox = Sandbox::new();
    let other = tempfile::tempdir().unwrap();
    let folder = other.path().join("tree");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", folder.to_str().unwrap()]);
    let mut repository = Repository::discover(&folder.join("dir")).unwrap().unwrap();
    assert_eq!(repository.branch().as_deref(), Some("refs/heads/side"));
    let common = sandbox.repository().common_folder().canonicalize().unwrap();
    assert_eq!(repository.common_folder().canonicalize().unwrap(), common);
    let side = Target::Branch("refs/heads/side".to_owned());
    record(&mut repository, &side, &files(&["RUN.json"])).unwrap();
    assert_eq!(git_in(&folder, &["status", "--porcelain"]).unwrap(), "");
    assert_eq!(sandbox.git(&["log", "--format=%s", "main"]), "base\n");
    sandbox.assert_sound();
}

#[test]
fn another_branch_and_a_ref_are_reached_without_the_work_folder() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "-b", "elsewhere"]);
    let index = fs::read(sandbox.path(".git/index")).unwrap();
    let mut repository = sandbox.repository();
    assert!(commit(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    assert!(!commit(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", REFERENCE]), "RUN.json\n");
    assert_eq!(
        sandbox.git(&["ls-tree", "-r", "--name-only", "main", "orchestration"]),
        format!("{RECORD}/RUN.json\n")
    );
    assert_eq!(fs::read(sandbox.path(".git/index")).unwrap(), index);
    assert!(!sandbox.path("orchestration").exists());
    sandbox.git(&["branch", "-qD", "main"]);
    let error = commit(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap_err();
    assert_eq!(error.to_string(), "the branch refs/heads/main no longer exists");
    sandbox.assert_sound();
}

#[test]
fn a_symbolic_branch_leads_to_the_real_one() {
    let sandbox = Sandbox::new();
    sandbox.git(&["symbolic-ref", "refs/heads/alias", "refs/heads/main"]);
    sandbox.git(&["symbolic-ref", "HEAD", "refs/heads/alias"]);
    sandbox.git(&["pack-refs", "--all"]);
    let mut repository = sandbox.repository();
    assert_eq!(repository.branch().as_deref(), Some("refs/heads/main"));
    let alias = Target::Branch("refs/heads/alias".to_owned());
    let committed = record(&mut repository, &alias, &files(&["RUN.json"])).unwrap();
    assert_eq!(sandbox.git(&["rev-parse", "main"]).trim(), committed.id);
    sandbox.assert_sound();
}

#[test]
fn in_the_middle_of_a_merge_nothing_is_committed_but_on_an_own_ref() {
    let sandbox = Sandbox::new();
    sandbox.git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("a.txt", "side\n");
    sandbox.git(&["commit", "-qam", "side"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("a.txt", "main\n");
    sandbox.git(&["commit", "-qam", "main"]);
    assert!(git_in(sandbox.folder.path(), &["merge", "side"]).is_err());
    let mut repository = sandbox.repository();
    let error = record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap_err();
    assert!(error.to_string().starts_with("a merge is in progress"), "{error}");
    assert_eq!(sandbox.git(&["log", "--format=%s", "-1"]), "main\n");
    let more = files(&["a.json"]);
    sandbox.write(&more[0].0, str::from_utf8(&more[0].1).unwrap());
    extend(&mut repository, &more).unwrap();
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", REFERENCE]), "RUN.json\na.json\n");
    sandbox.git(&["merge", "--abort"]);
    assert!(record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap().changed);
    sandbox.assert_sound();
}

#[test]
fn a_conflict_of_a_stash_outlives_the_commit() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "stashed\n");
    sandbox.git(&["stash", "-q"]);
    sandbox.write("a.txt", "committed\n");
    sandbox.git(&["commit", "-qam", "other"]);
    assert!(git_in(sandbox.folder.path(), &["stash", "pop"]).is_err());
    let status = sandbox.status();
    assert_eq!(status, "UU a.txt\n");
    let mut repository = sandbox.repository();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert_eq!(sandbox.status(), status);
    sandbox.assert_sound();
}

#[test]
fn without_an_identity_the_program_is_the_author() {
    let sandbox = Sandbox::new();
    sandbox.git(&["config", "--unset", "user.name"]);
    sandbox.git(&["config", "--unset", "user.email"]);
    let mut repository = sandbox.repository();
    let author = repository.identity().unwrap_or("orch <orch@localhost>".to_owned());
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert_eq!(sandbox.git(&["log", "-1", "--format=%an <%ae>"]).trim(), author);
    sandbox.assert_sound();
}

#[test]
fn every_kind_of_index_stays_readable() {
    for (option, value) in [
        ("index.version", "4"),
        ("index.skipHash", "true"),
        ("core.untrackedCache", "true"),
        ("core.splitIndex", "true"),
    ] {
        let sandbox = Sandbox::new();
        sandbox.git(&["config", option, value]);
        let version = if value == "4" { "4" } else { "2" };
        sandbox.git(&["update-index", "--index-version", version]);
        sandbox.git(&["add", "-A"]);
        sandbox.write("dir/b.txt", "edited\n");
        sandbox.write("dir/c.txt", "staged\n");
        sandbox.git(&["add", "dir/c.txt"]);
        sandbox.git(&["add", "-N", "-A"]);
        let status = sandbox.status();
        let mut repository = sandbox.repository();
        for name in ["gates/a/attempt-1.json", "RUN.json", "gates/a/attempt-2.json"] {
            record(&mut repository, &main_branch(), &files(&[name])).unwrap();
        }
        assert_eq!(sandbox.status(), status, "{option}");
        sandbox.assert_sound();
        sandbox.git(&["commit", "-qm", "the user's"]);
        assert_eq!(sandbox.git(&["show", "--name-only", "--format="]), "dir/c.txt\n", "{option}");
    }
}

#[test]
fn a_sparse_index_is_brought_up_to_date_by_git() {
    let sandbox = Sandbox::new();
    sandbox.write("far/away/file", "x");
    sandbox.git(&["add", "-A"]);
    sandbox.git(&["commit", "-qm", "far"]);
    sandbox.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "dir"]);
    let mut repository = sandbox.repository();
    for _ in 0..2 {
        record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    }
    let listed = sandbox.git(&["ls-files", "--", "orchestration"]);
    assert_eq!(listed, format!("{RECORD}/RUN.json\n"));
    assert_eq!(sandbox.git(&["diff", "--cached", "--name-only"]), "");
    sandbox.git(&["fsck", "--full", "--strict"]);
}

#[test]
fn what_is_no_usable_repository_says_why() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Repository::discover(folder.path()).unwrap().is_none());
    git_in(folder.path(), &["init", "-q", "--bare", "bare"]).unwrap();
    let Err(error) = Repository::discover(&folder.path().join("bare")) else { panic!("bare") };
    assert!(error.to_string().contains("is a bare repository"), "{error}");
    for option in ["--object-format=sha256", "--ref-format=reftable"] {
        git_in(folder.path(), &["init", "-q", option, "odd"]).unwrap();
        let Err(error) = Repository::discover(&folder.path().join("odd")) else {
            panic!("{option}")
        };
        assert!(matches!(error, Error::Unsupported { .. }), "{option}: {error}");
        fs::remove_dir_all(folder.path().join("odd")).unwrap();
    }
    fs::create_dir(folder.path().join("lost")).unwrap();
    fs::write(folder.path().join("lost/.git"), "no link").unwrap();
    let lost = Repository::discover(&folder.path().join("lost"));
    assert!(matches!(lost, Err(Error::Git(_))), "{:?}", lost.err());
}

#[test]
fn a_repository_of_somebody_else_is_refused_with_the_remedy() {
    let sandbox = Sandbox::new();
    let is_root = rustix::process::geteuid().is_root();
    if testing::cannot(!is_root, "only root gives a folder to somebody else") {
        return;
    }
    // The system's administrator is trusted with repositories of root alone.
    let change = |path: &Path| std::os::unix::fs::chown(path, Some(12_345), None).unwrap();
    change(sandbox.folder.path());
    change(&sandbox.path(".git"));
    let Err(error) = Repository::discover(sandbox.folder.path()) else { panic!("it was opened") };
    assert!(error.to_string().contains("git config --global --add safe.directory /"), "{error}");
}

#[test]
fn changes_since_a_commit_are_told_committed_or_not() {
    let sandbox = Sandbox::new();
    let base = sandbox.git(&["rev-parse", "HEAD"]).trim().to_owned();
    sandbox.write("a.txt", "two\n");
    sandbox.git(&["commit", "-qam", "more"]);
    sandbox.write(".gitignore", "*.log\n");
    sandbox.write("x.log", "");
    sandbox.write("deep/new.txt", "");
    fs::remove_file(sandbox.path("dir/b.txt")).unwrap();
    let repository = sandbox.repository();
    let changed = |since: Option<&str>| {
        let changed = repository.changed_since(since).unwrap().into_iter();
        changed.map(|file| (file.path, file.what, file.is_committed)).collect::<Vec<_>>()
    };
    let told = |path: &str, what, is_committed| (path.to_owned(), what, is_committed);
    let uncommitted = [
        told(".gitignore", "added", false),
        told("deep/new.txt", "added", false),
        told("dir/b.txt", "deleted", false),
    ];
    let [ignore, new, gone] = uncommitted;
    assert_eq!(
        changed(Some(&base)),
        [ignore.clone(), told("a.txt", "modified", true), new.clone(), gone]
    );
    assert_eq!(changed(None), [ignore, told("a.txt", "added", true), new]);
    assert!(repository.changed_since(Some("0123456789")).is_err());
}
