//! A Workflow Run RO-Crate: the definition as it was frozen, which the crate holds, and the run of it.
//! What the run made is named by its digest, since a record holds no content of files. Digests of
//! texts are those of the texts that the crate holds, from which secrets are redacted.

use super::Record;
use super::Sealing;
use super::Sheet;
use crate::clock::Moment;
use crate::definition::Frozen;
use crate::digest::Digest;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::json;
use crate::run::GateState;
use crate::secret;
use crate::uri::relative;
use serde_json::Value as Json;
use serde_json::json;

const METADATA: &str = "ro-crate-metadata.json";

/// What the crate conforms to, beside RO-Crate itself.
const PROFILES: [(&str, &str, &str); 3] = [
    ("https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"),
    ("https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"),
    ("https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"),
];

const LANGUAGE: &str = "#workflow-language";
const ORCH: &str = "#orch";
const RUN: &str = "#run";

/// The metadata, and the texts that it describes.
pub fn sheets(record: &Record<'_>) -> Vec<Sheet> {
    let content = json::pretty_text(&json!({
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": graph(record),
    }));
    let metadata = Sheet { path: METADATA.to_owned(), content, sealing: Sealing::Beside };
    let texts = record.run.started.definition.iter().map(|text| Sheet {
        path: place(text),
        content: secret::redact_known(&text.text),
        sealing: Sealing::None,
    });
    std::iter::once(metadata).chain(texts).collect()
}

/// Where a text lies in the crate.
fn place(text: &Frozen) -> String {
    format!("definition/{}", text.path)
}

fn reference(id: impl Into<String>) -> Json {
    json!({ "@id": id.into() })
}

/// A file by its digest, and by its path, since two files may hold the same.
fn made(path: &str, sha256: Digest) -> String {
    format!("hash://sha256/{sha256}#{}", relative(path))
}

fn graph(record: &Record<'_>) -> Vec<Json> {
    let gates = record.steps();
    let mut graph = vec![descriptor(), root(record, &gates)];
    graph.extend(PROFILES.iter().map(|(id, name, version)| {
        json!({ "@id": id, "@type": "CreativeWork", "name": name, "version": version })
    }));
    graph.extend(definition(record));
    graph.push(json!({
        "@id": LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "TOML of orch",
        "alternateName": "workflow file",
    }));
    graph.push(json!({
        "@id": ORCH,
        "@type": "SoftwareApplication",
        "name": "orch",
        "softwareVersion": record.run.started.orch,
    }));
    graph.extend(record.results().into_iter().map(|(path, (_, sha256))| {
        json!({
            "@id": made(path, sha256),
            "@type": "File",
            "name": path,
            "sha256": sha256,
        })
    }));
    graph.push(run_action(record));
    graph.extend(record.run.started.inputs.iter().map(|(name, value)| {
        json!({
            "@id": format!("#input/{name}"),
            "@type": "PropertyValue",
            "name": name,
            "value": crate::workflow::input::as_text(value),
        })
    }));
    for (gate, state) in gates {
        graph.push(gate_action(gate, state));
    }
    graph
}

fn descriptor() -> Json {
    json!({
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": reference("./"),
        "conformsTo": [
            reference("https://w3id.org/ro/crate/1.1"),
            reference("https://w3id.org/workflowhub/workflow-ro-crate/1.0"),
        ],
    })
}

fn ended(record: &Record<'_>) -> Moment {
    record.run.finished_at.unwrap_or(record.run.started_at)
}

fn root(record: &Record<'_>, gates: &[(&GateId, &GateState)]) -> Json {
    let started = &record.run.started;
    let texts = started.definition.iter().map(|text| reference(relative(&place(text))));
    let results = record.results();
    let results = results.iter().map(|(path, (_, sha256))| reference(made(path, *sha256)));
    let actions = gates.iter().map(|(gate, _)| reference(action(gate)));
    json!({
        "@id": "./",
        "@type": "Dataset",
        "name": format!("Run {}", started.run_id),
        "description": format!(
            "Run of workflow {} {} with key {}, from orch's record; head of its journal: {}",
            started.workflow, started.version, started.key, record.head
        ),
        "datePublished": ended(record),
        "license": "The record states no license.",
        "conformsTo": PROFILES.iter().map(|(id, ..)| reference(*id)).collect::<Vec<_>>(),
        "mainEntity": reference(main(record)),
        "hasPart": texts.chain(results).collect::<Vec<_>>(),
        "mentions": std::iter::once(reference(RUN)).chain(actions).collect::<Vec<_>>(),
    })
}

fn main(record: &Record<'_>) -> String {
    relative(&format!("definition/{}", super::workflow_path(record.run)))
}

/// The texts of the definition; the workflow is the main entity.
fn definition(record: &Record<'_>) -> Vec<Json> {
    let main = main(record);
    let text = |text: &Frozen| {
        let id = relative(&place(text));
        let held = Digest::of(secret::redact_known(&text.text));
        let mut told = json!({
            "@id": id,
            "@type": "File",
            "name": text.path,
            "sha256": held,
            "encodingFormat": if text.path.ends_with(".toml") { "application/toml" } else { "text/plain" },
        });
        if held != text.sha256 {
            told["description"] = json!("Secrets are redacted from this file.");
        }
        if id == main {
            told["@type"] = json!(["File", "SoftwareSourceCode", "ComputationalWorkflow"]);
            told["name"] = json!(record.run.started.workflow);
            told["version"] = json!(record.run.started.version);
            told["programmingLanguage"] = reference(LANGUAGE);
        }
        told
    };
    record.run.started.definition.iter().map(text).collect()
}

fn run_action(record: &Record<'_>) -> Json {
    let run = record.run;
    let results = record.results();
    let status = match run.status {
        RunStatus::Passed => "http://schema.org/CompletedActionStatus",
        RunStatus::Failed | RunStatus::Canceled => "http://schema.org/FailedActionStatus",
        RunStatus::Running | RunStatus::Waiting | RunStatus::Paused => {
            "http://schema.org/ActiveActionStatus"
        }
    };
    let inputs = run.started.inputs.keys().map(|name| reference(format!("#input/{name}")));
    let mut told = json!({
        "@id": RUN,
        "@type": "CreateAction",
        "name": run.started.run_id,
        "instrument": reference(main(record)),
        "actionStatus": reference(status),
        "startTime": run.started_at,
        "object": inputs.collect::<Vec<_>>(),
        "result": results.iter().map(|(path, (_, sha256))| reference(made(path, *sha256))).collect::<Vec<_>>(),
    });
    if let Some(at) = run.finished_at {
        told["endTime"] = json!(at);
    }
    told
}

fn action(gate: &GateId) -> String {
    format!("#gate/{}", relative(gate.as_str()))
}

/// What a gate did, by the program that runs the gates.
fn gate_action(gate: &GateId, state: &GateState) -> Json {
    let attempt = state.attempt().filter(|_| state.reused.is_none());
    let there = state.artifacts().iter();
    let results = there.filter_map(|artifact| Some(made(&artifact.path, artifact.sha256?)));
    let mut told = json!({
        "@id": action(gate),
        "@type": "CreateAction",
        "name": gate,
        "description": state.producer().agent.map(|agent| format!("done by {agent}")),
        "instrument": reference(ORCH),
        "result": results.map(reference).collect::<Vec<_>>(),
    });
    let times = attempt.map(|attempt| (attempt.started_at, attempt.finished_at));
    if let Some((from, to)) = times {
        told["startTime"] = json!(from);
        told["endTime"] = json!(to.unwrap_or(from));
    }
    if told["description"].is_null() {
        told["description"] = json!("done by a command or a person");
    }
    told
}
