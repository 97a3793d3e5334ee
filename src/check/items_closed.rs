//! `items_closed`: the child runs of this run are over.

use super::Check;
use super::Count;
use super::Scene;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// Every child run that was started in a session of this run has passed or was canceled.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemsClosed {
    /// Minimum number of child runs; 0 by default.
    min: Option<Count>,
}

impl Check for ItemsClosed {
    fn words(&self) -> String {
        let count = self.min.as_ref().map(|min| super::range_words(Some(min), None));
        let count = count.map(|count| format!("; their number is {count}"));
        format!(
            "all child runs of this run have passed or were canceled{}",
            count.unwrap_or_default()
        )
    }

    fn looks_at_work() -> bool {
        true
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene.judge_work(|work| {
            let open = work.items.iter().filter(|item| !item.is_closed);
            let mut findings: Vec<Finding> = open
                .map(|item| {
                    let (name, status) = (&item.name, &item.status);
                    Finding::new(format!("child run {name} is {status}; close or cancel it"))
                })
                .collect();
            if let Some(expected) = super::between(work.items.len(), self.min.as_ref(), None) {
                let finding = Finding::new("number of child runs");
                findings.push(finding.expected(expected).actual(work.items.len()));
            }
            findings
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::check::WorkItem;
    use crate::check::WorkLog;
    use crate::check::testing::judge_work;
    use crate::check::testing::read;

    #[test]
    fn what_is_open_is_named() {
        let item = |name: &str, status: &str, is_closed| WorkItem {
            name: name.to_owned(),
            status: status.to_owned(),
            is_closed,
        };
        let work = |items| WorkLog { items, ..WorkLog::default() };
        let judged = |parameters, work| judge_work("items_closed", parameters, work);
        assert!(judged("", Some(work(Vec::new()))).is_empty());
        let closed = work(vec![item("a", "PASSED", true)]);
        assert!(judged("min = 1", Some(closed.clone())).is_empty());
        let open = work(vec![item("a", "PASSED", true), item("b", "WAITING", false)]);
        assert_eq!(judged("", Some(open)), ["child run b is WAITING; close or cancel it []"]);
        assert_eq!(
            judged("min = 3", Some(closed)),
            ["number of child runs (expected at least 3, found 1) []"]
        );
        assert_eq!(judged("", None), ["this check requires a run []"]);
        assert!(read("items_closed", "min = -1").is_err());
    }
}
