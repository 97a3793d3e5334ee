//! SARIF 2.1.0: what was found, in the form that code scanners and editors read.

use crate::digest::Digest;
use crate::uri;
use serde_json::Value as Json;
use serde_json::json;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What the folder of the project is called.
const ROOT: &str = "%SRCROOT%";

/// A rule that results name.
#[derive(Debug)]
pub struct SarifRule {
    pub id: String,
    /// What it finds, in a sentence.
    pub about: Option<&'static str>,
    /// What to do about it, in Markdown.
    pub remedy: Option<&'static str>,
}

/// One result.
#[derive(Debug)]
pub struct SarifResult {
    /// The name of the rule.
    pub rule: String,
    /// `error`, `warning` or `note`.
    pub level: &'static str,
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
    /// The gate that it is about.
    pub gate: Option<String>,
    /// Where it is; `None` where it is in no file.
    pub place: Option<SarifPlace>,
    /// Whatever else is known.
    pub properties: Option<Json>,
}

/// A place in a file.
#[derive(Debug)]
pub struct SarifPlace {
    /// Relative to the project.
    pub path: String,
    /// From 1.
    pub line: Option<u64>,
    /// In characters, from 1.
    pub column: Option<u64>,
}

/// The log of one run of a tool: `about` is what a run of it says beside its results.
pub fn log(version: &str, about: &Json, rules: &[SarifRule], results: &[SarifResult]) -> Json {
    let mut run = json!({
        "tool": { "driver": {
            "name": "orch",
            "semanticVersion": version,
            "rules": rules.iter().map(rule).collect::<Vec<Json>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "results": results.iter().map(|it| result(it, rules)).collect::<Vec<Json>>(),
    });
    for (name, value) in about.as_object().into_iter().flatten() {
        run[name] = value.clone();
    }
    json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] })
}

fn rule(rule: &SarifRule) -> Json {
    let mut told = json!({ "id": rule.id, "name": rule.id });
    if let Some(about) = rule.about {
        told["shortDescription"] = json!({ "text": about });
    }
    if let Some(remedy) = rule.remedy {
        told["help"] = json!({ "text": remedy.replace('`', ""), "markdown": remedy });
    }
    told
}

fn result(result: &SarifResult, rules: &[SarifRule]) -> Json {
    let SarifResult { rule, level, message, help, gate, place, properties } = result;
    let path = place.as_ref().map_or("", |place| place.path.as_str());
    let identity = Digest::of(format!("{rule}\n{path}\n{message}"));
    let text = match help {
        Some(help) => format!("{message}. To fix it: {help}"),
        None => message.clone(),
    };
    let mut told = json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": text },
        "partialFingerprints": { "finding/v1": identity },
    });
    if let Some(index) = rules.iter().position(|known| known.id == *rule) {
        told["ruleIndex"] = json!(index);
    }
    let mut location = json!({});
    if let Some(place) = place {
        location["physicalLocation"] = physical(place);
    }
    if let Some(gate) = gate {
        location["logicalLocations"] = json!([{ "name": gate, "kind": "gate" }]);
    }
    if place.is_some() || gate.is_some() {
        told["locations"] = json!([location]);
    }
    if let Some(properties) = properties {
        told["properties"] = properties.clone();
    }
    told
}

fn physical(place: &SarifPlace) -> Json {
    let mut told =
        json!({ "artifactLocation": { "uri": uri::relative(&place.path), "uriBaseId": ROOT } });
    if let Some(line) = place.line.filter(|line| *line > 0) {
        told["region"] = json!({ "startLine": line });
        if let Some(column) = place.column {
            told["region"]["startColumn"] = json!(column);
        }
    }
    told
}
