//! Standard output that is full, closed, or read by nobody: no success is told of what did not get out.

use crate::house::House;
use crate::house::child;
use std::fs::OpenOptions;
use std::process::Stdio;

const COMMANDS: [&str; 14] = [
    "--help",
    "--version",
    "completions bash",
    "man pages",
    "workflow schema",
    "workflow show demo",
    "workflow list",
    "workflow list --json",
    "workflow graph demo",
    "run list",
    "status --json",
    "run demo --help",
    "cost",
    "verify --all",
];

fn house() -> House {
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'command'\ncommand = ['true']\n");
    house.orch("run demo").code(0);
    house
}

/// What it says on standard error, and how it exits, with this standard output.
fn said(house: &House, words: &str, stdout: impl Into<Stdio>) -> (Option<i32>, String) {
    let mut command = house.command(&words.split_whitespace().collect::<Vec<_>>());
    let output = child::finish(child::PATIENCE, command.stdout(stdout));
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_full_output_is_no_success() {
    let house = house();
    for words in COMMANDS.into_iter().chain(["run demo", "run demo --json"]) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let (code, said) = said(&house, words, full);
        assert_eq!(code, Some(1), "{words}: {said}");
        assert!(said.contains("error: cannot write to standard output: no space left"), "{said}");
    }
}

#[test]
fn a_closed_output_is_no_success() {
    let house = house();
    for words in COMMANDS {
        let done = house.orch_in("exec \"$@\" >&-", words).code(1);
        done.says("error: cannot write to standard output: it is closed");
    }
    // The null device takes everything.
    assert_eq!(said(&house, "run list", Stdio::null()).0, Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let house = house();
    for words in COMMANDS {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let (code, said) = said(&house, words, writer);
        assert!(matches!(code, Some(0 | 3)) && !said.contains("panicked"), "{words}: {said}");
    }
}
