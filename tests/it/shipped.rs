//! What comes with the program: its workflows are sound, its schemas and reference are
//! what the program says today, and its README holds.

mod language;
mod papers;

use crate::house::House;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file that is made from the program; `UPDATE=1` writes it.
#[track_caller]
pub fn made(path: &str, text: &str) {
    let whole = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(whole.parent().unwrap()).unwrap();
        std::fs::write(&whole, text).unwrap();
    }
    let there = std::fs::read_to_string(&whole).unwrap_or_default();
    assert!(
        there == text,
        "{path} is not what the program says: UPDATE=1 before the same command writes it"
    );
}

fn schema(subject: &str) -> String {
    House::new().orch(&format!("workflow schema {subject}")).code(0).stdout
}

#[test]
fn every_shipped_workflow_is_sound() {
    let house = House::new();
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("workflows")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        house.orch(&format!("workflow check {name}")).code(0).says(&format!("{name} is valid"));
        house.orch(&format!("workflow graph {name} --format mermaid")).code(0);
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn shipped_files_fit_their_schemas() {
    let mut count = 0;
    for (subject, folder) in [("workflow", "workflows"), ("contract", "contracts")] {
        let schema: serde_json::Value = serde_json::from_str(&schema(subject)).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for path in files(&root().join(folder), "toml") {
            if path.ends_with("expect.toml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let table: toml::Table = text.parse().unwrap();
            let json = serde_json::to_value(table).unwrap();
            let errors: Vec<String> =
                validator.iter_errors(&json).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
            count += 1;
        }
    }
    assert!(count > 5);
}

/// Each contract has a fixture that passes, and of those that fail each fails by the checks that
/// it names and no other: a check that cannot fail would be found, and so would one that always does.
#[test]
fn every_shipped_contract_is_tried_by_good_and_bad_fixtures() {
    let here = root().to_str().unwrap();
    let house = House::new();
    let contracts = files(&root().join("contracts"), "toml");
    let contracts: Vec<&PathBuf> =
        contracts.iter().filter(|path| !path.ends_with("expect.toml")).collect();
    assert!(contracts.len() > 5);
    for path in contracts {
        let name = path.strip_prefix(root().join("contracts")).unwrap().with_extension("");
        let name = name.to_str().unwrap();
        let arguments = ["--project", here, "--json", "contract", "test", name];
        let tried = house.orch_with(&arguments).code(0).json();
        let mut found = Vec::new();
        for fixture in tried["data"].as_array().unwrap() {
            let folder = path.with_extension("fixtures").join(fixture["fixture"].as_str().unwrap());
            let text = std::fs::read_to_string(folder.join("expect.toml")).unwrap();
            let expectation: toml::Table = text.parse().unwrap();
            let checks = expectation.get("checks").and_then(toml::Value::as_table);
            let failing =
                checks.into_iter().flatten().filter(|(_, word)| word.as_str() == Some("fail"));
            let named: BTreeSet<&str> = failing.map(|(kind, _)| kind.as_str()).collect();
            let failed = fixture["failed"].as_array().unwrap().iter();
            let failed: BTreeSet<&str> = failed.map(|kind| kind.as_str().unwrap()).collect();
            if failed.contains("file_exists") {
                // Of a file that is missing nothing holds.
                assert!(named.is_subset(&failed), "{}: {failed:?}", folder.display());
            } else {
                assert_eq!(named, failed, "{}", folder.display());
            }
            found.push(fixture["found"].as_str().unwrap());
        }
        assert!(found.contains(&"pass") && found.contains(&"fail"), "{name}: {found:?}");
    }
}

#[test]
fn schemas_lie_beside_for_editors() {
    for subject in ["workflow", "contract", "config"] {
        made(&format!("schemas/{subject}.schema.json"), &schema(subject));
    }
}

#[test]
fn the_reference_is_what_the_program_says() {
    made("reference.md", &reference());
}

/// The README from top to bottom, as a reader would follow it: files are written, commands run.
#[test]
fn the_readme_holds() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let house = House::new();
    let mut ran = 0;
    for (kind, block) in fenced(&readme) {
        let first = block.lines().next().unwrap_or_default();
        let path = first.strip_prefix("# ").or_else(|| first.strip_prefix("{# "));
        let path = path.map(|path| path.trim_end_matches(" #}"));
        match (kind.as_str(), path) {
            ("toml" | "markdown", Some(path)) => house.write(path, &block),
            ("console", _) => {
                for line in block.lines().filter_map(|line| line.strip_prefix("$ orch ")) {
                    let words: Vec<&str> = line.split_whitespace().collect();
                    house.orch_with(&words).code(0);
                    ran += 1;
                }
            }
            ("console agent" | "console person" | "console install", _) => {
                known_commands(&block);
            }
            _ => {}
        }
    }
    assert!(ran >= 8, "the README runs only {ran} commands");
    house.orch("status --run snow").code(0).says("PASSED");
}

/// Commands that need an agent, a person or an installation are at least there.
fn known_commands(block: &str) {
    for line in block.lines().filter_map(|line| line.strip_prefix("$ orch ")) {
        let path: Vec<&str> = line
            .split_whitespace()
            .take_while(|word| word.chars().all(|letter| letter.is_ascii_lowercase()))
            .take(2)
            .collect();
        let known = [path.as_slice(), &path[..path.len().min(1)]]
            .into_iter()
            .any(|path| House::new().orch_with(&[path, &["--help"]].concat()).code == 0);
        assert!(known, "README: `orch {line}` is no command");
    }
}

/// The fenced blocks of a text, in its order, each with what stands behind its fence.
fn fenced(text: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match &mut open {
            None => {
                let kind = line.strip_prefix("```");
                open = kind.map(|kind| (kind.to_owned(), String::new()));
            }
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn add_agents(text: &mut String) {
    text.push_str(
        "\n## Agents\n\nPresets, each a table that `[agents.NAME]` in `orch.toml` could hold.\n",
    );
    for path in files(&root().join("src/executor/presets"), "toml") {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let _ = write!(
            text,
            "\n### `{name}`\n\n```toml\n{}```\n",
            std::fs::read_to_string(&path).unwrap()
        );
    }
}

/// The files that people write: workflows, contracts, `orch.toml`.
fn add_languages(text: &mut String, contract: &serde_json::Value) {
    let parsed = |subject| serde_json::from_str(&schema(subject)).unwrap();
    let workflow = parsed("workflow");
    text.push_str("\n## Workflows\n\nA workflow `x` is the file `workflows/x.toml`.\n");
    text.push_str(&language::pages(&workflow, "Top level"));
    text.push_str(language::TEMPLATES);
    text.push_str("\n## Contracts\n\nA contract `a/b` is the file `contracts/a/b.toml`.\n");
    text.push_str("\n### The contract itself\n");
    text.push_str(&language::keys(contract, contract, &["output", "check"]));
    let output = contract.pointer("/properties/output/items").unwrap();
    text.push_str("\n### `[[output]]`\n\nOne of `path`, `any_of`, `first_of` and `glob`, and `checks`: a list of the checks below.\n");
    text.push_str(&language::keys(contract, output, &["checks"]));
    let check = contract.pointer("/properties/output/items/properties/checks/items/oneOf/0");
    let check = check.unwrap();
    let own = check["properties"].as_object().unwrap().keys().map(String::as_str);
    let own: Vec<&str> = own.filter(|key| !COMMON.contains(key)).collect();
    text.push_str("\n### Every check\n\nA `[[check]]` stands by itself; one that reads a file names it with `path`.\n");
    text.push_str(&language::keys(contract, check, &[&own[..], &["kind"]].concat()));
    text.push_str(
        "\n## `orch.toml`\n\nIn the project, and in `~/.config/orch` for all projects.\n",
    );
    text.push_str(&language::pages(&parsed("config"), "Settings"));
}

/// What every check takes.
const COMMON: [&str; 3] = ["severity", "when", "message"];

/// Languages, checks, agents and commands, from the program itself.
fn reference() -> String {
    let mut text = String::from(
        "# Reference\n\nMade from the program; `UPDATE=1 cargo test --test it shipped` makes it anew.\n",
    );
    let schema: serde_json::Value = serde_json::from_str(&schema("contract")).unwrap();
    add_languages(&mut text, &schema);
    text.push_str("\n## Checks\n");
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
    add_agents(&mut text);
    text.push_str("\n## Commands\n");
    let house = House::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(path) = open.pop() {
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
        open.extend(below);
    }
    text
}
