//! What CONTRIBUTING says of a change is so: the files are there, and in one of them what is named.

use regex::Regex;
use std::path::Path;

/// What a change brings with it, and is nowhere before.
const TO_BE_MADE: [&str; 2] = ["mod x;", "http"];

#[test]
fn a_change_touches_files_that_are_there_with_what_is_named() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let (_, table) = text.split_once("\n| change | files |\n").unwrap();
    let rows = table.lines().skip(1).take_while(|line| line.starts_with('|'));
    let quoted = Regex::new("`([^`]+)`").unwrap();
    let (mut problems, mut count) = (Vec::new(), 0);
    for row in rows {
        count += 1;
        let names = || quoted.captures_iter(row).map(|found| found.extract::<1>().1[0]);
        let is_path = |name: &&str| name.contains('/') || name.ends_with(".md");
        let (mut texts, mut missing) = (String::new(), Vec::new());
        for path in names().filter(is_path).filter(|path| !path.contains("/x.")) {
            let place = root.join(path);
            if !place.exists() {
                missing.push(path);
            } else if place.is_file() {
                texts.push_str(&std::fs::read_to_string(place).unwrap());
            }
        }
        let words = names().filter(|name| !is_path(name) && !TO_BE_MADE.contains(name));
        missing.extend(words.filter(|name| {
            let last = name.rsplit("::").next().unwrap();
            let is_word = last.chars().all(|one| one.is_alphanumeric() || one == '_');
            is_word && !Regex::new(&format!(r"\b{last}\b")).unwrap().is_match(&texts)
        }));
        problems.extend(missing.into_iter().map(|name| format!("{name}: {row}")));
    }
    assert!(count >= 10, "{count} changes");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
