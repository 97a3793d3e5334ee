//! Agents that were not started by a run, and take a gate by the tools of `orch mcp` alone, registered
//! by `orch init`.

use crate::it::house::House;
use crate::it::house::child;
use crate::it::house::wait_until;
use crate::model;
use crate::model::Model;
use crate::model::SHORT;
use crate::model::WELL;
use crate::model::poem;
use serde_json::Value as Json;
use serde_json::json;

/// A run that waits for an agent, and a model that looks, works, checks, mends and hands in.
fn house(program: &str) -> Option<(House, Model)> {
    let call = |tool: &str| json!({ "call": [tool, {}] });
    let script = json!([
        call("work_next"),
        poem(SHORT),
        call("gate_check"),
        // An agent reads a file before it writes it anew.
        { "run": "rm out/poem.md" },
        poem(WELL),
        call("gate_check"),
        call("gate_finish"),
    ]);
    let (house, model) = model::house(&script)?;
    house.orch(&format!("init --mcp {program}")).code(0);
    house.orch("run demo --agent none").code(3);
    Some((house, model))
}

/// What the tools told the model, call by call.
fn takes_the_gate(house: &House, model: &Model, program: &str, arguments: &[&str]) {
    let output = child::output(house.program(program).args(arguments));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let called = model.answers().into_iter().filter(|answer| answer["step"].get("call").is_some());
    let called: Vec<Json> = called.map(|answer| answer["called"].clone()).collect();
    let is_tool = |called: &Json, tool: &str| called.as_str().is_some_and(|it| it.ends_with(tool));
    let tools = ["work_next", "gate_check", "gate_check", "gate_finish"];
    assert!(called.iter().zip(tools).all(|(called, tool)| is_tool(called, tool)), "{called:?}");
    let heard = model.heard();
    assert!(heard.contains("Write the poem."), "the packet did not arrive:\n{heard}");
    assert!(heard.contains("at least 3 words"), "no finding arrived:\n{heard}");
    wait_until("a worker ends the run", || house.record()["status"] == "PASSED");
    assert_eq!(house.attempts("write"), "PASS");
    house.orch("verify").code(0);
}

#[test]
fn claude_takes_a_gate_by_tools_alone() {
    let Some((house, model)) = house("claude") else { return };
    let house = house
        .env("ANTHROPIC_BASE_URL", &format!("http://127.0.0.1:{}", model.port))
        .env("ANTHROPIC_API_KEY", "sk-test")
        .env("DISABLE_TELEMETRY", "1")
        .env("DISABLE_AUTOUPDATER", "1")
        // The tools are offered at once, not searched for.
        .env("ENABLE_TOOL_SEARCH", "false");
    let trusted = json!({ "enableAllProjectMcpServers": true }).to_string();
    let allowed = ["--allowedTools", "mcp__orch,Bash(rm:*)", "--permission-mode", "acceptEdits"];
    let arguments = [&["-p", "Take the gate.", "--settings", &trusted], &allowed[..]].concat();
    takes_the_gate(&house, &model, "claude", &arguments);
}

#[test]
fn codex_takes_a_gate_by_tools_alone() {
    let Some((house, model)) = house("codex") else { return };
    let project = house.project().canonicalize().unwrap();
    let settings = format!(
        "{}[projects.'{}']\ntrust_level = 'trusted'\n",
        crate::codex::provider(model.port),
        project.display()
    );
    let home = house.outside("home/codex");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::write(home.join("config.toml"), settings).unwrap();
    let house =
        house.env("CODEX_HOME", &home.display().to_string()).env("OPENAI_API_KEY", "sk-test");
    let arguments =
        ["exec", "--skip-git-repo-check", "--sandbox", "workspace-write", "Take the gate."];
    takes_the_gate(&house, &model, "codex", &arguments);
}

/// An agent that a run started is told of its own gate, and that its driver has the verdict.
#[test]
fn an_agent_at_work_has_the_tools_too() {
    let call = |tool: &str| json!({ "call": [tool, {}] });
    let script = json!([call("work_next"), call("gate_finish"), poem(WELL), call("gate_check")]);
    let Some((house, model)) = model::house(&script) else { return };
    house.orch("init --mcp claude").code(0);
    let house = house
        .file(
            "orch.toml",
            "[agents.it]\npreset = 'claude'\nargs = ['--allowedTools', 'mcp__orch', '--settings', \
             '{\"enableAllProjectMcpServers\":true}']\n\
             env = { ENABLE_TOOL_SEARCH = 'false', DISABLE_AUTOUPDATER = '1' }\n",
        )
        .env("ANTHROPIC_BASE_URL", &format!("http://127.0.0.1:{}", model.port))
        .env("ANTHROPIC_API_KEY", "sk-test")
        .env("DISABLE_TELEMETRY", "1");
    house.orch("run demo").code(0);
    assert_eq!(house.attempts("write"), "PASS");
    let heard = model.heard();
    assert!(heard.contains("It is judged when you end your turn."), "{heard}");
    assert!(heard.contains("The gate is judged when you end your turn."), "{heard}");
}
