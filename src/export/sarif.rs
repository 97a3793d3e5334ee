//! SARIF: what the checks of a run say about its work as it stands. What an earlier attempt got wrong
//! and a later one mended is no result.

use super::Record;
use super::Sealing;
use super::Sheet;
use crate::event::RunStatus;
use crate::finding::Finding;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::json;
use crate::run::Attempt;
use crate::sarif;
use crate::sarif::SarifPlace;
use crate::sarif::SarifResult;
use crate::sarif::SarifRule;
use serde_json::json;
use std::collections::BTreeSet;

/// The findings of the last attempt of each gate.
pub fn sheets(record: &Record<'_>) -> Vec<Sheet> {
    let (run, started) = (record.run, &record.run.started);
    let about = json!({
        "automationDetails": { "id": format!("orch/{}/{}", started.workflow, started.run_id) },
        "invocations": [{
            "executionSuccessful": run.status == RunStatus::Passed,
            "startTimeUtc": run.started_at,
            "properties": { "status": run.status, "reason": run.reason },
        }],
    });
    let results = results(record);
    let rules: BTreeSet<&str> = results.iter().map(|result| result.rule.as_str()).collect();
    let rules =
        rules.into_iter().map(|rule| SarifRule { id: rule.to_owned(), about: None, remedy: None });
    let rules: Vec<SarifRule> = rules.collect();
    let content = json::pretty_text(&sarif::log(&started.orch, &about, &rules, &results));
    vec![Sheet { path: "findings.sarif".to_owned(), content, sealing: Sealing::Beside }]
}

fn results(record: &Record<'_>) -> Vec<SarifResult> {
    let gates = record.run.gates.iter();
    let mut attempts: Vec<_> =
        gates.filter_map(|(gate, state)| Some((state.place, gate, state.attempt()?))).collect();
    attempts.sort_by_key(|(place, ..)| *place);
    let of = |(_, gate, attempt): (usize, &GateId, &Attempt)| {
        let checked = attempt.validations.iter().flat_map(|validation| &validation.findings);
        let findings = attempt.findings.iter().chain(checked);
        let this = AttemptId::new(gate, attempt.attempt);
        findings.map(|finding| result(finding, &this)).collect::<Vec<_>>()
    };
    attempts.into_iter().flat_map(of).collect()
}

fn result(finding: &Finding, attempt: &AttemptId) -> SarifResult {
    let mut message = finding.message.clone();
    for (what, value) in [("expected", &finding.expected), ("found", &finding.actual)] {
        if let Some(value) = value {
            message.push_str(&format!("; {what} {value}"));
        }
    }
    SarifResult {
        rule: finding.check.clone(),
        level: finding.severity.as_str(),
        message,
        help: None,
        gate: Some(attempt.gate.to_string()),
        place: finding.path.clone().map(|path| SarifPlace {
            path,
            line: finding.line,
            column: None,
        }),
        properties: Some(json!({ "attempt": attempt.number, "printed": finding.printed })),
    }
}
