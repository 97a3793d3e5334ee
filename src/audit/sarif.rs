//! An audit as a SARIF log, which code hosts and editors show beside the lines that it is about.

use super::report::Audit;
use super::report::AuditFinding;
use super::rules::AUDIT_RULES;
use crate::sarif;
use crate::sarif::SarifPlace;
use crate::sarif::SarifResult;
use crate::sarif::SarifRule;
use serde_json::Value as Json;
use serde_json::json;

impl Audit {
    /// The log of this audit.
    pub fn sarif(&self) -> Json {
        let rules = AUDIT_RULES.map(|rule| SarifRule {
            id: rule.name.to_owned(),
            about: Some(rule.finds),
            remedy: Some(rule.remedy),
        });
        let results: Vec<SarifResult> = self.findings().into_iter().map(result).collect();
        let rows = self.rows.iter().map(|row| {
            json!({ "row": row.row, "decided": row.decided, "notLookedAt": row.not_looked_at })
        });
        let about = json!({
            "automationDetails": { "id": format!("orch/audit/{}/", self.workflow) },
            "properties": {
                "workflow": self.workflow,
                "workflowVersion": self.version,
                "definition": self.digest,
                "rows": rows.collect::<Vec<_>>(),
            },
        });
        sarif::log(env!("CARGO_PKG_VERSION"), &about, &rules, &results)
    }
}

fn result(finding: &AuditFinding) -> SarifResult {
    SarifResult {
        rule: finding.rule.clone(),
        level: finding.level.as_str(),
        message: finding.message.clone(),
        help: Some(finding.help.clone()),
        gate: finding.gate.as_ref().map(ToString::to_string),
        place: Some(SarifPlace {
            path: finding.file.clone(),
            line: Some(finding.line as u64),
            column: Some(finding.column as u64),
        }),
        properties: None,
    }
}
