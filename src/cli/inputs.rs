//! A workflow's inputs as flags: `--help` is written from the workflow, a missing
//! required input is asked for on a terminal.

use super::answer::Face;
use super::command::Failure;
use super::door;
use super::misplaced;
use super::question;
use super::question::LookUp;
use crate::ops::Error;
use crate::ops::Project;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::DefaultValue;
use crate::workflow::input::Values;
use crate::workflow::input::as_text;
use clap::Arg;
use clap::ArgAction;
use clap::ArgMatches;
use clap::Command;

/// A command with one flag for each input; those that are added to it later come below them.
pub fn flags(mut command: Command, workflow: &Workflow) -> Command {
    for input in &workflow.inputs {
        command = command.arg(flag(input));
    }
    // Flags without a heading come before all others, the one for help too.
    let help = Arg::new("help").short('h').long("help").help("Print help");
    let command = command.disable_help_flag(true).next_help_heading("Options");
    command.arg(help.action(ArgAction::Help).display_order(HELP_LAST))
}

const HELP_LAST: usize = 1000;

/// Reads what was typed after a command that takes a workflow's inputs. A workflow is sound whose
/// input meets a flag that only this command has; with the command it cannot be used.
pub fn read(
    command: Command,
    workflow: &Workflow,
    words: impl IntoIterator<Item = String>,
) -> Result<ArgMatches, Failure> {
    for input in &workflow.inputs {
        let flag = input.flag();
        let of_flag = command.get_arguments().filter(|arg| arg.get_long() == Some(flag.as_str()));
        if of_flag.count() > 1 {
            let (name, command) = (&input.name, command.get_name());
            return Err(Error::usage(format!(
                "input `{name}` conflicts with the flag `--{flag}` of `{command}`"
            ))
            .advise("rename the input")
            .into());
        }
    }
    let first = workflow.inputs.iter().find(|input| input.is_required());
    let first = first.or(workflow.inputs.first()).map(Input::flag);
    let flags: Vec<String> = workflow.inputs.iter().map(Input::flag).collect();
    let matches = command.clone().try_get_matches_from(words);
    Ok(matches
        .map_err(|error| misplaced::advise_flag(error, &command, (first.as_deref(), &flags)))?)
}

fn flag(input: &Input) -> Arg {
    let mut help = input.help.clone();
    if input.kind == InputType::List {
        help.push_str(" [comma-separated; repeat the flag for items that contain commas]");
    }
    match &input.default {
        Some(DefaultValue::Value(value)) if as_text(value).is_empty() => {
            help.push_str(" [optional]");
        }
        Some(DefaultValue::Value(value)) => {
            help.push_str(&format!(" [default: {}]", as_text(value)));
        }
        Some(DefaultValue::Template(text)) => {
            help.push_str(&format!(" [default: {}]", text.text()));
        }
        None if let Some(required) = &input.required => {
            help.push_str(&format!(" [required {}]", required.words()));
        }
        None if input.optional => help.push_str(" [optional]"),
        None => help.push_str(" [required]"),
    }
    let mut flag = Arg::new(input.name.clone())
        .long(input.flag())
        .help(help.trim().to_owned())
        .help_heading("Inputs")
        // A switch takes no value that looks like the flag after it.
        .allow_hyphen_values(input.kind != InputType::Bool)
        .value_name(input.kind.words().to_uppercase().replace(' ', "_"));
    if input.kind == InputType::Choice {
        flag = flag.value_name(input.choices.join("|"));
    }
    match input.kind {
        InputType::List => flag.action(ArgAction::Append),
        InputType::Bool => flag.num_args(0..=1).default_missing_value("true").require_equals(false),
        InputType::String
        | InputType::Slug
        | InputType::Path
        | InputType::File
        | InputType::Choice
        | InputType::Integer
        | InputType::Number => flag,
    }
}

/// The values that were typed, and on a terminal those that are asked for.
pub fn values(
    face: &Face,
    project: &Project,
    workflow: &Workflow,
    matches: &ArgMatches,
) -> Result<Values, Failure> {
    let mut values = Values::new();
    let mut wrong: Vec<Error> = Vec::new();
    for input in &workflow.inputs {
        let typed: Option<Vec<String>> =
            matches.get_many::<String>(&input.name).map(|typed| typed.cloned().collect());
        let texts = match typed {
            Some(typed) => typed,
            None if input.is_required() && face.can_ask() => {
                match ask(project, input, &mut question::unwatched)? {
                    Asked::Answer(text) => vec![text],
                    Asked::Nothing => Vec::new(),
                    // Without an answer nothing begins.
                    Asked::Back => return Err(Error::Interrupted.into()),
                }
            }
            None => continue,
        };
        match input.accept_all(&texts, &project.folder) {
            Ok(value) => drop(values.insert(input.name.clone(), value)),
            Err(error) => wrong.push(error.into()),
        }
    }
    if let Some(error) = Error::together(wrong) {
        return Err(error.into());
    }
    if face.can_ask() {
        let missing =
            ask_for_missing(project, &workflow.inputs, &mut values, &mut question::unwatched)?;
        missing.ok_or(Error::Interrupted)?;
    }
    Ok(values)
}

/// The values that were typed; nothing is asked for.
pub fn typed(
    project: &Project,
    workflow: &Workflow,
    matches: &ArgMatches,
) -> Result<Values, Failure> {
    let mut values = Values::new();
    for input in &workflow.inputs {
        let Some(typed) = matches.get_many::<String>(&input.name) else { continue };
        let texts: Vec<String> = typed.cloned().collect();
        let value = input.accept_all(&texts, &project.folder).map_err(Error::from)?;
        values.insert(input.name.clone(), value);
    }
    Ok(values)
}

/// Asks for what a form takes, and then for what these answers make necessary: `NAME=VALUE` each;
/// `None` where whoever is asked went back.
pub fn fill_in(
    project: &Project,
    form: &[Input],
    look: LookUp<'_>,
) -> Result<Option<Vec<String>>, Error> {
    let mut values = Values::new();
    let mut typed = Vec::new();
    for input in form {
        let text = match ask(project, input, look)? {
            Asked::Answer(text) => text,
            Asked::Nothing => continue,
            Asked::Back => return Ok(None),
        };
        values.insert(input.name.clone(), input.accept(&text, &project.folder)?);
        typed.push((input.name.clone(), text));
    }
    let Some(more) = ask_for_missing(project, form, &mut values, look)? else { return Ok(None) };
    typed.extend(more);
    Ok(Some(typed.into_iter().map(|(name, text)| format!("{name}={text}")).collect()))
}

/// Asks for what these values make necessary, adds it, and says what was typed; `None` where whoever
/// is asked went back.
fn ask_for_missing(
    project: &Project,
    form: &[Input],
    values: &mut Values,
    look: LookUp<'_>,
) -> Result<Option<Vec<(String, String)>>, Error> {
    let mut typed = Vec::new();
    while let Err(input::Error::Missing { name, because, .. }) =
        input::resolve(form, values, &project.folder)
        && let Some(input) = form.iter().find(|input| input.name == name)
    {
        let help = format!("{}{because}", input.help);
        let help = help.trim_start_matches(", ").to_owned();
        let needed = Input { optional: false, required: None, help, ..input.clone() };
        let text = match ask(project, &needed, look)? {
            Asked::Answer(text) => text,
            Asked::Nothing => break,
            Asked::Back => return Ok(None),
        };
        values.insert(name.clone(), input.accept(&text, &project.folder)?);
        typed.push((name, text));
    }
    Ok(Some(typed))
}

/// What became of a question.
enum Asked {
    Answer(String),
    /// The default is to stand, or nothing.
    Nothing,
    /// Whoever is asked went back.
    Back,
}

/// Asks until the answer is one that the input takes.
fn ask(project: &Project, input: &Input, look: LookUp<'_>) -> Result<Asked, Error> {
    if input.kind == InputType::Choice {
        return choose(input, look);
    }
    let accept = |text: &str| {
        if text.is_empty() && !input.is_required() {
            return Ok(());
        }
        let accepted = input.accept(text, &project.folder).map(|_| ());
        accepted.map_err(|error| door::clean(&refused(input, text, &error)))
    };
    Ok(match question::line_that(&prompt(input), &accept, look)? {
        None => Asked::Back,
        Some(text) if text.is_empty() && !input.is_required() => Asked::Nothing,
        Some(text) => Asked::Answer(text),
    })
}

/// Why an answer is not taken, by the words of its question.
fn refused(input: &Input, text: &str, error: &input::Error) -> String {
    match error {
        input::Error::Wrong { .. } if input.kind == InputType::Bool => {
            format!("expected `y` or `n`, found `{text}`")
        }
        input::Error::Wrong { message, .. } => message.clone(),
        input::Error::Missing { .. } | input::Error::Unknown { .. } => error.to_string(),
    }
}

/// The question, what it takes, and what Enter alone means.
fn prompt(input: &Input) -> String {
    let takes = match input.kind {
        InputType::Bool => "y/n",
        InputType::List => "list, separated by commas",
        InputType::String
        | InputType::Slug
        | InputType::Path
        | InputType::File
        | InputType::Choice
        | InputType::Integer
        | InputType::Number => input.kind.words(),
    };
    let enter = match &input.default {
        Some(DefaultValue::Value(value)) => format!(", Enter for {}", as_text(value)),
        Some(DefaultValue::Template(text)) => format!(", Enter for {}", text.text()),
        None if input.optional => ", Enter to skip".to_owned(),
        None => String::new(),
    };
    format!("{} [{takes}{enter}]", asked(input))
}

fn asked(input: &Input) -> String {
    if input.help.is_empty() {
        return input.name.clone();
    }
    format!("{} ({})", input.name, input.help)
}

/// Lets choose among the choices, the default first at hand.
fn choose(input: &Input, look: LookUp<'_>) -> Result<Asked, Error> {
    let mut items: Vec<&str> = input.choices.iter().map(String::as_str).collect();
    let mut at_hand = 0;
    match &input.default {
        Some(DefaultValue::Value(value)) => {
            let default = input.choices.iter().position(|choice| value == choice.as_str());
            at_hand = default.unwrap_or_default();
        }
        Some(DefaultValue::Template(text)) => {
            at_hand = items.len();
            items.push(text.text());
        }
        None if input.optional => {
            at_hand = items.len();
            items.push("(skip)");
        }
        None => {}
    }
    Ok(match question::choose(&asked(input), &items, at_hand, look)? {
        Some(chosen) => input.choices.get(chosen).cloned().map_or(Asked::Nothing, Asked::Answer),
        None => Asked::Back,
    })
}
