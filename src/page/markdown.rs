//! Foreign texts in Markdown: shown as they are, and part of no markup.

use crate::json::is_acted_on;
use std::fmt::Write as _;

/// A text as Markdown that shows it and does nothing else, on one line: no character of it is a part
/// of Markdown, HTML or an address.
pub fn markdown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\t' => shown.push(' '),
            // A name or number after it would become a link when all else is done; a comment keeps
            // them apart.
            '@' | '#' => {
                let _ = write!(shown, "&#{};<!-- -->", u32::from(character));
            }
            ' ' | ',' | '-' | '/' | '(' | ')' => shown.push(character),
            _ if character.is_alphanumeric() => shown.push(character),
            _ if is_acted_on(character) => {}
            _ => {
                let _ = write!(shown, "&#{};", u32::from(character));
            }
        }
    }
    shown
}

/// A text as one word that can stand in a comment of HTML and ends none: what could is encoded as in
/// an address.
pub fn comment_word(text: &str) -> String {
    let mut word = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'/' => {
                word.push(char::from(byte));
            }
            b'-' if !word.is_empty() && !word.ends_with('-') => word.push('-'),
            _ => {
                let _ = write!(word, "%{byte:02X}");
            }
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_is_markdown() {
        let text = "a|b `c` <img src=x> [l](http://e) ![i](x)\n# h **b** www.x.org a@b.org #12 \\|";
        assert_eq!(
            markdown(text),
            "a&#124;b &#96;c&#96; &#60;img src&#61;x&#62; &#91;l&#93;(http&#58;//e) \
             &#33;&#91;i&#93;(x) &#35;<!-- --> h &#42;&#42;b&#42;&#42; www&#46;x&#46;org \
             a&#64;<!-- -->b&#46;org &#35;<!-- -->12 &#92;&#124;"
        );
        assert_eq!(markdown("a\u{1b}[31m\u{202e}b"), "a&#91;31mb");
    }

    #[test]
    fn a_word_ends_no_comment() {
        assert_eq!(comment_word("the-word/robot_1.2"), "the-word/robot_1.2");
        assert_eq!(comment_word("a--> <b>"), "a-%2D%3E%20%3Cb%3E");
        assert_eq!(comment_word("-ä"), "%2D%C3%A4");
    }
}
