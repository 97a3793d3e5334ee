//! `summary`: somebody has said what the work comes to.

use super::Check;
use super::Count;
use super::Scene;
use super::WorkRemark;
use super::count;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The gate has a summary of its work, given when the gate is done or the session is completed. The
/// last summary in this round of the gate counts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Summary {
    /// Minimum length in characters; 1 by default.
    min_characters: Option<Count>,
}

impl Check for Summary {
    fn words(&self) -> String {
        let count = count::counted(
            Some(&count::least(self.min_characters.as_ref(), None)),
            None,
            "character",
        );
        format!("a summary of {count} is given")
    }

    fn looks_at_work() -> bool {
        true
    }

    fn asks_for() -> Option<WorkRemark> {
        Some(WorkRemark::Summary)
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene.judge_work(|work| {
            let least = count::least(self.min_characters.as_ref(), None);
            let given = work.summary.as_deref().unwrap_or_default().chars().count();
            let expected = count::counted(Some(&least), None, "character");
            match super::between(given, Some(&least), None) {
                None => Vec::new(),
                Some(_) if work.summary.is_none() => {
                    vec![Finding::new("no summary was given").expected(expected)]
                }
                Some(_) => {
                    let finding = Finding::new("summary length");
                    vec![finding.expected(expected).actual(given)]
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
    fn it_must_be_there_and_long_enough() {
        let work =
            |summary: &str| WorkLog { summary: Some(summary.to_owned()), ..WorkLog::default() };
        let judged = |parameters, work| judge_work("summary", parameters, work);
        assert!(judged("", Some(work("done"))).is_empty());
        assert!(judged("min_characters = 4", Some(work("dóne"))).is_empty());
        assert_eq!(
            judged("min_characters = 10", Some(work("done"))),
            ["summary length (expected at least 10 characters, found 4) []"]
        );
        assert_eq!(
            judged("", Some(WorkLog::default())),
            ["no summary was given (expected at least 1 character) []"]
        );
        assert_eq!(judged("", None), ["this check requires a run []"]);
        assert!(read("summary", "min_characters = -1").is_err());
    }
}
