//! Runs on more than one machine, before the real server of the engine. It comes from npm, pinned by
//! the lock file beside this one, without the scripts of the packages, and is kept in the target folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start programs"
)]

#[path = "../agents/installed.rs"]
mod installed;
mod cable;
mod children;
mod cluster;
mod conformance;
mod faults;
mod health;
mod hosts;
mod people;
mod protocol;
mod restate;
mod sharing;

#[path = "../it"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod it {
    pub mod house;
}

/// The folder below `tests` that says what is installed.
const PACKAGES: &str = "engine";

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_ENGINE";
