//! What the program and its surroundings tell each other besides commands and files of definitions:
//! variables, exit codes, the files of a project.

use super::root;
use crate::house::House;
use crate::tidy::sources;
use regex::Regex;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Variables that orch reads.
const READ: [(&str, &str); 16] = [
    ("ORCH_RUN", "The current run, as for `--run`."),
    ("ORCH_GATE", "The current gate, as for `--gate`."),
    (
        "ORCH_SESSION",
        "The current session, such as `parser@2`. It has a current run of its own, for `use` and `back`.",
    ),
    ("ORCH_COMPLETE", "A shell that asks for completions; see `orch completions`."),
    (
        "ORCH_ENGINE_TOKEN",
        "The token to show to the engine that machines share runs through; see `[engine]`.",
    ),
    ("CI", "Any value but an empty one, `0` and `false` implies `--ci`."),
    ("NO_COLOR", "Any value but an empty one turns colours off."),
    ("TERM", "`dumb` turns colours and the progress display off."),
    ("PAGER", "Shows long files before an approval."),
    ("VISUAL, EDITOR", "Opens the packet from the menu of a run."),
    ("GITHUB_ACTIONS", "`true` turns findings into annotations."),
    ("GITHUB_STEP_SUMMARY", "On GitHub, the file to which the summary of a run is added."),
    (
        "XDG_CONFIG_HOME",
        "Where the folder `orch` with your own `orch.toml`, workflows, contracts and prompts is; `~/.config` by default.",
    ),
    ("HOME", "Your home folder."),
    ("USER, LOGNAME", "Your name if git has none."),
    ("PATH", "Where to look for programs."),
];

/// Variables that orch sets for what it starts.
const SET: [(&str, &str); 8] = [
    ("ORCH_RUN, ORCH_GATE", "The run and the gate."),
    (
        "ORCH_ATTEMPT",
        "The number of the attempt. If it is set, commands that only a person may use are refused.",
    ),
    ("ORCH_INPUT_<NAME>", "An input, by its name in upper case; a list has one item per line."),
    ("ORCH_PACKET", "The file with the packet, for agents."),
    ("ORCH_PROJECT", "The project folder, even if `dir` names another folder to work in."),
    ("ORCH_ANSWERS", "The file to write answers to, for a gate with `answers`."),
    ("ORCH_AT_WORK", "Marks everything that a gate starts."),
    ("the gate's `env` and `secrets`, the agent's `env`", "As configured."),
];

/// The part of the reference.
pub fn variables() -> String {
    let mut text = String::new();
    for (title, rows) in [("Read by `orch`:", &READ[..]), ("Set for the programs of gates:", &SET)]
    {
        let _ = writeln!(text, "\n{title}\n\n| variable | |\n| --- | --- |");
        for (names, words) in rows {
            let names: Vec<String> = names.split(", ").map(name_cell).collect();
            let _ = writeln!(text, "| {} | {words} |", names.join(", "));
        }
    }
    let defaults = std::fs::read_to_string(root().join("src/defaults.toml")).unwrap();
    let defaults: toml::Table = defaults.parse().unwrap();
    let passed = defaults["environment"]["pass"].as_array().unwrap();
    let passed: Vec<String> =
        passed.iter().map(|name| format!("`{}`", name.as_str().unwrap())).collect();
    let _ = write!(
        text,
        "\nOf your own variables, programs get these, those that `[environment] pass` in `orch.toml` \
         adds, and the `secrets` of their gate. Git and `ssh-keygen` get all of them.\n\n{}\n\n\
         Variables that coding agents set for the programs they start (such as `CLAUDECODE`, \
         `CODEX_SANDBOX`, `GEMINI_CLI`) mark a caller as an agent, which cannot approve.\n",
        passed.join(", ")
    );
    text
}

fn name_cell(name: &str) -> String {
    if name.contains(' ') { name.to_owned() } else { format!("`{name}`") }
}

/// The part of the reference: what the help says.
pub fn exit_codes() -> String {
    let help = House::new().orch("--help").code(0).stdout;
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let mut text = String::from(
        "\nThe same for every command, except for `orch gate check --hook`, which follows the rules of \
         agents' stop hooks: 2 if the gate's form checks fail, otherwise 0.\n\n| code | meaning |\n| --: | --- |\n",
    );
    for line in codes.lines().take_while(|line| line.starts_with(' ')) {
        let (code, meaning) = line.trim().split_once("  ").unwrap();
        let _ = writeln!(text, "| {code} | {meaning} |");
    }
    text.push_str(
        "\nIf another process truncates or changes the journal of a running run, the driver exits with \
         6; if it loses the run's lock, with 5.\n",
    );
    text
}

/// The part of the reference.
pub const FILES: &str = "
Written by you, in the project or in `~/.config/orch`:

| file | |
| --- | --- |
| `orch.toml` | Agents, prices, limits, budgets. The project is the nearest folder, from the current one upwards, with this file or with `.git`. |
| `workflows/x.toml` | The workflow `x`. |
| `contracts/a/b.toml` | The contract `a/b`. |
| `contracts/a/b.fixtures/<case>/` | A case for `orch contract test a/b`, with an `expect.toml`. |
| `prompts/a/b.md` | The prompt `a/b.md`. |
| `prompts/brief.md` | Replaces the built-in text of `orch brief`. |

A workflow, contract or prompt of the project takes precedence over one of yours, and that over a built-in one.

Written by `orch`:

| path | |
| --- | --- |
| `orchestration/runs/<run>/record/` | The record, committed. |
| `… /RUN.json` | The run for people and tools. |
| `… /journal/<n>.jsonl` | Every event, in segments that are never rewritten. |
| `… /definition/` | Workflow, contracts, prompts and agents as they were at the start. |
| `… /gates/<gate>/attempt-<n>.json` | An attempt: outputs with digests, findings, cost. |
| `… /gates/<gate>/approval-<n>.txt`, `.sig` | An approval, with its signature if it is signed. |
| `… /checkpoints/ckpt-<n>.json` | A checkpoint. |
| `… /SHA256SUMS` | Digests of all of these, for `sha256sum --check`. |
| `orchestration/runs/<run>/logs/` | Packets, stdout, stderr, `notifications.jsonl`; ignored by git. |
| `.git/orch/runs/<run>/journal.jsonl` | The live journal; outside git in `.state/` of the run's folder. |
| `refs/orch/runs/<run>` | The record as of the last attempt. |
| `refs/orch/checkpoints/` | The working trees of checkpoints. |
";

/// Variables that only tests set, and one that stands for any input.
const OF_TESTS: [&str; 6] = [
    "ORCH_CRASH_AT",
    "ORCH_INPUT_TITLE",
    "ORCH_NO_SUCH_SECRET",
    "ORCH_REQUIRE_ALL",
    "ORCH_TEST_PACKET",
    "ORCH_TEST_SCRIPTS",
];

#[test]
fn the_reference_names_every_variable_of_the_program() {
    let name = Regex::new(r#""(ORCH_[A-Z_]*[A-Z])(?:_?"|=)"#).unwrap();
    let named: BTreeSet<String> = sources("src")
        .iter()
        .flat_map(|(_, text)| {
            name.captures_iter(text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .filter(|name| !OF_TESTS.contains(&name.as_str()))
        .collect();
    let told = variables();
    let missing: Vec<&String> = named.iter().filter(|name| !told.contains(name.as_str())).collect();
    assert!(named.len() > 6 && missing.is_empty(), "{missing:?} of {named:?}");
}
