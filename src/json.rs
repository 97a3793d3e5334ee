//! JSON as it is written for terminals and records: nothing in it turns a line around or drives a
//! terminal, whatever an input or a program said. The text means the same.

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;
use std::fmt::Write as _;
use std::io;

/// Whether a terminal acts on a character instead of showing it: control characters but for line
/// breaks and tabs, and the marks that turn the reading direction.
pub fn is_acted_on(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    turns || (character.is_control() && !matches!(character, '\n' | '\t'))
}

/// A JSON text with its control characters and marks of direction escaped. In sound JSON these stand
/// in strings only, and those below a blank are escaped already.
pub fn harmless(json: Vec<u8>) -> Vec<u8> {
    // All of them begin with one of these bytes, and most texts have none.
    if !json.iter().any(|byte| matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)) {
        return json;
    }
    let Ok(text) = String::from_utf8(json) else { return Vec::new() };
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        // A document's own line breaks are no part of its strings.
        if is_acted_on(character) && character > ' ' {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped.into_bytes()
}

/// The same for a text.
pub fn harmless_text(json: &impl ToString) -> String {
    String::from_utf8(harmless(json.to_string().into_bytes())).unwrap_or_default()
}

/// A document with a line for each member, and one for each entry of the members that are lists: it
/// stays small where the lists are long, and what changed in it is whole lines.
pub fn lines(value: &impl Serialize) -> Vec<u8> {
    // Counted first: it may be long, and growing takes up to three times the room.
    let mut length = Counter(1);
    write_lines(value, &mut length);
    let mut bytes = Vec::with_capacity(length.0);
    write_lines(value, &mut bytes);
    bytes.push(b'\n');
    harmless(bytes)
}

/// Nothing of what is written here can fail: neither the sinks nor the documents.
fn write_lines(value: &impl Serialize, sink: &mut impl io::Write) {
    let _ = value.serialize(&mut Serializer::with_formatter(sink, Lines::default()));
}

/// A document indented as people read it.
pub fn pretty(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = harmless(serde_json::to_vec_pretty(value).unwrap_or_default());
    bytes.push(b'\n');
    bytes
}

/// The same as a text.
pub fn pretty_text(value: &impl Serialize) -> String {
    String::from_utf8(pretty(value)).unwrap_or_default()
}

/// Counts the bytes.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Breaks lines as `lines` promises it.
#[derive(Default)]
struct Lines {
    /// How many lists and objects are open.
    depth: usize,
    /// Whether the list that is open has an entry.
    has_entry: bool,
}

impl Lines {
    fn separate<W: io::Write + ?Sized>(writer: &mut W, is_first: bool) -> io::Result<()> {
        if is_first { Ok(()) } else { writer.write_all(b",") }
    }
}

impl Formatter for Lines {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        self.has_entry = false;
        writer.write_all(b"[")
    }

    fn begin_array_value<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        Self::separate(writer, is_first)?;
        if self.depth == 2 { writer.write_all(b"\n    ") } else { Ok(()) }
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_entry = true;
        Ok(())
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(if self.depth == 1 && self.has_entry { b"\n  ]" } else { b"]" })
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(b"{")
    }

    fn begin_object_key<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        Self::separate(writer, is_first)?;
        if self.depth == 1 { writer.write_all(b"\n  ") } else { Ok(()) }
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth == 1 { b": " } else { b":" })
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(if self.depth == 0 { b"\n}" } else { b"}" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;
    use serde_json::json;

    #[test]
    fn a_document_has_a_line_for_each_entry() {
        let value = json!({"a": 1, "b": {"c": [2, 3], "d": {}}, "e": [], "f": [[4, []], {"g": 5}]});
        let expected = r#"{
  "a": 1,
  "b": {"c":[2,3],"d":{}},
  "e": [],
  "f": [
    [4,[]],
    {"g":5}
  ]
}
"#;
        assert_eq!(String::from_utf8(lines(&value)).unwrap(), expected);
    }

    #[test]
    fn it_means_the_same_and_moves_nothing() {
        let value = json!({"a\u{202e}": "x\u{9b}2J\u{7f}\u{2066}\u{1b}[2J é“”"});
        let text = harmless_text(&value);
        let expected = "{\"a\\u202e\":\"x\\u009b2J\\u007f\\u2066\\u001b[2J é“”\"}";
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), value);
    }
}
