//! Fan-outs as they are written: where the list is, and how its instances run.

use crate::document::Placed;
use schemars::JsonSchema;
use serde::Deserialize;

/// A list to fan out over: `in`, or `file` with a `pointer` to the list in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EachFile {
    /// A template that is one expression, such as `{{ chapters }}`.
    #[serde(rename = "in")]
    #[schemars(with = "Option<String>")]
    pub list: Option<Placed<String>>,
    /// A JSON, YAML or TOML file, read when the gate is ready. A template.
    #[schemars(with = "Option<String>")]
    pub file: Option<Placed<String>>,
    /// A JSON pointer to the list in the file; the whole file by default.
    #[schemars(with = "Option<String>")]
    pub pointer: Option<Placed<String>>,
    /// The name of the item in templates.
    #[serde(rename = "as")]
    #[schemars(with = "String")]
    pub name: Placed<String>,
    /// Whether the instances run at the same time (`parallel`, the default) or one by one in the
    /// order of the list (`serial`).
    #[serde(default)]
    pub order: Order,
}

/// How the instances of a fan-out run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
pub enum Order {
    #[default]
    Parallel,
    Serial,
}
