//! Commits in real repositories, looked at with git's own eyes.
#![expect(clippy::disallowed_methods, reason = "a test lays out its own files and asks git")]

mod races;
mod signing;
mod situations;

use super::graft::Grafted;
use super::*;
use crate::process::testing;
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const RECORD: &str = "orchestration/runs/r1/record";

/// A repository with two committed files, and a shell for its user.
struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let sandbox = Self::unborn();
        sandbox.write("a.txt", "one\n");
        sandbox.write("dir/b.txt", "one\n");
        sandbox.git(&["add", "-A"]);
        sandbox.git(&["commit", "-qm", "base"]);
        sandbox
    }

    fn unborn() -> Self {
        let sandbox = Self { folder: tempfile::tempdir().unwrap() };
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox.git(&["config", "user.name", "Ann"]);
        sandbox.git(&["config", "user.email", "ann@example.org"]);
        sandbox.git(&["config", "gc.auto", "0"]);
        sandbox
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git_in(self.folder.path(), arguments).unwrap()
    }

    fn repository(&self) -> Repository {
        Repository::discover(self.folder.path()).unwrap().unwrap()
    }

    /// `git status`, the record aside.
    fn status(&self) -> String {
        self.git(&["status", "--porcelain=v1", "-uall"])
            .lines()
            .filter(|line| !line.contains("orchestration/"))
            .fold(String::new(), |all, line| all + line + "\n")
    }

    fn assert_sound(&self) {
        self.git(&["fsck", "--full", "--strict", "--no-dangling"]);
        let record = self.git(&["status", "--porcelain=v1", "-uall", "--", "orchestration"]);
        assert_eq!(record, "", "the record is not clean");
        let git = self.folder.path().join(".git");
        for name in ["index.lock", "index.twin", "HEAD.lock", "HEAD.twin"] {
            assert!(!git.join(name).exists(), "{name} is left");
        }
    }
}

fn git_in(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("GIT_")) {
        command.env_remove(name);
    }
    let output = testing::output(command.current_dir(folder).args(arguments));
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    Err(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn files(names: &[&str]) -> Vec<(String, Vec<u8>)> {
    let file =
        |name: &&str| (format!("{RECORD}/{name}"), format!("{{\"of\":\"{name}\"}}\n").into());
    names.iter().map(file).collect()
}

/// Writes the files into the work folder and commits them.
fn record(
    repository: &mut Repository,
    target: &Target,
    files: &[(String, Vec<u8>)],
) -> Result<Grafted, Error> {
    for (path, bytes) in files {
        let path = repository.work_folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    commit(repository, target, files)
}

/// Puts the files onto the record's own ref, and what it holds then onto the target.
fn commit(
    repository: &mut Repository,
    target: &Target,
    files: &[(String, Vec<u8>)],
) -> Result<Grafted, Error> {
    let tip = extend(repository, files)?;
    graft(repository, target, tip)
}

const REFERENCE: &str = "refs/own/r1";

fn extend(repository: &mut Repository, files: &[(String, Vec<u8>)]) -> Result<Tip, Error> {
    extend_ref(repository, (REFERENCE, RECORD), files)
}

/// Puts the files below a folder onto a ref.
fn extend_ref(
    repository: &mut Repository,
    (reference, folder): (&str, &str),
    files: &[(String, Vec<u8>)],
) -> Result<Tip, Error> {
    let below = |path: &str| path.strip_prefix(folder).unwrap_or(path)[1..].to_owned();
    let files: Vec<(String, &[u8])> =
        files.iter().map(|(path, bytes)| (below(path), &bytes[..])).collect();
    let tip = repository.tip(reference)?;
    let extended = repository.extend(&Link {
        reference,
        tip,
        is_whole: false,
        files: &files,
        originals: &BTreeSet::from(["dir".to_owned(), "none".to_owned()]),
        message: "a record\n\nOrch-Run: r1",
    })?;
    Ok(extended.unwrap())
}

fn graft(repository: &mut Repository, target: &Target, tip: Tip) -> Result<Grafted, Error> {
    graft_at(repository, target, RECORD, tip)
}

fn graft_at(
    repository: &mut Repository,
    target: &Target,
    folder: &str,
    tip: Tip,
) -> Result<Grafted, Error> {
    let lock = crate::files::Beneath::new(repository.common_folder()).join("test/commit.lock");
    repository.graft(&Graft {
        target,
        folder,
        tip,
        message: "a record\n\nOrch-Run: r1",
        lock: &lock,
        since: "10:02",
        patience: Duration::from_secs(30),
        outlast: Duration::from_secs(30),
    })
}

fn main_branch() -> Target {
    Target::Branch("refs/heads/main".to_owned())
}

#[test]
fn the_users_work_is_as_it_was() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "staged\n");
    sandbox.write("new.txt", "staged\n");
    sandbox.git(&["add", "a.txt", "new.txt"]);
    sandbox.write("a.txt", "and edited\n");
    sandbox.write("dir/b.txt", "edited\n");
    sandbox.write("untracked.txt", "x\n");
    let (status, staged) = (sandbox.status(), sandbox.git(&["diff", "--cached"]));
    let mut repository = sandbox.repository();
    for names in [["RUN.json", "gates/a/attempt-1.json"], ["RUN.json", "gates/b/attempt-1.json"]] {
        assert!(record(&mut repository, &main_branch(), &files(&names)).unwrap().changed);
    }
    assert_eq!(sandbox.status(), status);
    assert_eq!(sandbox.git(&["diff", "--cached"]), staged);
    let committed =
        sandbox.git(&["log", "--name-only", "--format=%an <%ae>|%s|%(trailers:only)", "-2"]);
    assert!(committed.contains("Ann <ann@example.org>|a record|Orch-Run: r1"), "{committed}");
    assert!(!committed.contains("txt"), "{committed}");
    sandbox.assert_sound();
}

#[test]
fn a_later_commit_of_the_user_keeps_the_record() {
    let sandbox = Sandbox::new();
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "fills the cache tree"]);
    let mut repository = sandbox.repository();
    let files = files(&["RUN.json", "gates/a/attempt-1.json"]);
    record(&mut repository, &main_branch(), &files).unwrap();
    let tip = repository.tip(REFERENCE).unwrap().unwrap();
    sandbox.write("a.txt", "two\n");
    sandbox.git(&["commit", "-qam", "the user's"]);
    assert!(repository.is_grafted(&main_branch(), RECORD, &tip).unwrap());
    assert_eq!(sandbox.git(&["show", "--name-only", "--format="]), "a.txt\n");
    sandbox.assert_sound();
}

#[test]
fn what_the_branch_lost_comes_again() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    let files = files(&["RUN.json", "journal/000001.jsonl"]);
    let first = record(&mut repository, &main_branch(), &files).unwrap();
    sandbox.git(&["reset", "-q", "--hard", "HEAD~1"]);
    let tip = repository.tip(REFERENCE).unwrap().unwrap();
    assert!(!repository.is_grafted(&main_branch(), RECORD, &tip).unwrap());
    assert!(!sandbox.path(&files[0].0).exists());
    let second = record(&mut repository, &main_branch(), &files).unwrap();
    assert!(first.changed && second.changed);
    // The tree is right, the index is not: `git status` would show a deletion.
    sandbox.git(&["rm", "-q", "--cached", &files[0].0]);
    let third = record(&mut repository, &main_branch(), &files).unwrap();
    assert_eq!(third, Grafted { id: second.id, changed: false, is_checked_out: true });
    sandbox.assert_sound();
}

#[test]
fn a_file_that_is_missing_or_differs_shows_as_the_users_change() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    let files = files(&["gone.json", "edited.json"]);
    sandbox.write(&files[1].0, &"y".repeat(files[1].1.len()));
    let edited = fs::File::options().write(true).open(sandbox.path(&files[1].0)).unwrap();
    edited.set_modified(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    assert!(commit(&mut repository, &main_branch(), &files).unwrap().changed);
    let shown = sandbox.git(&["show", &format!("HEAD:{}", files[0].0)]);
    assert_eq!(shown.as_bytes(), files[0].1);
    let status = sandbox.git(&["status", "--porcelain=v1", "-uall"]);
    assert_eq!(status, format!(" M {RECORD}/edited.json\n D {RECORD}/gone.json\n"));
}

#[test]
fn a_copy_of_what_the_head_holds_is_not_laid_down_again() {
    let sandbox = Sandbox::new();
    let object = sandbox.git(&["rev-parse", "HEAD:dir/b.txt"]);
    let object = sandbox.path(&format!(".git/objects/{}/{}", &object[..2], object[2..].trim()));
    let before = fs::metadata(&object).unwrap().modified().unwrap();
    let mut repository = sandbox.repository();
    let bytes = fs::read(sandbox.path("dir/b.txt")).unwrap();
    let edited = b"edited, not committed\n".to_vec();
    let copies = [("b.txt", bytes.clone()), ("c.txt", edited.clone())]
        .map(|(name, bytes)| (format!("{RECORD}/definition/dir/{name}"), bytes));
    record(&mut repository, &main_branch(), &copies).unwrap();
    assert_eq!(fs::metadata(&object).unwrap().modified().unwrap(), before);
    for (path, bytes) in &copies {
        assert_eq!(sandbox.git(&["show", &format!("HEAD:{path}")]).as_bytes(), bytes);
    }
    sandbox.assert_sound();
}

#[test]
fn hooks_do_not_run() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    for name in ["pre-commit", "post-commit", "reference-transaction", "post-index-change"] {
        let path = sandbox.path(&format!(".git/hooks/{name}"));
        fs::write(&path, "#!/bin/sh\necho ran >> ran\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut repository = sandbox.repository();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    assert!(!sandbox.path("ran").exists() && !sandbox.path(".git/ran").exists());
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "hooks work"]);
    assert!(sandbox.path("ran").exists() || sandbox.path(".git/ran").exists());
}

#[test]
fn a_path_that_git_could_not_hold_is_refused() {
    let sandbox = Sandbox::new();
    let mut repository = sandbox.repository();
    for path in ["../x", "/x", "a//b", ".GIT/config", "a/./b", "a\nb", ""] {
        let error = extend(&mut repository, &[(format!("{RECORD}/{path}"), Vec::new())]);
        assert!(matches!(error, Err(Error::Path { .. })), "{path:?} was taken");
    }
    record(&mut repository, &main_branch(), &files(&["a"])).unwrap();
    let error = extend(&mut repository, &files(&["a/x"])).unwrap_err();
    assert!(error.to_string().starts_with("`a` in the branch is in the way"), "{error}");
    sandbox.git(&["rm", "-rq", "orchestration"]);
    sandbox.git(&["commit", "-qm", "gone"]);
    sandbox.write("orchestration", "a file\n");
    sandbox.git(&["add", "orchestration"]);
    let error = commit(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap_err();
    assert!(error.to_string().starts_with("`orchestration` in the index is in the way"), "{error}");
    assert_eq!(sandbox.git(&["log", "--format=%s", "-1"]), "gone\n");
}

#[test]
fn what_is_uncommitted_is_told_file_by_file() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", "edited\n");
    sandbox.write("dir/staged.txt", "x");
    sandbox.git(&["add", "dir/staged.txt"]);
    fs::remove_file(sandbox.path("dir/b.txt")).unwrap();
    sandbox.write("new/deep/n.txt", "x");
    sandbox.write("out/ignored.txt", "x");
    sandbox.write(".gitignore", "out\n");
    let repository = sandbox.repository();
    let told = |below: &[&str], end: &str| {
        let below: Vec<String> = below.iter().map(|&path| path.to_owned()).collect();
        let found = repository.uncommitted(&below, |path| path.ends_with(end)).unwrap();
        found.into_iter().map(|one| format!("{} {}", one.path, one.what)).collect::<Vec<_>>()
    };
    assert_eq!(
        told(&[], ".txt"),
        [
            "a.txt modified",
            "dir/b.txt deleted",
            "dir/staged.txt added",
            "new/deep/n.txt untracked",
            "out/ignored.txt ignored by git",
        ]
    );
    assert_eq!(told(&["new", "a.txt"], "n.txt"), ["new/deep/n.txt untracked"]);
    assert_eq!(told(&["none"], ""), Vec::<String>::new());
}
