//! The pages that people read, followed from top to bottom in a project of their own: files are
//! written, commands are run, and what a page says that they print is looked for.
//!
//! The word behind a fence says what a block is. In `console` each line after a `$` runs, ends with
//! the last block's `exit=` or 0, and prints the lines that stand below it, in that order; `…` stands
//! for anything. `console terminal` runs on one, where approvals are given. `console agent`,
//! `console install` and `console proof` need what a test has not: their commands and flags are looked
//! up, and those of the last are run by `tests/proofs`. A file whose
//! first line is a comment with a path is written there. Other TOML is held against the schemas.

use super::fragment;
use super::picture;
use super::root;
use crate::house::House;
use crate::house::child;
use crate::house::lacks;
use regex::Regex;
use std::path::Path;

/// A fenced block: what it is, and its text.
pub struct Block {
    pub kind: String,
    pub text: String,
}

/// The fenced blocks of a page, in its order.
pub fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        match &mut open {
            None => {
                let kind = line.strip_prefix("```").map(str::to_owned);
                open = kind.map(|kind| Block { kind, text: String::new() });
            }
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some(block) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

/// A reader with a project of their own.
pub struct Reader<'p> {
    page: &'p str,
    pub house: House,
    pub ran: usize,
}

impl<'p> Reader<'p> {
    pub fn new(page: &'p str) -> Self {
        Self { page, house: House::new().confined(), ran: 0 }
    }

    /// Does what a page says.
    pub fn follow(&mut self, text: &str) {
        for block in blocks(text) {
            let mut words = block.kind.split_whitespace();
            let language = words.next().unwrap_or_default();
            let how = words.next().unwrap_or_default();
            match (language, how) {
                ("console", "agent" | "install" | "proof") => self.look_up(&block.text),
                ("console", "terminal") => self.type_in(&block.text),
                ("console", how) => self.run(&block.text, how),
                (_, _) => self.keep(language, &block.text),
            }
        }
        fragment::all_of_tables_fit(self.page, text);
    }

    fn run(&mut self, text: &str, how: &str) {
        let exit = how.strip_prefix("exit=").map_or(0, |code| code.parse().unwrap());
        assert!(how.is_empty() || how.starts_with("exit="), "{}: console {how}", self.page);
        let steps = steps(text);
        for (number, (line, prints)) in steps.iter().enumerate() {
            let code = if number + 1 == steps.len() { exit } else { 0 };
            let (found, printed) = self.shell(line);
            let page = self.page;
            assert_eq!(found, Some(code), "{page}: $ {line}\n{printed}");
            self.find(line, prints, &printed);
            self.ran += 1;
        }
    }

    /// What a shell with the program on its path comes to and prints.
    fn shell(&self, line: &str) -> (Option<i32>, String) {
        let programs = Path::new(env!("CARGO_BIN_EXE_orch")).parent().unwrap().display();
        let path = format!("{programs}:{}", std::env::var("PATH").unwrap());
        let mut shell = self.house.program("sh");
        shell.args(["-c", &format!("exec 2>&1\n{line}")]).env("PATH", path);
        let output = child::output(&mut shell);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn type_in(&mut self, text: &str) {
        for (line, prints) in steps(text) {
            let words = line.strip_prefix("orch ").expect("orch runs on a terminal");
            let done = self.house.on_terminal_by_the_clock(
                words,
                picture::COLUMNS,
                &[("Approve this as", "yes\r")],
            );
            let shown = done.shown();
            assert_eq!(done.code, 0, "{}: $ {line}\n{shown}", self.page);
            self.find(line, &prints, &picture::plain(&done.stdout));
            self.ran += 1;
        }
    }

    /// Demands the lines of a page among those that were printed, in their order.
    fn find(&self, line: &str, expected: &[&str], printed: &str) {
        let mut left = printed.lines();
        for wanted in expected {
            let pattern = regex::escape(wanted.trim_end()).replace('…', ".*");
            // Lines of a run may begin with a time and end with how long it took.
            let (time, took) = (r"(?:\d\d:\d\d:\d\dZ )?", r"(?:  [\d.]+[hms][\d. hms]*)?");
            let pattern = format!(r"^\s*{time}{}{took}\s*$", pattern.trim_start());
            let pattern = Regex::new(&pattern).unwrap();
            let page = self.page;
            assert!(left.any(|it| pattern.is_match(it)), "{page}: $ {line}: {wanted}\n{printed}");
        }
    }

    /// Commands that need an agent or an installation are at least there, with their flags.
    fn look_up(&self, text: &str) {
        for (line, _) in steps(text) {
            let Some(words) = line.strip_prefix("orch ") else { continue };
            let words: Vec<&str> = words.split_whitespace().collect();
            let is_word = |word: &&&str| word.chars().all(|letter| letter.is_ascii_lowercase());
            let path: Vec<&str> = words.iter().take_while(is_word).take(2).copied().collect();
            let help = [path.as_slice(), &path[..path.len().min(1)]]
                .into_iter()
                .map(|path| self.house.orch_with(&[path, &["--help"]].concat()))
                .find(|done| done.code == 0);
            let help = help.unwrap_or_else(|| panic!("{}: `{line}` is no command", self.page));
            // Those of a workflow are its own.
            if path[0] != "run" {
                for flag in words.iter().filter(|word| word.starts_with("--")) {
                    assert!(help.stdout.contains(flag), "{}: {line}: {flag}", self.page);
                }
            }
        }
    }

    /// Writes a file that says where it lies; else holds it against what it could be.
    fn keep(&self, language: &str, text: &str) {
        let first = text.lines().next().unwrap_or_default();
        let path = Regex::new(r"^(?:#|//|\{#|<!--) ([\w./-]+\.\w+)(?: #\}| -->)?$").unwrap();
        let path = path.captures(first).map(|found| found[1].to_owned());
        match (language, path) {
            (_, Some(path)) => self.house.write(&path, text),
            ("toml", None) => fragment::fits(self.page, text),
            ("json", None) => {
                let read = serde_json::from_str::<serde_json::Value>(text);
                assert!(read.is_ok(), "{}: {read:?}\n{text}", self.page);
            }
            ("text" | "yaml" | "markdown" | "mermaid", None) => (),
            (other, None) => panic!("{}: a block of `{other}` says nothing", self.page),
        }
    }
}

/// The commands of a block, each with the lines below it.
fn steps(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut steps: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push((command, Vec::new())),
            (None, Some((_, prints))) if !["", "…"].contains(&line.trim()) => prints.push(line),
            (None, _) => (),
        }
    }
    steps
}

/// The pages of the book, by their paths.
pub fn book() -> Vec<String> {
    let pages = super::files(&root().join("docs/src"), "md");
    let path = |page: &Path| page.strip_prefix(root()).unwrap().display().to_string();
    pages.iter().map(|page| path(page)).collect()
}

#[test]
fn the_readme_holds() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut reader = Reader::new("README.md");
    reader.follow(&readme);
    assert!(reader.ran > 15, "the README runs only {} commands", reader.ran);
    let lines = readme.lines().count();
    assert!(lines <= 250, "the README has {lines} lines");
}

#[test]
fn the_pages_of_the_book_hold() {
    let pages = book();
    let ran = std::thread::scope(|scope| {
        let readers = pages.iter().map(|page| scope.spawn(|| read(page)));
        let readers: Vec<_> = readers.collect();
        readers.into_iter().map(|reader| reader.join().ok()).collect::<Vec<_>>()
    });
    let wrong: Vec<&String> =
        pages.iter().zip(&ran).filter(|(_, ran)| ran.is_none()).map(|(page, _)| page).collect();
    assert!(wrong.is_empty(), "{wrong:?} do not hold");
    let ran: usize = ran.into_iter().flatten().sum();
    assert!(ran > 60, "the book runs only {ran} commands");
}

/// How many commands a page of the book runs.
fn read(page: &str) -> usize {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    if text.contains("$ ssh-keygen") && lacks("ssh-keygen") {
        return 0;
    }
    let mut reader = Reader::new(page);
    reader.follow(&text);
    reader.ran
}

#[test]
fn the_summary_names_every_page_once() {
    let summary = std::fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    let link = Regex::new(r"\]\(([^)]+)\)").unwrap();
    let mut named: Vec<String> =
        link.captures_iter(&summary).map(|found| format!("docs/src/{}", &found[1])).collect();
    named.sort();
    let mut pages = book();
    pages.retain(|page| page != "docs/src/SUMMARY.md");
    assert_eq!(named, pages);
}

#[test]
fn each_shipped_workflow_has_its_page() {
    for path in super::files(&root().join("workflows"), "toml") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let page = format!("docs/src/workflows/{name}.md");
        assert!(root().join(&page).exists(), "{page}");
    }
}
