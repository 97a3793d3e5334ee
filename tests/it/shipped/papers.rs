//! What the project says of itself: the files and places that its papers name are there.

use super::pages;
use super::root;
use regex::Regex;
use std::path::Path;

const PAPERS: [&str; 5] = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    ".github/pull_request_template.md",
];

/// The papers at the top and the pages of the book.
fn papers() -> Vec<String> {
    let pages = pages::book();
    PAPERS.iter().map(|paper| (*paper).to_owned()).chain(pages).collect()
}

#[test]
fn the_files_that_papers_name_are_there() {
    let mut count = 0;
    let mut missing = Vec::new();
    for paper in papers() {
        let text = std::fs::read_to_string(root().join(&paper)).unwrap();
        let is_of_readers = paper == "README.md" || paper.starts_with("docs/");
        for path in named(&text, !is_of_readers) {
            count += 1;
            if !root().join(&path).exists() {
                missing.push(format!("{paper} names {path}"));
            }
        }
    }
    assert!(count > 60, "{count}");
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}

#[test]
fn the_links_of_papers_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)#]*)#?([^)]*)\)").unwrap();
    let mut count = 0;
    for paper in papers() {
        let text = std::fs::read_to_string(root().join(&paper)).unwrap();
        let folder = Path::new(&paper).parent().unwrap();
        for found in link.captures_iter(&text).filter(|found| !found[1].contains("://")) {
            let target = match &found[1] {
                "" => Path::new(&paper).to_owned(),
                path => folder.join(path),
            };
            let there = std::fs::read_to_string(root().join(&target));
            let there = there.unwrap_or_else(|error| panic!("{paper}: {target:?}: {error}"));
            let heading = found[2].replace('-', " ");
            let headings = there.lines().filter_map(|line| Some(line.split_once("# ")?.1));
            let mut headings = headings.map(str::to_lowercase);
            assert!(heading.is_empty() || headings.any(|it| it == heading), "{paper}: {heading}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// Paths of the project in backticks, but for those of what is still to be written, called `x`. The
/// files at the top are those of whoever reads the README.
fn named(text: &str, with_top: bool) -> Vec<String> {
    let below = r"(?:src|tests|benches|\.ci|\.github)/[^`\s]*";
    let top = r"[A-Z][A-Za-z]+\.(?:md|toml)|\.[a-z]+\.toml";
    let path = Regex::new(&format!("`({below}|{top})`")).unwrap();
    let below = Regex::new(&format!("^{below}")).unwrap();
    let is_new = |path: &str| {
        path.contains('<') || Path::new(path).file_stem().is_some_and(|stem| stem == "x")
    };
    let paths = path.captures_iter(text).map(|found| found[1].to_owned());
    paths.filter(|path| !is_new(path) && (with_top || below.is_match(path))).collect()
}
