//! Where a run begins and where it stops: bounds that hold over all its stops.

use crate::id::GateId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// The stretch of its gates that a run does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// The gate to start at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_from: Option<GateId>,
    /// The gate to stop after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<GateId>,
    /// The gates before the start: their existing outputs are judged, and they are never run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub adopted: BTreeSet<GateId>,
}

impl Range {
    /// Whether it is all of the plan.
    pub fn is_whole(&self) -> bool {
        self.start_from.is_none() && self.until.is_none()
    }

    /// Whether a gate, or the fan-out that it is an instance of, comes before the beginning.
    pub fn adopts(&self, gate: &GateId) -> bool {
        self.adopted.iter().any(|adopted| adopted.as_str() == gate.base())
    }

    /// Lets go of gates that the plan does not have any more.
    pub fn keep(&mut self, planned: impl Fn(&GateId) -> bool) {
        self.until.take_if(|gate| !planned(gate));
        self.start_from.take_if(|gate| !planned(gate));
        self.adopted.retain(planned);
    }
}
