//! Words at a place where a command takes none, and commands that are none: what was most likely meant is
//! said with what to type.

use super::usage;
use crate::source::nearest_of;
use clap::Command;
use clap::Error;
use clap::builder::StyledStr;
use clap::error::ContextKind;
use clap::error::ContextValue;
use clap::error::ErrorKind;
use std::ffi::OsString;

/// What a bare word names, by the first of these flags that a command has.
const NAMING: [&str; 4] = ["gate", "epic", "workflow", "run"];

/// What people type who know other tools, and the command for it.
const OTHERS_TYPE: [(&[&str], &str); 16] = [
    (&["abort", "kill"], "orch run cancel; to continue later: orch run pause"),
    (&["agents"], "orch doctor --agents"),
    (&["check"], "orch workflow check; for the outputs of a gate: orch gate check"),
    (&["continue"], "orch run resume"),
    (&["create", "new"], "orch workflow new NAME"),
    (&["exec", "launch", "start"], "orch run WORKFLOW"),
    (&["finish", "submit"], "orch done"),
    (&["history", "report"], "orch run show"),
    (&["lint", "validate"], "orch workflow check"),
    (&["redo"], "orch gate redo --reason \"…\""),
    (&["reject"], "orch gate reject --reason \"…\""),
    (
        &["rerun", "retry"],
        "orch run resume tries failed gates again; for a gate: orch gate redo --reason \"…\"",
    ),
    (&["stop"], "orch run pause; to end the run for good: orch run cancel"),
    (&["tail"], "orch logs -f"),
    (&["version"], "orch --version"),
    (&["watch"], "orch status --watch"),
];

/// Adds to what is refused of a command line what was most likely meant; `workflows` are the names of
/// those there are.
pub fn advise(
    error: Error,
    whole: &Command,
    typed: &[OsString],
    workflows: impl Fn() -> Vec<String>,
) -> Error {
    let typed: Vec<&str> = typed.iter().skip(1).filter_map(|word| word.to_str()).collect();
    let (command, path) = usage::path(whole, &typed);
    let name = [&["orch"], path.as_slice()].concat().join(" ");
    let error = usage::of_command(error, &name);
    if error.kind() == ErrorKind::InvalidSubcommand {
        let tip = unknown(&error).and_then(|unknown| {
            let is_workflow = path.is_empty() && workflows().contains(&unknown.to_owned());
            if is_workflow {
                return Some(format!("to run the workflow, write: orch run {unknown}"));
            }
            let other = OTHERS_TYPE.iter().find(|(typed, _)| typed.contains(&unknown));
            if let Some((_, meant)) = other.filter(|_| path.is_empty()) {
                return Some((*meant).to_owned());
            }
            if let Some(group) = group_of(whole, unknown).filter(|_| path.is_empty()) {
                return Some(format!("did you mean `orch {group} {unknown}`?"));
            }
            let names = command.get_subcommands().flat_map(names_of);
            nearest_of(unknown, names).map(|near| format!("did you mean `{name} {near}`?"))
        });
        return with_tip(error, tip);
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let tip = unknown(&error).and_then(|unexpected| {
        if path == ["run"] && unexpected.starts_with('-') {
            return of_a_run(unexpected, &typed, &workflows());
        }
        near_flag(unexpected, command).or_else(|| flag_for(unexpected, command, &typed))
    });
    with_tip(error, tip)
}

/// Adds the flag of the input that an unexpected word was meant for, where there is one: the one that is
/// named in it, else the first.
pub fn advise_flag(
    error: Error,
    command: &Command,
    (first, flags): (Option<&str>, &[String]),
) -> Error {
    let error = usage::of_command(error, command.get_name());
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let tip = unknown(&error).and_then(|unexpected| {
        if unexpected.starts_with('-') {
            return near_flag(unexpected, command);
        }
        let named = unexpected.split_once('=').map(|(key, value)| (key.replace('_', "-"), value));
        let named = named.filter(|(key, _)| flags.contains(key));
        let (flag, value) =
            named.map_or((first?.to_owned(), unexpected), |(key, value)| (key, value));
        Some(format!("inputs are given by name; write --{flag} {value}"))
    });
    with_tip(error, tip)
}

/// The only group of commands that has one of this name.
fn group_of<'c>(whole: &'c Command, name: &str) -> Option<&'c str> {
    let has = |group: &&Command| {
        let mut names = group.get_subcommands().filter(|it| !it.is_hide_set()).flat_map(names_of);
        names.any(|other| other == name)
    };
    let mut groups = whole.get_subcommands().filter(has);
    let only = groups.next().filter(|_| groups.next().is_none());
    only.map(Command::get_name)
}

/// The word that is refused.
fn unknown(error: &Error) -> Option<&str> {
    let kinds = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand];
    kinds.into_iter().find_map(|kind| {
        let ContextValue::String(word) = error.get(kind)? else { return None };
        Some(word.as_str())
    })
}

/// Puts a tip in the place of clap's own.
fn with_tip(mut error: Error, tip: Option<String>) -> Error {
    let tips = tip.into_iter().map(StyledStr::from).collect();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
    error
}

fn names_of(command: &Command) -> impl Iterator<Item = &str> {
    [command.get_name()].into_iter().chain(command.get_all_aliases())
}

/// What was meant by a flag of `orch run` that follows no workflow.
fn of_a_run(unexpected: &str, typed: &[&str], workflows: &[String]) -> Option<String> {
    let at = typed.iter().position(|word| word.split('=').next() == Some(unexpected))?;
    if unexpected == "--workflow" {
        let name = typed.get(at + 1)?;
        return Some(format!("to run a workflow, write: orch run {name}"));
    }
    let named = typed.iter().find(|word| workflows.iter().any(|name| name == *word));
    let name = named.copied().unwrap_or("WORKFLOW");
    let rest: Vec<&str> = typed[at..].iter().filter(|word| Some(*word) != named).copied().collect();
    Some(format!("flags follow the name of the workflow: orch run {name} {}", rest.join(" ")))
}

/// The flag that a misspelt one was meant as, but for those that are for tests alone.
fn near_flag(unexpected: &str, command: &Command) -> Option<String> {
    let typed = unexpected.strip_prefix("--")?;
    let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let near = nearest_of(typed, shown.filter_map(clap::Arg::get_long))?;
    Some(format!("did you mean `--{near}`?"))
}

/// The flag that a bare word was meant for.
fn flag_for(unexpected: &str, command: &Command, typed: &[&str]) -> Option<String> {
    if unexpected.starts_with('-') {
        return None;
    }
    let has = |flag: &&str| command.get_arguments().any(|arg| arg.get_long() == Some(*flag));
    let flag = NAMING.into_iter().find(has)?;
    let is_given = typed.iter().any(|word| *word == format!("--{flag}"));
    (!is_given).then(|| format!("to name the {flag}, write --{flag} {unexpected}"))
}
