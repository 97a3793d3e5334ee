//! The forms in which a secret may turn up: as it is, escaped for JSON, a shell, C, a URL or HTML,
//! in hex, and in base64 wherever in an encoded text it stands. Each form is a pattern in which
//! every character may wear any of its usual dresses, since no two encoders dress the same ones.

use std::fmt::Write as _;

/// A shorter stretch of an encoding occurs by chance.
const ENCODED_LETTERS_MIN: usize = 4;

/// A line break as it is, escaped, made a blank or left out, and the indentation after it.
const LINE_BREAK: &str = r"(?:[\r\n\t ]|\\{1,8}(?:[nrt\n]|u000[aAdD]|x0[aAdD]|01[25])|%0[aAdD]|&#(?:10|13|x[aAdD]);){0,24}";
const LINE_BREAK_BYTES_MAX: usize = 24 * 13;

/// Where an encoder has broken its lines, escaped or not.
const WRAP: &str = r"(?:[\r\n]|\\[rn]){0,2}";
const WRAP_BYTES_MAX: usize = 4;

/// What stands between two bytes in hex.
const BETWEEN_BYTES: &str = r"(?:[\s:,%-]|\\{1,2}x|0x|\\{1,2}u00){0,3}";
const BETWEEN_BYTES_MAX: usize = 15;

/// A pattern, and the most bytes that it can match.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form {
    pub(super) bytes_max: usize,
    pub(super) pattern: String,
}

/// All forms of a text.
pub(super) fn forms(text: &str) -> Vec<Form> {
    let bytes = text.as_bytes();
    let encoded = (0..3).filter_map(|offset| base64_form(bytes, offset)).chain(hex_form(bytes));
    [escaped_form(text)].into_iter().chain(encoded).collect()
}

/// The text, each character as it is or escaped.
fn escaped_form(text: &str) -> Form {
    let mut form = Form { bytes_max: 0, pattern: String::new() };
    let mut add = |pattern: &str, bytes_max: usize| {
        form.pattern.push_str(pattern);
        form.bytes_max += bytes_max;
    };
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' | '\n' => {
                while rest.next_if(|next| matches!(next, '\r' | '\n')).is_some() {}
                add(LINE_BREAK, LINE_BREAK_BYTES_MAX);
            }
            'a'..='z' | 'A'..='Z' | '0'..='9' => add(character.encode_utf8(&mut [0; 4]), 1),
            _ => add(&escaped(character), 8 + 6 * character.len_utf8()),
        }
    }
    form
}

/// A character as it is, and in every escape that is usual for it.
fn escaped(character: char) -> String {
    let mut utf8 = [0; 4];
    let utf8 = character.encode_utf8(&mut utf8);
    let each = |write: &dyn Fn(u8) -> String| utf8.bytes().map(write).collect::<String>();
    let plain = match character {
        '\\' => r"\\{1,8}".to_owned(),
        _ => format!(r"\\{{0,8}}{}", regex::escape(utf8)),
    };
    let mut utf16 = [0; 2];
    let utf16 = character.encode_utf16(&mut utf16).iter();
    let number = u32::from(character);
    let mut ways = vec![
        plain,
        each(&|byte| format!("%(?i:{byte:02x})")),
        utf16.map(|unit| format!(r"\\{{1,4}}u(?i:{unit:04x})")).collect(),
        each(&|byte| format!(r"\\{{1,4}}x(?i:{byte:02x})")),
        each(&|byte| format!(r"\\{{1,4}}{byte:03o}")),
        format!("&#(?:{number}|(?i:x{number:x}));"),
    ];
    let named: &[&str] = match character {
        ' ' => &[r"\+"],
        '\t' => &[r"\\{1,8}t"],
        '&' => &["&amp;"],
        '<' => &["&lt;"],
        '>' => &["&gt;"],
        '"' => &["&quot;"],
        // A shell leaves its quotes, writes one, and opens them again.
        '\'' => &["&apos;", r"'\\{1,4}''", "'\"'\"'"],
        _ => &[],
    };
    ways.extend(named.iter().map(|&way| way.to_owned()));
    // What is shown is free of control characters.
    let optional = if character.is_control() { "?" } else { "" };
    format!("(?:{}){optional}", ways.join("|"))
}

/// The bytes in hex, whatever stands between them.
fn hex_form(bytes: &[u8]) -> Option<Form> {
    if 2 * bytes.len() < ENCODED_LETTERS_MIN {
        return None;
    }
    let digits: Vec<String> = bytes.iter().map(|byte| format!("(?i:{byte:02x})")).collect();
    let bytes_max = bytes.len() * (2 + BETWEEN_BYTES_MAX);
    Some(Form { pattern: digits.join(BETWEEN_BYTES), bytes_max })
}

/// The letters of an encoded text that stand for these bytes alone, where so many bytes more than a
/// multiple of three stand before them; then the last letter, which they share with what follows.
fn base64_form(bytes: &[u8], offset: usize) -> Option<Form> {
    let shifted = [&[0; 2][..offset], bytes].concat();
    let letters = base64(&shifted);
    let shared_before = [0, 2, 3][offset];
    let shared_after = usize::from(shifted.len() % 3 != 0);
    let own = letters.get(shared_before..letters.len() - shared_after)?;
    if own.len() < ENCODED_LETTERS_MIN {
        return None;
    }
    let mut pattern = String::new();
    for letter in own.chars() {
        match letter {
            '+' => pattern.push_str(r"(?:[+-]|%2[bB]|\\u002[bB])"),
            '/' => pattern.push_str(r"(?:\\?/|_|%2[fF])"),
            _ => pattern.push(letter),
        }
        pattern.push_str(WRAP);
    }
    let _ = write!(pattern, "(?:[A-Za-z0-9+/_-]={{0,2}}){{0,{shared_after}}}");
    Some(Form { pattern, bytes_max: own.len() * (6 + WRAP_BYTES_MAX) + 3 })
}

/// The base64 form without padding, as a part of the form with it.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            let index = bits >> (18 - 6 * place) & 63;
            text.push(char::from(LETTERS[index as usize]));
        }
    }
    text
}
