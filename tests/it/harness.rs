//! What the other tests stand on: a program that hangs, and one that is missing, are told of.

use crate::house::child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

#[test]
fn a_program_that_hangs_fails_its_test_with_what_it_had_printed() {
    let hang = || {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exec sleep 60"]).stdout(Stdio::piped());
        child::finish(Duration::from_millis(500), &mut command)
    };
    let panic = std::panic::catch_unwind(hang).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.contains("sleep 60") && said.contains("out\nerr\n"), "{said}");
}

/// Runs a test that needs strace, once more, where there is none.
#[cfg(target_os = "linux")]
fn without_strace(required: &str) -> std::process::Output {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "story::every_call::every_object_of_a_record_is_synced"]);
    child::output(test.env("PATH", "").env("ORCH_REQUIRE_ALL", required))
}

#[cfg(target_os = "linux")]
#[test]
fn a_test_that_cannot_run_says_so_and_fails_where_all_are_required() {
    let passed = without_strace("0");
    let said = String::from_utf8_lossy(&passed.stderr);
    let name = "NOT RUN: story::every_call::every_object_of_a_record_is_synced";
    assert!(passed.status.success() && said.contains(name), "{said}");
    let failed = without_strace("1");
    let said = String::from_utf8_lossy(&failed.stdout);
    assert!(!failed.status.success() && said.contains("`strace` is not on PATH"), "{said}");
}
