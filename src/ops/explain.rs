//! `orch explain`: the reference's page about a check, a key, a command or an error code.

use super::Error;
use crate::source::suggest;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Made from the program itself, so that both say the same.
const REFERENCE: &str = include_str!("../../reference.md");

/// What to explain.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// A check, key, command, agent, error code or exit code; without it, all of them are listed.
    #[cfg_attr(feature = "cli", arg(value_name = "TOPIC"))]
    pub topic: Vec<String>,
}

/// What the reference says.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub enum Reply {
    /// The pages about a topic, in the order of the reference.
    #[serde(rename = "pages")]
    Pages(Vec<Page>),
    /// Everything that can be explained, by part of the reference.
    #[serde(rename = "topics")]
    Topics(BTreeMap<String, Vec<String>>),
}

/// A page of the reference, or a row of a table of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Page {
    /// The part of the reference, such as `Checks`.
    pub part: String,
    /// The title, such as `min_sources` or `retry in [[gate]]`.
    pub title: String,
    /// The text, in Markdown.
    pub text: String,
}

/// Finds what the reference says about a topic.
pub fn explain(request: &Request) -> Result<Reply, Error> {
    let pages = pages();
    let topic = request.topic.join(" ");
    let topic = plain(&topic);
    if topic.is_empty() {
        return Ok(Reply::Topics(topics(&pages)));
    }
    let rows = pages.iter().flat_map(rows).collect::<Vec<_>>();
    let is_meant = |title: &str| names(title).iter().any(|name| name.eq_ignore_ascii_case(topic));
    let mut found: Vec<Page> =
        rows.iter().filter(|row| is_meant(&row.0)).map(|row| row.1.clone()).collect();
    found.extend(pages.iter().filter(|page| is_meant(&page.title)).cloned());
    if found.is_empty() {
        let known: BTreeSet<&str> = pages
            .iter()
            .map(|page| plain(&page.title))
            .chain(rows.iter().map(|row| row.0.as_str()))
            .collect();
        // A command is known by its last word.
        let is_last = |title: &&str| title.rsplit_once(' ').is_some_and(|(_, last)| last == topic);
        let commands: Vec<String> =
            known.iter().copied().filter(is_last).map(|title| format!("`{title}`")).collect();
        let help = match commands.as_slice() {
            [] => suggest(topic, known),
            commands => format!("did you mean {}?", commands.join(" or ")),
        };
        return Err(Error::usage(format!("the reference has no page about `{topic}`")).advise(help));
    }
    Ok(Reply::Pages(found))
}

/// What can be explained, for whoever completes a command line.
pub fn all_topics() -> BTreeSet<String> {
    let pages = pages();
    let keys = pages.iter().flat_map(rows).map(|row| row.0);
    let titles = pages.iter().map(|page| plain(&page.title).to_owned());
    keys.chain(titles).collect()
}

fn topics(pages: &[Page]) -> BTreeMap<String, Vec<String>> {
    let mut topics: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for page in pages {
        let titles = topics.entry(page.part.clone()).or_default();
        titles.extend((page.title != page.part).then(|| page.title.clone()));
    }
    topics
}

/// All pages; what stands in a fenced block is no heading.
fn pages() -> Vec<Page> {
    let (mut pages, mut part, mut is_fenced) = (Vec::<Page>::new(), String::new(), false);
    for line in REFERENCE.lines() {
        is_fenced ^= line.starts_with("```");
        if line.starts_with("<!-- ") {
            // A mark for the book.
        } else if let Some(title) = line.strip_prefix("## ").filter(|_| !is_fenced) {
            part = title.replace('`', "");
            pages.push(Page { part: part.clone(), title: part.clone(), text: String::new() });
        } else if let Some(title) = line.strip_prefix("### ").filter(|_| !is_fenced) {
            let title = title.replace('`', "");
            pages.push(Page { part: part.clone(), title, text: String::new() });
        } else if let Some(page) = pages.last_mut().filter(|page| page.part == part) {
            page.text.push_str(line);
            page.text.push('\n');
        }
    }
    for page in &mut pages {
        page.text = page.text.trim().to_owned();
    }
    pages.retain(|page| !page.text.is_empty());
    pages
}

/// The rows of a page's tables, each with the key that it explains.
fn rows(page: &Page) -> Vec<(String, Page)> {
    let row = |line: &str| {
        let (first, rest) = line.strip_prefix("| ")?.split_once(" |")?;
        let (marked, beside) = match first.strip_prefix('`') {
            Some(first) => first.split_once('`')?,
            None => (first, ""),
        };
        let is_key = first.starts_with('`') || first.parse::<u8>().is_ok();
        let key = Some(marked).filter(|_| is_key)?;
        let rest = format!("{beside} |{rest}");
        let cells = rest.trim_end_matches('|').split(" | ").map(str::trim);
        let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty() && *cell != "|").collect();
        let title = format!("{key} in {}", page.title);
        let text = cells.join("\n").replace("\\|", "|");
        Some((key.to_owned(), Page { part: page.part.clone(), title, text }))
    };
    page.text.lines().filter_map(row).collect()
}

/// A topic without the marks around it.
fn plain(topic: &str) -> &str {
    let topic = topic.trim().trim_matches('`').trim_matches(|mark| mark == '[' || mark == ']');
    topic.strip_prefix("orch ").unwrap_or(topic).trim_start_matches("--")
}

/// What a title can be called by: `[gate.retry]` is `retry` too.
fn names(title: &str) -> Vec<&str> {
    let whole = plain(title);
    let last = whole.rsplit('.').find(|part| !part.chars().all(char::is_uppercase));
    [Some(whole), last].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(topic: &str) -> Vec<String> {
        let topic = topic.split_whitespace().map(str::to_owned).collect();
        match explain(&Request { topic }).unwrap() {
            Reply::Pages(pages) => {
                pages.into_iter().map(|page| format!("{}: {}", page.part, page.title)).collect()
            }
            Reply::Topics(topics) => topics.into_keys().collect(),
        }
    }

    #[test]
    fn a_topic_is_found_however_it_is_written() {
        assert_eq!(titles("min_sources"), ["Checks: min_sources"]);
        let pages = ["Commands: orch run list", "JSON output: orch run list"];
        assert_eq!(titles("orch run list"), pages);
        assert_eq!(titles("run list"), titles("orch run list"));
        assert_eq!(titles("retry"), ["Workflows: retry in [[gate]]", "Workflows: [gate.retry]"]);
        assert_eq!(titles("[gate.retry]"), ["Workflows: [gate.retry]"]);
        assert_eq!(titles("held"), ["Error codes: held"]);
        assert_eq!(titles("5"), ["Exit codes: 5 in Exit codes"]);
        assert_eq!(
            titles("orch_run"),
            ["Environment variables: ORCH_RUN in Environment variables"; 2]
        );
    }

    #[test]
    fn every_topic_that_is_offered_is_explained() {
        for topic in all_topics() {
            let request = Request { topic: vec![topic.clone()] };
            assert!(explain(&request).is_ok(), "{topic}");
        }
    }
}
