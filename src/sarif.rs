//! SARIF 2.1.0: what was found, in the form that code scanners and editors read.

use serde_json::Value as Json;
use serde_json::json;
use std::collections::BTreeSet;
use url::Url;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One result.
#[derive(Debug)]
pub struct SarifResult {
    /// The name of the rule.
    pub rule: String,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    pub message: String,
    /// Relative to the project.
    pub path: Option<String>,
    /// From 1.
    pub line: Option<u64>,
    /// Whatever else is known.
    pub properties: Json,
}

/// The log of one run of a tool: `about` is what a run of it says beside its results.
pub fn log(version: &str, about: &Json, results: &[SarifResult]) -> Json {
    let rules: BTreeSet<&str> = results.iter().map(|result| result.rule.as_str()).collect();
    let rules: Vec<Json> = rules.into_iter().map(|rule| json!({ "id": rule })).collect();
    let mut run = json!({
        "tool": { "driver": { "name": "orch", "semanticVersion": version, "rules": rules } },
        "results": results.iter().map(result).collect::<Vec<Json>>(),
    });
    for (name, value) in about.as_object().into_iter().flatten() {
        run[name] = value.clone();
    }
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn result(result: &SarifResult) -> Json {
    let mut told = json!({
        "ruleId": result.rule,
        "level": result.level,
        "message": { "text": result.message },
        "properties": result.properties,
    });
    if let Some(path) = &result.path {
        let mut place = json!({ "artifactLocation": { "uri": relative(path) } });
        if let Some(line) = result.line.filter(|line| *line > 0) {
            place["region"] = json!({ "startLine": line });
        }
        told["locations"] = json!([{ "physicalLocation": place }]);
    }
    told
}

/// A path relative to the project as a reference, in which only the slashes mean something.
pub fn relative(path: &str) -> String {
    let Ok(mut url) = Url::parse("file:///") else { return String::new() };
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.clear().extend(path.split('/'));
    }
    let text = url.path().trim_start_matches('/');
    // Before a colon the first name would be a scheme.
    text.replace(':', "%3A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_reference_whatever_stands_in_it() {
        for (path, uri) in [
            ("a.md", "a.md"),
            ("out/o[d]d ü.md", "out/o[d]d%20%C3%BC.md"),
            ("a#b?c%d.md", "a%23b%3Fc%25d.md"),
            ("x:y", "x%3Ay"),
        ] {
            assert_eq!(relative(path), uri);
        }
    }
}
