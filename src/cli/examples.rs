//! Examples for the help of each command: what to type, and what it does. A test reads each of them
//! with the real command line.

use std::fmt::Write as _;

/// What can be typed, and what it does.
type Example = (&'static str, &'static str);

/// Commands by their path, each with examples.
const EXAMPLES: [(&str, &[Example]); 97] = [
    ("run", &[("orch run hello", "start a workflow and drive it")]),
    ("run start", &[("orch run start --workflow essay --slug snow", "start without driving it")]),
    (
        "run resume",
        &[
            ("orch run resume", "resume the current run"),
            ("orch run resume snow --budget 10", "resume another with a larger budget"),
        ],
    ),
    (
        "run list",
        &[
            ("orch run list --status WAITING", "runs that need a person or an agent"),
            ("orch run list --workflow essay --since 7d", "essays of the last week"),
        ],
    ),
    ("run show", &[("orch run show snow", "what happened in that run")]),
    ("report", &[("orch report snow -o snow.html", "the run in one document, to keep")]),
    (
        "run complete",
        &[("orch run complete --status FAILED --reason \"no sources\"", "end the run as FAILED")],
    ),
    ("run cancel", &[("orch run cancel snow --reason \"wrong topic\"", "end it for good")]),
    ("run pause", &[("orch run pause --reason lunch", "stop it until someone resumes it")]),
    (
        "run amend",
        &[("orch run amend --reason \"typo in the contract\"", "apply the corrected files")],
    ),
    (
        "gate",
        &[
            ("orch gate check", "judge the outputs of the current gate"),
            ("orch gate finish", "judge them and continue the run"),
            ("orch gate approve --gate draft", "approve outputs that passed"),
        ],
    ),
    ("gate start", &[("orch gate start --gate draft", "start a gate and print its packet")]),
    (
        "gate finish",
        &[
            ("orch gate finish", "judge the outputs and continue the run"),
            ("orch gate finish --answer audience=children", "with an answer to its form"),
        ],
    ),
    (
        "gate fail",
        &[("orch gate fail --reason \"the archive is offline\"", "report why it cannot be done")],
    ),
    (
        "gate approve",
        &[("orch gate approve --gate draft --note \"good\"", "approve; asks you to confirm")],
    ),
    ("gate reject", &[("orch gate reject --reason \"too long\"", "send it back with a reason")]),
    ("gate redo", &[("orch gate redo --gate draft --reason \"new brief\"", "do it again")]),
    (
        "gate waive",
        &[("orch gate waive --gate links --reason \"offline\"", "let the run continue without it")],
    ),
    ("gate estimate", &[("orch gate estimate 2h --gate draft", "how long it should take")]),
    ("gate check", &[("orch gate check", "judge the outputs without finishing the gate")]),
    (
        "invocation",
        &[("orch invocation record --agent claude --cost 0.12", "record a call and its cost")],
    ),
    (
        "invocation record",
        &[(
            "orch invocation record --agent claude --cost 0.12 --input-tokens 900",
            "record a call, its cost and tokens",
        )],
    ),
    (
        "session",
        &[
            ("orch session start --epic my-feature --budget 5", "start the run of a key"),
            ("orch session pause --reason \"end of day\"", "stop for today"),
            ("orch session resume my-feature", "continue where you stopped"),
        ],
    ),
    (
        "session start",
        &[("orch session start --epic my-feature --budget 5", "start the run of a key")],
    ),
    ("session resume", &[("orch session resume my-feature", "continue where you stopped")]),
    ("session status", &[("orch session status --epic my-feature", "sessions, cost and time")]),
    ("session pause", &[("orch session pause --reason \"end of day\"", "stop for today")]),
    ("session list", &[("orch session list --epic my-feature", "checkpoints of its sessions")]),
    ("session complete", &[("orch session complete", "end it, unless something is missing")]),
    (
        "checkpoint",
        &[
            ("orch checkpoint create --reason \"before the rewrite\"", "create one now"),
            ("orch checkpoint diff 3", "what has changed since"),
            ("orch checkpoint restore 3", "bring the files back"),
        ],
    ),
    (
        "checkpoint create",
        &[("orch checkpoint create --reason \"before the rewrite\"", "create one now")],
    ),
    ("checkpoint list", &[("orch checkpoint list", "checkpoints of the current run")]),
    ("checkpoint show", &[("orch checkpoint show 3", "what checkpoint 3 holds")]),
    (
        "checkpoint diff",
        &[
            ("orch checkpoint diff 3", "what has changed since"),
            ("orch checkpoint diff 2 3", "what changed between two"),
        ],
    ),
    (
        "checkpoint restore",
        &[("orch checkpoint restore 3 --path \"docs/**\"", "bring some files back")],
    ),
    (
        "status",
        &[
            ("orch status", "the current run"),
            ("orch status --watch snow", "another one, until it ends"),
        ],
    ),
    ("next", &[("orch next", "what to do now, with the packet")]),
    ("brief", &[("orch brief", "what happened so far")]),
    (
        "logs",
        &[
            ("orch logs --follow", "what the running gate prints"),
            ("orch logs build --attempt 1", "what its first attempt printed"),
        ],
    ),
    ("open", &[("orch open draft", "packet and outputs of a gate")]),
    ("use", &[("orch use snow --gate draft", "make this the current run and gate")]),
    ("back", &[("orch back", "return to the run before this one")]),
    ("update", &[("orch update half of the chapters are done", "report progress")]),
    ("note", &[("orch note the archive closes at six", "something worth knowing")]),
    (
        "log",
        &[
            ("orch log rewrote the introduction", "record what was done"),
            ("orch log", "list what was recorded"),
        ],
    ),
    ("decide", &[("orch decide use tera: it reports unknown names", "a decision and its reason")]),
    ("done", &[("orch done \"the parser reads all samples\"", "finish the current gate")]),
    (
        "workflow",
        &[
            ("orch workflow list", "what can be run here"),
            ("orch workflow new essay", "a workflow to start from"),
            ("orch workflow check essay", "find mistakes in it"),
        ],
    ),
    ("workflow list", &[("orch workflow list", "what can be run here")]),
    ("workflow show", &[("orch workflow show essay", "its file, and where it comes from")]),
    ("workflow new", &[("orch workflow new essay", "a workflow to start from")]),
    (
        "workflow check",
        &[
            ("orch workflow check", "all workflows of the project"),
            ("orch workflow check essay", "one of them"),
        ],
    ),
    ("workflow audit", &[("orch workflow audit essay", "what it may do, before it runs")]),
    ("workflow graph", &[("orch workflow graph essay --format mermaid", "a picture of its gates")]),
    ("workflow schema", &[("orch workflow schema contract", "for your editor")]),
    ("contract", &[("orch contract test essay/draft", "test it against its fixtures")]),
    ("contract test", &[("orch contract test essay/draft", "test it against its fixtures")]),
    ("rehearse", &[("orch rehearse essay --slug snow", "show every packet and do nothing")]),
    (
        "cost",
        &[("orch cost", "what all runs have cost"), ("orch cost --by model", "cost by model")],
    ),
    (
        "verify",
        &[("orch verify", "the current run"), ("orch verify --all", "all runs of the project")],
    ),
    (
        "record",
        &[
            ("orch record push origin", "send records to a remote"),
            ("orch record fetch origin", "get records from a remote"),
        ],
    ),
    ("export", &[("orch export --format in-toto -o proof", "a proof for in-toto-verify")]),
    ("record rebuild", &[("orch record rebuild", "rewrite the record from the journal")]),
    ("record push", &[("orch record push origin", "send records to a remote")]),
    ("record fetch", &[("orch record fetch origin", "get records from a remote")]),
    ("notify", &[("orch notify test", "see whether notifications arrive")]),
    ("notify test", &[("orch notify test", "see whether notifications arrive")]),
    (
        "spawn",
        &[
            ("orch spawn 12 15 --workflow issue-to-pr", "two runs, each in its own worktree"),
            ("orch spawn 12 --input depth=deep", "with another input"),
        ],
    ),
    (
        "convoy",
        &[
            ("orch convoy start 12 15 --workflow issue-to-pr", "a run for each key, as one"),
            ("orch convoy status", "the status of each of them"),
        ],
    ),
    ("convoy start", &[("orch convoy start 12 15 --name parser", "with a name of its own")]),
    ("convoy status", &[("orch convoy status parser", "the status of each of its runs")]),
    ("convoy add", &[("orch convoy add 18 21 --name parser", "runs for two more keys")]),
    ("convoy cancel", &[("orch convoy cancel parser --reason \"wrong base\"", "end all of it")]),
    ("list", &[("orch list --watch", "keep showing what workers do")]),
    ("get", &[("orch get 12", "one run, with its worktree and messages")]),
    ("ack", &[("orch ack", "the messages were read")]),
    ("pause", &[("orch pause --reason \"end of day\"", "stop it until it is resumed")]),
    ("restart", &[("orch restart 12", "continue a run that failed or is stuck")]),
    (
        "cancel",
        &[
            ("orch cancel 12", "end it and remove its worktree"),
            ("orch cancel 12 --keep-worktree", "end it and keep the files"),
        ],
    ),
    ("delete", &[("orch delete 12", "remove its worktree and branch; nothing is lost")]),
    ("witness", &[("orch witness", "exit code 1 if a run needs attention")]),
    (
        "clean",
        &[
            ("orch clean", "list worktrees, branches and logs, with sizes"),
            ("orch clean --remove", "remove what is safe to remove"),
        ],
    ),
    (
        "escalate",
        &[("orch escalate \"Which token?\" --options JWT,cookie", "ask, and end the attempt")],
    ),
    (
        "forward",
        &[
            ("orch forward 12 \"Use JWT\"", "answer its question"),
            ("orch forward 12 \"The API changed\"", "send a message for its next packet"),
        ],
    ),
    (
        "mcp",
        &[
            ("orch mcp", "tools for an agent at a gate; the agent's program starts it"),
            ("orch mcp --surface operator", "also to start, steer and verify runs"),
        ],
    ),
    ("approver add", &[("orch approver add ada@example.org", "let Ada approve in a browser")]),
    (
        "serve",
        &[
            ("orch serve", "serve on this machine until Ctrl-C"),
            ("orch serve --read-only --port 8080", "read-only, on another port"),
        ],
    ),
    (
        "worker",
        &[
            ("orch worker", "drive waiting runs until Ctrl-C"),
            ("orch worker --slots 8 --labels gpu", "more at once, and those that require `gpu`"),
        ],
    ),
    (
        "init",
        &[
            ("orch init", "create orch.toml, and ask what else to create"),
            (
                "orch init --with schemas,agents-md",
                "with schemas for editors and a section for agents",
            ),
            ("orch init --mcp claude,codex", "let Claude Code and Codex call orch by MCP"),
        ],
    ),
    ("doctor", &[("orch doctor --fix", "find problems and repair them")]),
    (
        "explain",
        &[
            ("orch explain min_sources", "a check"),
            ("orch explain on_fail", "a key of a workflow"),
            ("orch explain held", "the code of an error"),
        ],
    ),
    (
        "completions",
        &[(
            "orch completions bash > ~/.local/share/bash-completion/completions/orch",
            "install completions for bash",
        )],
    ),
    ("man", &[("orch man ~/.local/share/man/man1", "install the man pages")]),
    ("ls", &[("orch ls --status FAILED", "runs that failed")]),
    ("show", &[("orch show snow", "what happened in that run")]),
    (
        "resume",
        &[("orch resume", "resume the current run"), ("orch resume snow", "resume another")],
    ),
    ("approve", &[("orch approve --gate draft", "approve; asks you to confirm")]),
];

/// The examples of one command, for its help.
pub fn of(path: &str) -> String {
    let examples = EXAMPLES.iter().find(|(of, _)| *of == path);
    examples.map(|(_, examples)| text(examples)).unwrap_or_default()
}

/// A command with examples in its help, and in that of each command below it.
pub fn with_examples(command: clap::Command) -> clap::Command {
    below(command, "")
}

fn below(mut command: clap::Command, path: &str) -> clap::Command {
    let names: Vec<String> =
        command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        let path = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |inner| below(inner, &path));
    }
    let told = command.get_after_help().map(|told| format!("{told}\n\n")).unwrap_or_default();
    command.after_help(format!("{told}{}", of(path)))
}

fn text(examples: &[Example]) -> String {
    let width = examples.iter().map(|(line, _)| line.chars().count()).max().unwrap_or_default();
    let mut text = String::from("Examples:");
    for (line, what) in examples {
        let _ = write!(text, "\n  {line:<width$}  {what}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A line as a shell splits it, as far as examples go.
    fn words(line: &str) -> Vec<String> {
        let line = line.split(" > ").next().unwrap_or(line);
        let mut words = Vec::new();
        for (number, part) in line.split('"').enumerate() {
            if number % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
        words
    }

    #[test]
    fn each_example_is_read_by_the_command_that_it_stands_at() {
        for (path, examples) in EXAMPLES {
            for (line, _) in examples {
                let words = words(line);
                assert!(
                    format!("{} ", words.join(" ")).starts_with(&format!("orch {path} ")),
                    "{line}"
                );
                let read = crate::cli::whole().try_get_matches_from(&words);
                assert!(
                    read.is_ok(),
                    "{line}: {}",
                    read.err().map(|it| it.to_string()).unwrap_or_default()
                );
            }
        }
    }

    #[test]
    fn each_command_has_examples() {
        let mut all = BTreeSet::new();
        collect(&crate::cli::whole(), "", &mut all);
        let told: BTreeSet<String> = EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(all.difference(&told).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(told.len(), EXAMPLES.len());
    }

    fn collect(command: &clap::Command, path: &str, all: &mut BTreeSet<String>) {
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            let path = format!("{path} {}", inner.get_name()).trim().to_owned();
            if inner.has_subcommands() {
                collect(inner, &path, all);
            } else {
                all.insert(path);
            }
        }
    }
}
