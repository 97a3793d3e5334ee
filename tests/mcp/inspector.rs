//! The inspector, strict, in both eras, on both transports.

use crate::house;
use crate::it::house::House;
use crate::it::house::child;
use serde_json::Value as Json;

const ERAS: [&str; 2] = ["modern", "legacy"];

/// What the inspector exits with where a tool says that it failed.
const TOOL_FAILED: i32 = 5;

/// Asks, and gives the result.
fn inspect(house: &House, target: &[&str], method: &str, more: &[&str], code: i32) -> Json {
    let mut inspector = house.program("inspector");
    inspector.arg("--cli").args(["--method", method]).args(more).args(target);
    let output = child::output(&mut inspector);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{method} {more:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn looks_around(house: &House, target: &[&str]) {
    let tools = inspect(house, target, "tools/list", &["--strict"], 0);
    assert_eq!(tools["tools"].as_array().unwrap().len(), 7);
    assert!(tools.to_string().len() < 8192);
    assert_eq!(
        inspect(house, target, "prompts/list", &[], 0)["prompts"].as_array().unwrap().len(),
        2
    );
    let resources = inspect(house, target, "resources/list", &[], 0);
    let uri = resources["resources"][1]["uri"].as_str().unwrap();
    let brief = inspect(house, target, "resources/read", &["--uri", uri], 0);
    assert!(brief["contents"][0]["text"].as_str().unwrap().contains("write"), "{brief}");
    let next = inspect(house, target, "tools/call", &["--tool-name", "work_next"], 0);
    assert_eq!(next["structuredContent"]["data"]["run"]["status"], "WAITING");
    let wrong = ["--tool-name", "gate_check", "--tool-arg", "gate=nope"];
    inspect(house, target, "tools/call", &wrong, TOOL_FAILED);
}

#[test]
fn the_inspector_is_content_on_standard_input_and_output() {
    let Some((house, _)) = house() else { return };
    for era in ERAS {
        looks_around(&house, &["--protocol-era", era, "--", "orch", "mcp"]);
    }
}

#[test]
fn the_inspector_is_content_over_http() {
    let Some((house, _)) = house() else { return };
    let server = house.serves("");
    let url = format!("http://localhost:{}/mcp", server.port);
    let token = format!("Authorization: Bearer {}", server.token);
    for era in ERAS {
        let target = ["--protocol-era", era, "--transport", "http", "--server-url", &url];
        looks_around(&house, &[&target[..], &["--header", &token]].concat());
    }
}

#[test]
fn the_inspector_finds_no_fault_with_the_tools_of_an_operator() {
    let Some((house, _)) = house() else { return };
    for era in ERAS {
        let target = ["--protocol-era", era, "--", "orch", "mcp", "--surface", "operator"];
        let tools = inspect(&house, &target, "tools/list", &["--strict"], 0);
        assert_eq!(tools["tools"].as_array().unwrap().len(), 16);
    }
}
