//! What presets read of real outputs, and what they take the end of a call for.

use super::*;
use crate::executor::Agent;
use crate::executor::CallOutcome;
use crate::executor::Conclusion;
use crate::executor::Cut;
use crate::executor::Prices;
use crate::executor::Usage;
use crate::executor::testing::Stage;
use std::path::Path;

#[test]
fn every_preset_is_an_agent() {
    let names: Vec<String> = Preset::all().into_iter().map(|preset| preset.name).collect();
    assert_eq!(names, ["aider", "amp", "claude", "codex", "copilot", "gemini", "opencode", "qwen"]);
    for preset in Preset::all() {
        let mut settings = preset.settings().unwrap();
        assert!(settings.description.is_some() && settings.preset.is_none());
        assert!(settings.timeout.is_some(), "{} may hang for ever", preset.name);
        settings.model = settings.model_arguments.as_ref().map(|_| "m".to_owned());
        let agent = Agent::new(&preset.name, settings, &Prices::new()).unwrap();
        assert_eq!(agent.program(), preset.name);
    }
}

/// A call of a preset's agent whose program prints a file and ends with this code.
fn call(stage: &Stage, file: &str, code: i32) -> CallOutcome {
    let preset = Preset::find(file.split('-').next().unwrap()).unwrap();
    let to = if file.ends_with(".stderr") { "cat \"$0\" >&2" } else { "cat \"$0\"" };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/executor/golden").join(file);
    let words = ["sh", "-c", &format!("{to}; exit {code}"), &path.display().to_string()];
    let command = Some(words.map(str::to_owned).to_vec());
    let settings = AgentSettings { command, ..preset.settings().unwrap() };
    stage.begin(&Agent::new(&preset.name, settings, &Prices::new()).unwrap(), "")
}

/// The calls of one stage, a line each.
fn calls(files: &[(&str, i32)]) -> String {
    let stage = Stage::new();
    files.iter().map(|(file, code)| line(file, &call(&stage, file, *code))).collect()
}

fn line(file: &str, outcome: &CallOutcome) -> String {
    let end = match &outcome.conclusion {
        Conclusion::Done => "done".to_owned(),
        Conclusion::Failed { reason } => format!("failed: {reason}"),
        Conclusion::Interrupted { cut, reason } => match cut {
            Cut::Transient { retry_after, .. } => format!("transient {retry_after:?}: {reason}"),
            Cut::Outside | Cut::Budget | Cut::Missing => format!("{cut:?}: {reason}"),
        },
    };
    let usage = &outcome.usage;
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let count = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |it| it.to_string());
    let usd = usage.cost_usd.map_or_else(|| "?".to_owned(), |usd| format!("{usd:.6}"));
    let tokens = [usage.input_tokens, usage.cached_input_tokens, usage.output_tokens].map(count);
    let mut line = format!(
        "{file}: {end}\n  {} {} {usd} USD, in {} (cached {}), out {}\n",
        text(&usage.session),
        text(&usage.model),
        tokens[0],
        tokens[1],
        tokens[2],
    );
    if !outcome.denied.is_empty() {
        line += &format!("  denied: {}\n", outcome.denied.join(", "));
    }
    line.replace("Some(", "(")
}

#[test]
fn claude_is_read() {
    insta::assert_snapshot!(calls(&[
        ("claude-success.jsonl", 0),
        ("claude-newer.jsonl", 0),
        ("claude-subagents.jsonl", 0),
        ("claude-models.jsonl", 0),
        ("claude-resumed.jsonl", 0),
        ("claude-no-usage.jsonl", 0),
        ("claude-denied.jsonl", 0),
        ("claude-budget.jsonl", 1),
        ("claude-turns.jsonl", 1),
        ("claude-cut.jsonl", 143),
        ("claude-interrupted.jsonl", 0),
        ("claude-no-key.jsonl", 1),
        ("claude-failure-400.jsonl", 1),
        ("claude-failure-429.jsonl", 1),
        ("claude-failure-500.jsonl", 1),
        ("claude-failure-529.jsonl", 1),
        ("claude-failure-refused.jsonl", 1),
    ]), @r#"
    claude-success.jsonl: done
      id-01 claude-opus-4-8 0.005063 USD, in 3330 (cached 3000), out 75
    claude-newer.jsonl: done
      id-21 claude-opus-5-5 0.002300 USD, in 2220 (cached 2000), out 50
    claude-subagents.jsonl: done
      id-127 claude-opus-4-8 0.021938 USD, in 14430 (cached 13000), out 325
    claude-models.jsonl: done
      id-27 claude-opus-4-8, claude-haiku-4-5 0.002363 USD, in 3330 (cached 3000), out 75
    claude-resumed.jsonl: done
      id-36 claude-opus-4-8 0.001688 USD, in 1110 (cached 1000), out 25
    claude-no-usage.jsonl: done
      id-40 claude-opus-4-8 ? USD, in ? (cached ?), out ?
    claude-denied.jsonl: done
      id-46 claude-opus-4-8 0.005063 USD, in 3330 (cached 3000), out 75
      denied: Bash(cargo test)
    claude-budget.jsonl: Budget: `sh` exited with code 1: Reached maximum budget ($0.006)
      id-52 claude-opus-4-8 0.006750 USD, in 4440 (cached 4000), out 100
    claude-turns.jsonl: failed: `sh` exited with code 1: Reached maximum number of turns (2)
      id-60 claude-opus-4-8 0.005063 USD, in 3330 (cached 3000), out 75
    claude-cut.jsonl: Outside: `sh` exited with code 143
      id-01 claude-opus-4-8 ? USD, in 2220 (cached 2000), out 50
    claude-interrupted.jsonl: transient None: agent `claude`: [ede_diagnostic] result_type=user last_content_type=n/a stop_reason=tool_use
      id-114 claude-opus-4-8 0.003375 USD, in 2220 (cached 2000), out 50
    claude-no-key.jsonl: failed: `sh` exited with code 1: Not logged in · Please run /login
      id-109 claude-opus-4-8 0.000000 USD, in ? (cached ?), out ?
    claude-failure-400.jsonl: failed: `sh` exited with code 1: API Error: 400 the prompt is too long
      id-67 claude-opus-4-8 0.001688 USD, in 1110 (cached 1000), out 25
    claude-failure-429.jsonl: transient None: `sh` exited with code 1: API Error: Request rejected (429) · too many requests for this key
      id-72 claude-opus-4-8 0.001688 USD, in 1110 (cached 1000), out 25
    claude-failure-500.jsonl: transient None: `sh` exited with code 1: API Error: 500 the servers failed. This is a server-side issue, usually temporary — try again in a moment. If it persists, check your inference gateway (gateway.example.org).
      id-94 claude-opus-4-8 0.001688 USD, in 1110 (cached 1000), out 25
    claude-failure-529.jsonl: transient None: `sh` exited with code 1: API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary. Try again in a moment. If it persists, check your inference gateway (gateway.example.org).
      id-87 claude-opus-4-8 0.001688 USD, in 1110 (cached 1000), out 25
    claude-failure-refused.jsonl: transient None: `sh` exited with code 1: API Error: Unable to connect to API (ConnectionRefused)
      id-121 claude-opus-4-8 0.000000 USD, in ? (cached ?), out ?
    "#);
}

#[test]
fn codex_is_read() {
    insta::assert_snapshot!(calls(&[
        ("codex-success.jsonl", 0),
        ("codex-no-usage.jsonl", 0),
        ("codex-interrupted.jsonl", 130),
        ("codex-failure-400.jsonl", 1),
        ("codex-failure-401.jsonl", 1),
        ("codex-failure-429.jsonl", 1),
        ("codex-failure-500.jsonl", 1),
        ("codex-failure-529.jsonl", 1),
        ("codex-failure-cut.jsonl", 1),
        ("codex-failure-refused.jsonl", 1),
    ]), @r#"
    codex-success.jsonl: done
      id-140 - ? USD, in 2220 (cached 2000), out 50
    codex-no-usage.jsonl: done
      id-142 - ? USD, in ? (cached ?), out ?
    codex-interrupted.jsonl: Outside: `sh` exited with code 130
      id-150 - ? USD, in ? (cached ?), out ?
    codex-failure-400.jsonl: failed: `sh` exited with code 1: {"error": {"message": "the servers failed", "type": "server_error", "code": "server_error", "param": null}}
      id-143 - ? USD, in ? (cached ?), out ?
    codex-failure-401.jsonl: failed: `sh` exited with code 1: unexpected status 401 Unauthorized: this key was revoked, url: http://gateway.example.org/v1/responses
      id-144 - ? USD, in ? (cached ?), out ?
    codex-failure-429.jsonl: transient None: `sh` exited with code 1: exceeded retry limit, last status: 429 Too Many Requests
      id-145 - ? USD, in ? (cached ?), out ?
    codex-failure-500.jsonl: transient None: `sh` exited with code 1: We’re currently experiencing high demand, which may cause temporary errors.
      id-146 - ? USD, in ? (cached ?), out ?
    codex-failure-529.jsonl: transient None: `sh` exited with code 1: unexpected status 529 <unknown status code>: the servers failed, url: http://gateway.example.org/v1/responses
      id-147 - ? USD, in ? (cached ?), out ?
    codex-failure-cut.jsonl: transient None: `sh` exited with code 1: stream disconnected before completion: stream closed before response.completed
      id-148 - ? USD, in ? (cached ?), out ?
    codex-failure-refused.jsonl: transient None: `sh` exited with code 1
      id-149 - ? USD, in ? (cached ?), out ?
    "#);
}

#[test]
fn a_thread_that_codex_resumes_is_counted_once() {
    let mut stage = Stage::new();
    let before = call(&stage, "codex-before-resumed.jsonl", 0).usage;
    let session = before.session.clone().unwrap();
    stage.earlier.insert(session, Usage { error: None, ..before });
    let resumed = call(&stage, "codex-resumed.jsonl", 0);
    insta::assert_snapshot!(line("codex-resumed.jsonl", &resumed), @r#"
    codex-resumed.jsonl: done
      id-141 - ? USD, in 1110 (cached 1000), out 25
    "#);
}

#[test]
fn gemini_is_read() {
    insta::assert_snapshot!(calls(&[
        ("gemini-success.json", 0),
        ("gemini-no-usage.json", 0),
        ("gemini-turns.stderr", 53),
        ("gemini-no-key.stderr", 41),
        ("gemini-untrusted.stderr", 55),
        ("gemini-failure-400.stderr", 144),
        ("gemini-failure-401.stderr", 145),
        ("gemini-failure-429.stderr", 173),
        ("gemini-failure-500.stderr", 244),
        ("gemini-failure-refused.stderr", 1),
    ]), @r#"
    gemini-success.json: done
      id-185 gemini-3.5-flash-lite, gemini-3.8-flash ? USD, in 3330 (cached 3000), out 75
    gemini-no-usage.json: done
      id-186 gemini-3.5-flash-lite, gemini-3.8-flash ? USD, in ? (cached ?), out ?
    gemini-turns.stderr: failed: `sh` exited with code 53: it reached its limit of turns: Reached max session turns for this session. Increase the number of turns by specifying maxSessionTurns in settings.json.
      id-192 - ? USD, in ? (cached ?), out ?
    gemini-no-key.stderr: failed: `sh` exited with code 41: it is not signed in: Please set an Auth method in your /home/ada/.gemini/settings.json or specify one of the following environment variables before running: GEMINI_API_KEY, GOOGLE_GENAI_USE_VERTEXAI, GOOGLE_GENAI_USE_GCA
      id-193 - ? USD, in ? (cached ?), out ?
    gemini-untrusted.stderr: failed: `sh` exited with code 55: it does not trust this folder
      - - ? USD, in ? (cached ?), out ?
    gemini-failure-400.stderr: failed: `sh` exited with code 144: {"error":{"code":400,"message":"the prompt is too long","status":"INVALID_ARGUMENT"}}
      id-187 - ? USD, in ? (cached ?), out ?
    gemini-failure-401.stderr: failed: `sh` exited with code 145: {"error":{"code":401,"message":"this key was revoked","status":"UNAUTHENTICATED"}}
      id-188 - ? USD, in ? (cached ?), out ?
    gemini-failure-429.stderr: transient None: `sh` exited with code 173: quota for this minute is used up
      id-189 - ? USD, in ? (cached ?), out ?
    gemini-failure-500.stderr: transient None: `sh` exited with code 244: {"error":{"code":500,"message":"the servers failed","status":"INTERNAL"}}
      id-190 - ? USD, in ? (cached ?), out ?
    gemini-failure-refused.stderr: transient None: `sh` exited with code 1: exception TypeError: fetch failed sending request
      id-191 - ? USD, in ? (cached ?), out ?
    "#);
}

#[test]
fn opencode_is_read() {
    insta::assert_snapshot!(calls(&[
        ("opencode-success.jsonl", 0),
        ("opencode-no-usage.jsonl", 0),
        ("opencode-denied.jsonl", 0),
        ("opencode-interrupted.jsonl", 130),
        ("opencode-failure-401.jsonl", 1),
        ("opencode-failure-429.jsonl", 1),
        ("opencode-failure-500.jsonl", 1),
        ("opencode-failure-refused.jsonl", 1),
    ]), @r#"
    opencode-success.jsonl: done
      ses-151 - 0.000520 USD, in 2220 (cached 2000), out 50
    opencode-no-usage.jsonl: done
      ses-160 - ? USD, in ? (cached ?), out ?
    opencode-denied.jsonl: done
      ses-173 - 0.000260 USD, in 1110 (cached 1000), out 25
      denied: bash(touch /srv/look; echo rc=$?)
    opencode-interrupted.jsonl: Outside: `sh` exited with code 130
      ses-178 - 0.000260 USD, in 1110 (cached 1000), out 25
    opencode-failure-401.jsonl: failed: `sh` exited with code 1: this key was revoked
      ses-169 - ? USD, in ? (cached ?), out ?
    opencode-failure-429.jsonl: transient (2s): `sh` exited with code 1: too many requests for this key
      ses-170 - ? USD, in ? (cached ?), out ?
    opencode-failure-500.jsonl: transient None: `sh` exited with code 1: the servers failed
      ses-171 - ? USD, in ? (cached ?), out ?
    opencode-failure-refused.jsonl: transient None: `sh` exited with code 1: Cannot connect to API: Unable to connect. Is the computer able to access the url?
      ses-172 - ? USD, in ? (cached ?), out ?
    "#);
}

#[test]
fn the_others_are_read() {
    insta::assert_snapshot!(calls(&[
        ("qwen-success.jsonl", 0),
        ("qwen-failure-400.jsonl", 1),
        ("qwen-failure-503.jsonl", 1),
        ("copilot-success.jsonl", 0),
        ("copilot-failure-401.jsonl", 1),
        ("amp-success.jsonl", 0),
        ("aider-failure.txt", 1),
    ]), @"
    qwen-success.jsonl: done
      q1 qwen3-coder-plus ? USD, in 2220 (cached 2000), out 50
      denied: run_shell_command(npm test)
    qwen-failure-400.jsonl: failed: `sh` exited with code 1: [API Error: 400 the prompt is too long]
      q6 qwen3-coder-plus ? USD, in 0 (cached 0), out 0
    qwen-failure-503.jsonl: transient None: `sh` exited with code 1: [API Error: 503 the servers failed]
      q8 qwen3-coder-plus ? USD, in 0 (cached 0), out 0
    copilot-success.jsonl: done
      c6 gpt-5 ? USD, in ? (cached ?), out ?
      denied: Permission denied because no interactive user response was available.
    copilot-failure-401.jsonl: failed: `sh` exited with code 1: authentication
      c9 gpt-5 ? USD, in ? (cached ?), out ?
    amp-success.jsonl: done
      T-1 - ? USD, in 2220 (cached 2000), out 50
    aider-failure.txt: transient None: `sh` exited with code 1: litellm.RateLimitError: RateLimitError: too many requests for this key
      - - ? USD, in ? (cached ?), out ?
    ");
}
