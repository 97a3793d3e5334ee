//! The gates of a run as JUnit XML, as far as the schema that Jenkins judges it by has words for them.

use super::ci;
use super::door;
use crate::run::GateStatus;
use crate::run::Run;
use crate::standing;
use quick_junit::NonSuccessKind;
use quick_junit::Report;
use quick_junit::SerializeError;
use quick_junit::TestCase;
use quick_junit::TestCaseStatus;
use quick_junit::TestSuite;

/// One test suite of the workflow's name, one case for each gate.
pub fn report(run: &Run) -> Result<String, SerializeError> {
    let mut report = Report::new("orch");
    let mut suite = TestSuite::new(fit(&run.started.workflow));
    for line in standing::gates(run) {
        let status = match line.status {
            GateStatus::Pass => TestCaseStatus::success(),
            GateStatus::Fail => {
                let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
                failed.set_message(fit(&line.reason.clone().unwrap_or_default()));
                let findings: Vec<String> = findings(run, line.gate.as_str());
                failed.set_description(fit(&findings.join("\n")));
                failed
            }
            GateStatus::NotStarted
            | GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Skipped
            | GateStatus::Stale
            | GateStatus::Waived => {
                let mut skipped = TestCaseStatus::skipped();
                skipped.set_message(fit(&skipped_words(&line)));
                skipped
            }
        };
        let mut case = TestCase::new(line.gate.as_str(), status);
        case.set_classname(fit(&run.started.workflow));
        let attempt = run.gate(&line.gate).and_then(|state| state.attempt());
        if let Some(attempt) = attempt
            && let Some(finished_at) = attempt.finished_at
        {
            case.set_time(finished_at.since(attempt.started_at));
        }
        suite.add_test_case(case);
    }
    report.add_test_suite(suite);
    // The schema has no word for this in the outermost element, and the crate always writes it.
    let skipped = format!(" skipped=\"{}\"", report.skipped);
    Ok(report.to_string()?.replacen(&skipped, "", 1))
}

fn skipped_words(line: &standing::GateLine) -> String {
    let waits = line.waits_for.map(|waits_for| format!("waits for {waits_for}"));
    let why = waits.or_else(|| line.reason.clone()).unwrap_or_default();
    format!("{} {why}", line.status).trim_end().to_owned()
}

fn findings(run: &Run, gate: &str) -> Vec<String> {
    ci::last_findings(run)
        .filter(|(id, _)| *id == gate)
        .map(|(_, finding)| finding.to_string())
        .collect()
}

/// A text without what XML 1.0 has no way to write, and without the tabs that the crate takes out:
/// what is taken out after secrets were may have stood between the parts of one.
fn fit(text: &str) -> String {
    door::clean(&text.replace(['\u{fffe}', '\u{ffff}'], "").replace('\t', "    "))
}
