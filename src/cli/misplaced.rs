//! Words at a place where a command takes none: what they most likely name is said with its flag.

use clap::Command;
use clap::Error;
use clap::builder::StyledStr;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// What a bare word names, by the first of these flags that a command has.
const NAMING: [&str; 3] = ["gate", "workflow", "run"];

/// Adds the flag that an unexpected word was meant for.
pub fn advise(error: Error, whole: &Command, typed: &[OsString]) -> Error {
    with_tip(error, |unexpected| tip(unexpected, whole, typed))
}

/// Adds the flag of the input that an unexpected word was meant for, where there is one.
pub fn advise_flag(error: Error, flag: Option<&str>) -> Error {
    with_tip(error, |unexpected| {
        let flag = flag.filter(|_| !unexpected.starts_with('-'))?;
        Some(format!("inputs are given by name; write '--{flag} {unexpected}'"))
    })
}

fn with_tip(mut error: Error, tip: impl Fn(&str) -> Option<String>) -> Error {
    if error.kind() == ErrorKind::UnknownArgument
        && error.get(ContextKind::Suggested).is_none()
        && let Some(ContextValue::String(unexpected)) = error.get(ContextKind::InvalidArg)
        && let Some(tip) = tip(unexpected)
    {
        let tips = ContextValue::StyledStrs(vec![StyledStr::from(tip)]);
        error.insert(ContextKind::Suggested, tips);
    }
    error
}

fn tip(unexpected: &str, whole: &Command, typed: &[OsString]) -> Option<String> {
    let typed: Vec<&str> = typed.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let (mut command, mut path) = (whole, Vec::new());
    for word in &typed {
        if let Some(below) = command.find_subcommand(word) {
            command = below;
            path.push(*word);
        } else if !path.is_empty() && !word.starts_with('-') {
            break;
        }
    }
    if path == ["run"] && unexpected == "--workflow" {
        let name = typed.iter().skip_while(|word| **word != unexpected).nth(1)?;
        return Some(format!("to run a workflow, write 'orch run {name}'"));
    }
    if unexpected.starts_with('-') {
        return None;
    }
    let has = |flag: &&str| command.get_arguments().any(|arg| arg.get_long() == Some(*flag));
    let flag = NAMING.into_iter().find(has)?;
    let is_given = typed.iter().any(|word| *word == format!("--{flag}"));
    (!is_given).then(|| format!("to name the {flag}, write '--{flag} {unexpected}'"))
}
