//! Errors, printed: what was wrong, where, what would be right, what to type next.

use super::answer::Face;
use super::door;
use super::door::Colour;
use super::excerpt::excerpt;
use super::subject::Subject;
use super::table;
use super::terminal;
use super::usage::Misuse;
use crate::envelope;
use crate::envelope::exit;
use crate::envelope::help;
use crate::envelope::others;
use crate::envelope::place;
use crate::files;
use crate::id::GateId;
use crate::ops;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::source::Unsound;
use crate::workflow;
use clap::error::ErrorKind;
use miette::Diagnostic;
use serde_json::json;
use std::fmt::Write as _;

/// Prints an operation's error, and where the run stands that it would have changed; gives its
/// exit code.
pub fn error(face: &Face, error: &Error, subject: Option<&Subject>) -> u8 {
    let is_about_runs = subject.is_some() || error.command().is_some();
    let project = is_about_runs.then(|| face.global.open(false).ok()).flatten();
    let state = project.as_ref().zip(subject).and_then(|(project, subject)| {
        Some(Instructions::of_run(project, &face.caller, &subject.run(project, &face.caller)?))
    });
    let state = state.unwrap_or_default();
    let at_hand = project.map(|project| ops::at_hand(&project, &face.caller)).unwrap_or_default();
    let help = error.advice().map(|advice| advice.words(&at_hand));
    if face.global.json {
        door::out_json(&envelope::failure(
            envelope::error_json(error, help),
            &Instructions::after(error, &at_hand, state),
        ));
    } else {
        door::err(&as_text(face, error, help));
        face.advise(&state);
    }
    exit::of_error(error)
}

/// A gate's id and its name, where it has one of its own.
pub fn named(gate: &GateId, name: &str) -> String {
    gate.own_name(name).map_or_else(|| gate.to_string(), |name| format!("{gate} {name}"))
}

/// Prints what is unlikely to be meant, at its place.
pub fn warning(face: &Face, doubt: &Unsound) {
    door::err(&as_text_of(face, "warning:", doubt, help(doubt)));
}

/// Prints several errors of one definition.
pub fn errors(face: &Face, errors: &[workflow::Error]) {
    for error in errors {
        door::err(&as_text(face, error, help(error)));
    }
}

/// Prints what clap has to say: help to standard output, errors to standard error.
pub fn usage(error: &clap::Error, wants_json: bool) -> u8 {
    if !error.use_stderr() {
        door::out(&error.render().to_string());
        return exit::DONE;
    }
    let Misuse { message, help } = Misuse::of(error);
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && !wants_json {
        door::err(&error.render().to_string());
        return exit::USAGE;
    }
    if wants_json {
        let error = json!({
            "code": "usage", "message": message, "causes": [], "help": help, "place": null,
        });
        door::out_json(&envelope::failure(error, &Instructions::default()));
    } else {
        let help = help.map(|help| format!("help: {help}\n")).unwrap_or_default();
        let text = format!("error: {message}\n{help}");
        door::err(&table::folded_to(&text, terminal::error_columns()));
    }
    exit::USAGE
}

/// `error:`, the place with its caret, causes, `help:`.
fn as_text(face: &Face, error: &dyn Diagnostic, help: Option<String>) -> String {
    as_text_of(face, "error:", error, help)
}

fn as_text_of(face: &Face, word: &str, error: &dyn Diagnostic, help: Option<String>) -> String {
    let columns = terminal::error_columns();
    let words = |line: &str| columns.map_or_else(|| line.to_owned(), |it| table::fold(line, it));
    let mut text = String::new();
    let word = face.coloured(word, Colour::Red);
    let code = error.code().map(|code| code.to_string()).filter(|code| is_explained(code));
    let code = code.map(|code| face.coloured(&format!(" [{code}]"), Colour::Dim));
    let message = crate::check::plain_text(&files::in_words(&error.to_string()));
    let (first, rest) = message.split_once('\n').unwrap_or((&message, ""));
    let _ = writeln!(text, "{}", words(&format!("{word} {first}{}", code.unwrap_or_default())));
    for line in rest.lines() {
        let _ = writeln!(text, "{}", words(line));
    }
    if let Some(place) = place(error) {
        let gutter = place.line.to_string().len();
        let excerpt = excerpt(&place, columns.map(|columns| columns.saturating_sub(gutter + 3)));
        let caret = face.coloured(&"^".repeat(excerpt.marked), Colour::Red);
        let _ = writeln!(text, "  --> {}:{}:{}", place.file, place.line, place.column);
        let _ = writeln!(text, "{:gutter$} |", "");
        let _ = writeln!(text, "{} | {}", place.line, excerpt.text);
        let _ = writeln!(text, "{:gutter$} | {:indent$}{caret}", "", "", indent = excerpt.indent);
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let told = files::in_words(&inner.to_string()).into_owned();
        // Many errors tell their cause in the same breath.
        if !message.contains(&told) {
            let told = format!("caused by: {}", crate::check::plain_text(&told));
            told.lines().for_each(|line| text.push_str(&(words(line) + "\n")));
        }
        cause = inner.source();
    }
    if let Some(help) = help {
        let word = face.coloured("help:", Colour::Bold);
        let help = format!("{word} {}", crate::check::plain_text(&help));
        help.lines().for_each(|line| text.push_str(&(words(line) + "\n")));
    }
    for other in others(error) {
        text.push_str(&as_text(face, other, envelope::help(other)));
    }
    text
}

/// Whether `orch explain` says more of an error than its own words and place do.
fn is_explained(code: &str) -> bool {
    !["usage", "unsound", "not_found"].contains(&code)
}
