//! A corrected definition, taken into a run by a person.

use super::PlannedGate;
use crate::check::Baseline;
use crate::definition::Frozen;
use crate::digest::Digest;
use crate::id::GateId;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// A person applied a corrected definition: what it was, what it is, and what is reopened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Amended {
    /// Who applied it.
    pub by: String,
    /// How they were asked, such as `terminal /dev/pts/3`.
    pub how: String,
    /// Why.
    pub reason: Option<String>,
    /// Of all texts before and after.
    pub before: Digest,
    /// Of all texts after.
    pub after: Digest,
    /// The texts that differ.
    pub changes: Vec<TextChange>,
    /// The texts that are new or changed.
    pub texts: Vec<Frozen>,
    /// The workflow's version from here on.
    pub version: String,
    /// The plan from here on.
    pub gates: Vec<PlannedGate>,
    /// The inputs from here on.
    pub inputs: Values,
    /// Gates whose definition changed and those that depend on them, as far as they had started.
    pub reopened: Vec<GateId>,
    /// What new checks compare with, as it was when this was applied.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, Baseline>,
}

/// A text that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TextChange {
    /// The text's path in the definition.
    pub path: String,
    /// `None` if it was added.
    pub before: Option<Digest>,
    /// `None` if it was removed.
    pub after: Option<Digest>,
}
