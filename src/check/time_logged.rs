//! `time_logged`: the time that was worked, against what was estimated.

use super::Check;
use super::Flaw;
use super::Number;
use super::Scene;
use crate::clock::show_duration;
use crate::document::Decimal;
use crate::finding::Finding;
use schemars::JsonSchema;
use serde::Deserialize;

/// The working time of the run is within bounds. It is measured while gates are worked on and
/// cannot be entered afterwards. Without parameters it must be more than 0.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeLogged {
    /// Minimum working time in minutes.
    min_minutes: Option<Number>,
    /// Maximum working time as a multiple of the estimate: 1.5 allows half as much again. Fails
    /// without an estimate.
    max_share: Option<Number>,
}

impl Check for TimeLogged {
    fn words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(least) = &self.min_minutes {
            parts.push(format!("the working time of the run is at least {least} minutes"));
        }
        if let Some(most) = &self.max_share {
            parts.push(format!("the working time of the run is at most {most} times its estimate"));
        }
        if parts.is_empty() {
            parts.push("the working time of the run is more than 0".to_owned());
        }
        parts.join(", and ")
    }

    fn flaw(&self) -> Option<Flaw> {
        let bounds = [("min_minutes", &self.min_minutes), ("max_share", &self.max_share)];
        let mut bounds =
            bounds.into_iter().filter_map(|(name, bound)| Some((name, bound.as_ref()?)));
        let below_zero =
            bounds.find(|(_, bound)| bound.known().is_some_and(|value| *value < 0_u64.into()));
        below_zero.map(|(name, bound)| {
            Flaw::of(name, format!("`{bound}` is not a valid time")).advise("write 0 or more")
        })
    }

    fn looks_at_work() -> bool {
        true
    }

    fn judge(&self, scene: &Scene<'_>) -> Vec<Finding> {
        scene.judge_work(|work| {
            let mut findings = Vec::new();
            let least_s = self.min_minutes.as_ref().map_or(0.0, |least| nearly(least) * 60.0);
            let active_s = work.active.as_secs_f64();
            if active_s < least_s || work.active.is_zero() {
                let finding = Finding::new("working time");
                let expected = match &self.min_minutes {
                    Some(least) => format!("at least {least} minutes"),
                    None => "more than 0".to_owned(),
                };
                findings.push(finding.expected(expected).actual(show_duration(work.active)));
            }
            match (&self.max_share, work.estimate) {
                (None, _) => {}
                (Some(_), None) => findings.push(Finding::new("the run has no time estimate")),
                (Some(most), Some(estimate))
                    if active_s > estimate.as_secs_f64() * nearly(most) =>
                {
                    let finding = Finding::new("the working time exceeds the estimate");
                    let expected = format!("{most} times {}", show_duration(estimate));
                    findings.push(
                        finding
                            .expected(format!("at most {expected}"))
                            .actual(show_duration(work.active)),
                    );
                }
                (Some(_), Some(_)) => {}
            }
            findings
        })
    }
}

/// A factor of time; zero while a template still stands in its place, which is never judged.
fn nearly(number: &Number) -> f64 {
    number.known().map_or(0.0, Decimal::nearly)
}

#[cfg(test)]
mod tests {
    use crate::check::WorkLog;
    use crate::check::testing::judge_work;
    use crate::check::testing::read;
    use std::time::Duration;

    #[test]
    fn time_is_held_against_bound_and_estimate() {
        let work = |active, estimate: Option<u64>| WorkLog {
            active: Duration::from_mins(active),
            estimate: estimate.map(Duration::from_mins),
            ..WorkLog::default()
        };
        let judged = |parameters, work| judge_work("time_logged", parameters, work);
        assert!(judged("", Some(work(1, None))).is_empty());
        assert!(judged("min_minutes = 5\nmax_share = 1.5", Some(work(15, Some(10)))).is_empty());
        assert_eq!(
            judged("", Some(work(0, None))),
            ["working time (expected more than 0, found 0ms) []"]
        );
        assert_eq!(
            judged("min_minutes = 5", Some(work(2, None))),
            ["working time (expected at least 5 minutes, found 2m 00s) []"]
        );
        assert_eq!(
            judged("max_share = 1", Some(work(2, None))),
            ["the run has no time estimate []"]
        );
        assert_eq!(
            judged("max_share = 1.5", Some(work(16, Some(10)))),
            [
                "the working time exceeds the estimate (expected at most 1.5 times 10m 00s, found 16m 00s) []"
            ]
        );
        assert_eq!(judged("", None), ["this check requires a run []"]);
        assert!(read("time_logged", "min_minutes = -1").is_err());
    }
}
