//! `use` and `[template.NAME]`: keys that gates share.

use super::GateFile;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use std::borrow::Cow;

/// The names of the templates that a gate takes keys from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Json")]
pub struct UseFile(pub Vec<String>);

impl From<Json> for UseFile {
    /// What is neither a name nor a list of names was refused when the templates were looked up.
    fn from(names: Json) -> Self {
        let name = |name: &Json| name.as_str().map(str::to_owned);
        let many = names.as_array().into_iter().flatten().chain([&names]);
        Self(many.filter_map(name).collect())
    }
}

impl JsonSchema for UseFile {
    fn schema_name() -> Cow<'static, str> {
        "UseFile".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The name of a template, or a list of them.",
            "type": ["string", "array"],
            "items": { "type": "string" }
        })
    }
}

/// Keys of a gate; which they are is checked where the file is read.
#[derive(Debug, Deserialize)]
#[serde(from = "IgnoredAny")]
pub struct TemplateFile;

impl From<IgnoredAny> for TemplateFile {
    fn from(_: IgnoredAny) -> Self {
        Self
    }
}

impl JsonSchema for TemplateFile {
    fn schema_name() -> Cow<'static, str> {
        "TemplateFile".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = GateFile::json_schema(generator);
        schema.remove("required");
        schema.insert("description".to_owned(), "Any keys of a gate except `id`.".into());
        if let Some(keys) = schema.get_mut("properties").and_then(Json::as_object_mut) {
            keys.remove("id");
        }
        schema
    }
}
