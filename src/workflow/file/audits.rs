//! `audits`: the gate whose work another one judges, as its id or as a table.

use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// The gate that is audited, by its id or in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditsFile {
    pub gate: String,
    pub same_program: bool,
}

/// The gate that is audited, and whether another session of the same agent may do it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditsTable {
    /// The gate whose work is reviewed.
    pub gate: String,
    /// Whether the agent that did that work may review it in another session.
    #[serde(default)]
    pub same_program: bool,
}

impl<'de> Deserialize<'de> for AuditsFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = AuditsFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(AUDITS)
            }
            fn visit_str<E>(self, gate: &str) -> Result<AuditsFile, E> {
                Ok(AuditsFile { gate: gate.to_owned(), same_program: false })
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                map: M,
            ) -> Result<AuditsFile, M::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                let AuditsTable { gate, same_program } = AuditsTable::deserialize(map)?;
                Ok(AuditsFile { gate, same_program })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

const AUDITS: &str = "the id of a gate or { gate = \"…\", same_program = true }";

impl JsonSchema for AuditsFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AuditsFile".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let table = generator.subschema_for::<AuditsTable>();
        schemars::json_schema!({ "description": AUDITS, "anyOf": [{ "type": "string" }, table] })
    }
}
