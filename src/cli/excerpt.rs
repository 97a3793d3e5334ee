//! The line of a text that an error points to, with its caret. A terminal would break a line that is
//! too long for it, and the caret would stand under something else: such a line is cut instead.

use crate::envelope::MarkedLine;
use crate::json::is_acted_on;
use dialoguer::console::measure_text_width;

/// What stands for the part of a line that is not shown.
const CUT: &str = "…";

/// A line as it is shown, and which of its columns are marked.
#[derive(Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub text: String,
    /// How many columns stand before the marked ones.
    pub indent: usize,
    pub marked: usize,
}

/// The line in so many columns, around what is marked; without a limit the whole of it.
pub fn excerpt(line: &MarkedLine, columns: Option<usize>) -> Excerpt {
    // A tab is as wide as its terminal likes, and takes one column here.
    let letters: Vec<char> =
        line.text.chars().map(|letter| if letter == '\t' { ' ' } else { letter }).collect();
    let ends: Vec<usize> = letters
        .iter()
        .scan(0, |end, letter| {
            *end += if is_acted_on(*letter) { 0 } else { width_of(*letter) };
            Some(*end)
        })
        .collect();
    let end_of = |count: usize| count.checked_sub(1).map_or(0, |last| ends[last]);
    let width = |first: usize, last: usize| end_of(last) - end_of(first);
    let begin = (line.column - 1).min(letters.len());
    let end = (begin + line.width).min(letters.len());
    let (mut first, mut last) = (0, letters.len());
    let is_wide = |first: usize, last: usize| {
        let cuts = usize::from(first > 0) + usize::from(last < letters.len());
        columns.is_some_and(|columns| width(first, last) + cuts > columns.max(cuts + 1))
    };
    // First what stands behind the mark, then what stands before it, then the mark itself.
    while is_wide(first, last) && last > end.max(begin + 1) {
        last -= 1;
    }
    while is_wide(first, last) && first < begin {
        first += 1;
    }
    while is_wide(first, last) && last > begin + 1 {
        last -= 1;
    }
    let cut = |is_cut: bool| if is_cut { CUT } else { "" };
    let head = cut(first > 0);
    let shown: String =
        letters[first..last].iter().filter(|letter| !is_acted_on(**letter)).collect();
    Excerpt {
        indent: head.chars().count() + width(first, begin),
        marked: width(begin, end.min(last).max(begin)).max(1),
        text: format!("{head}{shown}{}", cut(last < letters.len())),
    }
}

fn width_of(letter: char) -> usize {
    measure_text_width(letter.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, meant: &str, columns: Option<usize>) -> String {
        let at = text.find(meant).unwrap();
        let column = text[..at].chars().count() + 1;
        let width = meant.chars().count();
        let place =
            MarkedLine { file: "a".to_owned(), line: 1, column, text: text.to_owned(), width };
        let Excerpt { text, indent, marked } = super::excerpt(&place, columns);
        format!("{text}\n{}{}", " ".repeat(indent), "^".repeat(marked))
    }

    #[test]
    fn a_line_that_is_too_long_is_cut_around_its_mark() {
        let line = "command = ['echo', 'one', 'two', 'three']";
        assert_eq!(excerpt(line, "'one'", None), format!("{line}\n{}^^^^^", " ".repeat(19)));
        assert_eq!(excerpt(line, "'one'", Some(41)), excerpt(line, "'one'", None));
        insta::assert_snapshot!(excerpt(line, "command", Some(20)), @"
        command = ['echo', …
        ^^^^^^^
        ");
        insta::assert_snapshot!(excerpt(line, "'one'", Some(20)), @"
        …d = ['echo', 'one'…
                      ^^^^^
        ");
        insta::assert_snapshot!(excerpt(line, "'three'", Some(20)), @"
        …e', 'two', 'three'…
                    ^^^^^^^
        ");
        insta::assert_snapshot!(excerpt(line, line, Some(12)), @"
        command = […
        ^^^^^^^^^^^
        ");
    }

    #[test]
    fn a_caret_stands_under_its_letter_whatever_stands_before_it() {
        assert_eq!(excerpt("\tid = 1", "id", None), " id = 1\n ^^");
        assert_eq!(excerpt("a = '名前', b", "b", None), "a = '名前', b\n            ^");
    }
}
