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
    /// Maximum number of instances to have begun and not ended at the same time: a number or a template.
    /// 0, the default, is no limit.
    #[schemars(with = "Option<JobsFile>")]
    pub jobs: Option<Placed<JobsFile>>,
}

/// A number, or a template that renders one.
#[derive(Debug, Clone)]
pub struct JobsFile(pub String);

const JOBS: &str = "a number, such as 3, or a template, such as \"{{ jobs }}\"";

impl<'de> Deserialize<'de> for JobsFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = JobsFile;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(JOBS)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<JobsFile, E> {
                Ok(JobsFile(text.to_owned()))
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<JobsFile, E> {
                let is_fit = u32::try_from(number).is_ok();
                let unfit = || E::invalid_value(serde::de::Unexpected::Signed(number), &self);
                is_fit.then(|| JobsFile(number.to_string())).ok_or_else(unfit)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for JobsFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobsFile".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": JOBS,
            "anyOf": [{ "type": "integer", "minimum": 0 }, { "type": "string" }]
        })
    }
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
