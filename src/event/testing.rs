//! The first event of a run, for tests that need no more than that there is one.

use super::RunStarted;
use crate::budget::Budget;
use crate::id::RunId;
use std::collections::BTreeMap;

/// A run of the workflow `w`, of key `x`, without gates.
pub(crate) fn started() -> RunStarted {
    RunStarted {
        run_id: RunId::new("20260119T143012Z", "x", "ab12cd"),
        project: None,
        workflow: "w".to_owned(),
        version: "1".to_owned(),
        key: "x".to_owned(),
        inputs: BTreeMap::new(),
        driven: true,
        agent: None,
        gates: Vec::new(),
        definition: Vec::new(),
        orch: "0.1.0".to_owned(),
        environment: Vec::new(),
        git: None,
        parent: None,
        budget: Budget::default(),
        baselines: BTreeMap::new(),
    }
}
