//! The page of the reference about a check, a key, a command, an audit rule or an error code.

use super::Error;
use crate::source::nearest;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
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
    /// A check, key, command, agent, audit rule or code; without one, list all topics.
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
    let ways = [titled, keyed, mentioned];
    match ways.iter().map(|way| way(topic, &pages, &rows)).find(|found| !found.is_empty()) {
        Some(found) => Ok(Reply::Pages(found)),
        None => Err(unknown(topic, &pages, &rows)),
    }
}

/// What has this title or explains this key.
fn titled(topic: &str, pages: &[Page], rows: &[Row]) -> Vec<Page> {
    let joined = topic.replace(' ', "_");
    let is_meant = |title: &str| {
        let names = names(title);
        [topic, &joined].iter().any(|topic| names.iter().any(|it| it.eq_ignore_ascii_case(topic)))
    };
    let rows = rows.iter().filter(|row| is_meant(&row.key)).map(|row| row.page.clone());
    rows.chain(pages.iter().filter(|page| is_meant(&page.title)).cloned()).collect()
}

/// The key of a table, as in `each.as` and `agents.mine.packet`.
fn keyed(topic: &str, _: &[Page], rows: &[Row]) -> Vec<Page> {
    let Some((table, key)) = topic.rsplit_once('.') else { return Vec::new() };
    let is_table = |title: &str| {
        let mut parts = plain(title).rsplit('.');
        let is_part = |(part, named): (&str, &str)| part == named || is_placeholder(part);
        table.rsplit('.').all(|named| parts.next().is_some_and(|part| is_part((part, named))))
    };
    let of_table = rows.iter().filter(|row| row.key == key && is_table(&row.table));
    of_table.map(|row| row.page.clone()).collect()
}

/// The rows that name a value, such as a type of input or a status.
fn mentioned(topic: &str, _: &[Page], rows: &[Row]) -> Vec<Page> {
    let marked = [format!("`{topic}`"), format!("\"{topic}\"")];
    let mentions = |row: &&Row| marked.iter().any(|it| row.page.text.contains(it));
    rows.iter().filter(mentions).map(|row| row.page.clone()).collect()
}

fn unknown(topic: &str, pages: &[Page], rows: &[Row]) -> Error {
    let titles = pages.iter().map(|page| plain(&page.title));
    let known: BTreeSet<&str> = titles.chain(rows.iter().map(|row| row.key.as_str())).collect();
    // A command is known by its last word.
    let is_last = |title: &&str| title.rsplit_once(' ').is_some_and(|(_, last)| last == topic);
    let commands: Vec<String> =
        known.iter().copied().filter(is_last).map(|title| format!("`{title}`")).collect();
    let all = || Advice::from(Suggestion::new("explain")).then(" lists all topics");
    let help = match commands.as_slice() {
        [] => nearest(topic, known).map_or_else(all, Advice::from),
        commands => format!("did you mean {}?", commands.join(" or ")).into(),
    };
    Error::usage(format!("the reference has no page about `{topic}`")).advise(help)
}

/// What can be explained, for whoever completes a command line.
pub fn all_topics() -> BTreeSet<String> {
    let pages = pages();
    let keys = pages.iter().flat_map(rows).map(|row| row.key);
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

/// A row of a table.
struct Row {
    /// What it explains.
    key: String,
    /// The title of the page that the table stands on.
    table: String,
    page: Page,
}

/// The rows of a page's tables.
fn rows(page: &Page) -> Vec<Row> {
    let page_title = &page.title;
    let row = |line: &str| {
        let (first, rest) = line.strip_prefix("| ")?.split_once(" |")?;
        let (marked, beside) = match first.strip_prefix('`') {
            Some(first) => first.split_once('`')?,
            None => (first, ""),
        };
        let is_key = first.starts_with('`') || first.parse::<u8>().is_ok();
        let key = Some(marked).filter(|_| is_key)?;
        let rest = format!("{beside} |{rest}");
        let example = key;
        let key = filter(key)?;
        let cells = rest.trim_end_matches('|').split(" | ").map(str::trim);
        let cells: Vec<&str> = cells.filter(|cell| !cell.is_empty() && *cell != "|").collect();
        let is_whole_part = page.title == page.part;
        let title = if is_whole_part { key.to_owned() } else { format!("{key} in {}", page.title) };
        let shown = if key == example { String::new() } else { format!("`{example}`\n") };
        let text = format!("{shown}{}", cells.join("\n")).replace("\\|", "|");
        let page = Page { part: page.part.clone(), title, text };
        Some(Row { key: key.to_owned(), table: page_title.clone(), page })
    };
    page.text.lines().filter_map(row).collect()
}

/// The filter that an expression of a template is an example of; what is no expression stands for
/// itself.
fn filter(key: &str) -> Option<&str> {
    let Some((_, filters)) = key.split_once(" \\| ") else {
        let is_expression = key.contains(|it: char| "'{[".contains(it)) && key.contains(' ');
        return (!is_expression).then_some(key);
    };
    filters.split([' ', '(']).next()
}

/// A topic without the marks around it.
fn plain(topic: &str) -> &str {
    let topic = topic.trim().trim_matches('`').trim_matches(|mark| mark == '[' || mark == ']');
    let code = ["exit code ", "exit "].iter().find_map(|it| topic.strip_prefix(it));
    let code = code.filter(|code| code.bytes().all(|it| it.is_ascii_digit()));
    let topic = code.or_else(|| topic.strip_prefix("orch ")).unwrap_or(topic);
    topic.trim_start_matches("--")
}

/// Whether a part of a table's name stands for any name.
fn is_placeholder(part: &str) -> bool {
    part.chars().all(char::is_uppercase)
}

/// What a title can be called by: `[gate.retry]` is `retry` too.
fn names(title: &str) -> Vec<&str> {
    let whole = plain(title);
    let last = whole.rsplit('.').find(|part| !is_placeholder(part));
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
        assert_eq!(titles("5"), ["Exit codes: 5"]);
        assert_eq!(titles("exit 5"), titles("5"));
        assert_eq!(titles("word count"), ["Checks: word_count"]);
        assert_eq!(titles("orch_run"), ["Environment variables: ORCH_RUN"; 2]);
    }

    #[test]
    fn a_key_is_found_by_its_table_and_a_value_by_its_key() {
        assert_eq!(titles("each.as"), ["Workflows: as in [gate.each]"]);
        assert_eq!(titles("on_fail.goto"), ["Workflows: goto in [gate.on_fail]"]);
        let packet = "Configuration: packet in [agents.NAME]";
        assert_eq!(titles("agents.mine.packet"), [packet]);
        assert_eq!(titles("split"), ["Templates: split in Filters and operators"]);
        assert_eq!(titles("human"), ["Workflows: executor in [[gate]]"]);
        assert!(titles("slug").contains(&"Workflows: type in [inputs.NAME]".to_owned()));
        let lost = explain(&Request { topic: vec!["frobnicate".to_owned()] }).unwrap_err();
        let help = lost.advice().map(|advice| advice.to_string());
        assert_eq!(help.as_deref(), Some("orch explain lists all topics"));
    }

    #[test]
    fn every_topic_that_is_offered_is_explained() {
        for topic in all_topics() {
            let request = Request { topic: vec![topic.clone()] };
            assert!(explain(&request).is_ok(), "{topic}");
        }
    }
}
