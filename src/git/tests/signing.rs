//! Commits that git is told to sign: git itself says whether the signature is good.

use super::*;

/// A repository whose user signs commits with an SSH key; `None` where there is no ssh-keygen.
fn signing() -> Option<Sandbox> {
    if testing::lacks("ssh-keygen") {
        return None;
    }
    let sandbox = Sandbox::new();
    let mut make = Command::new("ssh-keygen");
    make.args(["-q", "-t", "ed25519", "-C", "", "-N", "", "-f", "key"]);
    assert!(testing::output(make.current_dir(sandbox.path(".git"))).status.success());
    let public = fs::read_to_string(sandbox.path(".git/key.pub")).unwrap();
    sandbox.write(".git/signers", &format!("ann@example.org {public}"));
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    sandbox.git(&["config", "gpg.format", "ssh"]);
    sandbox.git(&["config", "user.signingkey", ".git/key.pub"]);
    sandbox.git(&["config", "gpg.ssh.allowedSignersFile", ".git/signers"]);
    Some(sandbox)
}

/// What git says about the signature of the last commit: `G` for a good one, and whose it is.
fn verdict(sandbox: &Sandbox) -> String {
    sandbox.git(&["log", "-1", "--format=%G? %GS"]).trim().to_owned()
}

#[test]
fn git_finds_the_signature_of_a_commit_good() {
    let Some(sandbox) = signing() else { return };
    let mut repository = sandbox.repository();
    record(&mut repository, &main_branch(), &files(&["RUN.json"])).unwrap();
    sandbox.git(&["verify-commit", "HEAD"]);
    assert_eq!(verdict(&sandbox), "G ann@example.org");
    sandbox.assert_sound();
    sandbox.git(&["config", "commit.gpgsign", "false"]);
    record(&mut sandbox.repository(), &main_branch(), &files(&["a.json"])).unwrap();
    assert_eq!(verdict(&sandbox), "N");
}

#[test]
fn what_cannot_be_signed_is_not_committed_and_comes_later() {
    let Some(sandbox) = signing() else { return };
    let key = sandbox.path(".git/key");
    let aside = sandbox.path(".git/aside");
    fs::rename(&key, &aside).unwrap();
    let head = sandbox.repository().head();
    let mut repository = sandbox.repository();
    let all = files(&["RUN.json", "a.json"]);
    let error = record(&mut repository, &main_branch(), &all[..1]).unwrap_err();
    assert!(error.to_string().starts_with("signing failed: "), "{error}");
    assert_eq!(repository.head(), head);
    fs::rename(&aside, &key).unwrap();
    record(&mut repository, &main_branch(), &all).unwrap();
    assert_eq!(verdict(&sandbox), "G ann@example.org");
    sandbox.assert_sound();
    // What is changed while a repository is open is for a later sitting.
    sandbox.git(&["config", "--unset", "user.signingkey"]);
    record(&mut repository, &main_branch(), &files(&["still.json"])).unwrap();
    let mut repository = sandbox.repository();
    let error = record(&mut repository, &main_branch(), &files(&["b.json"])).unwrap_err();
    assert!(error.to_string().contains("git config user.signingkey"), "{error}");
    sandbox.git(&["config", "gpg.format", "none"]);
    let mut repository = sandbox.repository();
    let error = record(&mut repository, &main_branch(), &files(&["c.json"])).unwrap_err();
    assert!(error.to_string().contains("gpg.format is `none`"), "{error}");
}

#[test]
fn gpg_signs_where_git_is_told_so() {
    if testing::lacks("gpg") {
        return;
    }
    let sandbox = Sandbox::new();
    let home = tempfile::tempdir().unwrap();
    let mut make = Command::new("gpg");
    make.args(["--homedir", home.path().to_str().unwrap(), "--batch", "--passphrase", ""]).args([
        "--quick-generate-key",
        "Ann <ann@example.org>",
        "default",
        "default",
        "never",
    ]);
    assert!(testing::output(&mut make).status.success());
    let program = format!("#!/bin/sh\nexec gpg --homedir '{}' \"$@\"\n", home.path().display());
    sandbox.write(".git/gpg", &program);
    sandbox.git(&["config", "gpg.program", sandbox.path(".git/gpg").to_str().unwrap()]);
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    let error = record(&mut sandbox.repository(), &main_branch(), &files(&["a.json"])).unwrap_err();
    assert!(error.to_string().starts_with("signing failed: "), "{error}");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(sandbox.path(".git/gpg"), executable).unwrap();
    record(&mut sandbox.repository(), &main_branch(), &files(&["RUN.json"])).unwrap();
    sandbox.git(&["verify-commit", "HEAD"]);
    assert!(verdict(&sandbox).starts_with("G "), "{}", verdict(&sandbox));
    sandbox.git(&["config", "user.signingkey", "nobody@example.org"]);
    let error = record(&mut sandbox.repository(), &main_branch(), &files(&["b.json"])).unwrap_err();
    assert!(error.to_string().contains("signing failed"), "{error}");
    // Its agent outlives it otherwise.
    let stop = ["--homedir", home.path().to_str().unwrap(), "--kill", "gpg-agent"];
    testing::output(Command::new("gpgconf").args(stop));
}

#[test]
fn a_program_that_does_not_answer_is_waited_for_once() {
    let Some(sandbox) = signing() else { return };
    let slow = sandbox.path(".git/slow").display().to_string();
    sandbox.write(".git/slow", &format!("#!/bin/sh\necho >>'{slow}.asked'\nexec sleep 60\n"));
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(&slow, executable).unwrap();
    sandbox.git(&["config", "gpg.ssh.program", &slow]);
    let mut repository = sandbox.repository();
    for _ in 0..3 {
        let error = record(&mut repository, &main_branch(), &files(&["a.json"])).unwrap_err();
        assert!(error.to_string().contains("slow did not finish within 5 s"), "{error}");
    }
    assert_eq!(fs::read_to_string(sandbox.path(".git/slow.asked")).unwrap(), "\n");
}
