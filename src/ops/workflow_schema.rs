//! The JSON Schemas of workflows, contracts and orch.toml, for editors, and of
//! replies and notifications. They are made from the types that read those files and write those replies.

use super::file_schemas;
use super::reply_schema;
use crate::notification;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// What a schema describes: a kind of file, or the JSON output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum SchemaSubject {
    #[default]
    Workflow,
    Contract,
    Config,
    Reply,
    Notification,
}

/// The schema to print.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Kind of file, `reply` for the JSON output, or `notification` for what a webhook receives.
    #[cfg_attr(feature = "cli", arg(value_enum, default_value_t))]
    #[serde(default)]
    pub subject: SchemaSubject,
}

/// The schema as one JSON document.
pub fn workflow_schema(request: &Request) -> Json {
    match request.subject {
        SchemaSubject::Workflow => file_schemas::workflow(),
        SchemaSubject::Contract => file_schemas::contract(),
        SchemaSubject::Config => file_schemas::config(),
        SchemaSubject::Reply => reply_schema(),
        SchemaSubject::Notification => notification::schema(),
    }
}
