//! The reference, from the program itself: languages, checks, agents and commands. Each of its parts
//! stands between two marks, by which the book shows it as a page.

use super::files;
use super::language;
use super::made;
use super::root;
use super::schema;
use super::shapes;
use super::surfaces;
use super::templates;
use crate::house::House;
use std::fmt::Write as _;

#[test]
fn the_reference_is_what_the_program_says() {
    made("reference.md", &reference());
}

fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\nGenerated from the program by `UPDATE=1 cargo test --test it shipped`.\n",
    );
    let contract: serde_json::Value = serde_json::from_str(&schema("contract")).unwrap();
    add_languages(&mut text, &contract);
    add_checks(&mut text, &contract);
    add_agents(&mut text);
    add_commands(&mut text);
    let words = "In `error.code` of `--json`. In text the code stands after the message, except for \
                 `not_found`, `unsound` and `usage`, where message and `help:` say it all.";
    open(&mut text, "Error codes", words);
    for code in orch::cli::ERROR_CODES {
        let _ = write!(text, "\n### `{}`\n\n{}\n", code.code, code);
    }
    let words = "What `orch workflow audit` finds, by the names of `[…]` after a finding, of `rule` in \
                 `--format json` and of `ruleId` in SARIF.";
    open(&mut text, "Audit rules", words);
    for rule in orch::audit::AUDIT_RULES {
        let _ = write!(text, "\n### `{}`\n\n{}. {}\n", rule.name, rule.finds, rule.remedy);
    }
    open(&mut text, "Environment variables", "");
    text.push_str(&surfaces::variables());
    open(&mut text, "JSON output", "");
    text.push_str(&shapes::page());
    open(&mut text, "Exit codes", "");
    text.push_str(&surfaces::exit_codes());
    open(&mut text, "Files", "");
    text.push_str(surfaces::FILES);
    close(&mut text);
    text
}

/// What marks a part for the book.
const MARK: &str = "<!-- ANCHOR: ";

/// Ends the part that is open, if one is.
fn close(text: &mut String) {
    let Some((_, part)) = text.rsplit_once(MARK) else { return };
    let name = part.split(' ').next().unwrap_or_default().to_owned();
    let _ = write!(text, "\n<!-- ANCHOR_END: {name} -->\n");
}

/// Ends the part before and begins one, which the book finds by its name.
fn open(text: &mut String, title: &str, words: &str) {
    close(text);
    let name = title.to_lowercase().replace(' ', "-");
    let _ = write!(text, "\n{MARK}{name} -->\n\n## {title}\n");
    if !words.is_empty() {
        let _ = writeln!(text, "\n{words}");
    }
}

/// The files that people write: workflows, contracts, `orch.toml`.
fn add_languages(text: &mut String, contract: &serde_json::Value) {
    let parsed = |subject| serde_json::from_str(&schema(subject)).unwrap();
    let workflow = parsed("workflow");
    open(text, "Workflows", "A workflow `x` is the file `workflows/x.toml`.");
    text.push_str(&language::pages(&workflow, "Top level"));
    open(text, "Templates", "");
    text.push_str(&templates::page());
    open(text, "Contracts", "A contract `a/b` is the file `contracts/a/b.toml`.");
    text.push_str("\n### The contract itself\n");
    text.push_str(&language::keys(contract, contract, &["output", "check"]));
    let output = contract.pointer("/properties/output/items").unwrap();
    text.push_str("\n### `[[output]]`\n\nExactly one of `path`, `any_of`, `first_of` and `glob`; and `checks`, a list of checks.\n");
    text.push_str(&language::keys(contract, output, &["checks"]));
    let check = contract.pointer("/properties/output/items/properties/checks/items/oneOf/0");
    let check = check.unwrap();
    let own = check["properties"].as_object().unwrap().keys().map(String::as_str);
    let own: Vec<&str> = own.filter(|key| !COMMON.contains(key)).collect();
    text.push_str("\n### Every check\n\nA check of an output reads that output. A `[[check]]` of its own names the file that it reads with `path`.\n");
    text.push_str(&language::keys(contract, check, &[&own[..], &["kind"]].concat()));
    let words = "In the project, and in `~/.config/orch` for all projects.";
    open(text, "Configuration", words);
    text.push_str(&language::pages(&parsed("config"), "Settings"));
}

/// What every check takes.
const COMMON: [&str; 3] = ["severity", "when", "message"];

fn add_checks(text: &mut String, schema: &serde_json::Value) {
    open(text, "Checks", "");
    let kinds = schema.pointer("/properties/output/items/properties/checks/items/oneOf").unwrap();
    for kind in kinds.as_array().unwrap() {
        let name = kind["properties"]["kind"]["const"].as_str().unwrap();
        let _ = write!(
            text,
            "\n### `{name}`\n\n{}\n",
            kind["description"].as_str().unwrap_or_default()
        );
        let parameters: Vec<_> = kind["properties"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| *key != "kind" && !COMMON.contains(&key.as_str()))
            .collect();
        if parameters.is_empty() {
            continue;
        }
        text.push_str("\n| parameter | |\n| --- | --- |\n");
        for (key, schema) in parameters {
            let needed = kind["required"].as_array().unwrap().iter().any(|name| name == key);
            let needed = if needed { " (required)" } else { "" };
            let words = schema["description"]
                .as_str()
                .unwrap_or_default()
                .replace('\n', " ")
                .replace('|', "\\|");
            let _ = writeln!(text, "| `{key}`{needed} | {words} |");
        }
    }
}

fn add_agents(text: &mut String) {
    let words = "Presets, each a table that `[agents.NAME]` in `orch.toml` could contain.";
    open(text, "Agents", words);
    for path in files(&root().join("src/executor/presets"), "toml") {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let _ = write!(
            text,
            "\n### `{name}`\n\n```toml\n{}```\n",
            std::fs::read_to_string(&path).unwrap()
        );
    }
}

/// The help of every command.
fn add_commands(text: &mut String) {
    open(text, "Commands", "");
    let house = House::new();
    let mut left = vec![Vec::<String>::new()];
    while let Some(path) = left.pop() {
        let mut words: Vec<&str> = path.iter().map(String::as_str).collect();
        words.push("--help");
        let help = house.orch_with(&words).code(0).stdout;
        let _ = write!(
            text,
            "\n### `{}`\n\n```text\n{}\n```\n",
            ["orch".to_owned()].into_iter().chain(path.clone()).collect::<Vec<_>>().join(" "),
            help.trim_end()
        );
        let mut below: Vec<Vec<String>> = help
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(|name| [path.clone(), vec![name.to_owned()]].concat())
            .collect();
        below.reverse();
        left.extend(below);
    }
}
