//! Standard output that is full, closed, or read by nobody: no success is told of what did not get out.

use crate::house::House;
use std::fs::OpenOptions;
use std::io::Read;
use std::process::Command;
use std::process::Stdio;

const COMMANDS: [&str; 13] = [
    "--help",
    "--version",
    "completions bash",
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

fn command(house: &House, words: &str) -> Command {
    let mut command = house.command(&words.split_whitespace().collect::<Vec<_>>());
    command.stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

#[test]
fn a_full_output_is_no_success() {
    let house = house();
    for words in COMMANDS.into_iter().chain(["run demo", "run demo --json"]) {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(&house, words).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains("error: standard output cannot be written: No space left"), "{said}");
    }
}

#[test]
fn a_closed_output_is_no_success() {
    let house = house();
    for words in COMMANDS {
        let call = command(&house, words);
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec \"$@\" >&-", "sh"]).arg(call.get_program()).args(call.get_args());
        let set = call.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let output = shell.env_clear().envs(set).current_dir(house.project()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{words}: {said}");
        assert!(said.contains("error: standard output cannot be written: it is closed"), "{said}");
    }
    // The null device takes everything.
    let output = command(&house, "run list").stdout(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_reader_that_goes_away_is_no_trouble() {
    let house = house();
    for words in COMMANDS {
        let mut child = command(&house, words).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = child.wait().unwrap().code();
        assert!(matches!(code, Some(0 | 3)) && !said.contains("panicked"), "{words}: {said}");
    }
}
