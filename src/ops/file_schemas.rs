//! The JSON Schemas of workflows, contracts and orch.toml, made from the types that read those files.

use crate::check;
use crate::config as configuration;
use crate::contract;
use crate::document;
use crate::workflow::WorkflowFile;
use serde_json::Value as Json;
use serde_json::json;

pub(super) fn workflow() -> Json {
    document::schema_of::<WorkflowFile>().to_value()
}

pub(super) fn config() -> Json {
    configuration::schema()
}

/// A contract's own keys, and one alternative for each kind of check.
pub(super) fn contract() -> Json {
    let mut schema = contract::schema();
    let mut definitions = serde_json::Map::new();
    let mut all = |alone| -> Vec<Json> {
        let schemas = check::KINDS.iter().map(|kind| check_schema(kind, alone));
        schemas.map(|schema| hoisted(schema, &mut definitions)).collect()
    };
    let (alone, under) = (all(true), all(false));
    let mut output = hoisted(contract::output_schema(), &mut definitions);
    output["properties"]["checks"] = json!({ "type": "array", "items": { "oneOf": under } });
    schema["properties"]["output"] = json!({ "type": "array", "items": output });
    schema["properties"]["check"] = json!({ "type": "array", "items": { "oneOf": alone } });
    for (name, definition) in definitions {
        schema["$defs"][name] = definition;
    }
    schema
}

/// A schema as a part of another: references look for definitions in the whole document.
fn hoisted(mut schema: Json, definitions: &mut serde_json::Map<String, Json>) -> Json {
    if let Some(schema) = schema.as_object_mut() {
        schema.remove("$schema");
        if let Some(Json::Object(own)) = schema.remove("$defs") {
            definitions.extend(own);
        }
    }
    schema
}

fn check_schema(kind: &check::Kind, alone: bool) -> Json {
    let mut schema = (kind.schema)();
    let common = contract::common_schema();
    for (name, definition) in common["$defs"].as_object().into_iter().flatten() {
        schema["$defs"][name] = definition.clone();
    }
    for (key, value) in common["properties"].as_object().into_iter().flatten() {
        schema["properties"][key] = value.clone();
    }
    schema["properties"]["kind"] = json!({ "const": kind.name });
    if alone && schema.pointer("/properties/path").is_none() {
        schema["properties"]["path"] =
            json!({ "type": "string", "description": "The file it looks at; a template." });
    }
    let mut required = vec![json!("kind")];
    required.extend(schema["required"].as_array().cloned().unwrap_or_default());
    schema["required"] = Json::Array(required);
    schema
}
