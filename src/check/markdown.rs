//! What checks want to know of a Markdown document, read in one pass: headings,
//! links, anchors and words of prose. The one home of `pulldown-cmark`.

mod anchors;
mod passages;

pub(super) use passages::Passage;
pub(super) use passages::of_html;
pub(super) use passages::of_lines;
pub(super) use passages::of_markdown;

use super::text::Lines;
use crate::document::Language;
use anchors::Anchors;
use pulldown_cmark::Event;
use pulldown_cmark::LinkType;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use std::collections::HashSet;

/// A heading: its text without inline markup, single spaces between words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) level: usize,
    pub(super) text: String,
    pub(super) line: usize,
}

/// Where a link or image leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hyperlink {
    pub(super) to: String,
    pub(super) line: usize,
}

/// A document as far as checks look at it.
#[derive(Debug, Default)]
pub(super) struct Markdown {
    pub(super) headings: Vec<Heading>,
    pub(super) links: Vec<Hyperlink>,
    /// The places that a `#fragment` can name.
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
        for (event, range) in Parser::new_ext(&text[skipped..], options()).into_offset_iter() {
            reader.take(event, range.start);
        }
        reader.end_block();
        Self { anchors: reader.anchors.all(), ..reader.found }
    }
}

/// Markdown as GitHub reads it.
fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
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
    heading: Option<OpenHeading>,
    in_code: bool,
    /// How many images are open: what stands in their place is no text of the document.
    in_images: usize,
    anchors: Anchors,
    /// The HTML of the block at hand.
    html: String,
}

struct OpenHeading {
    level: usize,
    line: usize,
    words: String,
    /// The words without those of images.
    shown: String,
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
                self.in_heading("\n");
            }
            Event::Html(html) => self.html.push_str(&html),
            Event::InlineHtml(html) => self.anchors.add_html(&html),
            _ => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn start(&mut self, tag: Tag<'_>, offset: usize) {
        let line = self.lines.at(self.skipped + offset);
        match tag {
            Tag::Heading { level, .. } => {
                self.end_block();
                let (words, shown) = (String::new(), String::new());
                self.heading = Some(OpenHeading { level: level as usize, line, words, shown });
            }
            Tag::CodeBlock(_) => {
                self.end_block();
                self.in_code = true;
            }
            // Of `<name@host>` the parser gives the address alone.
            Tag::Link { link_type: LinkType::Email, .. } => {}
            Tag::Link { dest_url, .. } => {
                self.found.links.push(Hyperlink { to: dest_url.into_string(), line });
            }
            Tag::Image { dest_url, .. } => {
                self.in_images += 1;
                self.found.links.push(Hyperlink { to: dest_url.into_string(), line });
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
            _ => self.end_block(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Heading(_) => {
                if let Some(OpenHeading { level, line, words, shown }) = self.heading.take() {
                    self.anchors.add_heading(&shown);
                    self.found.headings.push(Heading { level, text: words_of(&words), line });
                }
                self.end_block();
            }
            TagEnd::CodeBlock => self.in_code = false,
            TagEnd::HtmlBlock => {
                // It comes in lines, and a comment may have several.
                let html = std::mem::take(&mut self.html);
                self.anchors.add_html(&html);
                self.end_block();
            }
            TagEnd::Image => self.in_images = self.in_images.saturating_sub(1),
            TagEnd::Link | TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => {}
            _ => self.end_block(),
        }
    }

    fn in_heading(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.words.push_str(text);
            if self.in_images == 0 {
                heading.shown.push_str(text);
            }
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
    fn places_are_named_as_github_names_them() {
        let text = "# ![logo](x.png) Title\n\n## The `a_b()` *call* <!-- id=\"no\" -->\n\nTwo\nlines\n---\n\n\
            <!--\n<a id=\"no\"></a>\n-->\n\n<h2>Raw\nheading</h2>\n\nx <i\nid=x></i> `<i id=no>`\n";
        let mut anchors: Vec<String> = Markdown::read(text).anchors.into_iter().collect();
        anchors.sort_unstable();
        assert_eq!(anchors, ["-title", "rawheading", "the-a_b-call-", "twolines", "x"]);
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
