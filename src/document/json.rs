//! JSON as data: a key stands once in its object, and a number is kept as it is written.

use super::data::Data;
use super::data::DataFlaw;
use super::tree::Tree;
use serde::Deserialize;

/// A value without its place, which the parser does not tell.
#[derive(Deserialize)]
#[serde(transparent)]
struct Bare(Tree<Bare>);

pub(super) fn read(text: &str) -> Result<Data, DataFlaw> {
    let Bare(tree) = serde_json::from_str(text).map_err(|error| flaw(text, &error))?;
    let mut tokens = Tokens { text, at: 0 };
    data(tree, &mut tokens).map_err(|message| DataFlaw::at(text, tokens.at, message))
}

fn flaw(text: &str, error: &serde_json::Error) -> DataFlaw {
    let message = words(error);
    if !error.is_eof() {
        return DataFlaw { message, line: error.line() };
    }
    let open = open_brackets(text);
    let message = match open.chars().count() {
        0 | 1 => message,
        many => format!("{many} unclosed lists and objects; add `{open}`"),
    };
    DataFlaw::at(text, text.trim_end().len(), message)
}

/// What closes the lists and objects that a text begins and does not end; nothing in a string that is
/// not closed.
fn open_brackets(text: &str) -> String {
    let mut open = Vec::new();
    let mut in_text = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if in_text => drop(letters.next()),
            '"' => in_text = !in_text,
            '[' if !in_text => open.push(']'),
            '{' if !in_text => open.push('}'),
            ']' | '}' if !in_text => drop(open.pop()),
            _ => {}
        }
    }
    if in_text { String::new() } else { open.into_iter().rev().collect() }
}

/// What is wrong, for people who wrote the document and not the program that reads it. The line is
/// told beside it.
fn words(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let told = WORDS.iter().find(|(said, _)| message.starts_with(said));
    told.map_or_else(|| message.to_owned(), |(_, words)| (*words).to_owned())
}

/// What the parser says, and what people do.
const WORDS: [(&str, &str); 10] = [
    ("trailing comma", "trailing comma; remove it"),
    ("key must be a string", "keys must be in double quotes"),
    ("EOF while parsing an object", "unclosed object; add `}`"),
    ("EOF while parsing a list", "unclosed list; add `]`"),
    ("EOF while parsing a string", "unclosed string; add `\"`"),
    ("EOF while parsing a value", "unexpected end of the document; a value is missing"),
    (
        "expected value",
        "expected a value: a string in double quotes, a number, true, false or null",
    ),
    ("trailing characters", "expected one value, found more after it"),
    ("control character", "line break or control character in a string; write \\n"),
    ("invalid escape", "unknown escape; write \\\\ for a backslash"),
];

fn data(tree: Tree<Bare>, tokens: &mut Tokens<'_>) -> Result<Data, String> {
    Ok(match tree {
        Tree::Null => Data::Null,
        Tree::Boolean(value) => Data::boolean(if value { "true" } else { "false" }, value),
        Tree::Number(value) => Data::number(tokens.next_number(), value)?,
        Tree::Text(text) => Data::Text(text),
        Tree::List(items) => Data::List(
            items.into_iter().map(|Bare(item)| data(item, tokens)).collect::<Result<_, _>>()?,
        ),
        Tree::Table(table) => Data::Table(
            table
                .into_iter()
                .map(|(key, Bare(item))| Ok((key, data(item, tokens)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

/// The numbers of a sound JSON text, in the order in which they stand: so they stand in the tree.
struct Tokens<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    fn next_number(&mut self) -> &'t str {
        let bytes = self.text.as_bytes();
        let mut in_text = false;
        while let Some(byte) = bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 1,
                b'"' => in_text = !in_text,
                b'-' | b'0'..=b'9' if !in_text => break,
                _ => {}
            }
            self.at += 1;
        }
        let begin = self.at;
        let is_part = |byte: &u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
        while bytes.get(self.at).is_some_and(is_part) {
            self.at += 1;
        }
        self.text.get(begin..self.at).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_as_they_are_written() {
        let text =
            r#"{"a1": "2\\\"3", "b": [1.10, -0, 1e3, "4\\", 5], "c": {"6": 7E+2}, "d": [true]}"#;
        let data = read(text).unwrap();
        let written = |pointer| data.pointer(pointer).unwrap().written().unwrap();
        let found = ["/b/0", "/b/1", "/b/2", "/b/4", "/c/6", "/d/0"].map(written);
        assert_eq!(found, ["1.10", "-0", "1e3", "5", "7E+2", "true"]);
    }

    #[test]
    fn an_early_end_tells_all_that_is_open_on_a_line_that_is_there() {
        let flaw = |text| {
            let DataFlaw { message, line } = read(text).unwrap_err();
            format!("{line}: {message}")
        };
        assert_eq!(flaw("{\"a\": [1\n"), "1: 2 unclosed lists and objects; add `]}`");
        assert_eq!(flaw("[1,\n2\n\n"), "2: unclosed list; add `]`");
        assert_eq!(flaw("[\"[\\\"\", {\"a\": \"x"), "1: unclosed string; add `\"`");
    }

    #[test]
    fn a_key_stands_once() {
        let flaw = |text| read(text).unwrap_err();
        for text in [r#"{"a": 1, "a": 1}"#, r#"[{"x": {"a": 1, "\u0061": 2}}]"#] {
            let message = flaw(text).message;
            assert_eq!(message, "duplicate key `a`");
        }
        assert_eq!(flaw("{\"a\": 1,\n\"b\": 0,\n\"a\": 2}").line, 3);
        assert!(read(r#"{"a": {"a": 1}, "A": [{"a": 1}, {"a": 2}]}"#).is_ok());
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        assert!(read(&"[".repeat(100_000)).is_err());
        assert_eq!(read("[1,\n99999999999999999999]").unwrap_err().line, 2);
        assert!(
            read("[18446744073709551615, -9223372036854775808, 1e300, 99999999999999999999.5]")
                .is_ok()
        );
    }
}
