//! JSON as it is written for terminals and records: nothing in it turns a line around or drives a
//! terminal, whatever an input or a program said. The text means the same.

use std::fmt::Write as _;

/// A JSON text with its control characters and marks of direction escaped. In sound JSON these stand
/// in strings only, and those below a blank are escaped already.
pub fn harmless(json: Vec<u8>) -> Vec<u8> {
    // All of them begin with one of these bytes, and most texts have none.
    if !json.iter().any(|byte| matches!(byte, 0x7f | 0xc2 | 0xe2)) {
        return json;
    }
    let Ok(text) = String::from_utf8(json) else { return Vec::new() };
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{7f}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped.into_bytes()
}

/// The same for a text.
pub fn harmless_text(json: &impl ToString) -> String {
    String::from_utf8(harmless(json.to_string().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value as Json;
    use serde_json::json;

    #[test]
    fn it_means_the_same_and_moves_nothing() {
        let value = json!({"a\u{202e}": "x\u{9b}2J\u{7f}\u{2066}\u{1b}[2J é“”"});
        let text = harmless_text(&value);
        let expected = "{\"a\\u202e\":\"x\\u009b2J\\u007f\\u2066\\u001b[2J é“”\"}";
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), value);
    }
}
