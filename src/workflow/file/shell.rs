//! `shell`: a script for `sh`, or a table that names what runs it.

use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// What runs a script where nothing is said: `sh`, which stops at the first line that fails.
const WITH: [&str; 3] = ["sh", "-e", "-c"];

/// A script and what runs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellFile {
    pub script: String,
    /// The program that runs it and its arguments; the script comes after them.
    pub with: Vec<String>,
}

/// A script and the program that runs it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShellTable {
    /// The script. Inputs are available as `ORCH_INPUT_…`.
    pub script: String,
    /// The program that runs the script, and its arguments; the script is added as the last
    /// argument. `["sh", "-e", "-c"]` by default.
    pub with: Option<Vec<String>>,
}

impl ShellFile {
    fn new(script: String, with: Option<Vec<String>>) -> Self {
        Self { script, with: with.unwrap_or_else(|| WITH.map(str::to_owned).to_vec()) }
    }
}

impl<'de> Deserialize<'de> for ShellFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ShellFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(SHELL)
            }
            fn visit_str<E>(self, script: &str) -> Result<ShellFile, E> {
                Ok(ShellFile::new(script.to_owned(), None))
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                map: M,
            ) -> Result<ShellFile, M::Error> {
                let map = serde::de::value::MapAccessDeserializer::new(map);
                let ShellTable { script, with } = ShellTable::deserialize(map)?;
                Ok(ShellFile::new(script, with))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

const SHELL: &str =
    "a script or { script = \"…\", with = [\"bash\", \"-euo\", \"pipefail\", \"-c\"] }";

impl JsonSchema for ShellFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ShellFile".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let table = generator.subschema_for::<ShellTable>();
        schemars::json_schema!({ "description": SHELL, "anyOf": [{ "type": "string" }, table] })
    }
}
