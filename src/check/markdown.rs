//! What checks want to know of a Markdown document, read in one pass: headings,
//! links, anchors and words of prose. The one home of `pulldown-cmark`.

use super::text::Lines;
use crate::document::Language;
use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use regex::Regex;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The names that raw HTML gives to places.
static HTML_NAMES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)\s(?:id|name)\s*=\s*["']?([^"'\s>]+)"#).ok());

/// What the slug of a heading leaves out.
static NOT_IN_SLUG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[^\w\- ]").ok());

/// A heading: its text without inline markup, single spaces between words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) level: usize,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Where a link or image leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) to: String,
    pub(super) line: usize,
}

/// A document as far as checks look at it.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    pub(super) headings: Vec<Heading>,
    pub(super) links: Vec<Link>,
    /// The places that a `#fragment` can name: slugs of headings as GitHub makes them, and HTML ids.
    pub(super) anchors: HashSet<String>,
    /// Words outside of front matter, code and HTML tags.
    pub(super) words: usize,
}

impl Markdown {
    /// Reads a document; its front matter is no part of it.
    pub(super) fn read(text: &str) -> Self {
        let skipped = match front_matter(text) {
            FrontMatter::Found { end, .. } => end,
            FrontMatter::None | FrontMatter::Open => 0,
        };
        let mut reader = Reader { lines: Lines::of(text), skipped, ..Reader::default() };
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_GFM;
        for (event, range) in Parser::new_ext(&text[skipped..], options).into_offset_iter() {
            reader.take(event, range.start);
        }
        reader.end_block();
        reader.found
    }
}

/// A text as the words of a heading: without inline markup.
pub(super) fn flattened(text: &str) -> String {
    let line = format!("# {}", words_of(text));
    Markdown::read(&line).headings.pop().map(|heading| heading.text).unwrap_or_default()
}

#[derive(Default)]
struct Reader {
    found: Markdown,
    lines: Lines,
    skipped: usize,
    /// The prose of the block at hand.
    prose: String,
    heading: Option<(Heading, String)>,
    in_code: bool,
    /// The last number given to each anchor.
    numbers: HashMap<String, usize>,
}

impl Reader {
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn take(&mut self, event: Event<'_>, offset: usize) {
        match event {
            Event::Start(tag) => self.start(tag, offset),
            Event::End(end) => self.end(end),
            Event::Text(text) if !self.in_code => {
                self.prose.push_str(&text);
                self.in_heading(&text);
            }
            Event::Code(code) => {
                self.prose.push(' ');
                self.in_heading(&code);
            }
            Event::SoftBreak | Event::HardBreak | Event::Rule => {
                self.prose.push(' ');
                self.in_heading(" ");
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                if let Some(names) = HTML_NAMES.as_ref() {
                    let names = names.captures_iter(&html).map(|found| found[1].to_owned());
                    self.found.anchors.extend(names);
                }
            }
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn start(&mut self, tag: Tag<'_>, offset: usize) {
        let line = self.lines.at(self.skipped + offset);
        match tag {
            Tag::Heading { level, .. } => {
                self.end_block();
                let heading = Heading { level: level as usize, text: String::new(), line };
                self.heading = Some((heading, String::new()));
            }
            Tag::CodeBlock(_) => {
                self.end_block();
                self.in_code = true;
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.found.links.push(Link { to: dest_url.into_string(), line });
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
            _ => self.end_block(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Heading(_) => {
                if let Some((mut heading, text)) = self.heading.take() {
                    heading.text = words_of(&text);
                    self.add_anchor(&slug(&text));
                    self.found.headings.push(heading);
                }
                self.end_block();
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::Link
            | TagEnd::Image
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough => {}
            _ => self.end_block(),
        }
    }

    /// Takes the anchor of a heading; the second of its name is numbered 1.
    fn add_anchor(&mut self, slug: &str) {
        let mut anchor = slug.to_owned();
        while self.found.anchors.contains(&anchor) {
            let number = self.numbers.entry(slug.to_owned()).or_insert(0);
            *number += 1;
            anchor = format!("{slug}-{number}");
        }
        self.found.anchors.insert(anchor);
    }

    fn in_heading(&mut self, text: &str) {
        if let Some((_, flat)) = &mut self.heading {
            flat.push_str(text);
        }
    }

    /// Counts the words of the block that has ended.
    fn end_block(&mut self) {
        let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
        self.found.words += self.prose.split_whitespace().filter(is_word).count();
        self.prose.clear();
    }
}

/// The words of a text with one space between them.
fn words_of(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The anchor of a heading before it is numbered: lower case, punctuation left out, spaces as `-`.
fn slug(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let kept = NOT_IN_SLUG.as_ref().map(|pattern| pattern.replace_all(&text, ""));
    kept.as_deref().unwrap_or(&text).replace(' ', "-")
}

/// The front matter of a document, which begins with its first line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrontMatter<'t> {
    None,
    /// Begun and never closed.
    Open,
    /// Its text, which begins on line 2, and the byte after its last mark.
    Found {
        language: Language,
        text: &'t str,
        end: usize,
    },
}

/// Finds the front matter between `---` lines (YAML) or `+++` lines (TOML).
pub(super) fn front_matter(text: &str) -> FrontMatter<'_> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let language = match first.trim_end() {
        "---" => Language::Yaml,
        "+++" => Language::Toml,
        _ => return FrontMatter::None,
    };
    let mut at = first.len();
    for line in lines {
        let closes = match language {
            Language::Toml => line.trim_end() == "+++",
            Language::Yaml | Language::Json => ["---", "..."].contains(&line.trim_end()),
        };
        if closes {
            let text = &text[first.len()..at];
            return FrontMatter::Found { language, text, end: at + line.len() };
        }
        at += line.len();
    }
    FrontMatter::Open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_in_one_pass() {
        let text = "---\ntitle: five words not counted here\n---\n# One *two* `code`\n\n\
            Some **bo**ld prose, [a link](b.md) — and `inline code`.\n\n```\n## no heading\n```\n\
            <!-- ## none -->\n\n<a id=\"here\"></a>\n\nSetext\n===\n\n![alt text][i]\n\n[i]: p.png\n\n\
            | a | b |\n|---|---|\n| c | d |\n\n# One two code\n";
        let read = Markdown::read(text);
        let headings: Vec<(usize, &str, usize)> = read
            .headings
            .iter()
            .map(|heading| (heading.level, heading.text.as_str(), heading.line))
            .collect();
        assert_eq!(headings, [(1, "One two code", 4), (1, "Setext", 15), (1, "One two code", 26)]);
        let links: Vec<(&str, usize)> =
            read.links.iter().map(|link| (link.to.as_str(), link.line)).collect();
        assert_eq!(links, [("b.md", 6), ("p.png", 18)]);
        let mut anchors: Vec<&str> = read.anchors.iter().map(String::as_str).collect();
        anchors.sort_unstable();
        assert_eq!(anchors, ["here", "one-two-code", "one-two-code-1", "setext"]);
        // 2 + 6 + 1 + 2 + 4 + 3
        assert_eq!(read.words, 18);
    }

    #[test]
    fn slugs_are_those_of_github() {
        assert_eq!(slug("What's new? (2.0) & more"), "whats-new-20--more");
        assert_eq!(slug("Überschrift_x-y 🎉"), "überschrift_x-y-");
    }

    #[test]
    fn markup_is_flattened() {
        assert_eq!(flattened("  A *b*  `c_d` [e](f) "), "A b c_d e");
        assert_eq!(flattened("snake_case_name #"), "snake_case_name");
    }

    #[test]
    fn front_matter_has_two_ends() {
        let found = |language, text, end| FrontMatter::Found { language, text, end };
        assert_eq!(front_matter("---\r\na: 1\r\n---\r\nx"), found(Language::Yaml, "a: 1\r\n", 16));
        assert_eq!(front_matter("+++\na = 1\n---\n+++"), found(Language::Toml, "a = 1\n---\n", 17));
        assert_eq!(front_matter("---\na: 1\n"), FrontMatter::Open);
        assert_eq!(front_matter("\n---\na: 1\n---\n"), FrontMatter::None);
    }
}
