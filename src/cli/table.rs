//! Tables and trees as wide as the terminal that they are shown on: a line that does not fit is broken
//! between words, never within one.

use super::answer::one_line;
use super::door;
use super::terminal;

/// What stands between two columns.
const GAP: usize = 2;

/// How far the lines stand in that continue another one.
const INDENT: usize = 2;

/// The least room, in columns, in which a text at the end of its row is broken.
const LAST_COLUMNS_MIN: usize = 20;

/// A table of columns, two spaces apart, without trailing blanks.
pub fn table(rows: &[Vec<String>]) -> String {
    // A line break in a cell would begin a row.
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    laid_out(&rows, terminal::columns())
}

/// The same with other rows where these do not fit the terminal.
pub fn table_or(rows: &[Vec<String>], narrow: impl FnOnce() -> Vec<Vec<String>>) -> String {
    let is_narrow = terminal::columns().is_some_and(|columns| {
        laid_out(rows, None).lines().any(|line| door::width(line) > columns)
    });
    if is_narrow { table(&narrow()) } else { table(rows) }
}

/// A text whose lines fit the terminal; those that continue one stand in further.
pub fn folded(text: &str) -> String {
    folded_to(text, terminal::columns())
}

/// The same in so many columns, where there is a limit.
pub fn folded_to(text: &str, columns: Option<usize>) -> String {
    let Some(columns) = columns else { return text.to_owned() };
    text.lines().map(|line| fold(line, columns) + "\n").collect()
}

fn laid_out(rows: &[Vec<String>], columns: Option<usize>) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| door::width(cell)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let before_last: usize = widths.iter().rev().skip(1).map(|width| width + GAP).sum();
    let last = widths.last().copied().unwrap_or_default();
    let line = |row: &Vec<String>| match columns {
        Some(columns) if before_last + last > columns => {
            if before_last + LAST_COLUMNS_MIN <= columns {
                broken_at_the_end(row, &widths, columns)
            } else {
                one_after_the_other(row, columns)
            }
        }
        Some(_) | None => aligned(row, &widths),
    };
    rows.iter().map(|row| line(row) + "\n").collect()
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let padded = row.iter().zip(widths).map(|(cell, width)| {
        format!("{cell}{}", " ".repeat(width.saturating_sub(door::width(cell))))
    });
    padded.collect::<Vec<_>>().join(&" ".repeat(GAP)).trim_end().to_owned()
}

/// In columns, with the last one broken to the room that is left.
fn broken_at_the_end(row: &[String], widths: &[usize], columns: usize) -> String {
    let Some((last, before)) = row.split_last().filter(|_| row.len() == widths.len()) else {
        return aligned(row, widths);
    };
    let begin: usize = widths.iter().rev().skip(1).map(|width| width + GAP).sum();
    let mut filled = Filled { text: aligned(before, widths), at: 0, indent: begin, columns };
    filled.at = door::width(&filled.text);
    if !last.is_empty() {
        filled.text.push_str(&" ".repeat(begin - filled.at));
        filled.at = begin;
        filled.words(last, 0);
    }
    filled.text
}

/// Without columns: as many cells on a line as fit.
fn one_after_the_other(row: &[String], columns: usize) -> String {
    let mut filled = Filled { text: String::new(), at: 0, indent: INDENT, columns };
    for cell in row.iter().filter(|cell| !cell.is_empty()) {
        let width = door::width(cell);
        let gap = if filled.at == 0 { 0 } else { GAP };
        if filled.at + gap + width > columns && INDENT + width > columns {
            filled.words(cell, gap);
        } else {
            filled.push(cell, gap);
        }
    }
    filled.text
}

/// A line that fits so many columns.
pub fn fold(line: &str, columns: usize) -> String {
    if door::width(line) <= columns {
        return line.to_owned();
    }
    let text = line.trim_start();
    let begin = line.len() - text.len();
    let indent = begin + INDENT;
    let mut filled = Filled { text: " ".repeat(begin), at: begin, indent, columns };
    // What stands in columns within the line keeps its distance.
    for (number, part) in text.split("  ").enumerate() {
        let gap = if number == 0 { 0 } else { GAP };
        filled.words(part, gap);
    }
    filled.text
}

/// Lines that are filled with words.
struct Filled {
    text: String,
    at: usize,
    indent: usize,
    columns: usize,
}

impl Filled {
    /// Adds words, the first of them behind a gap.
    fn words(&mut self, text: &str, gap: usize) {
        for (number, word) in text.split(' ').enumerate() {
            self.push(word, if number == 0 { gap } else { 1 });
        }
    }

    /// Adds something behind a gap, or on the next line.
    fn push(&mut self, what: &str, gap: usize) {
        let width = door::width(what);
        let is_begun = self.at > self.indent;
        if self.at + gap + width > self.columns && is_begun {
            self.text = self.text.trim_end().to_owned();
            self.text.push('\n');
            self.text.push_str(&" ".repeat(self.indent));
            self.at = self.indent;
        } else {
            self.text.push_str(&" ".repeat(gap));
            self.at += gap;
        }
        self.text.push_str(what);
        self.at += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        vec![
            row(["draft", "PASS", ""]),
            row(["review", "FAIL", "a.md: wrong number of words (expected at least 3)"]),
        ]
    }

    #[test]
    fn a_table_that_fits_stands_in_columns() {
        let wide =
            "draft   PASS\nreview  FAIL  a.md: wrong number of words (expected at least 3)\n";
        assert_eq!(laid_out(&rows(), None), wide);
        assert_eq!(laid_out(&rows(), Some(63)), wide);
    }

    #[test]
    fn a_long_last_column_is_broken_between_words() {
        insta::assert_snapshot!(laid_out(&rows(), Some(40)), @"
        draft   PASS
        review  FAIL  a.md: wrong number of
                      words (expected at least
                      3)
        ");
    }

    #[test]
    fn without_room_for_columns_cells_follow_each_other() {
        insta::assert_snapshot!(laid_out(&rows(), Some(30)), @"
        draft  PASS
        review  FAIL  a.md: wrong
          number of words (expected at
          least 3)
        ");
        let long = vec![vec!["a-name-that-is-longer-than-the-line".to_owned(), "x".to_owned()]];
        assert_eq!(laid_out(&long, Some(10)), "a-name-that-is-longer-than-the-line\n  x\n");
    }

    #[test]
    fn lines_are_folded_between_words() {
        assert_eq!(fold("  1  FAIL  command, 1.0s", 16), "  1  FAIL\n    command,\n    1.0s");
        assert_eq!(fold("short", 5), "short");
    }
}
