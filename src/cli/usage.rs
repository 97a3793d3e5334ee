//! What clap refuses of a command line, in the words of all other errors: what is wrong with which
//! word, and what to type.

use crate::source::nearest;
use clap::Command;
use clap::Error;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;
use std::error::Error as _;

/// A command line that is refused.
pub struct Misuse {
    pub message: String,
    pub help: Option<String>,
}

impl Misuse {
    /// What clap says of a command line; without words of its own it says it by itself.
    pub fn of(error: &Error) -> Self {
        let told = Told { error };
        let told = match error.kind() {
            ErrorKind::UnknownArgument => told.unknown_argument(),
            ErrorKind::InvalidSubcommand => told.unknown_command(),
            ErrorKind::MissingRequiredArgument => told.missing_arguments(),
            ErrorKind::InvalidValue => told.unknown_value(),
            ErrorKind::ValueValidation => told.invalid_value(),
            ErrorKind::ArgumentConflict => told.conflict(),
            ErrorKind::TooManyValues => told.too_many_values(),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
                Some(told.missing_command())
            }
            // Clap's kinds may grow; what it says is then all that is known.
            ErrorKind::NoEquals
            | ErrorKind::TooFewValues
            | ErrorKind::WrongNumberOfValues
            | ErrorKind::InvalidUtf8
            | ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::Io
            | ErrorKind::Format
            | _ => None,
        };
        told.unwrap_or_else(|| Self::in_words_of_clap(error))
    }

    fn in_words_of_clap(error: &Error) -> Self {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.trim_start_matches("error: ").replace('\'', "`");
        Self { message, help: Told { error }.usage() }
    }
}

/// What clap tells beside its words.
struct Told<'e> {
    error: &'e Error,
}

impl Told<'_> {
    fn text(&self, kind: ContextKind) -> Option<&str> {
        let ContextValue::String(text) = self.error.get(kind)? else { return None };
        Some(text)
    }

    fn texts(&self, kind: ContextKind) -> Vec<&str> {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![text],
            Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// What was added to it as what to type.
    fn tip(&self) -> Option<String> {
        let ContextValue::StyledStrs(tips) = self.error.get(ContextKind::Suggested)? else {
            return None;
        };
        tips.first().map(ToString::to_string)
    }

    /// How the command is used.
    fn usage(&self) -> Option<String> {
        let ContextValue::StyledStr(usage) = self.error.get(ContextKind::Usage)? else {
            return None;
        };
        let usage = usage.to_string();
        let first = usage.lines().next()?.trim_start_matches("Usage:").trim();
        Some(first.replace("[OPTIONS] ", ""))
    }

    /// The page that tells what a command takes.
    fn page(&self) -> Option<String> {
        let usage = self.usage()?;
        let is_name = |word: &&str| word.starts_with(|it: char| it.is_ascii_lowercase());
        let words: Vec<&str> = usage.split(' ').take_while(is_name).collect();
        Some(format!("{} --help", words.join(" ")))
    }

    fn unknown_argument(&self) -> Option<Misuse> {
        let message = format!("unexpected argument `{}`", self.text(ContextKind::InvalidArg)?);
        Some(Misuse { message, help: self.tip().or_else(|| self.page()) })
    }

    fn unknown_command(&self) -> Option<Misuse> {
        let message = format!("unknown command `{}`", self.text(ContextKind::InvalidSubcommand)?);
        Some(Misuse { message, help: self.tip().or_else(|| self.page()) })
    }

    fn missing_command(&self) -> Misuse {
        Misuse { message: "missing command".to_owned(), help: self.page() }
    }

    fn missing_arguments(&self) -> Option<Misuse> {
        let missing: Vec<String> =
            self.texts(ContextKind::InvalidArg).iter().map(|it| format!("`{it}`")).collect();
        if missing.is_empty() {
            return None;
        }
        let message = format!("missing {}", missing.join(", "));
        Some(Misuse { message, help: self.usage() })
    }

    fn unknown_value(&self) -> Option<Misuse> {
        let argument = self.text(ContextKind::InvalidArg)?;
        let values = self.texts(ContextKind::ValidValue);
        let help = (!values.is_empty()).then(|| format!("possible values: {}", values.join(", ")));
        let value = self.text(ContextKind::InvalidValue).unwrap_or_default();
        if value.is_empty() {
            let message = format!("missing value for `{argument}`");
            return Some(Misuse { message, help: help.or_else(|| self.page()) });
        }
        let near = nearest(value, values);
        Some(Misuse {
            message: format!("invalid value `{value}` for `{argument}`"),
            help: match (near, help) {
                (Some(near), Some(all)) => Some(format!("{near} ({all})")),
                (near, all) => near.or(all),
            },
        })
    }

    fn invalid_value(&self) -> Option<Misuse> {
        let argument = self.text(ContextKind::InvalidArg)?;
        let value = self.text(ContextKind::InvalidValue)?;
        let why = self.error.source().map(ToString::to_string).unwrap_or_default();
        let message = format!("invalid value `{value}` for `{argument}`");
        Some(Misuse { message, help: Some(in_words(&why)).filter(|help| !help.is_empty()) })
    }

    fn conflict(&self) -> Option<Misuse> {
        let argument = self.text(ContextKind::InvalidArg)?;
        let prior: Vec<String> =
            self.texts(ContextKind::PriorArg).iter().map(|it| format!("`{it}`")).collect();
        let message = match prior.as_slice() {
            [] => return None,
            [same] if *same == format!("`{argument}`") => format!("{same} is given twice"),
            others => format!("`{argument}` cannot be used with {}", others.join(", ")),
        };
        Some(Misuse { message, help: Some("remove one of them".to_owned()) })
    }

    fn too_many_values(&self) -> Option<Misuse> {
        let argument = self.text(ContextKind::InvalidArg)?;
        let value = self.text(ContextKind::InvalidValue)?;
        let message = format!("unexpected value `{value}` for `{argument}`");
        Some(Misuse { message, help: self.usage() })
    }
}

/// What the standard library says of a number that is none, and what to type.
const NUMBERS: [(&str, &str); 5] = [
    ("invalid digit found in string", "write a whole number, such as 3"),
    ("cannot parse integer from empty string", "write a whole number, such as 3"),
    ("number too large to fit in target type", "write a smaller number"),
    ("invalid float literal", "write a number, such as 2.5"),
    ("cannot parse float from empty string", "write a number, such as 2.5"),
];

fn in_words(why: &str) -> String {
    let range = why.split_once(" is not in ").and_then(|(_, range)| range.split_once("..="));
    if let Some((least, most)) = range {
        return format!("write a number from {least} to {most}");
    }
    let told = NUMBERS.iter().find(|(said, _)| *said == why);
    told.map_or_else(|| why.to_owned(), |(_, words)| (*words).to_owned())
}

/// Tells an error which command it is of, where it does not know.
pub fn of_command(mut error: Error, name: &str) -> Error {
    if error.get(ContextKind::Usage).is_none() {
        let usage = clap::builder::StyledStr::from(format!("Usage: {name} [OPTIONS]"));
        error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    }
    error
}

/// The command that words lead to, and their names on the way.
pub fn path<'c, 't>(whole: &'c Command, typed: &[&'t str]) -> (&'c Command, Vec<&'t str>) {
    let (mut command, mut path) = (whole, Vec::new());
    for word in typed {
        if let Some(below) = command.find_subcommand(word) {
            command = below;
            path.push(*word);
        } else if !path.is_empty() && !word.starts_with('-') {
            break;
        }
    }
    (command, path)
}
