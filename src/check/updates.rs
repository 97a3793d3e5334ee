//! `updates`: somebody has said how far the work has come.

use super::Check;
use super::Count;
use super::Scene;
use super::WorkRemark;
use super::count;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The run has enough progress updates: notes of the kind `update`, given while the work is done.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Updates {
    /// Minimum number of progress updates; 1 by default.
    min: Option<Count>,
}

impl Check for Updates {
    fn words(&self) -> String {
        let count = super::range_words(Some(&count::least(self.min.as_ref(), None)), None);
        format!("the number of progress updates is {count}")
    }

    fn looks_at_work() -> bool {
        true
    }

    fn asks_for() -> Option<WorkRemark> {
        Some(WorkRemark::Update)
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene.judge_work(|work| {
            let least = count::least(self.min.as_ref(), None);
            match super::between(work.updates, Some(&least), None) {
                None => Vec::new(),
                Some(expected) => {
                    let finding = Finding::new("number of progress updates");
                    vec![finding.expected(expected).actual(work.updates)]
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::check::WorkLog;
    use crate::check::testing::judge_work;
    use crate::check::testing::read;

    #[test]
    fn there_must_be_so_many() {
        let work = |updates| WorkLog { updates, ..WorkLog::default() };
        let judged = |parameters, work| judge_work("updates", parameters, work);
        assert!(judged("", Some(work(1))).is_empty());
        assert!(judged("min = 3", Some(work(3))).is_empty());
        assert_eq!(
            judged("", Some(work(0))),
            ["number of progress updates (expected at least 1, found 0) []"]
        );
        assert_eq!(
            judged("min = 3", Some(work(2))),
            ["number of progress updates (expected at least 3, found 2) []"]
        );
        assert_eq!(judged("", None), ["this check requires a run []"]);
        assert!(read("updates", "min = -1").is_err());
    }
}
