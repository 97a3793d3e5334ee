//! Addresses of the pages.

use crate::id::GateId;
use crate::id::RunId;
use crate::uri::segment;

/// The page of a run.
pub(super) fn run(base: &str, run: &RunId) -> String {
    format!("{base}/runs/{}", segment(run.as_str()))
}

/// The page of a gate.
pub fn gate(base: &str, run: &RunId, gate: &GateId) -> String {
    format!("{}/gates/{}", self::run(base, run), segment(gate.as_str()))
}

/// The page that compares versions of files of a run.
pub(super) fn changes(base: &str, run: &RunId) -> String {
    format!("{}/changes", self::run(base, run))
}

/// The same for one file.
pub(super) fn changes_in(base: &str, run: &RunId, path: &str) -> String {
    format!("{}?path={}", changes(base, run), segment(path))
}
