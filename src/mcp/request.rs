//! The request that the arguments of a tool mean.

use super::schema;
use super::surface::Tool;
use super::surface::ToolArgument;
use crate::source::suggest;
use crate::suggestion::OPEN;
use serde_json::Map;
use serde_json::Value as Json;

/// The request, or what is wrong with the arguments and which ones would be right.
pub fn request(
    tool: &Tool,
    arguments: &Map<String, Json>,
) -> Result<Map<String, Json>, (String, Map<String, Json>)> {
    // Some clients send what they leave out.
    let said = arguments.iter().filter(|(_, value)| !value.is_null());
    let said: Map<String, Json> = said.map(|(name, value)| (name.clone(), value.clone())).collect();
    let schema = schema::input(tool);
    if let Some((name, message)) = wrong(tool, &schema, &said) {
        return Err((message, right(&schema, said, &name)));
    }
    let request = said.into_iter().map(|(name, value)| {
        let argument = tool.takes.iter().find(|argument| argument.name() == name);
        let value = match argument {
            Some(ToolArgument::Words(_, _)) => Json::Array(vec![value]),
            Some(ToolArgument::As(_) | ToolArgument::Told(_, _) | ToolArgument::OneOf(_, _))
            | None => value,
        };
        (name, value)
    });
    Ok(request.collect())
}

/// The argument that is wrong, and why.
fn wrong(
    tool: &Tool,
    schema: &Map<String, Json>,
    said: &Map<String, Json>,
) -> Option<(String, String)> {
    let known = || tool.takes.iter().map(|argument| argument.name());
    if let Some(name) = said.keys().find(|name| !known().any(|known| known == *name)) {
        let help = suggest(name, known());
        let message = format!("`{}` has no argument `{name}`; {help}", tool.name);
        return Some((name.clone(), message));
    }
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    let mut missing = required.filter_map(Json::as_str).filter(|name| !said.contains_key(*name));
    if let Some(name) = missing.next() {
        return Some((name.to_owned(), format!("`{}` requires the argument `{name}`", tool.name)));
    }
    if let Some((name, _)) = said.iter().find(|(_, value)| is_open(value)) {
        let message = format!("argument `{name}` is not filled in: replace `{OPEN}`");
        return Some((name.clone(), message));
    }
    said.iter().find_map(|(name, value)| {
        let problem = jsonschema::validate(&schema["properties"][name], value).err()?;
        Some((name.clone(), format!("argument `{name}` is not valid: {problem}")))
    })
}

/// Whether a value is the place for one, as suggested calls have it.
fn is_open(value: &Json) -> bool {
    let is_text = |text: &str| text == OPEN || text.ends_with(&format!("={OPEN}"));
    match value {
        Json::String(text) => is_text(text),
        Json::Array(items) => items.iter().any(is_open),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => false,
    }
}

/// The arguments without the wrong one, and with all that are required.
fn right(
    schema: &Map<String, Json>,
    mut said: Map<String, Json>,
    wrong: &str,
) -> Map<String, Json> {
    said.remove(wrong);
    let required = schema.get("required").and_then(Json::as_array).into_iter().flatten();
    for name in required.filter_map(Json::as_str) {
        said.entry(name).or_insert_with(|| OPEN.into());
    }
    said
}
