//! Links, pipes and other odd files that an agent puts where orch will write, read or clean up
//! next: nothing behind them is touched, nobody waits for them, and they are named.

use crate::house::Done;
use crate::house::House;
use crate::house::child;
use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// More than any command here takes, and less than a wait for a pipe.
const PATIENCE: Duration = Duration::from_secs(20);

/// A house whose first gate does something to its run's folders, and whose second one prints.
fn planting(script: &str) -> House {
    let gates = "key = 'k'\n[[gate]]\nid = 'evil'\nexecutor = 'command'\non_interrupt = 'rerun'\nshell = '''\n\
                 R=orchestration/runs/$ORCH_RUN S=.git/orch/runs/$ORCH_RUN OUT=../outside\n\
                 test $ORCH_ATTEMPT = 1 || exit 0\n";
    let next = "'''\n[[gate]]\nid = 'next'\nexecutor = 'command'\non_interrupt = 'rerun'\nshell = 'echo INJECTED'\n";
    let house = House::new().workflow("demo", &format!("{gates}{script}\n{next}"));
    std::fs::create_dir_all(house.outside("outside/sub")).unwrap();
    for name in ["file", "notes.json", "sub/deep", ".gitignore"] {
        std::fs::write(house.outside("outside").join(name), "precious").unwrap();
    }
    house
}

/// A command that ends in time.
fn orch(house: &House, words: &str) -> Done {
    let begun = Instant::now();
    let done = house.orch(words);
    assert!(begun.elapsed() < PATIENCE, "orch {words} took {:?}", begun.elapsed());
    done
}

/// Every file below a folder with its bytes.
fn held(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(held(&path));
        } else {
            files.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    files
}

/// Runs the plan, sees that nothing outside changed and that the run did not pass as if nothing
/// were in the way, follows the advice, and sees that the run passes.
fn is_named_and_left(what: &str, script: &str) {
    let house = planting(script);
    let outside = held(&house.outside("outside"));
    let mut done = orch(&house, "run demo");
    assert_eq!(held(&house.outside("outside")), outside, "{what}\n{}", done.shown());
    let advice = regex::Regex::new("(?:remove it|help): rm (\\S+)").unwrap();
    for _ in 0..4 {
        if done.code == 0 {
            break;
        }
        assert!([1, 2].contains(&done.code), "{what}\n{}", done.shown());
        let shown = done.shown();
        let advice = advice.captures(&shown).unwrap_or_else(|| panic!("{what}\n{shown}"));
        let path = advice[1].replace("$HOUSE", &house.outside("").display().to_string());
        let path = house.project().join(path);
        // The next resume gives a gate that failed on it another attempt: nothing is left to remove.
        if path.is_symlink() {
            std::fs::remove_file(&path).unwrap();
        }
        done = orch(&house, "run resume --run k");
        assert_eq!(held(&house.outside("outside")), outside, "{what}\n{}", done.shown());
    }
    assert_eq!(done.code, 0, "{what}\n{}", done.shown());
    orch(&house, "verify").code(0);
}

fn link(place: &str, to: &str) -> String {
    format!("rm -rf {place}; mkdir -p $(dirname {place}); ln -s $PWD/{to} {place}")
}

#[test]
fn links_in_the_logs_are_named_and_left() {
    for (place, to) in [
        ("$R/logs/gates/next/attempt-1/stdout.log", "$OUT/file"),
        ("$R/logs/gates/next/attempt-1/stderr.log", "$OUT/none"),
        ("$R/logs/gates/next/attempt-1", "$OUT"),
        ("$R/logs/gates/next", "$OUT/sub"),
        ("$R/logs/gates", "$OUT"),
        ("$R/logs", "$OUT"),
        ("$R/logs", "../project/workflows"),
    ] {
        is_named_and_left(place, &link(place, to));
    }
}

#[test]
fn links_in_the_record_are_named_and_left() {
    for (place, to) in [
        ("$R/record/gates/next", "$OUT"),
        ("$R/record/gates", "$OUT/none"),
        ("$R/record/RUN.json", "$OUT/file"),
        ("$R/record/SHA256SUMS", "$OUT/file"),
        ("$R/record/journal", "$OUT"),
        ("$R/record", "$OUT"),
        ("$R", "$OUT"),
        ("orchestration/runs", "$OUT"),
        ("orchestration", "$OUT"),
    ] {
        is_named_and_left(place, &link(place, to));
    }
}

#[test]
fn links_in_the_git_folder_are_named_and_left() {
    for (place, to) in [
        ("$S/at-work", "$OUT"),
        ("$S/mailbox", "$OUT"),
        (".git/orch/commit.lock", "$OUT/file"),
        (".git/orch/commit.lock", "$OUT/none"),
    ] {
        is_named_and_left(place, &link(place, to));
    }
}

#[test]
fn the_folder_in_git_itself_is_no_link() {
    let house = planting("mv .git/orch ../moved; ln -s $PWD/../moved .git/orch");
    orch(&house, "run demo");
    for words in ["status", "run list", "run resume --run k", "run demo", "note hello"] {
        orch(&house, words).code(2).says("orch is a symbolic link").says("rm ");
    }
    orch(&house, "doctor").code(1).says("is a symbolic link");
}

#[test]
fn a_file_with_other_names_is_replaced_and_not_written_to() {
    for place in [
        "$R/logs/gates/next/attempt-1/stdout.log",
        "$R/record/RUN.json",
        "$R/record/gates/next/attempt-1.json",
        "$R/logs/.gitignore",
        ".git/orch/current.json",
    ] {
        let script = format!("mkdir -p $(dirname {place}); ln -f $OUT/file {place}");
        let house = planting(&script);
        let outside = held(&house.outside("outside"));
        orch(&house, "run demo").code(0);
        assert_eq!(held(&house.outside("outside")), outside, "{place}");
    }
    for place in [".git/orch/commit.lock", "$S/lock"] {
        is_named_or_passed(place);
    }
}

/// A lock says who holds it, and so is written in place: one with other names is refused.
fn is_named_or_passed(place: &str) {
    let house = planting(&format!("ln -f $OUT/file {place}"));
    let outside = held(&house.outside("outside"));
    orch(&house, "run demo");
    let done = orch(&house, "run resume --run k");
    assert_eq!(held(&house.outside("outside")), outside, "{place}\n{}", done.shown());
    done.says("hard links");
}

#[test]
fn nobody_waits_for_a_pipe() {
    for place in [
        "$R/logs/gates/next/attempt-1/stdout.log",
        "$R/logs/gates/next/attempt-1/answers.json",
        "$R/logs/.gitignore",
        "$R/record/RUN.json",
        "$R/record/SHA256SUMS",
        "$R/record/journal/000001.jsonl",
        "$R/record/definition/workflows/demo.toml",
        "$S/mailbox/x.json",
        "$S/at-work/next@1-1",
        "$S/session.lock",
        "$S/lock",
        ".git/orch/current.json",
        ".git/orch/commit.lock",
        ".git/orch/begin.lock",
    ] {
        let script = format!("rm -rf {place}; mkdir -p $(dirname {place}); mkfifo {place}");
        let house = planting(&script);
        orch(&house, "run demo");
        for words in [
            "run resume --run k",
            "status --run k",
            "run list",
            "verify --run k",
            "doctor",
            "brief",
            "note hello",
        ] {
            let done = orch(&house, words);
            assert!(done.code != 70, "{place}: orch {words}\n{}", done.shown());
        }
    }
}

#[test]
fn nobody_waits_for_a_pipe_that_git_would_read() {
    for place in [".gitignore", ".gitattributes", "workflows/.gitignore", "$R/record/.gitignore"] {
        let house = planting(&format!("rm -f {place}; mkfifo {place}"));
        orch(&house, "run demo");
        for words in ["run resume --run k", "status --run k", "verify --run k", "doctor", "brief"] {
            orch(&house, words);
        }
    }
}

#[test]
fn logs_are_ignored_again_before_anything_is_put_there() {
    let gate = |id: &str, script: &str| {
        format!("[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = '{script}'\n")
    };
    let clean = "git clean -fdxq; echo printed; test -z \"$(git status --porcelain | grep logs)\"";
    let house = House::new().workflow(
        "demo",
        &[
            gate("a", clean),
            gate("b", ": > orchestration/runs/$ORCH_RUN/logs/.gitignore"),
            gate("c", clean),
        ]
        .concat(),
    );
    house.git("add --all");
    house.git("commit --quiet --message=w");
    house.orch("run demo").code(0);
    let logs = house.run_folder().join("logs");
    assert_eq!(std::fs::read_to_string(logs.join(".gitignore")).unwrap(), "*\n");
    // What somebody took away while it was written lies there in the end.
    let printed = std::fs::read_to_string(logs.join("gates/c/attempt-1/stdout.log")).unwrap();
    assert_eq!(printed, "printed\n");
    assert!(!house.git("status --porcelain").contains("logs"));
}

#[test]
fn whatever_stands_where_logs_are_ignored_gives_way() {
    let place = "$R/logs/.gitignore";
    for script in [
        link(place, "$OUT/.gitignore"),
        link(place, "$OUT/none"),
        format!("rm {place}; mkfifo {place}"),
        format!("rm {place}; mkdir {place}"),
        format!("rm {place}; mkdir {place}; echo mine > {place}/file"),
    ] {
        let house = planting(&script);
        let outside = held(&house.outside("outside"));
        orch(&house, "run demo").code(0);
        assert_eq!(held(&house.outside("outside")), outside, "{script}");
        let ignore = house.run_folder().join("logs/.gitignore");
        assert!(ignore.symlink_metadata().unwrap().is_file(), "{script}");
        assert_eq!(std::fs::read_to_string(ignore).unwrap(), "*\n");
        assert!(!house.git("status --porcelain").contains("logs"), "{script}");
    }
}

#[test]
fn what_the_user_names_for_output_stays_what_it_is() {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n")
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", "summary.md");
    let path = |name: &str| house.project().join(name);
    let junit = |name: &str| orch(&house, &format!("run demo --ci --junit {name}"));
    house.write("to.xml", "older and much, much longer than what comes\n".repeat(100));
    symlink("to.xml", path("link.xml")).unwrap();
    symlink("new.xml", path("dangling.xml")).unwrap();
    std::fs::hard_link(path("to.xml"), path("twin.xml")).unwrap();
    house.write("summary.md", "before\n");
    symlink("summary.md", path("summary-link")).unwrap();
    for name in ["link.xml", "dangling.xml", "deep/er/new.xml"] {
        junit(name).code(0);
    }
    for name in ["to.xml", "twin.xml", "new.xml", "deep/er/new.xml"] {
        let text = house.read(name);
        assert!(text.starts_with("<?xml") && text.trim_end().ends_with("</testsuites>"), "{name}");
    }
    assert!(path("link.xml").is_symlink() && path("dangling.xml").is_symlink());
    assert!(house.read("summary.md").starts_with("before\n### demo"));
    junit("/dev/null").code(0);
    junit("/dev/stdout").code(0).says("</testsuites>");
    child::output(house.program("mkfifo").arg("pipe"));
    let done = junit("pipe");
    assert!(done.code != 0 && done.stderr.contains("without a reader"), "{}", done.shown());
    let mut reader = house.start_other(house.program("cat").arg("pipe"));
    let done = junit("pipe").code(0);
    reader.wait();
    let read = reader.printed();
    assert!(read.ends_with("</testsuites>\n"), "{read}{}", done.shown());
}

#[test]
fn no_link_is_followed_that_was_put_where_output_was_named() {
    for (plant, named, says) in [
        ("ln -s ../outside/precious out.xml", "out.xml", "a symbolic link was put there"),
        ("ln -s ../outside/new out.xml", "out.xml", "a symbolic link was put there"),
        ("ln ../outside/precious out.xml", "out.xml", "a hard link was put there"),
        ("rm old.xml; ln ../outside/precious old.xml", "old.xml", "a hard link"),
        ("rm -r deep; ln -s ../outside deep", "deep/precious", "a symbolic link was put there"),
        ("ln -s ../outside new", "new/precious", "a symbolic link was put there"),
        ("rm link.xml; ln -s ../outside/precious link.xml", "link.xml", ""),
        ("rm to.xml; ln -s ../outside/precious to.xml", "link.xml", "a symbolic link was put"),
    ] {
        let gate = format!("[[gate]]\nid = 'a'\nexecutor = 'command'\nshell = '{plant}'\n");
        for is_summary in [false, true] {
            let house = House::new().workflow("demo", &gate).file("deep/kept", "");
            let house = house.file("old.xml", "").file("to.xml", "");
            symlink("to.xml", house.project().join("link.xml")).unwrap();
            std::fs::create_dir(house.outside("outside")).unwrap();
            std::fs::write(house.outside("outside/precious"), "precious\n").unwrap();
            let is_on_github = if is_summary { "true" } else { "" };
            let house = house.env("GITHUB_ACTIONS", is_on_github);
            let house = house.env("GITHUB_STEP_SUMMARY", named);
            let flag = if is_summary { String::new() } else { format!("--junit {named}") };
            let done = orch(&house, &format!("run demo --ci {flag}"));
            let after = held(&house.outside("outside"));
            let refused = done.code == 1 && done.stderr.contains(says);
            assert!(refused || says.is_empty() && done.code == 0, "{plant}\n{}", done.shown());
            let precious = (house.outside("outside/precious"), b"precious\n".to_vec());
            assert_eq!(after, BTreeMap::from([precious]), "{plant}");
        }
    }
}

#[test]
fn scaffolding_is_laid_down_in_the_project_only() {
    for name in ["workflows", "contracts", "prompts", "contracts/haiku"] {
        let house = House::new();
        std::fs::create_dir(house.outside("outside")).unwrap();
        let link = house.project().join(name);
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(house.outside("outside"), &link).unwrap();
        let done = orch(&house, "workflow new haiku").code(2).says("outside the project");
        done.says(&format!("{name} is a symbolic link (to "));
        assert!(held(&house.outside("outside")).is_empty());
        std::fs::remove_file(&link).unwrap();
        assert!(!house.exists("workflows/haiku.toml") && !house.exists("prompts/haiku"), "{name}");
    }
    let house = House::new().file("flows/x", "");
    symlink("flows", house.project().join("workflows")).unwrap();
    orch(&house, "workflow new haiku").code(0);
    assert!(house.exists("flows/haiku.toml"));
    for to in [".git", "orchestration/runs", "none"] {
        let house = House::new().file("orchestration/runs/x", "");
        symlink(to, house.project().join("workflows")).unwrap();
        orch(&house, "workflow new haiku").code(2).says("workflows is a symbolic link");
    }
    let house = House::new();
    symlink(house.outside("none"), house.project().join("orch.toml")).unwrap();
    orch(&house, "init");
    assert!(!house.outside("none").exists());
}
