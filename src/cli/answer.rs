//! How replies are printed: text for people, or one JSON object. Standard output is
//! data; what to do next goes to standard error.

use super::global::Global;
use super::terminal;
use crate::check::plain_text;
use crate::json::harmless_text;
use crate::ops::Instructions;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;
use std::io::Write;

/// What is known of the one who typed.
#[derive(Debug, Clone)]
pub struct Face {
    pub global: Global,
}

/// A colour of a word.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    Red,
    Green,
    Yellow,
    Dim,
    Bold,
}

impl Face {
    pub fn new(global: Global) -> Self {
        Self { global }
    }

    /// Whether a person can be asked something here.
    pub fn can_ask(&self) -> bool {
        !self.global.json && !self.global.is_ci() && terminal::can_ask()
    }

    /// Prints a reply: as text by `text`, or as the `data` of a JSON object.
    pub fn answer(&self, data: &impl Serialize, instructions: &Instructions, text: &str) {
        if self.global.json {
            let whole = json!({ "success": true, "data": data, "instructions": instructions });
            out(&format!("{}\n", harmless_text(&whole)));
            return;
        }
        if !text.is_empty() {
            out(&format!("{}\n", harmless(text.trim_end())));
        }
        self.advise(instructions);
    }

    /// Prints a reply that failed, with the same shape.
    pub fn answer_failure(&self, data: &impl Serialize, instructions: &Instructions, text: &str) {
        if self.global.json {
            let whole = json!({ "success": false, "data": data, "instructions": instructions });
            out(&format!("{}\n", harmless_text(&whole)));
            return;
        }
        if !text.is_empty() {
            out(&format!("{}\n", harmless(text.trim_end())));
        }
        self.advise(instructions);
    }

    /// Prints what was found wrong where that is all that was asked for.
    pub fn answer_wrong(
        &self,
        data: &impl Serialize,
        error: &Json,
        instructions: &Instructions,
        text: &str,
    ) {
        if !self.global.json {
            return self.answer_failure(data, instructions, text);
        }
        let whole = json!({
            "success": false, "data": data, "error": error, "instructions": instructions,
        });
        out(&format!("{}\n", harmless_text(&whole)));
    }

    /// Says something beside the reply.
    pub fn say(&self, text: &str) {
        err(&format!("{}\n", harmless(&plain_text(text))));
    }

    /// A word in colour, where colours are wanted.
    pub fn coloured(&self, word: &str, colour: Colour) -> String {
        let word = plain_text(word);
        if self.global.is_ci() || !terminal::has_colours() {
            return word;
        }
        let code = match colour {
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Dim => 2,
            Colour::Bold => 1,
        };
        format!("\u{1b}[{code}m{word}\u{1b}[0m")
    }

    /// Says what to do next.
    pub fn advise(&self, instructions: &Instructions) {
        if instructions.next_actions.is_empty() && instructions.suggested_commands.is_empty() {
            return;
        }
        err("\nnext:\n");
        for action in &instructions.next_actions {
            err(&format!("  {}\n", harmless(&plain_text(action))));
        }
        for command in &instructions.suggested_commands {
            err(&format!("  $ {}\n", harmless(&plain_text(command))));
        }
    }
}

/// A text in which GitHub's runner finds no command: what a program printed stands in findings and
/// packets, and a line of it could mask, stop or forge what the job says.
pub fn harmless(text: &str) -> String {
    if std::env::var_os("GITHUB_ACTIONS").is_none() {
        return text.to_owned();
    }
    disarmed(text)
}

fn disarmed(text: &str) -> String {
    let line = |line: &str| {
        let mark = if line.trim_start().starts_with("::") { "| " } else { "" };
        format!("{mark}{line}")
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n").replace("##[", "## [")
}

/// Writes to standard output; a reader that has gone away ends it quietly.
pub fn out(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes()).and_then(|()| output.flush());
}

/// Writes to standard error; no run ends because a log is full or nobody reads it.
pub fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Says something to the runner of a job, on standard error.
pub fn command(line: &str) {
    err(&format!("{line}\n"));
}

/// A table of columns, two spaces apart, without trailing blanks.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        text.push_str(plain_text(&line).trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_of_the_runner() {
        assert_eq!(
            disarmed("a\n::add-mask::b\n  ::error::c\nd ##[error]e\nstd::fs"),
            "a\n| ::add-mask::b\n|   ::error::c\nd ## [error]e\nstd::fs"
        );
    }
}
