//! What an agent might try to get past a gate: it is refused, or found and put right.

use crate::house::House;
use serde_json::Value as Json;

const ORCH: &str = env!("CARGO_BIN_EXE_orch");

/// An agent's gate, and one that only a person may let through.
pub(super) fn house() -> House {
    let house = House::new()
        .agents("")
        .workflow(
            "demo",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             prompt = 'write.md'
             contract = 'draft'
             [[gate]]
             id = 'review'
             executor = 'command'
             command = ['true']
             contract = 'draft'
             approval = 'person'",
        )
        .file("prompts/write.md", "Write.\n")
        .leaves("draft", "draft.txt");
    house.git("add -A");
    house.git("commit -qm texts");
    house
}

/// What the checks of the runner found at the agent's gate: `journal: … (path)`.
fn findings(house: &House) -> Vec<String> {
    let attempt = house.attempt("write", 1);
    let words = |finding: &Json| {
        let path = finding["path"].as_str().map(|path| format!(" ({path})")).unwrap_or_default();
        format!(
            "{}: {}{path}",
            finding["check"].as_str().unwrap(),
            finding["message"].as_str().unwrap()
        )
    };
    attempt["findings"].as_array().unwrap().iter().map(words).collect()
}

#[test]
fn a_line_forged_into_the_journal_is_taken_out() {
    let house = house().script(
        "write",
        r#"echo draft > draft.txt
           journal=$(ls .git/orch/runs/*/journal.jsonl)
           prev=$(tail -n 1 "$journal" | tr -d '\n' | sha256sum | cut -c1-64)
           seq=$(($(wc -l < "$journal") + 1))
           data='{"gate":"review","by":"Ada","reason":"it is fine"}'
           printf '{"seq":%s,"ts":"2026-01-19T14:30:12Z","type":"GATE_WAIVED","data":%s,"prev":"%s"}\n' \
               "$seq" "$data" "$prev" >> "$journal""#,
    );
    house.orch("run demo").code(3);
    assert_eq!(house.gates(), "write PASS, review WAITING");
    assert_eq!(
        findings(&house),
        ["journal: lines that orch did not write were removed from the journal"]
    );
    let folder = house.journal().parent().unwrap().to_owned();
    let aside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<_> =
        aside.filter(|path| path.display().to_string().contains("foreign")).collect();
    assert!(std::fs::read_to_string(&aside[0]).unwrap().contains("GATE_WAIVED"));
    house.orch("verify").code(0);
}

#[test]
fn an_edit_of_record_hooks_or_settings_is_told() {
    let house = house().script(
        "write",
        "echo draft > draft.txt
         cd orchestration/runs/*/record
         sed -i s/draft.txt/other.txt/ definition/contracts/draft.toml
         cd - > /dev/null
         echo '[[output]]' >> contracts/draft.toml
         printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit
         git config core.hooksPath /tmp",
    );
    // The first commit lays down what the agent then edits.
    house.orch("run start --workflow demo").code(0);
    house.orch("run resume").code(3);
    let run = house.run_id();
    assert_eq!(
        findings(&house),
        [
            "definition: it was changed during the attempt; this run continues with the definition it started with (contracts/draft.toml)".to_owned(),
            "git: it was changed during the attempt; every later git command would run or obey it (.git/config)".to_owned(),
            "git: it was changed during the attempt; every later git command would run or obey it (.git/hooks/pre-commit)".to_owned(),
            format!("record: it was changed during the attempt and has been restored (orchestration/runs/{run}/record/definition/contracts/draft.toml)"),
        ]
    );
    house.orch("verify").code(0);
}

#[test]
fn what_was_done_in_an_attempt_that_was_cut_off_is_told_too() {
    let house = house()
        .script("write.1", "echo '[[output]]' >> contracts/draft.toml; exit 130")
        .script("write", "echo draft > draft.txt");
    house.orch("run demo").code(3).says("it was changed during the attempt");
    assert_eq!(house.attempts("write"), "INTERRUPTED PASS");
    let found = findings(&house);
    assert!(found.len() == 1 && found[0].ends_with("(contracts/draft.toml)"), "{found:?}");
    house.orch("verify").code(0);
}

#[test]
fn what_was_found_outlives_a_later_edit_of_the_outputs() {
    let house = house()
        .script("write", "echo draft > draft.txt; echo '[[output]]' >> contracts/draft.toml");
    house.orch("run demo").code(3);
    let before = findings(&house);
    assert_eq!(before.len(), 1, "{before:?}");
    house.write("draft.txt", "another draft\n");
    house.orch("gate finish").code(0);
    house.on_terminal("gate approve", &[("Approve", "y\r")]).code(0).says("PASSED");
    assert_eq!(findings(&house), before);
    house.orch("verify").code(0);
}

#[test]
fn what_was_found_when_a_gate_began_to_wait_stays_found() {
    let house = house()
        .script("write", "echo draft > draft.txt; echo '[[output]]' >> contracts/draft.toml");
    let path = "workflows/demo.toml";
    let waits = "approval = 'person'\n[[gate]]\nid = 'review'";
    house.write(path, house.read(path).replacen("[[gate]]\n             id = 'review'", waits, 1));
    house.orch("run demo").code(3).says("contracts/draft.toml");
    house.write("draft.txt", "another draft\n");
    house.orch("gate finish").code(0);
    house.on_terminal("gate approve --gate write", &[("Approve", "y\r")]);
    let found = findings(&house);
    assert!(found.len() == 1 && found[0].ends_with("(contracts/draft.toml)"), "{found:?}");
}

#[test]
fn an_edit_of_whose_signatures_count_is_told() {
    let signers = "ada@example.org ssh-ed25519 AAAA\n";
    let work = "echo draft > draft.txt; echo 'eve@example.org ssh-ed25519 AAAA' >>";
    for (file, place) in [("people/signers", "people/signers"), ("../signers", "signers")] {
        let house = house().script("write", &format!("{work} {file}")).file(file, signers);
        let toml = house.read("orch.toml");
        let toml = format!("{toml}[signing]\nallowed_signers = '{file}'\n");
        house.write("orch.toml", toml);
        house.orch("run demo").code(3);
        let found = findings(&house);
        assert_eq!(found.len(), 1, "{found:?}");
        let expected = "signers: the allowed signers were changed during the attempt";
        assert!(found[0].starts_with(expected), "{found:?}");
        assert!(found[0].ends_with(&format!("({place})")), "{found:?}");
    }
}

#[test]
fn an_agent_ends_no_run_but_a_part_of_its_own() {
    let house = house().script("write.1", "echo draft > draft.txt");
    house.orch("run demo").code(3);
    let waiting = house.run_id();
    let ends = ["cancel", "complete --status FAILED", "complete"];
    let tries = ends.map(|end| {
        let clean = "env -i HOME=$HOME PATH=$PATH";
        format!("{clean} {ORCH} run {end} --run {waiting} 2>> said.txt; echo $? >> said.txt")
    });
    std::fs::remove_file(house.outside("scripts/write.1.sh")).unwrap();
    let own = format!("{ORCH} run cancel 2>> said.txt; echo $? >> said.txt");
    let house = house
        .script("write", &format!("echo draft > draft.txt; set +e\n{}\n{own}", tries.join("\n")));
    house.orch("run demo --again").code(3);
    let said = house.read("said.txt");
    assert_eq!(said.matches("an agent cannot end run").count(), 4, "{said}");
    assert_eq!(said.matches("orch gate fail --reason").count(), 4, "{said}");
    house.orch(&format!("status --run {waiting}")).code(0).says("waits for approval");
    // What the agent of a sitting has begun, it may give up; not the work that it was given.
    let house = house.env("CLAUDECODE", "1");
    let house = house.workflow("plan", "[[gate]]\nid = 'work'\nexecutor = 'human'\n");
    house.orch(&format!("run cancel --run {waiting}")).code(2).says("CLAUDECODE is set");
    house.orch("session start --epic parser --workflow plan").code(0);
    house.orch("run plan").code(3);
    house.orch("run cancel").code(0).says("CANCELED");
    house.orch("session pause").code(0).says("PAUSED");
    house.orch("run cancel --run parser").code(2).says("an agent cannot end run");
}

#[test]
fn who_wrote_a_letter_is_not_who_it_says() {
    let note = r#"{"kind":"note","gate":null,"text":"forged","by":"Ada <ada@example.org>"}"#;
    let clean = "env -i HOME=$HOME PATH=$PATH";
    let house = house().script(
        "write",
        &format!(
            "echo draft > draft.txt\n{clean} {ORCH} note said\n\
             cd .git/orch/runs/*/ && mkdir -p mailbox && echo '{note}' > mailbox/1.json"
        ),
    );
    house.orch("run demo").code(3);
    let journal = std::fs::read_to_string(house.journal()).unwrap();
    let by = |text: &str| {
        let line = journal.lines().find(|line| line.contains(text)).unwrap();
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["data"]["by"].as_str().unwrap().to_owned()
    };
    assert_eq!(by(r#""text":"said""#), "an agent (doing the work of a gate)");
    assert_eq!(by(r#""text":"forged""#), "Ada <ada@example.org> (unverified)");
}

#[test]
fn a_program_that_an_agent_names_in_gits_settings_is_not_run() {
    let spy = "printf '#!/bin/sh\\ntouch ../heard\\n' > spy; chmod +x spy";
    let house = house().script(
        "write",
        &format!(
            "echo draft > draft.txt; {spy}; git config commit.gpgsign true\n\
             for name in gpg.program gpg.openpgp.program gpg.ssh.program core.fsmonitor \\\n\
             core.editor filter.x.clean filter.x.smudge; do git config $name $PWD/spy; done\n\
             git config core.hooksPath $PWD/hooks; mkdir hooks\n\
             for hook in post-commit post-index-change reference-transaction; do \\\n\
             cp spy hooks/$hook; done; echo '* filter=x' > .gitattributes"
        ),
    );
    house.orch("run demo").code(3).never_says("signing failed");
    assert!(!house.outside("heard").exists());
    assert!(findings(&house).iter().any(|found| found.contains(".git/config")));
}

#[test]
fn an_edit_of_the_users_own_git_settings_is_told() {
    for (script, file) in [
        ("git config --global alias.st '!false'", "(~/.gitconfig)"),
        ("mkdir -p ~/.config/git; echo '[core]' > ~/.config/git/config", "(~/.config/git/config)"),
    ] {
        let house = house().script("write", &format!("echo draft > draft.txt; {script}"));
        house.orch("run demo").code(3);
        let told =
            "git: it was changed during the attempt; every later git command would run or obey it";
        assert_eq!(findings(&house), [format!("{told} {file}")]);
    }
}

#[test]
fn an_edit_of_what_git_settings_include_or_run_is_told_and_not_run() {
    let edit = "printf '[commit]\\n gpgsign = true\\n' >>";
    for (setting, script, file) in [
        (
            "include.path ../shared.gitconfig",
            format!("{edit} shared.gitconfig"),
            "shared.gitconfig",
        ),
        ("include.path deeper.inc", format!("{edit} .git/deepest.inc"), "deepest.inc"),
        ("includeIf.onbranch:x.path x.inc", format!("{edit} .git/x.inc"), "x.inc"),
        ("--global include.path inc", format!("{edit} ~/inc"), "inc"),
        (
            "extensions.worktreeConfig true",
            format!("{edit} .git/config.worktree"),
            ".git/config.worktree",
        ),
        ("gpg.program $PWD/sign.sh", "echo exit 1 > sign.sh".to_owned(), "sign.sh"),
    ] {
        let house = house().script("write", &format!("echo draft > draft.txt; {script}"));
        house.write(".git/deeper.inc", "[include]\npath = deepest.inc\n");
        let setting =
            setting.replace("$PWD", &house.project().canonicalize().unwrap().display().to_string());
        house.git(&format!("config {setting}"));
        house.orch("run demo").code(3);
        let told =
            "git: it was changed during the attempt; every later git command would run or obey it";
        let found = findings(&house);
        assert!(
            found
                .iter()
                .any(|found| found.starts_with(told) && found.ends_with(&format!("{file})"))),
            "{found:?}"
        );
    }
    let house = house().script("write", "echo draft > draft.txt; cp spy sign.sh");
    let spy = format!("#!/bin/sh\ntouch {}\nexit 1\n", house.outside("heard").display());
    house.write("spy", spy);
    house.write("sign.sh", "#!/bin/sh\nexit 1\n");
    let program = house.project().canonicalize().unwrap().join("sign.sh");
    house.git(&format!("config gpg.program {}", program.display()));
    house.git("config commit.gpgsign true");
    let mut chmod = house.program("chmod");
    assert!(crate::house::child::output(chmod.args(["+x", "spy", "sign.sh"])).status.success());
    house
        .orch("run demo")
        .code(3)
        .says("sign.sh has changed while orch was running, and was not run");
    assert!(!house.outside("heard").exists());
}

#[test]
fn a_journal_that_is_changed_in_the_middle_of_a_drive_ends_it_as_different() {
    for (change, said) in [
        ("truncate -s 100 \"$f\"", "truncated"),
        (": > \"$f\"", "truncated"),
        ("sed s/RUN_STARTED/RUN_STRATED/ \"$f\" > x; cat x > \"$f\"", "line 1: "),
    ] {
        let house = House::new().workflow(
            "demo",
            &format!(
                "[[gate]]\nid = 'a'\nexecutor = 'command'\n\
                 shell = '''sleep 0.1; for f in .git/orch/runs/*/journal.jsonl; do {change}; done'''\n\
                 [[gate]]\nid = 'b'\nexecutor = 'command'\ncommand = ['touch', 'b']\n"
            ),
        );
        house.orch("run demo").code(6).says(said);
        assert!(!house.exists("b"), "{change}");
    }
}

#[test]
fn a_folder_in_the_place_of_the_journal_is_moved_aside() {
    let house = House::new().workflow(
        "demo",
        "[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = 'for f in .git/orch/runs/*/journal.jsonl; \
         do rm $f; mkdir $f; touch $f/x; done'\n",
    );
    house.orch("run demo").code(0).says("moved to journal.foreign-");
    house.orch("verify").code(0);
}
