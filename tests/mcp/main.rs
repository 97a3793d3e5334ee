//! Programs of others that speak the Model Context Protocol: its inspector and its conformance suites, of
//! both eras. They come from npm, pinned by the lock file beside this one, with the Node that they need.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start programs"
)]

mod conformance;
mod inspector;

#[path = "../agents/installed.rs"]
mod installed;

#[path = "../it"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod it {
    pub mod house;
}

use it::house::House;
use std::path::Path;

/// The folder below `tests` that says what is installed.
const PACKAGES: &str = "mcp";

/// `1` runs these tests, `0` does not; by default they run where all tests are required.
const SWITCH: &str = "ORCH_TEST_AGENTS";

/// A run that waits for an agent, where the programs are found first; `None` where these tests do not run.
fn house() -> Option<(House, &'static Path)> {
    let programs = installed::programs()?;
    let orch = Path::new(env!("CARGO_BIN_EXE_orch")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{}:{path}", programs.display(), orch.display());
    let house = House::new()
        .env("PATH", &path)
        .workflow(
            "demo",
            "[[gate]]\nid = 'write'\nexecutor = 'agent'\nprompt = 'ask.md'\ncontract = 'poem'\n",
        )
        .file("prompts/ask.md", "Write the poem.\n")
        .leaves("poem", "out/poem.md");
    house.orch("run demo --agent none").code(3);
    Some((house, programs))
}
