//! The places of a document that a `#fragment` can name, as GitHub makes them: a slug for each
//! heading, in Markdown or HTML, and the ids and names of tags.

use crate::check::html;
use crate::check::html::Piece;
use crate::check::html::Pieces;
use crate::check::html::Unclosed;
use regex::Regex;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What the slug of a heading leaves out: all but letters, marks, digits, `_`, `-` and spaces. What
/// joins letters and emoji without a width is a part of words to `\w` and not to GitHub.
static NOT_IN_SLUG: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[[^\w\- ]\x{200c}\x{200d}]").ok());

const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

#[derive(Debug, Default)]
pub(super) struct Anchors {
    slugs: HashSet<String>,
    /// The last number given to each slug.
    numbers: HashMap<String, usize>,
    names: HashSet<String>,
    /// What the HTML so far leaves open: nothing in it names a place.
    unclosed: Option<Unclosed>,
}

impl Anchors {
    /// Takes the anchor of a heading; the second of its slug is numbered 1.
    pub(super) fn add_heading(&mut self, text: &str) {
        if self.unclosed == Some(Unclosed::Comment) {
            return;
        }
        let slug = slug(text);
        let mut anchor = slug.clone();
        while self.slugs.contains(&anchor) {
            let number = self.numbers.entry(slug.clone()).or_insert(0);
            *number += 1;
            anchor = format!("{slug}-{number}");
        }
        self.slugs.insert(anchor);
    }

    /// Takes what some HTML names, and its headings.
    pub(super) fn add_html(&mut self, html: &str) {
        let mut heading: Option<String> = None;
        let mut pieces = Pieces::after(self.unclosed, html);
        self.unclosed = None;
        for piece in pieces.by_ref() {
            match piece {
                Piece::Text(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&html::plain_text(text));
                    }
                }
                Piece::Tag(tag) => {
                    let names = tag.values(&["id", "name"]).into_iter();
                    self.names.extend(names.filter(|name| !name.is_empty()).map(html::plain_text));
                    if tag.is(&HEADINGS) {
                        if let Some(text) = heading.take() {
                            self.add_heading(text.trim());
                        }
                        heading = (!tag.is_end).then(String::new);
                    }
                }
            }
        }
        self.unclosed = pieces.unclosed();
    }

    pub(super) fn all(mut self) -> HashSet<String> {
        self.names.extend(self.slugs);
        self.names
    }
}

/// The anchor of a heading before it is numbered: lower case, punctuation left out, spaces as `-`.
fn slug(text: &str) -> String {
    let text = text.to_lowercase();
    let kept = NOT_IN_SLUG.as_ref().map(|pattern| pattern.replace_all(&text, ""));
    kept.as_deref().unwrap_or(&text).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_github() {
        for (text, expected) in [
            ("What's new? (2.0) & more", "whats-new-20--more"),
            ("Überschrift_x-y 🎉", "überschrift_x-y-"),
            ("heading with a - dash", "heading-with-a---dash"),
            (
                "exchange.bind_headers(exchange [, callback])",
                "exchangebind_headersexchange--callback",
            ),
            ("en–dash, em—dash", "endash-emdash"),
            ("😄-😄 emoji", "--emoji"),
            (":ok_hand: Single", "ok_hand-single"),
            ("Привет non-latin 你好", "привет-non-latin-你好"),
            ("I ♥ C++ / C#", "i--c--c"),
            ("👩\u{200d}💻 Dev", "-dev"),
            ("❤\u{fe0f} Love", "\u{fe0f}-love"),
            ("a\u{a0}b\nc", "abc"),
            (" a ", "-a-"),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
    }

    #[test]
    fn slugs_that_are_taken_are_numbered() {
        let mut anchors = Anchors::default();
        anchors.add_html("<a id='echo'>");
        for heading in ["Echo", "echo", "echo 1", "echo-1", "echo", "fox-1", "fox", "fox"] {
            anchors.add_heading(heading);
        }
        let mut all: Vec<String> = anchors.all().into_iter().collect();
        all.sort_unstable();
        let expected =
            ["echo", "echo-1", "echo-1-1", "echo-1-2", "echo-2", "fox", "fox-1", "fox-2"];
        assert_eq!(all, expected);
    }

    #[test]
    fn tags_name_places_and_comments_do_not() {
        let mut anchors = Anchors::default();
        anchors.add_html(
            "<!-- <a id='no'></a> --><h1 align=center>My <b>Tool</b> &amp; I</h1>\
             <a title=\" id='no' \" data-id=no name=\"yes\"></a><p ID='a&amp;b'>id=no",
        );
        let mut all: Vec<String> = anchors.all().into_iter().collect();
        all.sort_unstable();
        assert_eq!(all, ["a&b", "my-tool--i", "yes"]);
    }

    #[test]
    fn what_is_no_markup_to_a_browser_names_no_place() {
        let mut anchors = Anchors::default();
        for html in [
            "<script>s = '<a id=no>'</script><style><a id=no></style>",
            "<textarea>",
            "<a id=no><h1>No</h1>",
            "</textarea><a id=yes>",
            "<div><!--",
        ] {
            anchors.add_html(html);
        }
        anchors.add_heading("No");
        anchors.add_html("<a id=no> --><a id=too>");
        let mut all: Vec<String> = anchors.all().into_iter().collect();
        all.sort_unstable();
        assert_eq!(all, ["too", "yes"]);
    }
}
