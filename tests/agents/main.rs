//! Real agents, driven through whole gates against a model server on loopback: what presets say of
//! them is true of the programs that people install. The programs come from npm, pinned by the lock
//! file beside this one, and are kept in the target folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start programs"
)]

mod claude;
mod codex;
mod gemini;
mod installed;
mod issue_to_pr;
mod mcp;
mod model;
mod opencode;
mod qwen;

#[path = "../it"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod it {
    pub mod house;
}

/// The folder below `tests` that says what is installed.
const PACKAGES: &str = "agents";

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_AGENTS";
