//! `approval`: whose word is needed, and what they are shown before they give it.

use super::word_or_table::word_or_table;
use crate::document::Placed;
use schemars::JsonSchema;
use serde::Deserialize;
use std::fmt;

/// `"none"`, `"person"`, or a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalFile {
    None,
    Person,
    Table(ApprovalTable),
}

impl ApprovalFile {
    /// What is said in its table, where it is one.
    pub fn table(&self) -> Option<&ApprovalTable> {
        match self {
            Self::None | Self::Person => None,
            Self::Table(table) => Some(table),
        }
    }
}

/// An approval by a person, signed or not, and what to show them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalTable {
    /// Whether the approval must be signed.
    #[serde(default)]
    pub signed: bool,
    /// `"person"`, or, for a signed approval, the names of at least one allowed signer, as in the
    /// allowed-signers file.
    pub by: ApproversFile,
    /// The gate whose author must not approve. Requires a signed approval.
    #[schemars(with = "Option<String>")]
    pub not_by: Option<Placed<String>>,
    /// Globs of files to show before asking for approval: each in full, or what changed since the
    /// gate was last approved in this run. Templates. Where this is empty, the outputs are shown.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub show: Vec<Placed<String>>,
    /// A text to show before asking for approval: a template in `prompts/`.
    #[schemars(with = "Option<String>")]
    pub message: Option<Placed<String>>,
    /// How long to wait for the approval, such as `48h`, before the attempt fails; the gate's own
    /// `within` by default.
    #[schemars(with = "Option<String>")]
    pub within: Option<Placed<String>>,
}

/// Who may approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApproversFile {
    Person,
    Signers(Vec<String>),
}

const APPROVERS: &str = "\"person\" or, with signed = true, [\"ada@example.org\"]";

impl<'de> Deserialize<'de> for ApproversFile {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ApproversFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(APPROVERS)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<ApproversFile, E> {
                match text {
                    "person" => Ok(ApproversFile::Person),
                    _ => Err(E::unknown_variant(text, &["person"])),
                }
            }
            fn visit_seq<S: serde::de::SeqAccess<'de>>(
                self,
                names: S,
            ) -> Result<ApproversFile, S::Error> {
                let names = serde::de::value::SeqAccessDeserializer::new(names);
                Vec::deserialize(names).map(ApproversFile::Signers)
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for ApproversFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ApproversFile".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": APPROVERS,
            "anyOf": [
                { "enum": ["person"] },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 }
            ]
        })
    }
}

word_or_table!(
    ApprovalFile,
    "\"none\", \"person\", { by = \"person\", show = [\"…\"], message = \"…\" } or { signed = true, by = [\"…\"], not_by = \"…\" }",
    "{ signed = true, by = [\"…\"] }",
    "none" => ApprovalFile::None,
    "person" => ApprovalFile::Person;
    ApprovalTable => ApprovalFile::Table
);
