//! The conformance suites of the protocol. Most of their scenarios call tools that the suite has its own
//! test servers offer; what is expected to fail is listed, each with its reason.

use crate::house;
use crate::it::house::child;
use crate::it::house::wait_until;
use std::path::Path;
use std::time::Duration;

/// How long a suite may take.
const PATIENCE: Duration = Duration::from_mins(5);

fn conforms(suite: &str, more: &[&str], expected: &str) {
    let Some((house, programs)) = house() else { return };
    let server = house.serves("");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mcp");
    // The suites show no token.
    let mut way_in = house.program("node");
    way_in.arg(own.join("way-in.mjs")).args([server.port.to_string(), server.token.clone()]);
    let mut way_in = house.start_other(&mut way_in);
    wait_until("the way in is open", || way_in.printed().ends_with('\n'));
    let url = format!("http://localhost:{}/mcp", way_in.printed().trim());
    let mut program = house.program("node");
    program.arg(programs.parent().unwrap().join(suite)).args(["server", "--url", &url]).args(more);
    program.arg("--expected-failures").arg(own.join(expected));
    program.stdout(std::process::Stdio::piped());
    let output = child::finish(PATIENCE, &mut program);
    let _ = way_in.kill();
    let _ = way_in.wait();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let summary = said.split("=== SUMMARY ===").nth(1).unwrap_or(&said);
    assert!(output.status.success(), "{summary}");
}

#[test]
fn it_conforms_to_the_protocol_of_2026() {
    let requirements = ["--requirements", "2026-07-28"];
    conforms(
        "@modelcontextprotocol/conformance/dist/index.js",
        &requirements,
        "expected-2026-07-28.yml",
    );
}

#[test]
fn it_conforms_to_the_protocol_of_2025() {
    conforms("conformance-2025/dist/index.js", &[], "expected-2025-11-25.yml");
}

#[test]
fn every_failure_that_is_expected_has_a_reason() {
    for text in [include_str!("expected-2026-07-28.yml"), include_str!("expected-2025-11-25.yml")] {
        let lines = text.lines().filter(|line| line.trim_start().starts_with("- "));
        let silent: Vec<&str> = lines.filter(|line| !line.contains(" # ")).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }
}
