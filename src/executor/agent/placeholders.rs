//! What stands for a value in the command of an agent, such as `{model}`: one that is misspelt, or has
//! no value, is told before anything is called.

use crate::executor::settings::PacketBy;
use crate::source::nearest_of;
use crate::source::suggest;

pub(super) const PACKET: &str = "{packet}";
pub(super) const PACKET_PATH: &str = "{packet_path}";
pub(super) const MODEL: &str = "{model}";
pub(super) const BUDGET_USD: &str = "{budget_usd}";

/// All there are, without their braces.
const NAMES: [&str; 4] = ["packet", "packet_path", "model", "budget_usd"];

/// Why a command can be no agent's, and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    pub message: String,
    pub help: String,
    /// What of the settings it is about, as it is written there.
    pub about: Option<String>,
}

/// Refuses a placeholder that stands for nothing.
pub(super) fn refuse_unknown<'a>(
    name: &str,
    mut arguments: impl Iterator<Item = &'a String>,
) -> Result<(), Unfit> {
    match arguments.find_map(|argument| unknown(argument)) {
        None => Ok(()),
        Some(unknown) => Err(Unfit {
            message: format!(
                "unknown placeholder `{{{unknown}}}` in the command of agent `{name}`"
            ),
            help: suggest(
                &format!("{{{unknown}}}"),
                NAMES.map(|name| format!("{{{name}}}")).iter().map(String::as_str),
            ),
            about: Some(format!("{{{unknown}}}")),
        }),
    }
}

/// Refuses a command whose placeholders have no values, or that leaves its model unused.
pub(super) fn refuse_unfit(
    name: &str,
    model: Option<&str>,
    packet: PacketBy,
    argv: &[String],
) -> Result<(), Unfit> {
    let uses = |placeholder| argv.iter().any(|argument| argument.contains(placeholder));
    match (model, uses(MODEL)) {
        (Some(model), false) => Err(Unfit {
            message: format!("the command of agent `{name}` does not use its model `{model}`"),
            help: format!(
                "add `{MODEL}` to `command`, or write model_arguments = [\"--model\", \"{MODEL}\"]"
            ),
            about: Some(model.to_owned()),
        }),
        (None, true) => Err(Unfit {
            message: format!("the command of agent `{name}` has `{MODEL}`, but `model` is not set"),
            help: format!("write model = \"NAME\", or remove `{MODEL}`"),
            about: Some(MODEL.to_owned()),
        }),
        (Some(_), true) | (None, false) if uses(PACKET) && packet != PacketBy::Argument => {
            Err(Unfit {
                message: format!(
                    "the command of agent `{name}` has `{PACKET}`, but its packet is not an argument"
                ),
                help: "write packet = \"argument\"".to_owned(),
                about: Some(PACKET.to_owned()),
            })
        }
        (Some(_), true) | (None, false) => Ok(()),
    }
}

/// A name in braces that stands for nothing: one that is a whole argument, or near to a right one. Other
/// braces within an argument are those of a program in it.
fn unknown(argument: &str) -> Option<&str> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|it| it.is_ascii_lowercase() || it == '_')
    };
    let named = argument.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    let mut unknown = named.filter(|(name, _)| is_name(name) && !NAMES.contains(name));
    let (name, _) = unknown.find(|(name, _)| {
        name.len() + "{}".len() == argument.len() || nearest_of(name, NAMES).is_some()
    })?;
    Some(name)
}

/// Replaces the placeholders of one argument in one pass: what a value holds stays as it is.
pub(super) fn fill_in(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let found = values.iter().find(|(placeholder, _)| from.starts_with(placeholder));
        let (placeholder, value) = found.copied().unwrap_or(("{", "{"));
        filled.push_str(value);
        rest = &from[placeholder.len()..];
    }
    filled + rest
}
