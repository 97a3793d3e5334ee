//! What the variables say that `orch` was started with: who asks, and what there is around it.

use crate::ops::Caller;
use crate::ops::Mark;
use crate::ops::Surroundings;
use std::path::PathBuf;

/// What orch sets for executors.
const AT_WORK: &str = "ORCH_ATTEMPT";

/// Variables that coding agents set for what they run.
const AGENT_MARKS: [&str; 11] = [
    "CLAUDECODE",
    "CLAUDE_CODE_ENTRYPOINT",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "GEMINI_CLI",
    "OPENCODE",
    "CURSOR_AGENT",
    "COPILOT_AGENT",
    "AIDER_RUN",
    "AGENT",
    "AI_AGENT",
];

/// Who asks, by what they have chosen in their shell, and whether it is an agent's.
pub fn caller() -> Caller {
    Caller {
        run: variable("ORCH_RUN"),
        gate: variable("ORCH_GATE"),
        session: variable("ORCH_SESSION"),
        agent_mark: agent_mark(),
        user: variable("USER").or_else(|| variable("LOGNAME")),
    }
}

/// What there is around this process.
pub fn surroundings() -> Surroundings {
    Surroundings {
        variables: std::env::vars_os().collect(),
        home: variable("HOME").map(PathBuf::from),
        settings: settings(),
        program: std::env::current_exe().ok(),
        engine: None,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first mark of an agent in the environment.
fn agent_mark() -> Option<Mark> {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set(&AT_WORK) {
        return Some(Mark::AtWork(AT_WORK.to_owned()));
    }
    AGENT_MARKS.into_iter().find(is_set).map(|name| Mark::Agent(name.to_owned()))
}

/// The user's own folder: `$XDG_CONFIG_HOME/orch`, else `~/.config/orch`.
fn settings() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(folder.join("orch"))
}
