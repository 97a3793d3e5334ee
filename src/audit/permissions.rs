//! Permissions: what each agent lets itself do without asking, by the flags that it is started with.
//! Agents and their flags are data; only the words of known ones are understood here.

use super::places::Key;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::Player;
use super::work::role_of;
use crate::executor::Agent;
use crate::executor::Preset;
use crate::workflow::Work;

/// Words that let an agent do everything: the flag, and its value where it takes one.
const UNRESTRICTED: [&str; 12] = [
    "--allow-all-tools",
    "--dangerously-allow-all",
    "--dangerously-bypass-approvals-and-sandbox",
    "--dangerously-skip-permissions",
    "--yolo",
    "--approval-mode yolo",
    "--permission-mode bypassPermissions",
    "--sandbox danger-full-access",
    "-s danger-full-access",
    "--allow-tool shell",
    "--allowedTools Bash",
    "--allowed-tools run_shell_command",
];

/// Words that bound what an agent does, and what they come to.
const BOUNDED: [(&str, &str); 6] = [
    ("--permission-mode plan", "reads only"),
    ("--sandbox read-only", "reads only"),
    ("--sandbox workspace-write", "writes and runs programs in the project, in its own sandbox"),
    ("--permission-mode acceptEdits", "edits files, and runs the commands that are listed"),
    ("--approval-mode auto_edit", "edits files, and runs the commands that are listed"),
    ("--approval-mode auto-edit", "edits files, and runs the commands that are listed"),
];

/// Flags that list what may be done without asking.
const LISTS: [&str; 2] = ["--allow-tool", "--no-suggest-shell-commands"];

/// What an agent lets itself do.
enum Permission {
    Everything(String),
    Bounded(&'static str),
    Unknown,
}

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("permissions");
    for (_, gate) in subject.gates().filter(|(_, gate)| matches!(gate.work, Work::Agent(_))) {
        let agent = match subject.player(role_of(gate)) {
            Player::Known(agent) => agent,
            Player::Nobody | Player::Open => {
                row.grant(Some(&gate.id), "unknown: no agent is named");
                row.leave_out(Certainty::Unknown, "agents chosen in a run");
                continue;
            }
        };
        match permission(agent) {
            Permission::Bounded(words) => {
                row.grant(Some(&gate.id), format!("agent {}: {words}", agent.name));
                row.leave_out(
                    Certainty::Partial,
                    "the settings that agents keep for themselves, and their tools",
                );
            }
            Permission::Everything(flag) => {
                row.grant(Some(&gate.id), format!("agent {}: everything", agent.name));
                let found = Found {
                    rule: "unrestricted-agent",
                    level: AuditLevel::Warning,
                    message: format!(
                        "`{flag}` lets agent {} do everything at gate {} without asking",
                        agent.name, gate.id
                    ),
                    help: format!("list what it may do in [agents.{}]", agent.name),
                };
                row.findings.push(subject.at(gate, Key::Agent, found));
            }
            Permission::Unknown => {
                row.grant(Some(&gate.id), format!("agent {}: unknown", agent.name));
                row.leave_out(Certainty::Unknown, "agents whose flags are not known here");
            }
        }
    }
    row
}

fn permission(agent: &Agent) -> Permission {
    let argv = agent.command();
    let has = |words: &str| {
        argv.iter().enumerate().any(|(at, word)| match words.split_once(' ') {
            None => word == words,
            Some((flag, value)) => {
                let next = argv.get(at + 1).map(String::as_str);
                word == flag && next == Some(value) || *word == format!("{flag}={value}")
            }
        })
    };
    if let Some(flag) = UNRESTRICTED.iter().find(|words| has(words)) {
        return Permission::Everything((*flag).to_owned());
    }
    if let Some((_, words)) = BOUNDED.iter().find(|(flag, _)| has(flag)) {
        return Permission::Bounded(words);
    }
    let is_listed = argv.iter().any(|word| LISTS.contains(&word.as_str()));
    // What a preset says in its variables is known only where nobody has changed it.
    let preset = Preset::find(&agent.definition).and_then(|preset| preset.settings().ok());
    let is_preset = preset.is_some_and(|preset| {
        !preset.env.is_empty()
            && preset.env.iter().all(|(name, value)| {
                name.ends_with("_PERMISSION") && agent.settings().env.get(name) == Some(value)
            })
    });
    if is_listed || is_preset {
        return Permission::Bounded("edits files, and runs the commands that are listed");
    }
    Permission::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::source::Source;
    use std::path::Path;

    fn words(agents: &str, name: &str) -> &'static str {
        let config = Config::of([&Source::new("orch.toml", agents)], Path::new(".")).unwrap();
        let agent = config.agent("", Some(name)).unwrap().unwrap();
        match permission(agent) {
            Permission::Everything(_) => "everything",
            Permission::Bounded(words) => words,
            Permission::Unknown => "unknown",
        }
    }

    #[test]
    fn what_presets_let_their_agents_do_is_known() {
        const LISTED: &str = "edits files, and runs the commands that are listed";
        for (preset, expected) in [
            ("aider", LISTED),
            ("amp", "unknown"),
            ("claude", LISTED),
            ("codex", "writes and runs programs in the project, in its own sandbox"),
            ("copilot", LISTED),
            ("gemini", LISTED),
            ("opencode", LISTED),
            ("qwen", LISTED),
        ] {
            assert_eq!(words("", preset), expected, "{preset}");
        }
    }

    #[test]
    fn a_flag_that_opens_everything_is_found() {
        let with = |preset: &str, args: &str| {
            words(&format!("[agents.x]\npreset = '{preset}'\nargs = {args}\n"), "x")
        };
        assert_eq!(with("claude", "['--dangerously-skip-permissions']"), "everything");
        assert_eq!(with("claude", "['--permission-mode=bypassPermissions']"), "everything");
        assert_eq!(with("codex", "['--sandbox', 'danger-full-access']"), "everything");
        assert_eq!(with("gemini", "['--yolo']"), "everything");
        assert_ne!(with("claude", "['--allowedTools', 'Bash(cargo test:*)']"), "everything");
        assert_eq!(words("[agents.x]\ncommand = ['mine']\n", "x"), "unknown");
        let env = "env = { OPENCODE_PERMISSION = '{\"bash\": \"allow\"}' }";
        let open = format!("[agents.x]\npreset = 'opencode'\n{env}\n");
        assert_eq!(words(&open, "x"), "unknown");
    }
}
