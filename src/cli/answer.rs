//! How replies are printed: text for people, or one JSON object. Standard output is
//! data; what to do next goes to standard error.

use super::door;
use super::door::Colour;
use super::environment;
use super::global::Global;
use super::table::folded_to;
use super::terminal;
use crate::check::plain_text;
use crate::envelope;
use crate::ops::Caller;
use crate::ops::Instructions;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;

/// What is known of the one who typed.
#[derive(Debug, Clone)]
pub struct Face {
    pub global: Global,
    pub caller: Caller,
}

impl Face {
    pub fn new(global: Global) -> Self {
        Self { global, caller: environment::caller() }
    }

    /// Whether a person can be asked something here.
    pub fn can_ask(&self) -> bool {
        !self.global.json && !self.global.is_ci() && terminal::can_ask()
    }

    /// Prints a reply: as text by `text`, or as the `data` of a JSON object.
    pub fn answer(&self, data: &impl Serialize, instructions: &Instructions, text: &str) {
        if self.global.json {
            return door::out_json(&envelope::reply(true, data, instructions));
        }
        if !text.is_empty() {
            door::out(&format!("{}\n", text.trim_end()));
        }
        self.advise(instructions);
    }

    /// Prints a reply that failed, with the same shape.
    pub fn answer_failure(&self, data: &impl Serialize, instructions: &Instructions, text: &str) {
        if self.global.json {
            return door::out_json(&envelope::reply(false, data, instructions));
        }
        if !text.is_empty() {
            door::out(&format!("{}\n", text.trim_end()));
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
        door::out_json(&whole);
    }

    /// Says something beside the reply.
    pub fn say(&self, text: &str) {
        door::err(&folded_to(&format!("{text}\n"), terminal::error_columns()));
    }

    /// A word in colour, where colours are wanted.
    pub fn coloured(&self, word: &str, colour: Colour) -> String {
        if self.global.is_ci() || !terminal::has_colours() {
            return word.to_owned();
        }
        door::painted(word, colour)
    }

    /// Says what to do next.
    pub fn advise(&self, instructions: &Instructions) {
        if instructions.next_actions.is_empty() && instructions.suggested_commands.is_empty() {
            return;
        }
        door::err("\nnext:\n");
        for action in &instructions.next_actions {
            door::err(&folded_to(&format!("  {action}\n"), terminal::error_columns()));
        }
        for command in &instructions.suggested_commands {
            door::err(&format!("  $ {command}\n"));
        }
    }
}

/// A text on one line, without what a terminal would obey.
pub fn one_line(text: &str) -> String {
    plain_text(text).replace(['\n', '\t'], " ")
}
