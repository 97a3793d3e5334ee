//! `orch doctor --fix`: what a user's git, or a kill, has left broken is mended, and nothing else.

use crate::house::House;
use crate::house::child;
use std::fs;

fn finished() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
    house.git("add -A");
    house.git("commit -qm texts");
    house.orch("run demo").code(0);
    house.orch("doctor").code(0);
    house
}

#[test]
fn a_record_that_the_branch_lost_is_committed_again() {
    let house = finished();
    for loss in ["reset -q --hard HEAD~1", "revert --no-edit HEAD"] {
        house.git(loss);
        house.orch("doctor").code(1).says("not fully committed").says("orch doctor --fix");
        house.orch("doctor --fix").code(0).says("fixed");
        house.orch("doctor").code(0);
        house.orch("verify").code(0);
        assert_eq!(house.git("status --porcelain"), "", "after git {loss}");
    }
}

#[test]
fn a_ref_that_has_lost_objects_begins_anew() {
    for lost in ["RUN.json", "gates/a/attempt-1.json", "gates"] {
        let house = finished();
        let id = house.git(&format!("rev-parse refs/orch/runs/{}:{lost}", house.run_id()));
        let (folder, name) = id.trim().split_at(2);
        fs::remove_file(house.project().join(".git/objects").join(folder).join(name)).unwrap();
        assert!(!house.try_git("fsck --no-dangling"), "{lost}");
        house.orch("doctor").code(1).says("has missing objects");
        house.orch("doctor --fix").code(0).says("fixed");
        house.git("fsck --no-dangling");
        house.git("gc --quiet --prune=now");
        house.orch("verify").code(0);
    }
}

#[test]
fn what_cannot_be_written_is_told_beside_what_was() {
    let house = finished();
    let record = house.run_folder().join("record");
    fs::remove_file(record.join("RUN.json")).unwrap();
    fs::create_dir_all(record.join("RUN.json/mine")).unwrap();
    fs::remove_file(record.join("SHA256SUMS")).unwrap();
    let said = "not fixed: 1 file written, 1 file not written:";
    house
        .orch("doctor --fix")
        .code(1)
        .says(said)
        .says("RUN.json is a folder")
        .says("mv ")
        .never_says("rm -r");
    assert!(record.join("SHA256SUMS").is_file());
    house.orch("record rebuild").code(1).says("RUN.json could not be written");
    fs::remove_dir_all(record.join("RUN.json")).unwrap();
    house.orch("doctor --fix").code(0).says("fixed: 1 file written");
    house.orch("verify").code(0);
}

#[test]
fn own_stale_locks_go_and_others_stay() {
    let house = finished();
    let git = |name: &str| house.project().join(".git").join(name);
    for (twin, lock) in [
        ("index.twin", "index.lock"),
        ("HEAD.twin", "HEAD.lock"),
        ("refs%2fheads%2fmain.twin", "refs/heads/main.lock"),
    ] {
        fs::write(git(twin), "").unwrap();
        fs::hard_link(git(twin), git(lock)).unwrap();
        house.orch("doctor").code(1).says(lock).says("left behind by an interrupted orch commit");
        house.orch("doctor --fix").code(0);
        assert!(!git(twin).exists() && !git(lock).exists());
        house.orch("doctor").code(0);
    }
    fs::write(git("index.lock"), "").unwrap();
    house
        .orch("doctor --fix")
        .code(1)
        .says("held by another git process")
        .says("rm .git/index.lock");
    assert!(git("index.lock").exists());
}

#[test]
fn what_the_settings_of_signing_name_must_be_there() {
    let house = finished();
    house.write("orch.toml", "[signing]\nheads = true\n");
    house.orch("doctor").code(1).says("no SSH key is configured");
    house.write("orch.toml", "[signing]\nkey = '~/none'\nallowed_signers = 'none'\n");
    let done = house.orch("doctor").code(1);
    let done = done.says("signing key").says("$HOUSE/home/none: no such file");
    done.says("allowed-signers file $HOUSE/project/none: no such file");
    fs::write(house.outside("home/none"), "").unwrap();
    house.write("none", [0xff]);
    house
        .orch("doctor")
        .code(1)
        .says("allowed-signers file $HOUSE/project/none: it is not valid UTF-8");
    house.write("none", "ada@example.org ssh-ed25519 AAAA\n");
    house.orch("doctor").code(0).says("$HOUSE/home/none");
    // The same as git names them.
    house.write("orch.toml", "");
    house.git("config gpg.format ssh");
    house.git("config user.signingkey ~/gone.pub");
    house.git("config gpg.ssh.allowedSignersFile gone");
    let done = house.orch("doctor").code(1).says("home/gone.pub: no such file");
    done.says("project/gone: no such file");
    house.git("config user.signingkey ssh-ed25519");
    house.git("config --unset gpg.ssh.allowedSignersFile");
    house.orch("doctor").code(0).says("held by the SSH agent");
}

#[test]
fn a_journal_that_was_cut_back_is_told_and_comes_back() {
    for branch in ["never", "stops"] {
        let house = House::new()
            .file("orch.toml", &format!("[record]\nbranch = '{branch}'\n"))
            .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']");
        house.orch("run demo").code(0);
        let run = house.git("for-each-ref --format=%(refname:lstrip=3) refs/orch/runs");
        let journal = house.project().join(format!(".git/orch/runs/{}/journal.jsonl", run.trim()));
        let whole = fs::read_to_string(&journal).unwrap();
        let kept: String = whole.split_inclusive('\n').take(4).collect();
        fs::write(&journal, &kept).unwrap();
        house.orch("doctor").code(1).says("its journal was truncated").says("orch doctor --fix");
        house.orch("doctor --fix").code(0).says("fixed");
        assert_eq!(fs::read_to_string(&journal).unwrap(), whole, "{branch}");
        house.orch("verify").code(0);
        house.orch("doctor").code(0);
    }
}

#[test]
fn a_run_that_only_its_ref_holds_is_told() {
    let house = finished();
    let run = house.run_id();
    house.git("rm -rq orchestration");
    house.git("commit -qm gone");
    fs::remove_dir_all(house.project().join(".git/orch/runs")).unwrap();
    let _ = fs::remove_dir_all(house.project().join("orchestration"));
    let said = format!("it exists only in refs/orch/runs/{run}");
    let command = format!("orch record rebuild --run {run}");
    house.orch("doctor").code(0).says(&said).says(&command);
    house.orch(&command["orch ".len()..]).code(0);
    house.orch("doctor").code(0).never_says("it exists only in");
    house.orch("verify").code(0);
}

#[test]
fn a_run_that_another_machine_holds_is_not_taken_for_dead() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run demo").code(3);
    let lock = house.journal().with_file_name("lock");
    fs::write(&lock, r#"{"process":7,"since":"10:02","host":"elsewhere","boot":"x"}"#).unwrap();
    house
        .orch("doctor")
        .code(0)
        .says("held by process 7 on elsewhere since 10:02")
        .says("remove that file");
    house.orch("run resume").code(5).says("on elsewhere");
    fs::remove_file(&lock).unwrap();
    house.orch("doctor").code(0).never_says("elsewhere");
}

#[test]
fn locks_that_other_git_processes_left_are_told() {
    let house = finished();
    for lock in ["HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock"] {
        let path = house.project().join(".git").join(lock);
        fs::write(&path, "").unwrap();
        house.orch("doctor").code(0);
        let old = std::time::SystemTime::now() - std::time::Duration::from_mins(1);
        fs::File::open(&path).unwrap().set_modified(old).unwrap();
        house.orch("doctor --fix").code(1).says(&format!("rm .git/{lock}"));
        fs::remove_file(&path).unwrap();
    }
    house.orch("doctor").code(0);
}

#[test]
fn agents_tell_of_themselves_when_they_are_called() {
    let house = House::new()
        .file(
            "orch.toml",
            "[agents.well]\ncommand = ['./well']\nprobe = ['status']\n\
             [agents.ill]\ncommand = ['./ill']\nprobe = ['status']\n\
             [agents.gone]\ncommand = ['no-such-agent']\n",
        )
        .file("well", "#!/bin/sh\necho well 1.2.3\n")
        .file("ill", "#!/bin/sh\ntest \"$1\" = --version || { echo signed out >&2; exit 4; }\n");
    for name in ["well", "ill"] {
        let done = child::output(house.program("chmod").args(["+x", name]));
        assert!(done.status.success());
    }
    house.orch("doctor").code(1).says("`no-such-agent` was not found").never_says("1.2.3");
    let done = house.orch("doctor --agents").code(1).says("well (well 1.2.3)");
    done.says("`./ill status` exited with code 4: signed out")
        .says("`no-such-agent` was not found");
}

#[test]
fn an_agent_of_ones_own_need_not_tell_its_version() {
    let house = House::new().file(
        "orch.toml",
        "[agents.poet]\ncommand = ['sh', '-c', 'echo poem > poem.md']\n\
         [agents.writer]\npreset = 'claude'\n",
    );
    house.write("claude", "#!/bin/sh\nexit 4\n");
    assert!(child::output(house.program("chmod").args(["+x", "claude"])).status.success());
    let path = format!("{}:{}", house.project().display(), std::env::var("PATH").unwrap());
    let house = house.env("PATH", &path);
    let done = house.orch("doctor --agents").code(1);
    done.says("sh (version unknown)").says("`claude --version` exited with code 4");
}

#[test]
fn each_problem_names_its_command() {
    let house = finished();
    let id = house.run_id();
    house.git("reset -q --hard HEAD~1");
    let done = house.orch("doctor").code(1);
    let line = done.stdout.lines().find(|line| line.contains(&id)).unwrap();
    assert!(line.ends_with("; to repair it: orch doctor --fix"), "{}", done.shown());
    house.orch("doctor --fix").code(0).never_says("to repair it");
    let agent = "[agents.gone]\ncommand = ['no-such-agent']\n[signing]\nheads = true\n";
    let outside = House::outside_git().file("orch.toml", agent);
    let done = outside.orch("doctor").code(1).says("nothing is committed; to create one: git init");
    let done = done.says("; install it, or write another command in [agents.gone]");
    done.says(
        "; write key = \"~/.ssh/id_ed25519\" under [signing] in orch.toml, or run: git config",
    )
    .says("Problems found; the lines above say how to fix them.");
    let symptoms = &outside.orch("doctor --json").code(1).json()["data"];
    let ill = |symptom: &&serde_json::Value| symptom["is_well"] == false;
    assert!(symptoms.as_array().unwrap().iter().filter(ill).all(|it| it["help"].is_string()));
    house.git("checkout -q --detach");
    house.orch("doctor").code(1).says("; to keep them: git switch -c NAME");
    house.git("checkout -q main");
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    std::fs::write(house.journal(), journal.replacen("GATE_STARTED", "GATE_STARTLED", 1)).unwrap();
    house.orch("doctor").code(1).says(&format!("; to see more: orch verify --run {id}"));
}

/// What is lost of a run that waits, and what else has it.
#[test]
fn whatever_is_lost_of_a_run_is_told_and_made_again_from_the_rest() {
    let (state, record, refs) = (".git/orch", "orchestration", ".git/refs/orch");
    for lost in [&[state][..], &[state, record], &[state, refs], &[state, record, refs]] {
        let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
        house.git("add -A");
        house.git("commit -qm texts");
        house.orch("run demo").code(3);
        let run = house.run_id();
        for path in lost {
            fs::remove_dir_all(house.project().join(path)).unwrap();
        }
        if lost.contains(&record) {
            let told = format!("run {run}");
            house.orch("doctor").code(1).says(&told).says("files of its record are missing");
            house.orch("doctor --fix").code(0).says("written");
            house.orch("gate finish").code(0).says("PASSED");
        } else {
            // So it is in any clone.
            house.orch("doctor").code(0);
        }
        house.orch("verify").code(0);
        house.orch("doctor").code(0);
        assert_eq!(house.git("status --porcelain"), "", "{lost:?}");
    }
}

#[test]
fn a_clone_in_which_a_record_is_changed_is_ill() {
    let house = finished();
    let run = house.run_id();
    house.git("clone -q . ../clone");
    house.orch("--project ../clone doctor").code(0);
    let path = format!("../clone/orchestration/runs/{run}/record");
    fs::remove_file(house.project().join(&path).join("RUN.json")).unwrap();
    house.orch("--project ../clone doctor").code(1).says("1 files of its record are missing");
    house.orch("--project ../clone doctor --fix").code(0).says("1 file written");
    house.orch("--project ../clone verify").code(0);
    // The end of the journal that a commit has is not forgotten.
    fs::remove_dir_all(house.project().join("../clone/.git/orch")).unwrap();
    house.git(&format!("-C ../clone update-ref -d refs/orch/runs/{run}"));
    fs::remove_dir_all(house.project().join(&path).join("journal")).unwrap();
    house.orch("--project ../clone doctor --fix").code(0).says("written");
    house.orch("--project ../clone verify").code(0);
}

#[test]
fn a_sparse_checkout_that_leaves_records_out_is_well() {
    let house = finished();
    house.orch("run demo").code(0);
    house.git("sparse-checkout set --cone workflows");
    assert_eq!(
        (house.git("status --porcelain"), house.exists("orchestration")),
        (String::new(), false)
    );
    house.orch("verify --all").code(0);
    house.orch("doctor --fix").code(0).never_says("fixed");
    assert!(!house.exists("orchestration"));
    house.git("clone -q --sparse . ../clone");
    house.orch("--project ../clone doctor --fix").code(0).never_says("fixed");
}
