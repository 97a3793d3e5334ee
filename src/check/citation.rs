//! The works that a line of text names: by URL, DOI, ISBN or arXiv id. Each has one normal form,
//! so that a work counts once, however it is spelled.

use super::isbn;
use super::isbn::ISBN;
use super::markdown::Passage;
use super::text;
use super::url;
use crate::uri;
use ::url::Url;
use regex::Captures;
use regex::Regex;
use std::sync::LazyLock;

/// The words above or beside a number that say what it is.
pub(super) const WORDS: [&str; 2] = [ISBN, ARXIV];

const ARXIV: &str = "arxiv";

/// The archives of arXiv that had numbers of seven digits.
const ARCHIVES: &str = "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|\
    chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|\
    math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|\
    stat|supr-con";

/// Where a name of a work begins; how far a URL or a DOI goes, no pattern tells.
static NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let resolver = r"https?://(?:www\.|dx\.)?doi\.org(?::\d+)?/+(?:doi:)?";
    let doi = format!(r"(?<resolver>{resolver})?(?<doi>10\.\d{{4,9}}(?:\.\d+)*(?:/|%2f))");
    let between = r"(?:[\s:.#(\[]|e-?prints?|preprints?|papers?|identifiers?|ids?|numbers?|no\b)*";
    let address = r"\.org/(?:abs|pdf|html|format|ps|e-print)/(?:arxiv:)?";
    let old = format!(r"(?:{ARCHIVES})(?:\.[a-z-]{{2,}})?/\d{{7}}(?:v\d+)?");
    let new = r"\d{4}\.\d{4,5}(?:v\d+)?";
    let arxiv = format!("arxiv(?:{address}|{between})(?<arxiv>{new}|{old})");
    let bare = format!("(?<old>{old})|(?<new>{new})");
    Regex::new(&format!("(?i){doi}|(?<url>https?://)|{arxiv}|{bare}")).ok()
});

/// The whole of an arXiv id.
static ARXIV_ID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let archive = format!(r"(?<archive>{ARCHIVES})(?:\.[a-z-]{{2,}})?/");
    let number = r"(?<number>\d\d(?:0[1-9]|1[0-2])(?:\d{3}|\.\d{4,5}))";
    Regex::new(&format!(r"(?i)^(?:arxiv:)?(?:{archive})?{number}(?:v\d+)?$")).ok()
});

/// What names a work, and where it begins in its text.
#[derive(Debug)]
struct Name {
    begin: usize,
    work: CitedWork,
}

/// A work in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CitedWork {
    Url(String),
    Doi(String),
    Isbn(String),
    Arxiv(String),
}

/// The works that a passage names.
pub(super) fn works(passage: &Passage) -> Vec<CitedWork> {
    let names = names(&passage.text, |word| passage.headings.contains(&word));
    let mut is_label = vec![false; names.len()];
    let mut works = Vec::new();
    for (label, to) in &passage.links {
        let first = names.partition_point(|name| name.begin < label.start);
        let end = names.partition_point(|name| name.begin < label.end).max(first);
        // A link whose text names a work by its number is that work, wherever it leads.
        let is_named = names[first..end].iter().any(|name| !name.work.is_url());
        let leads_to = led_to(to);
        // A URL that is the text of a link is not where it leads.
        is_label[first..end].fill(!leads_to.is_empty());
        works.extend(leads_to.into_iter().filter(|work| !(is_named && work.is_url())));
    }
    let visible = names.into_iter().zip(is_label);
    works.extend(
        visible.filter(|(name, label)| !(*label && name.work.is_url())).map(|(name, _)| name.work),
    );
    works
}

/// The works that the address of a link names.
fn led_to(to: &str) -> Vec<CitedWork> {
    let to = if to.starts_with("//") { format!("https:{to}") } else { to.to_owned() };
    let scheme = to.split_once(':').map_or("", |(scheme, _)| scheme).to_lowercase();
    if !["http", "https", "doi", "info", "arxiv", "isbn", "urn"].contains(&scheme.as_str()) {
        return Vec::new();
    }
    let to: String = to.split_whitespace().collect::<Vec<_>>().join("%20");
    names(&to, |_| false).into_iter().map(|name| name.work).collect()
}

/// The names of works in a text, in its order; `is_headed` says which words stand above or beside it.
fn names(text: &str, is_headed: impl Fn(&str) -> bool) -> Vec<Name> {
    let Some(pattern) = NAMES.as_ref() else {
        return Vec::new();
    };
    let mut names = Vec::new();
    // The text without what is named: a number within a URL is no ISBN.
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = pattern.captures_at(text, at) {
        let begin = found.get_match().start();
        let (end, work) = named(text, &found, is_headed(ARXIV));
        rest.push_str(&text[at..begin]);
        if let Some(work) = work {
            names.push(Name { begin, work });
            rest.extend(std::iter::repeat_n('\0', end - begin));
        } else {
            rest.push_str(&text[begin..end]);
        }
        at = end;
    }
    rest.push_str(&text[at..]);
    let isbns = isbn::find(&rest, is_headed(ISBN)).into_iter();
    names.extend(isbns.map(|(begin, isbn)| Name { begin, work: CitedWork::Isbn(isbn) }));
    names.sort_by_key(|name| name.begin);
    names
}

/// What begins at a place, and where it ends; what is not a name ends where it may be looked on.
fn named(text: &str, found: &Captures<'_>, is_headed: bool) -> (usize, Option<CitedWork>) {
    let begin = found.get_match().start();
    let before = text[..begin].chars().next_back();
    let is_apart = !before.is_some_and(|before| before.is_alphanumeric() || ".-_".contains(before));
    let nothing = (begin + 1, None);
    if let Some(doi) = found.name("doi") {
        let is_told =
            found.name("resolver").is_some() || text::ends_with_word(&text[..begin], "doi");
        let is_apart = !before.is_some_and(|before| before.is_alphanumeric() || before == '.');
        let written = doi_in(&text[doi.start()..]);
        let end = doi.start() + written.len().max(1);
        return if is_told || is_apart { (end, normal_doi(written)) } else { nothing };
    }
    if found.name("url").is_some() {
        let written = url::in_text(&text[begin..]);
        let end = begin + written.len().max("http".len());
        return (end, url::parse(written).map(|url| normal_url(&url)));
    }
    let end = found.get_match().end();
    let is_whole = !text[end..].starts_with(|next: char| next.is_alphanumeric());
    let id = found.name("arxiv").or_else(|| {
        let slash = before == Some('/');
        let id = found.name("old").or_else(|| found.name("new").filter(|_| is_headed));
        id.filter(|_| is_apart && !slash)
    });
    let id = id.filter(|_| is_whole).and_then(|id| normal_arxiv(id.as_str()));
    id.map_or(nothing, |id| (end, Some(id)))
}

impl CitedWork {
    fn is_url(&self) -> bool {
        match self {
            Self::Url(_) => true,
            Self::Doi(_) | Self::Isbn(_) | Self::Arxiv(_) => false,
        }
    }
}

/// The DOI that a text begins with, as it is written. Old ones hold `<1::AID>` and `[1:A]`.
fn doi_in(text: &str) -> &str {
    url::extent(text, |character, next| match character {
        '<' => !next.is_some_and(|next| next.is_ascii_digit()),
        '"' | '`' | '|' | '{' | '}' | '\\' => true,
        _ => "。，、；：！？（）【】「」『』《》“”‘’«»‹›".contains(character),
    })
}

fn normal_doi(written: &str) -> Option<CitedWork> {
    let name = written.split(['?', '#']).next().unwrap_or(written);
    let name = uri::decoded(name)?.to_lowercase();
    let name = name.trim_end_matches('/');
    let (_, suffix) = name.split_once('/')?;
    let paper = name.strip_prefix("10.48550/arxiv.").and_then(normal_arxiv);
    (!suffix.is_empty()).then(|| paper.unwrap_or_else(|| CitedWork::Doi(name.to_owned())))
}

/// A URL of a paper of arXiv is that paper; of others, http and https are one.
fn normal_url(url: &Url) -> CitedWork {
    let host = url.host_str().unwrap_or_default();
    if host == "arxiv.org" || host.ends_with(".arxiv.org") {
        let path = url.path().trim_matches('/');
        let id = path.split_once('/').map_or("", |(_, id)| id);
        let id = id.strip_suffix(".pdf").unwrap_or(id);
        if let Some(paper) = normal_arxiv(id) {
            return paper;
        }
    }
    let normal = url::normal(url);
    CitedWork::Url(normal.split_once("://").map_or("", |(_, rest)| rest).to_owned())
}

/// Without version and class of subject.
fn normal_arxiv(id: &str) -> Option<CitedWork> {
    let found = ARXIV_ID.as_ref()?.captures(id)?;
    let number = &found["number"];
    let archive = found.name("archive");
    (archive.is_none() == number.contains('.')).then(|| {
        let archive = archive.map(|archive| format!("{}/", archive.as_str().to_lowercase()));
        CitedWork::Arxiv(format!("{}{number}", archive.unwrap_or_default()))
    })
}
