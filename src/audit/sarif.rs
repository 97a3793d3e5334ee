//! An audit as SARIF 2.1.0, which code hosts and editors show beside the lines that it is about.

use super::report::Audit;
use super::report::AuditFinding;
use super::rules::AUDIT_RULES;
use crate::digest::Digest;
use serde_json::Value as Json;
use serde_json::json;
use url::Url;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What the folder of the project is called.
const ROOT: &str = "%SRCROOT%";

impl Audit {
    /// The log of this audit.
    pub fn sarif(&self) -> Json {
        let rules = AUDIT_RULES.iter().map(|(rule, about)| {
            json!({ "id": rule, "name": rule, "shortDescription": { "text": about } })
        });
        let results = self.findings().into_iter().map(result);
        let rows = self.rows.iter().map(|row| {
            json!({ "row": row.row, "decided": row.decided, "notLookedAt": row.not_looked_at })
        });
        json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "orch",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules.collect::<Vec<_>>(),
                } },
                "automationDetails": { "id": format!("orch/audit/{}/", self.workflow) },
                "columnKind": "unicodeCodePoints",
                "results": results.collect::<Vec<_>>(),
                "properties": {
                    "workflow": self.workflow,
                    "workflowVersion": self.version,
                    "definition": self.digest,
                    "rows": rows.collect::<Vec<_>>(),
                },
            }],
        })
    }
}

fn result(finding: &AuditFinding) -> Json {
    let AuditFinding { rule, level, gate, message, help, file, line, column } = finding;
    let identity = format!("{rule}\n{file}\n{message}");
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(file), "uriBaseId": ROOT },
            "region": { "startLine": line, "startColumn": column },
        },
    });
    if let Some(gate) = gate {
        location["logicalLocations"] = json!([{ "name": gate, "kind": "gate" }]);
    }
    json!({
        "ruleId": rule,
        "ruleIndex": AUDIT_RULES.iter().position(|(name, _)| name == rule),
        "level": level,
        "message": { "text": format!("{message}. To fix it: {help}") },
        "locations": [location],
        "partialFingerprints": { "finding/v1": Digest::of(identity) },
    })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    let Ok(mut url) = Url::parse("file:///") else { return path.to_owned() };
    url.set_path(path);
    url.path().trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference_whatever_its_name() {
        assert_eq!(uri("workflows/a.toml"), "workflows/a.toml");
        assert_eq!(uri("contracts/ä b/c#1.toml"), "contracts/%C3%A4%20b/c%231.toml");
    }
}
