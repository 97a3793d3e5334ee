//! The page about exports, followed from top to bottom with the programs that its readers install.

use crate::installed::programs;
use crate::it::house::House;
use crate::it::house::child;
use crate::it::house::lacks;
use std::path::Path;

/// What a shell prints that finds the program and those of the page.
fn shell(house: &House, programs: &Path, line: &str) -> String {
    let orch = Path::new(env!("CARGO_BIN_EXE_orch")).parent().unwrap().display();
    let path = format!("{}:{orch}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = house.program("sh");
    shell.args(["-c", &format!("exec 2>&1\n{line}")]).env("PATH", path);
    let output = child::output(&mut shell);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "$ {line}\n{printed}");
    printed
}

/// Whether the parts of a line, between which anything may stand, are printed.
fn is_printed(wanted: &str, printed: &str) -> bool {
    let is_so = |line: &str| {
        let mut rest = Some(line);
        for part in wanted.split('…') {
            rest = rest.and_then(|rest| Some(rest.split_once(part.trim())?.1));
        }
        rest.is_some()
    };
    printed.lines().any(is_so)
}

#[test]
fn the_page_holds_on_both_sides() {
    let Some(programs) = programs() else { return };
    if lacks("ssh-keygen") {
        return;
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/how-to/proofs.md");
    let page = std::fs::read_to_string(page).unwrap();
    let house = House::new();
    let mut ran = 0;
    for block in page.split("\n```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        let first = text.lines().next().unwrap_or_default();
        if let Some(path) = first.strip_prefix("# ") {
            house.write(path, text);
        } else if kind.starts_with("console") {
            let mut printed = String::new();
            for line in text.lines() {
                if let Some(command) = line.strip_prefix("$ ") {
                    printed = shell(&house, programs, command);
                    ran += 1;
                } else {
                    assert!(is_printed(line, &printed), "{line}\n{printed}");
                }
            }
        }
    }
    assert!(ran > 10, "only {ran} commands were run");
}
