//! The shape of a secret in a workflow file: a name, or a table with more.

use crate::secret::Name;
use schemars::JsonSchema;
use serde::Deserialize;

/// The name of a variable, or a table that says more of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFile(pub Name);

/// A secret and its options.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SecretTable {
    /// The name of the environment variable.
    name: String,
    /// Allow a value whose lines are all shorter than 8 bytes. It is redacted wherever it occurs, even by chance.
    #[serde(default)]
    short: bool,
}

const SECRET_WORDS: &str =
    "the name of an environment variable, or { name = \"PIN\", short = true }";

impl<'de> Deserialize<'de> for SecretFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = SecretFile;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(SECRET_WORDS)
            }
            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<SecretFile, E> {
                Ok(SecretFile(Name { name: name.to_owned(), is_short: false }))
            }
            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                map: M,
            ) -> Result<SecretFile, M::Error> {
                let table = serde::de::value::MapAccessDeserializer::new(map);
                let SecretTable { name, short } = SecretTable::deserialize(table)?;
                Ok(SecretFile(Name { name, is_short: short }))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for SecretFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "SecretFile".into()
    }
    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let table = generator.subschema_for::<SecretTable>();
        schemars::json_schema!({
            "description": SECRET_WORDS,
            "anyOf": [{ "type": "string" }, table]
        })
    }
}
