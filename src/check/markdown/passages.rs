//! What a reader of a document sees, line by line: text without markup, with the places that its
//! links lead to. Code and comments are no part of it.

use super::FrontMatter;
use super::front_matter;
use super::options;
use crate::check::html;
use crate::check::html::Piece;
use pulldown_cmark::Event;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use pulldown_cmark::TagEnd;
use std::ops::Range;

/// Stands where code stood: no part of a word, a number or a URL.
const CODE: char = '`';

/// The tags that hold what is no text.
const HIDING: [&str; 4] = ["code", "pre", "script", "style"];

/// A line of visible text, or one cell of a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::check) struct Passage {
    pub(in crate::check) text: String,
    /// Where its links and images lead, with the part of the text that is the link, in its order.
    pub(in crate::check) links: Vec<(Range<usize>, String)>,
    /// What stands above and beside a cell.
    pub(in crate::check) headings: Vec<&'static str>,
}

/// The passages of a Markdown document. Of `words`, the headings of cells name the ones that they hold.
pub(in crate::check) fn of_markdown(text: &str, words: &[&'static str]) -> Vec<Passage> {
    let mut reader = Reader { words: words.to_vec(), ..Reader::default() };
    let skipped = match front_matter(text) {
        FrontMatter::Found { text, end, .. } => {
            reader.passages.extend(of_lines(text, Some('#')));
            end
        }
        FrontMatter::None | FrontMatter::Open => 0,
    };
    let parser = Parser::new_ext(&text[skipped..], options());
    let definitions = parser.reference_definitions().iter();
    let definitions: Vec<String> = definitions.map(|(_, link)| link.dest.to_string()).collect();
    for event in parser {
        reader.take(event);
    }
    reader.end_line();
    reader.at.links.extend(definitions.into_iter().map(|to| (0..0, to)));
    reader.end_line();
    reader.passages
}

/// The passages of an HTML document.
pub(in crate::check) fn of_html(text: &str) -> Vec<Passage> {
    let mut reader = Reader::default();
    reader.html(text);
    reader.end_line();
    reader.passages
}

/// The lines of any other text, without those that its mark makes comments.
pub(in crate::check) fn of_lines(text: &str, comment: Option<char>) -> Vec<Passage> {
    let is_comment = |line: &&str| comment.is_some_and(|mark| line.trim_start().starts_with(mark));
    let lines = text.lines().filter(|line| !is_comment(line));
    lines.map(|line| Passage { text: line.to_owned(), ..Passage::default() }).collect()
}

#[derive(Default)]
struct Reader {
    passages: Vec<Passage>,
    at: Passage,
    words: Vec<&'static str>,
    /// The links that are open: where they begin in the line, and where they lead.
    open: Vec<(usize, String)>,
    /// How many tags and blocks are open that hold no text.
    hiding: usize,
    /// The words that the head of each column holds, and where the row at hand begins.
    heads: Vec<Vec<&'static str>>,
    is_head: bool,
    row: usize,
    in_cell: bool,
    /// The HTML of the block at hand.
    block: String,
}

impl Reader {
    #[expect(clippy::wildcard_enum_match_arm, reason = "of the markup, little is of interest")]
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) => self.text(&text),
            Event::Code(_) => self.at.text.push(CODE),
            Event::FootnoteReference(_) => self.at.text.push(' '),
            Event::SoftBreak | Event::HardBreak => self.end_line(),
            Event::Html(html) => self.block.push_str(&html),
            Event::InlineHtml(html) => self.html(&html),
            Event::End(TagEnd::HtmlBlock) => {
                // It comes in lines, and what is open in one may be closed in another.
                let block = std::mem::take(&mut self.block);
                self.html(&block);
                self.end_block();
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough) => {}
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                self.open.push((self.at.text.len(), dest_url.into_string()));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => self.end_link(),
            Event::Start(Tag::CodeBlock(_)) => {
                self.end_block();
                self.hiding = 1;
            }
            Event::Start(Tag::TableHead) => {
                self.end_block();
                self.heads.clear();
                self.is_head = true;
            }
            Event::Start(Tag::TableRow) => {
                self.end_block();
                self.row = self.passages.len();
            }
            Event::Start(Tag::TableCell) => self.in_cell = true,
            Event::End(TagEnd::TableCell) => self.end_cell(),
            Event::End(TagEnd::TableHead) => self.is_head = false,
            Event::End(TagEnd::TableRow) => self.end_row(),
            Event::Start(_) | Event::End(_) | Event::Rule => self.end_block(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.hiding == 0 {
            // Marks without width are for the eye: they join and part what is written.
            let is_seen =
                |next: &char| !"\u{ad}\u{200b}\u{200e}\u{200f}\u{2060}\u{feff}".contains(*next);
            self.at.text.extend(text.chars().filter(is_seen));
        }
    }

    fn html(&mut self, html: &str) {
        for piece in html::pieces(html) {
            match piece {
                Piece::Text(text) => {
                    for (index, line) in text.split('\n').enumerate() {
                        if index > 0 {
                            self.end_line();
                        }
                        self.text(&html::plain_text(line));
                    }
                }
                Piece::Tag(tag) if tag.is(&HIDING) => {
                    self.at.text.push(CODE);
                    self.hiding =
                        if tag.is_end { self.hiding.saturating_sub(1) } else { self.hiding + 1 };
                }
                Piece::Tag(_) if self.hiding > 0 => {}
                Piece::Tag(tag) if tag.is(&["a"]) && tag.is_end => self.end_link(),
                Piece::Tag(tag) => {
                    if tag.is(&["br", "div", "li", "p", "td", "th", "tr"]) {
                        self.end_line();
                    }
                    let to = tag.values(&["href", "src"]).into_iter().next();
                    let to = to.map(html::plain_text);
                    match to {
                        Some(to) if tag.is(&["a"]) => self.open.push((self.at.text.len(), to)),
                        Some(to) => self.at.links.push((0..0, to)),
                        None => {}
                    }
                }
            }
        }
    }

    fn end_link(&mut self) {
        if let Some((from, to)) = self.open.pop() {
            self.at.links.push((from..self.at.text.len(), to));
        }
    }

    /// Ends the line; a link that goes on in the next one ends where that begins.
    fn end_line(&mut self) {
        if self.in_cell {
            self.at.text.push(' ');
            return;
        }
        let line = std::mem::take(&mut self.at);
        for (from, _) in &mut self.open {
            *from = 0;
        }
        if !line.text.trim().is_empty() || !line.links.is_empty() {
            self.passages.push(line);
        }
    }

    fn end_block(&mut self) {
        while !self.open.is_empty() {
            self.end_link();
        }
        self.end_line();
        self.hiding = 0;
    }

    fn end_cell(&mut self) {
        while !self.open.is_empty() {
            self.end_link();
        }
        self.hiding = 0;
        self.in_cell = false;
        let cell = std::mem::take(&mut self.at);
        if self.is_head {
            self.heads.push(words_in(&cell.text, &self.words));
        }
        self.passages.push(cell);
    }

    /// What the head of its column and the cells beside it say is said of each cell of a row.
    fn end_row(&mut self) {
        let cells = &mut self.passages[self.row..];
        let mut beside: Vec<&'static str> =
            cells.iter().flat_map(|cell| words_in(&cell.text, &self.words)).collect();
        beside.sort_unstable();
        beside.dedup();
        for (column, cell) in cells.iter_mut().enumerate() {
            cell.headings.clone_from(&beside);
            cell.headings.extend(self.heads.get(column).into_iter().flatten());
        }
    }
}

/// The words that a text holds, whatever their case.
fn words_in(text: &str, words: &[&'static str]) -> Vec<&'static str> {
    let text = text.to_lowercase();
    words.iter().copied().filter(|word| text.contains(word)).collect()
}
