//! What a fan-out expands to.

use crate::id::GateId;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// One item of a fan-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The instance, such as `write[intro]`.
    pub gate: GateId,
    /// Its element of the list.
    pub value: Json,
}
