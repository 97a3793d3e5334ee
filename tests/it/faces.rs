//! What only a face says: below the command line nothing names a command or a flag. What is advised
//! there is a `Suggestion` or an `Argument`, which one place turns into a line to type.

use crate::tidy::none;
use crate::tidy::sources;
use clap::Command;
use regex::Regex;
use std::collections::BTreeSet;
use std::path::Path;

/// Where a command line belongs below the faces, and why.
const SPOKEN: [(&str, &str); 6] = [
    ("src/executor/settings.rs", "an agent's program has flags of its own, shown by example"),
    ("src/executor/agent/placeholders.rs", "the same"),
    ("src/project/itself.rs", "this program, started once more"),
    ("src/packet/finish.rs", "a packet tells an agent at a shell how to hand in its work"),
    ("src/ops/init/clients.rs", "other programs are told how to start this one"),
    ("src/suggestion.rs", "a suggestion becomes a line to type here, and nowhere else"),
];

/// Folders that call other programs, which have flags of their own.
const CALLERS: [&str; 2] = ["src/git", "src/process"];

/// Every command by all its words, and every flag.
fn typed(command: &Command, path: &str, found: &mut (BTreeSet<String>, BTreeSet<String>)) {
    found.1.extend(command.get_arguments().filter_map(|it| it.get_long().map(str::to_owned)));
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name()).trim_start().to_owned();
        typed(inner, &path, found);
        found.0.insert(path);
    }
}

/// The texts of a file that people may read: its literals, and what documents it and its items.
fn texts(source: &str) -> Vec<String> {
    let tests = Regex::new(r"#\[cfg\(test\)\]\n(#\[.*\n)*(pub(\(\w+\))? )?mod \w+ \{").unwrap();
    let source = tests.split(source).next().unwrap();
    let mut code = String::new();
    let mut found = Vec::new();
    for line in source.lines() {
        let line = line.trim_start();
        if let Some(text) = line.strip_prefix("///").or(line.strip_prefix("//!")) {
            found.push(text.to_owned());
        } else if !line.starts_with("//") {
            code.push_str(line);
            code.push('\n');
        }
    }
    // A quotation mark by itself begins no text.
    let code = code.replace("'\"'", "' '").replace("b'\"'", "b' '").replace("\\\n", "");
    let literal = Regex::new(r##"(?s)r#"(.*?)"#|"((?:[^"\\]|\\.)*)""##).unwrap();
    let text = |it: regex::Captures<'_>| {
        it.get(1).or(it.get(2)).map(|text| text.as_str().to_owned()).unwrap_or_default()
    };
    found.extend(literal.captures_iter(&code).map(text));
    found
}

#[test]
fn nothing_below_the_command_line_names_a_command_or_a_flag() {
    let mut found = <(BTreeSet<String>, BTreeSet<String>)>::default();
    typed(&orch::cli::whole(), "", &mut found);
    let (commands, mut flags) = found;
    // A workflow's own command is made when its inputs are known.
    flags.extend(orch::cli::reserved().flags.iter().cloned());
    assert!(commands.contains("gate approve") && flags.contains("run"));
    let any = |words: &mut dyn Iterator<Item = &String>| {
        words.map(|word| regex::escape(word)).collect::<Vec<_>>().join("|")
    };
    let called = any(&mut commands.iter());
    let quoted = any(&mut commands.iter().filter(|command| command.contains(' ')));
    let flag = any(&mut flags.iter());
    let line = format!(
        r"\borch (?:{called}|-)\b|`(?:{quoted})\b|(?:^|\W)--(?:(?:{flag})(?:[^\w-]|$)|\{{)"
    );
    let line = Regex::new(&line).unwrap();
    for said in ["see orch verify", "`gate redo` helps", "use --again", "--{flag} is empty"] {
        assert!(line.is_match(said), "{said}");
    }
    let mut problems = Vec::new();
    let mut spoken = BTreeSet::new();
    for (path, source) in sources("src") {
        let is_test = path.file_stem().is_some_and(|name| name == "tests" || name == "testing");
        let is_elsewhere =
            ["src/cli", "src/mcp", "src/serve", "src/main.rs"].iter().chain(&CALLERS);
        if is_test || is_elsewhere.clone().any(|other| path.starts_with(other)) {
            continue;
        }
        for text in texts(&source).into_iter().filter(|text| line.is_match(text)) {
            spoken.insert(path.clone());
            if !SPOKEN.iter().any(|(other, _)| path == Path::new(other)) {
                problems.push(format!("{}: {text}", path.display()));
            }
        }
    }
    none(&problems);
    let known: BTreeSet<_> = SPOKEN.iter().map(|(path, _)| Path::new(path).to_owned()).collect();
    assert_eq!(spoken, known, "an exception that is not needed goes");
}
