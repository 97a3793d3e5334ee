//! Addresses of the pages.

use crate::id::GateId;
use crate::id::RunId;
use crate::uri::segment;

/// The page of a run.
pub(super) fn run(base: &str, run: &RunId) -> String {
    format!("{base}/runs/{}", segment(run.as_str()))
}

/// The page of a gate.
pub(super) fn gate(base: &str, run: &RunId, gate: &GateId) -> String {
    format!("{}/gates/{}", self::run(base, run), segment(gate.as_str()))
}
