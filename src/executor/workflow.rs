//! `workflow`: another workflow as a child run. It is read and checked with the plan;
//! beginning one is refused until runs can have children.

use super::Begun;
use super::Error;
use super::Executor;
use super::Invocation;

/// A run of another workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildRun {
    /// The name of the workflow.
    pub workflow: String,
}

impl Executor for ChildRun {
    fn begin(&self, _: &Invocation<'_>) -> Result<Begun, Error> {
        Err(Error::NoChildRuns { workflow: self.workflow.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executor::testing::Stage;

    #[test]
    fn a_child_run_is_refused_with_its_name() {
        let child = ChildRun { workflow: "essay".to_owned() };
        let error = Stage::new().try_begin(&child, "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "child runs are not available in this version (workflow `essay`)"
        );
    }
}
