//! YAML 1.2 as data, where `no` is a text: aliases and depth are bounded, a key stands once. The
//! one home of `serde-saphyr`.

use super::data::Data;
use super::data::DataFlaw;
use super::number;
use super::tree::Tree;
use serde::Deserialize;
use serde_saphyr::Error;
use serde_saphyr::MessageFormatter;
use serde_saphyr::Spanned;
use serde_saphyr::UserMessageFormatter;
use serde_saphyr::budget::BudgetBreach;
use std::thread;

/// A value with its place.
#[derive(Deserialize)]
#[serde(transparent)]
struct Node(Spanned<Tree<Node>>);

/// Room for a document as deep as the parser takes one: a value with its place is many calls deep.
const STACK_BYTES: usize = 16 * 1024 * 1024;

pub(super) fn read(text: &str) -> Result<Data, DataFlaw> {
    let unread = || DataFlaw { message: "not enough memory to read it".to_owned(), line: 1 };
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES);
        let reader = reader.spawn_scoped(scope, || parse(text)).map_err(|_| unread())?;
        reader.join().unwrap_or_else(|_| Err(unread()))
    })
}

fn parse(text: &str) -> Result<Data, DataFlaw> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_documents: 1 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: 100_000 },
        strict_booleans: true,
        with_snippet: false,
    };
    let node: Node = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        let message = words(error.without_snippet());
        DataFlaw { message, line: usize::try_from(line).unwrap_or(1) }
    })?;
    data(node, text)
}

/// What is wrong, for people who wrote the document and not the program that reads it.
fn words(error: &Error) -> String {
    let is_second_document = matches!(
        error,
        Error::MultipleDocuments { .. }
            | Error::Budget { breach: BudgetBreach::Documents { .. }, .. }
    );
    if is_second_document {
        return "expected one document, found another after `---`".to_owned();
    }
    if let Error::DuplicateMappingKey { key, .. } = error {
        let key = key.as_ref().map(|key| format!(" `{key}`"));
        return format!("duplicate key{}", key.unwrap_or_default());
    }
    let message = UserMessageFormatter.format_message(error);
    if let Some(character) = message.strip_prefix("unexpected character: ") {
        let character = character.strip_prefix('`').and_then(|rest| rest.strip_suffix('\''));
        return format!("unquoted text cannot start with `{}`; quote it", character.unwrap_or("…"));
    }
    let told = WORDS.iter().find(|(said, _)| message.starts_with(said));
    told.map_or_else(|| message.into_owned(), |(_, words)| (*words).to_owned())
}

/// What the parser says, and what people do.
const WORDS: [(&str, &str); 9] = [
    ("tabs disallowed", "the line is indented with a tab; use spaces"),
    ("mapping values are not allowed", "unexpected `:`; quote the text or fix the indentation"),
    ("invalid indentation in multiline quoted", "unclosed quote"),
    (
        "while parsing a block collection",
        "a key at the level of list items; indent it, or start it with `- `",
    ),
    ("while parsing a block mapping", "a line that is not `key: value`; check its indentation"),
    (
        "reference to unknown value",
        "`*` refers to an undefined anchor; quote the text if it is not an alias",
    ),
    ("while scanning an anchor or alias", "unquoted text cannot start with `*` or `&`; quote it"),
    ("while parsing a quoted scalar, found unknown escape", "unknown escape; use single quotes"),
    ("expected string scalar", "a key must be a string"),
];

fn data(Node(node): Node, text: &str) -> Result<Data, DataFlaw> {
    // Of an alias, what it stands for.
    let span = node.defined.span();
    let [begin, length] = [span.byte_offset(), span.byte_len()]
        .map(|bytes| bytes.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default());
    let written = || text.get(begin..begin + length).unwrap_or_default();
    let flaw = |message| DataFlaw::at(text, begin, message);
    Ok(match node.value {
        Tree::Null => Data::Null,
        Tree::Boolean(value) => Data::boolean(written(), value),
        Tree::Number(value) => Data::number(written(), value).map_err(flaw)?,
        // Digits too long for a number are no text.
        Tree::Text(text) if is_long_integer(&text) && text == written() => {
            return Err(flaw(number::too_long(&text)));
        }
        Tree::Text(text) => Data::Text(text),
        Tree::List(items) => {
            Data::List(items.into_iter().map(|item| data(item, text)).collect::<Result<_, _>>()?)
        }
        Tree::Table(table) => Data::Table(
            table
                .into_iter()
                .map(|(key, item)| Ok((key, data(item, text)?)))
                .collect::<Result<_, DataFlaw>>()?,
        ),
    })
}

/// Whether this is written as YAML writes a hexadecimal or octal integer.
fn is_long_integer(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    let is_of = |prefix, radix| {
        text.strip_prefix(prefix).is_some_and(|digits: &str| {
            !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
        })
    };
    is_of("0x", 16) || is_of("0o", 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_is_bounded() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
            c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
            e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
        assert!(read(bomb).is_err());
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(read(&"- ".repeat(100_000)).is_err());
        assert!(read("a: 1\n---\nb: 2\n").is_err());
        assert_eq!(read("a: 1\na: 2\n").unwrap_err().line, 2);
        assert!(read("1: x\n'1': y\n").is_err());
        assert_eq!(
            read("s: no\nd: 2026-01-19\nv: 1.0\n3: x\n").unwrap().into_json(),
            json!({"s": "no", "d": "2026-01-19", "v": 1.0, "3": "x"})
        );
    }

    #[test]
    fn numbers_are_kept_as_they_are_written() {
        let text = "é: &x 1.10\nb: [01234, 1_000, 0x1F , 1e3]\nc: *x\nd: True # yes\n\
            e: {<<: {f: +5}}\ng: '1.10'\nh: !!str 7\ni:\n  - -0\n";
        let data = read(text).unwrap();
        let written = |pointer| data.pointer(pointer).unwrap().written().unwrap();
        let found = ["/é", "/b/0", "/b/1", "/b/2", "/b/3", "/c", "/d", "/e/f", "/g", "/h", "/i/0"];
        assert_eq!(
            found.map(written),
            ["1.10", "01234", "1_000", "0x1F", "1e3", "1.10", "True", "+5", "1.10", "7", "-0"]
        );
    }

    #[test]
    fn what_is_no_finite_number_of_64_bits_is_refused() {
        for value in [
            ".inf",
            ".nan",
            "-.INF",
            "1e400",
            "0xFFFFFFFFFFFFFFFFF",
            "-0o7777777777777777777777777",
        ] {
            assert_eq!(read(&format!("a: 1\nb: {value}\n")).unwrap_err().line, 2, "{value}");
        }
        assert!(read("a: '.inf'\nb: '0xFFFFFFFFFFFFFFFFF'\nc: nan\nd: 0x\n").is_ok());
    }
}
