//! `orch explain`: the reference's page about a topic.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::table::folded;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::explain;
use crate::ops::explain::Page;
use crate::ops::explain::Reply;

pub fn execute(face: &Face, request: &explain::Request) -> Result<u8, Failure> {
    let reply = explain::explain(request)?;
    let text = match &reply {
        Reply::Pages(pages) => pages.iter().map(page).collect::<Vec<_>>().join("\n\n"),
        Reply::Topics(topics) => topics
            .iter()
            .map(|(part, titles)| match titles.as_slice() {
                [] => part.clone(),
                titles => format!("{part}: {}", short(titles).join(", ")),
            })
            .collect::<Vec<_>>()
            .join("\n\n"),
    };
    face.answer(&reply, &Instructions::default(), &folded(&text));
    Ok(exit::DONE)
}

/// Titles in a list of their kind; each command would begin with the same word.
fn short(titles: &[String]) -> Vec<&str> {
    titles.iter().map(|title| title.strip_prefix("orch ").unwrap_or(title)).collect()
}

fn page(page: &Page) -> String {
    format!("{} ({})\n\n{}", page.title, page.part, plain(&page.text))
}

/// Text whose tables are lists: what a row explains, and indented below it what it says of that.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: Option<&&str>| line.is_some_and(|line| line.starts_with("| --"));
    let mut plain: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_heading = is_rule(lines.get(at + 1));
        match line.strip_prefix("| ") {
            Some(_) if is_heading || is_rule(Some(line)) => {}
            Some(row) => plain.extend(item(row)),
            // What a fence encloses is text as it is.
            None if line.starts_with("```") => {}
            None => plain.push((*line).to_owned()),
        }
    }
    plain.join("\n")
}

/// A row of a table: its first cells on one line, its last below them.
fn item(row: &str) -> Vec<String> {
    let cells = row.trim_end_matches('|').split(" | ").map(str::trim);
    let cells = cells.filter(|cell| !cell.is_empty());
    let mut cells: Vec<String> = cells.map(|cell| cell.replace("\\|", "|")).collect();
    let last = cells.pop().unwrap_or_default();
    if cells.is_empty() {
        return vec![format!("  {last}")];
    }
    vec![format!("  {}", cells.join(", ")), format!("      {last}")]
}
