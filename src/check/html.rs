//! The HTML that stands in documents, piece by piece: enough to tell tags, their attributes,
//! comments and text apart. It never fails; what is never closed goes on to the end.

/// A part of some HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Tag(Tag<'t>),
}

/// A tag: its name as it was written, and what stands behind it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'t> {
    pub(super) name: &'t str,
    pub(super) is_end: bool,
    attributes: &'t str,
}

/// The pieces of a text, without comments, declarations and instructions.
pub(super) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text, unclosed: None }
}

/// What is open where a text ends, and holds no tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unclosed {
    Comment,
    /// An element whose content is text, whatever stands in it.
    Element(&'static str),
}

/// The elements that HTML gives text as content: only their own end tag ends them.
const OF_TEXT: [&str; 8] =
    ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/// The pieces of a text that may begin inside of what an earlier one left open.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    rest: &'t str,
    unclosed: Option<Unclosed>,
}

impl<'t> Pieces<'t> {
    pub(super) fn after(unclosed: Option<Unclosed>, text: &'t str) -> Self {
        Self { rest: text, unclosed }
    }

    /// What is open behind the pieces that were taken.
    pub(super) fn unclosed(&self) -> Option<Unclosed> {
        self.unclosed
    }

    /// Leaves a comment that is open, and all that follows and is no piece.
    fn skip(&mut self) {
        loop {
            if self.unclosed == Some(Unclosed::Comment) {
                let Some((_, after)) = self.rest.split_once(COMMENT_END) else {
                    self.rest = "";
                    return;
                };
                (self.rest, self.unclosed) = (after, None);
            }
            if self.unclosed.is_some() {
                return;
            }
            if let Some(comment) = self.rest.strip_prefix(COMMENT) {
                // `<!-->` and `<!--->` are whole comments.
                let whole = comment.strip_prefix('>').or_else(|| comment.strip_prefix("->"));
                self.rest = whole.unwrap_or(comment);
                self.unclosed = whole.is_none().then_some(Unclosed::Comment);
            } else if let Some(after) = after_declaration(self.rest) {
                self.rest = after;
            } else {
                return;
            }
        }
    }
}

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        self.skip();
        if let Some(Unclosed::Element(name)) = self.unclosed {
            let end = end_of(name, self.rest);
            let (text, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            self.rest = after;
            if end.is_some() {
                self.unclosed = None;
            }
            if !text.is_empty() {
                return Some(Piece::Text(text));
            }
        }
        if self.rest.is_empty() {
            return None;
        }
        let rest = std::mem::take(&mut self.rest);
        let (piece, after) = if is_tag(rest) { tag(rest)? } else { plain(rest) };
        self.rest = after;
        if let Piece::Tag(tag) = &piece
            && !tag.is_end
        {
            let element = OF_TEXT.into_iter().find(|name| tag.is(&[name]));
            self.unclosed = element.map(Unclosed::Element);
        }
        Some(piece)
    }
}

/// Where the end tag of an element begins.
fn end_of(name: &str, text: &str) -> Option<usize> {
    let mut ends = text.match_indices("</").map(|(at, _)| at);
    ends.find(|at| {
        let inner = &text[at + 2..];
        let found = inner.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
        found
            && inner[name.len()..]
                .starts_with(|next: char| next.is_whitespace() || "/>".contains(next))
    })
}

fn plain(text: &str) -> (Piece<'_>, &str) {
    let from = usize::from(text.starts_with('<'));
    let (text, after) = text.split_at(text[from..].find('<').map_or(text.len(), |at| from + at));
    (Piece::Text(text), after)
}

fn is_tag(text: &str) -> bool {
    let name = text.strip_prefix("</").or_else(|| text.strip_prefix('<'));
    name.is_some_and(|name| name.starts_with(|first: char| first.is_ascii_alphabetic()))
}

const COMMENT: &str = "<!--";

const COMMENT_END: &str = "-->";

/// What follows a declaration or an instruction, where a text begins with one.
fn after_declaration(text: &str) -> Option<&str> {
    let kinds = [("<![CDATA[", "]]>"), ("<!", ">"), ("<?", "?>")];
    let (open, close) = kinds.into_iter().find(|(open, _)| text.starts_with(open))?;
    Some(text[open.len()..].split_once(close).map_or("", |(_, after)| after))
}

/// The tag that a text begins with, and what follows it; `None` where it is never closed.
fn tag(text: &str) -> Option<(Piece<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (is_end, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let is_name = |next: char| next.is_ascii_alphanumeric() || "-:_".contains(next);
    let name = &inner[..inner.find(|next| !is_name(next)).unwrap_or(inner.len())];
    let inner = &inner[name.len()..];
    let mut quote = None;
    let mut last = ' ';
    for (at, next) in inner.char_indices() {
        match quote {
            Some(open) if open == next => quote = None,
            Some(_) => {}
            // A quote means something at the beginning of a value only.
            None if last == '=' && ['"', '\''].contains(&next) => quote = Some(next),
            None if next == '>' => {
                let tag = Tag { name, is_end, attributes: &inner[..at] };
                return Some((Piece::Tag(tag), &inner[at + 1..]));
            }
            None => {}
        }
        if !next.is_whitespace() {
            last = next;
        }
    }
    None
}

impl<'t> Tag<'t> {
    pub(super) fn is(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.name.eq_ignore_ascii_case(name))
    }

    /// The values of its attributes of these names.
    pub(super) fn values(&self, names: &[&str]) -> Vec<&'t str> {
        let mut values = Vec::new();
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|next: char| next.is_whitespace() || next == '/');
            let end = rest.find(|next: char| next.is_whitespace() || "=/>".contains(next));
            let name = &rest[..end.unwrap_or(rest.len())];
            let after = rest[name.len()..].trim_start();
            let Some(value) = after.strip_prefix('=') else {
                if name.is_empty() {
                    return values;
                }
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|first| ['"', '\''].contains(first));
            let (value, after) = match quote {
                Some(quote) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            if names.iter().any(|wanted| name.eq_ignore_ascii_case(wanted)) {
                values.push(value);
            }
            rest = after;
        }
    }
}

/// A text of HTML with its usual entities as the characters that they mean.
pub(super) fn plain_text(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, meant)| text.replace(entity, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_comments_and_text_are_told_apart() {
        let text = "a <b class='x > y' ID=here>c</B><!-- <i id=no> -->d < e<br/><?x <u>?>f<!--";
        let told: Vec<String> = pieces(text)
            .map(|piece| match piece {
                Piece::Text(text) => text.to_owned(),
                Piece::Tag(tag) => {
                    format!("[{} {} {:?}]", tag.name, tag.is_end, tag.values(&["id"]))
                }
            })
            .collect();
        let expected =
            ["a ", "[b false [\"here\"]]", "c", "[B true []]", "d ", "< e", "[br false []]", "f"];
        assert_eq!(told, expected);
        for whole in ["<!-->", "<!--->", "<!---->"] {
            let text = format!("{whole} x");
            assert_eq!(pieces(&text).collect::<Vec<_>>(), [Piece::Text(" x")], "{whole}");
        }
    }

    #[test]
    fn elements_of_text_hold_no_tags() {
        for name in OF_TEXT {
            let upper = name.to_uppercase();
            let text = format!("<{name} id=a><b id=c></{name}x><!-- </{upper}\n><i>");
            let names: Vec<&str> = pieces(&text)
                .filter_map(|piece| match piece {
                    Piece::Tag(tag) => Some(tag.name),
                    Piece::Text(_) => None,
                })
                .collect();
            assert_eq!(names, [name, &upper, "i"]);
        }
    }

    #[test]
    fn what_is_left_open_goes_on_in_the_next_text() {
        for (first, then, expected) in [
            ("a <!-- b", "c <i> --> d", Some(" d")),
            ("<textarea>", "<i></TEXTAREA>", Some("<i>")),
            ("<!-- <textarea>", "<i>", None),
            ("<?php", "d", Some("d")),
        ] {
            let mut pieces = pieces(first);
            while pieces.next().is_some() {}
            let mut pieces = Pieces::after(pieces.unclosed(), then);
            assert_eq!(pieces.next(), expected.map(Piece::Text), "{first}");
        }
    }

    #[test]
    fn values_are_those_of_the_named_attributes() {
        let values = |text| match pieces(text).next() {
            Some(Piece::Tag(tag)) => tag.values(&["id", "name"]),
            _ => Vec::new(),
        };
        assert_eq!(values("<a id = 'x y' data-id=\"no\" name=z>"), ["x y", "z"]);
        assert_eq!(values("<a title=\" id='no'\" disabled id=''>"), [""]);
        assert_eq!(values("<a/id=x>"), ["x"]);
        assert_eq!(values("<a id='x"), [""; 0]);
        assert_eq!(values("<a ==id>"), [""; 0]);
    }
}
