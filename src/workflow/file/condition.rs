//! `required_if` and `required_unless`: another input, or the values of others.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;

/// What the other inputs are, where an input is needed or not.
#[derive(Debug, Clone, PartialEq)]
pub enum ConditionFile {
    /// This one is true, or is given where it is no `bool`.
    Given(String),
    /// Each of these has its value.
    Values(IndexMap<String, Json>),
}

const CONDITION: &str = "the name of an input, or { input = value }";

impl<'de> Deserialize<'de> for ConditionFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ConditionFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(CONDITION)
            }
            fn visit_str<E>(self, name: &str) -> Result<ConditionFile, E> {
                Ok(ConditionFile::Given(name.to_owned()))
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                map: M,
            ) -> Result<ConditionFile, M::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                IndexMap::deserialize(map).map(ConditionFile::Values)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for ConditionFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ConditionFile".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": CONDITION,
            "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": {} }]
        })
    }
}
