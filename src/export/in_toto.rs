//! in-toto: a layout with a step for each gate whose work stands, and a link for each step. The
//! layout's inspection compares the files that lie there with the last link that tells of each.

use super::IN_TOTO_TYPE;
use super::Record;
use super::Sealing;
use super::Sheet;
use super::materials::ENTRIES_MAX;
use super::materials::FilesBefore;
use super::materials::Materials;
use crate::clock::Moment;
use crate::event::Artifact;
use crate::id::GateId;
use crate::run::GateState;
use crate::run::GateStatus;
use crate::signature::bare::BareKey;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// The name of the layout's file.
pub const LAYOUT: &str = "root.layout";

/// The name of the inspection.
const INSPECTION: &str = "files-as-recorded";

/// A layout must expire; a record does not.
const VALID_FOR: Duration = Duration::from_hours(24 * 365 * 10);

/// How much of a key's name stands in the name of a link's file.
const KEY_LETTERS: usize = 8;

/// The layout and the links of a run that has passed.
pub fn sheets(record: &Record<'_>, key: &BareKey) -> Vec<Sheet> {
    let key_id = key.id();
    let materials = Materials::of(record);
    let mut sheets = vec![sheet(LAYOUT.to_owned(), &layout(record, &materials, key))];
    for (gate, state) in record.steps() {
        let path = format!("{gate}.{}.link", &key_id[..KEY_LETTERS]);
        sheets.push(sheet(path, &link(record, materials.before(gate), (gate, state))));
    }
    sheets
}

fn sheet(path: String, content: &Json) -> Sheet {
    Sheet { path, content: content.to_string(), sealing: Sealing::Envelope(IN_TOTO_TYPE) }
}

fn layout(record: &Record<'_>, materials: &Materials<'_>, key: &BareKey) -> Json {
    let key_id = key.id();
    let steps = record.steps().into_iter();
    let steps: Vec<Json> =
        steps.map(|(gate, state)| step(materials.before(gate), (gate, state), &key_id)).collect();
    let ended = record.run.finished_at.unwrap_or(record.run.started_at);
    let mut keys = Map::new();
    keys.insert(
        key_id.clone(),
        json!({
            "keyid": key_id,
            "keytype": "ed25519",
            "scheme": "ed25519",
            "keyval": { "public": key.hex(), "private": "" },
        }),
    );
    json!({
        "_type": "layout",
        "steps": steps,
        "inspect": [inspection(record)],
        "keys": keys,
        "expires": in_seconds(ended.plus(VALID_FOR)),
        "readme": readme(record, materials),
    })
}

/// As in-toto reads a time: without fractions.
fn in_seconds(moment: Moment) -> String {
    let text = moment.to_string();
    text.split_once('.').map_or(text.clone(), |(seconds, _)| format!("{seconds}Z"))
}

fn step(before: &FilesBefore<'_>, (gate, state): (&GateId, &GateState), key_id: &str) -> Json {
    let mut materials: Vec<Json> = before
        .iter()
        .map(|(path, (from, _))| json!(["MATCH", pattern(path), "WITH", "PRODUCTS", "FROM", from]))
        .collect();
    materials.push(json!(["DISALLOW", "*"]));
    let mut products = Vec::new();
    for artifact in there(state) {
        let path = artifact.path.as_str();
        let rule = match before.get(path) {
            None => "CREATE",
            Some((_, old)) if old.sha256 == artifact.sha256 => "ALLOW",
            Some(_) => "MODIFY",
        };
        products.extend([json!(["REQUIRE", path]), json!([rule, pattern(path)])]);
    }
    products.push(json!(["DISALLOW", "*"]));
    json!({
        "_type": "step",
        "name": gate,
        "expected_command": [],
        "expected_materials": materials,
        "expected_products": products,
        "pubkeys": [key_id],
        "threshold": 1,
    })
}

/// Each file must be there, and be what the last gate left that wrote it.
fn inspection(record: &Record<'_>) -> Json {
    let mut rules = Vec::new();
    for (path, (gate, _)) in record.results() {
        if is_passed_over(path) {
            continue;
        }
        rules.extend([
            json!(["REQUIRE", path]),
            json!(["MATCH", pattern(path), "WITH", "PRODUCTS", "FROM", gate]),
            json!(["DISALLOW", pattern(path)]),
        ]);
    }
    rules.push(json!(["ALLOW", "*"]));
    json!({
        "_type": "inspection",
        "name": INSPECTION,
        "run": ["true"],
        "expected_materials": rules,
        "expected_products": [],
    })
}

/// Whether in-toto does not look at a file, by the patterns that it leaves out unless told otherwise.
fn is_passed_over(path: &str) -> bool {
    path.split('/').any(|name| {
        name.contains(".link") || name == ".git" || name.ends_with(".pyc") || name.ends_with('~')
    })
}

/// A pattern that means this path alone.
fn pattern(path: &str) -> String {
    let mut pattern = String::new();
    for character in path.chars() {
        match character {
            '*' | '?' | '[' => {
                let _ = write!(pattern, "[{character}]");
            }
            other => pattern.push(other),
        }
    }
    pattern
}

fn there(state: &GateState) -> impl Iterator<Item = &Artifact> {
    state.artifacts().iter().filter(|artifact| artifact.sha256.is_some())
}

fn link(
    record: &Record<'_>,
    before: &FilesBefore<'_>,
    (gate, state): (&GateId, &GateState),
) -> Json {
    json!({
        "_type": "link",
        "name": gate,
        "command": [],
        "materials": hashes(before.values().map(|(_, artifact)| *artifact)),
        "products": hashes(there(state)),
        "byproducts": { "orch": told(record, state) },
        "environment": {},
    })
}

fn hashes<'a>(artifacts: impl Iterator<Item = &'a Artifact>) -> BTreeMap<&'a str, Json> {
    artifacts
        .filter_map(|artifact| {
            Some((artifact.path.as_str(), json!({ "sha256": artifact.sha256? })))
        })
        .collect()
}

/// What the record says of the work, for a reader.
fn told(record: &Record<'_>, state: &GateState) -> Json {
    let attempt = state.attempt().filter(|_| state.reused.is_none());
    json!({
        "run": record.run.started.run_id,
        "status": state.status,
        "attempt": attempt.map(|attempt| attempt.attempt),
        "executor": attempt.map(|attempt| attempt.executor),
        "agent": state.producer().agent,
        "started_at": attempt.map(|attempt| attempt.started_at),
        "finished_at": attempt.and_then(|attempt| attempt.finished_at),
        "approved_by": state.approval.as_ref().map(|approval| &approval.by),
        "reused_from": state.reused.as_ref().map(|reused| &reused.run_id),
    })
}

/// What the layout cannot say in rules.
fn readme(record: &Record<'_>, materials: &Materials<'_>) -> String {
    let started = &record.run.started;
    let mut text = format!(
        "Run {} of workflow {} {}, exported by orch. Head of its journal: {}. Each gate that passed \
         is a step.",
        started.run_id, started.workflow, started.version, record.head
    );
    let results = record.results();
    for (gate, state) in &record.run.gates {
        let reason = state.reason.as_deref().unwrap_or("no reason recorded");
        match state.status {
            GateStatus::Waived | GateStatus::Skipped | GateStatus::Fail => {
                let _ = write!(text, " Gate {gate} is {}: {reason}.", state.status);
            }
            GateStatus::NotStarted
            | GateStatus::Running
            | GateStatus::Waiting
            | GateStatus::Pass
            | GateStatus::Stale => continue,
        }
        for (path, _) in results.iter().filter(|(_, (last, _))| *last == gate) {
            let _ = write!(
                text,
                " It was the last gate to change {path}, and no gate has checked it since."
            );
        }
    }
    if materials.is_cut {
        let _ = write!(
            text,
            " Links list only rewritten files as materials: the run has more than {ENTRIES_MAX} \
             others."
        );
    }
    for path in results.into_keys().filter(|path| is_passed_over(path)) {
        let _ = write!(text, " in-toto ignores {path}.");
    }
    text
}
