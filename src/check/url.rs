//! URLs in texts, and when two of them are the same one.

use super::text::Lines;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;
use url::Url;

/// How a URL in a text begins.
static BEGINNINGS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i)https?://").ok());

/// What follows the comma or semicolon of a list that is written without blanks.
static NEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let next = r"https?://|www\.|10\.\d{4,9}/|(?:dx\.)?doi[.:]|doi\b|arxiv|e?isbn|97[89][-\d]{10}";
    Regex::new(&format!(r"(?i)^[\s'(\[{{<*_“‘]{{0,4}}(?:{next})")).ok()
});

/// The characters that no URL in a text holds.
const STOPS: &str = "<>\"`|[]{}\\^。，、；：！？（）【】「」『』《》“”‘’«»‹›";

/// A URL that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundUrl {
    pub(super) url: Url,
    pub(super) line: usize,
}

/// The distinct URLs of a text, in its order, without their fragments.
pub(super) fn distinct(text: &str) -> Vec<FoundUrl> {
    let Some(beginnings) = BEGINNINGS.as_ref() else {
        return Vec::new();
    };
    let lines = Lines::of(text);
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = beginnings.find_at(text, at) {
        let written = in_text(&text[begin.start()..]);
        at = begin.end().max(begin.start() + written.len());
        if let Some(url) = parse(written)
            && seen.insert(normal(&url))
        {
            found.push(FoundUrl { url, line: lines.at(begin.start()) });
        }
    }
    found
}

/// The URL that a text begins with, as it is written.
pub(super) fn in_text(text: &str) -> &str {
    extent(text, |character, _| STOPS.contains(character))
}

/// What a text begins with up to a blank or a stop, a bracket that was not opened in it, or the
/// next of a list; less the punctuation of the sentence around it. `is_stop` is told what follows.
pub(super) fn extent(text: &str, is_stop: impl Fn(char, Option<char>) -> bool) -> &str {
    let mut open = Vec::new();
    let mut characters = text.char_indices().peekable();
    let mut end = text.len();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|next| next.1);
        let is_end = match character {
            '(' | '[' | '{' | '<' if !is_stop(character, next) => {
                open.push(character);
                false
            }
            ')' | ']' | '}' | '>' if !is_stop(character, next) => {
                let opener = match character {
                    ')' => '(',
                    ']' => '[',
                    '}' => '{',
                    _ => '<',
                };
                open.pop() != Some(opener)
            }
            ',' | ';' => NEXT.as_ref().is_some_and(|pattern| pattern.is_match(&text[at + 1..])),
            _ => is_stop(character, next) || character.is_whitespace() || character.is_control(),
        };
        if is_end {
            end = at;
            break;
        }
    }
    let is_around = |last: char| ".,;:!?*_~'\"([{<|…–—".contains(last);
    text[..end].trim_end_matches(is_around)
}

/// A URL without its fragment.
pub(super) fn parse(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok()?;
    url.host_str()?;
    url.set_fragment(None);
    Some(url)
}

/// Without fragment, default port and trailing slash, the host in lower case, nothing encoded that
/// need not be.
pub(super) fn normal(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let query = url.query().filter(|query| !query.is_empty());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    format!("{}://{host}{port}{}", url.scheme(), plainly_encoded(&format!("{path}{query}")))
}

/// A path in which `%7e` is `~` and `%c3` is `%C3`.
fn plainly_encoded(path: &str) -> String {
    let mut parts = path.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or(("", part));
        match u8::from_str_radix(digits, 16).map(char::from) {
            Ok(byte) if byte.is_ascii_alphanumeric() || "-._~".contains(byte) => plain.push(byte),
            Ok(_) | Err(_) => plain.push_str(&format!("%{}", digits.to_uppercase())),
        }
        plain.push_str(rest);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_around_a_url_is_no_part_of_it() {
        for (text, url) in [
            ("https://a.org/x_(y)).", "https://a.org/x_(y)"),
            ("https://a.org/x)(https://b.org)", "https://a.org/x"),
            ("https://a.org,https://b.org", "https://a.org"),
            ("https://a.org/a,b;c, d", "https://a.org/a,b;c"),
            ("https://a.org**;**doi:10.1000/x", "https://a.org"),
            ("https://a.org/O'Hara's',", "https://a.org/O'Hara's"),
            ("https://a.org/x](y)", "https://a.org/x"),
            ("https://a.org/x。然后", "https://a.org/x"),
            ("https://a.org/x|https://b.org", "https://a.org/x"),
        ] {
            assert_eq!(in_text(text), url, "{text}");
        }
        assert_eq!(in_text(&format!("a{}", "),".repeat(1_000_000))), "a");
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
