//! SLSA: what a run made, and from what, as an in-toto statement with a provenance of version 1. It
//! claims no level: who trusts the key decides what it is worth.

use super::IN_TOTO_TYPE;
use super::Record;
use super::Sealing;
use super::Sheet;
use crate::signature::bare::BareKey;
use serde_json::Value as Json;
use serde_json::json;

/// The name of the file: one envelope on one line, as tools for attestations read them.
const FILE: &str = "provenance.intoto.jsonl";

/// What the parameters mean, as the reference says.
const BUILD_TYPE: &str = "urn:orch:workflow-run:v1";

/// The provenance of all files that stand at the end of a run.
pub fn sheets(record: &Record<'_>, key: &BareKey) -> Vec<Sheet> {
    let content = statement(record, key).to_string();
    vec![Sheet { path: FILE.to_owned(), content, sealing: Sealing::Envelope(IN_TOTO_TYPE) }]
}

fn statement(record: &Record<'_>, key: &BareKey) -> Json {
    let subjects: Vec<Json> = record
        .results()
        .into_iter()
        .map(|(path, (_, sha256))| json!({ "name": path, "digest": { "sha256": sha256 } }))
        .collect();
    let run = record.run;
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects,
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "workflow": run.started.workflow,
                    "version": run.started.version,
                    "key": run.started.key,
                    "inputs": run.started.inputs,
                },
                "internalParameters": { "gates": gates(record) },
                "resolvedDependencies": dependencies(record),
            },
            "runDetails": {
                "builder": {
                    "id": format!("urn:orch:signer:{}", key.id()),
                    "version": { "orch": run.started.orch },
                },
                "metadata": {
                    "invocationId": run.started.run_id,
                    "startedOn": run.started_at,
                    "finishedOn": run.finished_at,
                },
                "byproducts": [
                    { "name": "head of the journal", "digest": { "sha256": record.head } },
                ],
            },
        },
    })
}

/// Who did what.
fn gates(record: &Record<'_>) -> Vec<Json> {
    let gate = |(gate, state): (&_, &crate::run::GateState)| {
        json!({
            "gate": gate,
            "status": state.status,
            "executor": state.attempt().map(|attempt| attempt.executor),
            "agent": state.producer().agent,
            "approvedBy": state.approval.as_ref().map(|approval| &approval.by),
        })
    };
    record.steps().into_iter().map(gate).collect()
}

/// The definition, text by text, and the commit that the run began at.
fn dependencies(record: &Record<'_>) -> Vec<Json> {
    let started = &record.run.started;
    let mut dependencies: Vec<Json> = started
        .definition
        .iter()
        .map(|text| json!({ "name": text.path, "digest": { "sha256": text.sha256 } }))
        .collect();
    let commit = started.git.as_ref().and_then(|git| git.head.as_ref());
    dependencies
        .extend(commit.map(|commit| json!({ "name": "HEAD", "digest": { "gitCommit": commit } })));
    dependencies
}
