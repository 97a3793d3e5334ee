//! `session-baseline` on one project of each kind. The tools are scripted stand-ins: they
//! note how they were called, and fail where the project holds a file of the call's name.

use crate::house::House;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

/// What the workflow calls that belongs to the system, not to a kind of project.
const SYSTEM: [&str; 8] = ["sh", "env", "grep", "find", "ls", "tr", "cat", "git"];

/// Says yes to questions for its version or a module, and takes note of everything else.
const TOOL: &str = r#"#!/bin/sh
tool=${0##*/}
case "$*" in
  "-c import "* | "clippy --version") exit 0 ;;
  "-c "*) set -- unittest ;;
esac
echo "$tool $*" >>"$HOME/calls"
if [ -e "fail-$tool-$1" ]; then echo "$tool $1: 1 failed" >&2; exit 1; fi
"#;

/// What stands in for node where it is not installed: it answers from `declared.txt` what the
/// workflow's own scripts would read out of `package.json`. Where node is there, they run.
const NODE: &str = r#"#!/bin/sh
case "$2" in
  *'"tests"'*) cat declared.txt ;;
  *'"typecheck" : '*) if grep -q types declared.txt; then echo typecheck; else echo none; fi ;;
  *'"script" : '*) if grep -q lint declared.txt; then echo script; else echo none; fi ;;
  *'.build'*) grep -q build declared.txt ;;
  *) grep -q tests declared.txt ;;
esac
"#;

fn executable(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap();
    let mut places = path.split(':').map(|folder| Path::new(folder).join(name));
    places.find(|place| place.exists())
}

/// A `package.json` with these parts, and the same for a stand-in of node.
fn declare(house: &House, parts: &[&str]) {
    let scripts = parts.iter().map(|part| match *part {
        "tests" => "\"test\": \"true\"".to_owned(),
        "types" => "\"typecheck\": \"true\"".to_owned(),
        part => format!("\"{part}\": \"true\""),
    });
    let scripts = scripts.collect::<Vec<_>>().join(", ");
    house.write("package.json", format!("{{\"scripts\": {{{scripts}}}}}"));
    house.write("declared.txt", parts.join(" "));
}

/// A house where no program is found but the system's and these stand-ins.
fn house(tools: &[&str]) -> House {
    let house = House::new();
    let programs = house.outside("programs");
    std::fs::create_dir(&programs).unwrap();
    for name in SYSTEM {
        let found = on_path(name).expect(name);
        std::os::unix::fs::symlink(found, programs.join(name)).unwrap();
    }
    let node = on_path("node");
    for name in tools {
        if let Some(node) = node.as_ref().filter(|_| *name == "node") {
            std::os::unix::fs::symlink(node, programs.join(name)).unwrap();
            continue;
        }
        executable(&programs.join(name), if *name == "node" { NODE } else { TOOL });
    }
    house.env("PATH", programs.to_str().unwrap())
}

/// The exit code, the gates, and what was called, in any order.
fn told(house: &House, words: &str) -> String {
    let done = house.orch(&format!("run session-baseline --ci {words}"));
    let calls = std::fs::read_to_string(house.outside("home/calls")).unwrap_or_default();
    let mut calls: Vec<&str> = calls.lines().collect();
    calls.sort_unstable();
    format!(
        "exit {}, {}\n{}\n{}",
        done.code,
        house.record()["status"].as_str().unwrap(),
        house.gates(),
        calls.join("\n")
    )
}

#[test]
fn node_runs_the_scripts_that_it_declares() {
    let house = house(&["node", "npm"]);
    declare(&house, &["tests", "lint", "build"]);
    insta::assert_snapshot!(told(&house, ""), @"
    exit 0, PASSED
    detect PASS, tests PASS, types SKIPPED, lint PASS, build SKIPPED, close SKIPPED
    npm run lint
    npm run test
    ");
    declare(&house, &["tests", "types", "lint", "build"]);
    std::fs::remove_file(house.outside("home/calls")).unwrap();
    insta::assert_snapshot!(told(&house, "--build"), @"
    exit 0, PASSED
    detect PASS, tests PASS, types PASS, lint PASS, build PASS, close SKIPPED
    npm run build
    npm run lint
    npm run test
    npm run typecheck
    ");
}

#[test]
fn a_lock_file_names_its_tool() {
    let house = house(&["node", "npm", "pnpm"]).file("pnpm-lock.yaml", "");
    declare(&house, &["tests"]);
    insta::assert_snapshot!(told(&house, ""), @"
    exit 0, PASSED
    detect PASS, tests PASS, types SKIPPED, lint SKIPPED, build SKIPPED, close SKIPPED
    pnpm run test
    ");
}

#[test]
fn python_runs_pytest_and_what_is_configured() {
    let house = house(&["python3", "ruff"])
        .file("pyproject.toml", "[tool.pytest.ini_options]\n[tool.ruff]\n");
    insta::assert_snapshot!(told(&house, "--build"), @"
    exit 0, PASSED
    detect PASS, tests PASS, types SKIPPED, lint PASS, build SKIPPED, close SKIPPED
    python3 -m pytest
    ruff check .
    ");
    house.write("pyproject.toml", "[tool.mypy]\nfiles = 'src'\n");
    std::fs::remove_file(house.outside("home/calls")).unwrap();
    insta::assert_snapshot!(told(&house, ""), @"
    exit 0, PASSED
    detect PASS, tests SKIPPED, types PASS, lint SKIPPED, build SKIPPED, close SKIPPED
    python3 -m mypy
    ");
}

#[test]
fn go_runs_its_own_tools_and_no_tests_where_there_are_none() {
    let house = house(&["go"]).file("go.mod", "module x\n").file("x.go", "package x\n");
    insta::assert_snapshot!(told(&house, ""), @"
    exit 0, PASSED
    detect PASS, tests SKIPPED, types PASS, lint PASS, build SKIPPED, close SKIPPED
    go build -o /dev/null ./...
    go vet ./...
    ");
    house.write("inner/x_test.go", "package inner\n");
    std::fs::remove_file(house.outside("home/calls")).unwrap();
    insta::assert_snapshot!(told(&house, "--build"), @"
    exit 0, PASSED
    detect PASS, tests PASS, types PASS, lint PASS, build PASS, close SKIPPED
    go build -o /dev/null ./...
    go build ./...
    go test ./...
    go vet ./...
    ");
}

#[test]
fn rust_runs_cargo() {
    let house = house(&["cargo"]).file("Cargo.toml", "[package]\nname = 'x'\n");
    insta::assert_snapshot!(told(&house, "--build"), @"
    exit 0, PASSED
    detect PASS, tests PASS, types PASS, lint PASS, build PASS, close SKIPPED
    cargo build --workspace
    cargo check --workspace --all-targets
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace
    ");
}

#[test]
fn tests_that_fail_fail_the_run_and_hide_nothing() {
    let house = house(&["cargo"]).file("Cargo.toml", "").file("fail-cargo-test", "");
    insta::assert_snapshot!(told(&house, ""), @"
    exit 1, FAILED
    detect PASS, tests FAIL, types PASS, lint PASS, build SKIPPED, close SKIPPED
    cargo check --workspace --all-targets
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace
    ");
    let log = house.run_folder().join("logs/gates/tests/attempt-1");
    let mut said = String::new();
    for entry in std::fs::read_dir(log).unwrap() {
        said += &std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
    }
    assert!(said.contains("cargo test: 1 failed"), "{said}");
    house.remove("fail-cargo-test");
    house.orch("run resume --ci").code(0).says("PASSED");
    assert_eq!(house.attempts("tests"), "FAIL PASS");
    assert_eq!(house.attempts("types"), "PASS");
}

#[test]
fn two_kinds_side_by_side_are_both_run() {
    let house =
        house(&["cargo", "go"]).file("Cargo.toml", "").file("go.mod", "").file("fail-go-vet", "");
    insta::assert_snapshot!(told(&house, ""), @"
    exit 1, FAILED
    detect PASS, tests PASS, types PASS, lint FAIL, build SKIPPED, close SKIPPED
    cargo check --workspace --all-targets
    cargo clippy --workspace --all-targets -- -D warnings
    cargo test --workspace
    go build -o /dev/null ./...
    go vet ./...
    ");
}

#[test]
fn a_missing_tool_fails_with_what_to_install() {
    let house = house(&[]).file("go.mod", "module x\n");
    insta::assert_snapshot!(told(&house, ""), @"
    exit 1, FAILED
    detect PASS, tests SKIPPED, types FAIL, lint FAIL, build SKIPPED, close SKIPPED
    ");
    house.orch("status").says("go is not installed");
    let house = self::house(&[]).file("package.json", "{}");
    insta::assert_snapshot!(told(&house, ""), @"
    exit 1, FAILED
    detect FAIL, tests NOT_STARTED, types NOT_STARTED, lint NOT_STARTED, build NOT_STARTED, close SKIPPED
    ");
}

#[test]
fn nothing_to_run_is_a_failure_that_says_so() {
    let house = house(&[]);
    let done = house.orch("run session-baseline --ci").code(1);
    insta::assert_snapshot!(done.shown(), @r#"
    exit 1
    -- stdout
    run run_20260119T143012Z_session-baseline_000001 FAILED
    head <sha256>
    -- stderr
    run run_20260119T143012Z_session-baseline_000001
    14:30:15Z STARTED detect  attempt 1  command
    14:30:16Z SKIPPED close  (when = "{{ session > 0 }}" is false)
      error detect: `sh` exited with code 1; stderr: nothing to run: no Cargo.toml, package.json, pyproject.toml, setup.cfg, setup.py, requirements.txt or go.mod at the root of the project [executor] log: orchestration/runs/run_20260119T143012Z_session-baseline_000001/logs/gates/detect/attempt-1/stderr.log
    14:30:17Z FAIL detect  2.0s

    next:
      Fix gate detect: `sh` exited with code 1: nothing to run: no Cargo.toml, package.json, pyproject.toml, setup.cfg, setup.py, requirements.txt or go.mod at the root of the project
      $ orch run resume
    "#);
    let python = self::house(&["python3"]).file("requirements.txt", "");
    python
        .orch("run session-baseline --ci")
        .code(1)
        .says("declares no tests, types, lint or build");
    let node = self::house(&["node"]);
    declare(&node, &["build"]);
    node.orch("run session-baseline --ci").code(1).says("pass --build to run it");
}
