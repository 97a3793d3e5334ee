//! `min_sources`: research that stands on named sources, counted once each.

use super::Check;
use super::Number;
use super::Scene;
use super::url;
use crate::finding::Finding;
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The file names at least so many distinct sources: URLs (normalised), DOIs, ISBNs, arXiv ids.
/// A bullet without one is no source.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MinSources {
    /// The least number of distinct sources.
    min: Number,
}

/// One pattern for all, so that a DOI inside its own URL is one source.
static SOURCES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let pattern = format!(
        r"(?i)(?<url>{})|(?:doi:\s*)?\b(?<doi>10\.\d{{4,9}}/[^\s<>\x22'`\]]+)|\bisbn(?:-1[03])?:?\s*(?<isbn>[0-9][0-9 -]{{8,15}}[0-9x])\b|\barxiv:\s*(?<arxiv>[a-z.-]*/?\d{{4}}\.?\d{{3,5}})",
        url::PATTERN
    );
    Regex::new(&pattern).ok()
});

impl Check for MinSources {
    fn words(&self) -> String {
        format!(
            "the file names at least {} distinct sources (URL, DOI, ISBN or arXiv id)",
            self.min
        )
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let text = match scene.text() {
            Ok(text) => text,
            Err(finding) => return vec![finding],
        };
        let found = distinct_sources(text).len();
        match super::between(found, Some(&self.min), None) {
            None => Vec::new(),
            Some(expected) => {
                vec![Finding::new("too few distinct sources").expected(expected).actual(found)]
            }
        }
    }
}

/// The sources of a text, each in its normal form.
fn distinct_sources(text: &str) -> BTreeSet<String> {
    let Some(pattern) = SOURCES.as_ref() else {
        return BTreeSet::new();
    };
    pattern
        .captures_iter(text)
        .filter_map(|found| {
            if let Some(url) = found.name("url") {
                normal_url(url.as_str())
            } else if let Some(doi) = found.name("doi") {
                Some(format!("doi:{}", url::trimmed(doi.as_str()).to_lowercase()))
            } else if let Some(isbn) = found.name("isbn") {
                normal_isbn(isbn.as_str())
            } else {
                found.name("arxiv").map(|id| format!("arxiv:{}", id.as_str().to_lowercase()))
            }
        })
        .collect()
}

/// The normal form of a URL; the resolvers of DOI and arXiv become the ids they resolve.
fn normal_url(text: &str) -> Option<String> {
    let url = url::parse(text)?;
    let host = url.host_str()?;
    let path = url.path().trim_end_matches('/');
    if host == "doi.org" || host == "dx.doi.org" {
        return Some(format!("doi:{}", path.trim_start_matches('/').to_lowercase()));
    }
    let paper = path.strip_prefix("/abs/").or_else(|| path.strip_prefix("/pdf/"));
    if let (true, Some(id)) = (host.ends_with("arxiv.org"), paper) {
        return Some(format!("arxiv:{}", id.trim_end_matches(".pdf").to_lowercase()));
    }
    Some(url::normal(&url))
}

/// The digits of an ISBN of 10 or 13.
fn normal_isbn(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    [10, 13].contains(&digits.len()).then(|| format!("isbn:{}", digits.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::judge;

    #[test]
    fn the_same_source_in_other_words_counts_once() {
        let text = "See <https://Example.org:443/a/#top>, https://example.org/a and\n\
            [x](https://example.org/a/). doi:10.1000/XYZ and https://doi.org/10.1000/xyz.\n\
            ISBN 978-0-306-40615-7, ISBN: 9780306406157. arXiv:1706.03762, \
            https://arxiv.org/pdf/1706.03762.pdf";
        let sources: Vec<String> = distinct_sources(text).into_iter().collect();
        assert_eq!(
            sources,
            ["arxiv:1706.03762", "doi:10.1000/xyz", "https://example.org/a", "isbn:9780306406157"]
        );
    }

    #[test]
    fn enough_sources_pass() {
        let text = "https://a.org https://b.org/x_(y)";
        assert!(judge("min_sources", "min = 2", &[("a.md", text)]).is_empty());
    }

    #[test]
    fn bullets_without_a_source_do_not_count() {
        let text = "- A very convincing book\n- Another one\n- https://a.org\n- https://a.org/";
        assert_eq!(
            judge("min_sources", "min = 3", &[("a.md", text)]),
            ["too few distinct sources (expected at least 3, found 1) []"]
        );
        assert_eq!(
            judge("min_sources", "min = 1", &[]),
            ["missing.md: the file does not exist []"]
        );
    }
}
