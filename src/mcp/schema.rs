//! What a tool takes, as JSON Schema: from the schema of its operation's request, reduced to the
//! arguments that the tool has and to what every client reads.

use super::surface::Tool;
use super::surface::ToolArgument;
use crate::remote;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// What asks for more of an answer that was cut.
pub const CURSOR: &str = "cursor";

/// The schema of a tool's arguments.
pub fn input(tool: &Tool) -> Map<String, Json> {
    let operation = remote::operation(tool.operation);
    let whole = operation.map(|operation| operation.schema().to_value()).unwrap_or_default();
    let mut properties = Map::new();
    for argument in tool.takes {
        let plain = plain(&whole["properties"][argument.name()], &whole);
        let shaped = match argument {
            ToolArgument::As(_) => plain,
            ToolArgument::Told(_, words) => with_description(plain, words),
            ToolArgument::Words(_, words) => json!({ "type": "string", "description": words }),
            ToolArgument::OneOf(_, words) => {
                let shaped =
                    json!({ "type": "string", "enum": words, "default": plain["default"] });
                with_description(shaped, plain["description"].as_str().unwrap_or_default())
            }
        };
        properties.insert(argument.name().to_owned(), shaped);
    }
    let cursor = "Of an answer that was cut: shows its next part.";
    properties.insert(CURSOR.to_owned(), json!({ "type": "string", "description": cursor }));
    let is_taken = |name: &&Json| tool.takes.iter().any(|argument| *name == argument.name());
    let required = whole["required"].as_array().into_iter().flatten().filter(is_taken);
    let required: Vec<Json> = required.cloned().collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), "object".into());
    schema.insert("properties".to_owned(), properties.into());
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema.insert("additionalProperties".to_owned(), false.into());
    schema
}

fn with_description(mut schema: Json, words: &str) -> Json {
    schema["description"] = words.into();
    schema
}

/// A property without `null`, references and formats: what is optional is left out, and not all
/// clients follow references.
fn plain(property: &Json, whole: &Json) -> Json {
    let mut plain = property.clone();
    if let Some(choices) = property["anyOf"].as_array() {
        let some = choices.iter().find(|choice| choice["type"] != "null").cloned();
        plain = merged(some.unwrap_or_default(), property);
    }
    if let Some(reference) = plain["$ref"].as_str() {
        let target = whole.pointer(reference.trim_start_matches('#')).cloned();
        plain = merged(target.unwrap_or_default(), &plain);
    }
    if let Some(types) = property["type"].as_array() {
        plain["type"] = types.iter().find(|name| **name != "null").cloned().unwrap_or_default();
    }
    if let Json::Object(members) = &mut plain {
        members.retain(|name, value| {
            !["format", "anyOf", "oneOf", "$ref", "title"].contains(&name.as_str())
                && !(name == "default" && (value.is_null() || *value == json!([])))
        });
    }
    plain
}

/// A schema with what the place that it stands in says of it.
fn merged(mut schema: Json, place: &Json) -> Json {
    for name in ["description", "default"] {
        if let Some(value) = place.get(name) {
            schema[name] = value.clone();
        }
    }
    schema
}
