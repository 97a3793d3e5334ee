//! Questions that whoever works at a gate leaves to a person, instead of guessing.

use crate::digest::Digest;
use serde::Deserialize;
use serde::Serialize;

/// A question for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Question {
    /// What is asked.
    pub text: String,
    /// The answers that were thought of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// What it is about, such as `security`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Who alone may answer, by their names in the allowed signers; anybody where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
}

impl Question {
    /// The question with its options, its domain and who may answer, on one line.
    pub fn in_words(&self) -> String {
        let mut text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !self.options.is_empty() {
            text.push_str(&format!(" ({})", self.options.join(", ")));
        }
        if let Some(domain) = &self.domain {
            text.push_str(&format!(" [{domain}]"));
        }
        if !self.to.is_empty() {
            text.push_str(&format!(" (answer signed by {})", self.to.join(" or ")));
        }
        text
    }

    /// What a signed answer names it by: the digest of its JSON, as the journal has it.
    pub fn digest(&self) -> Digest {
        Digest::of(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// What a person said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The answer.
    pub text: String,
    /// Who gave it.
    pub by: String,
}
