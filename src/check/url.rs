//! URLs in texts, and when two of them are the same one.

use super::text::Lines;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;
use url::Url;

/// What a URL in a text looks like, up to the punctuation around it.
pub(super) const PATTERN: &str = r"https?://[^\s<>\x22'`\]]+";

static URLS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("(?i){PATTERN}")).ok());

/// A URL that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) url: Url,
    pub(super) line: usize,
}

/// The distinct URLs of a text, in its order, without their fragments.
pub(super) fn distinct(text: &str) -> Vec<Found> {
    let Some(pattern) = URLS.as_ref() else {
        return Vec::new();
    };
    let lines = Lines::of(text);
    let mut seen = HashSet::new();
    pattern
        .find_iter(text)
        .filter_map(|found| {
            let url = parse(found.as_str())?;
            let line = lines.at(found.start());
            seen.insert(normal(&url)).then_some(Found { url, line })
        })
        .collect()
}

/// A URL of a text, less the punctuation after it and its fragment.
pub(super) fn parse(text: &str) -> Option<Url> {
    let mut url = Url::parse(trimmed(text)).ok()?;
    url.host_str()?;
    url.set_fragment(None);
    Some(url)
}

/// Without fragment, default port and trailing slash, the host in lower case.
pub(super) fn normal(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    format!("{}://{host}{port}{path}{query}", url.scheme())
}

/// Without the punctuation of the sentence around it; a closing bracket stays where it was opened.
pub(super) fn trimmed(text: &str) -> &str {
    let opened = text.matches('(').count();
    let mut closed = text.matches(')').count();
    let mut text = text;
    loop {
        text = text.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '|']);
        match text.strip_suffix(')') {
            Some(inner) if opened < closed => {
                text = inner;
                closed -= 1;
            }
            Some(_) | None => return text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_stay_where_they_were_opened() {
        assert_eq!(trimmed("https://a.org/x_(y))."), "https://a.org/x_(y)");
        assert_eq!(trimmed(&format!("a{}", ".)".repeat(1_000_000))), "a");
    }

    #[test]
    fn each_url_is_found_once_and_where() {
        let text = "See <https://Example.org:443/a/#top>,\nhttps://example.org/a.\n\
            [x](http://b.org/x_(y)) http:// https://a.org/?q=1!";
        let found: Vec<(String, usize)> =
            distinct(text).into_iter().map(|found| (found.url.to_string(), found.line)).collect();
        let expected =
            [("https://example.org/a/", 1), ("http://b.org/x_(y)", 3), ("https://a.org/?q=1", 3)];
        assert_eq!(found, expected.map(|(url, line)| (url.to_owned(), line)));
    }
}
