//! W3C PROV, as PROV-JSON: attempts are activities, each version of a file is an entity of the attempt
//! that left it, people and programs are agents.

use super::Record;
use super::Sealing;
use super::Sheet;
use super::materials::Materials;
use crate::digest::Digest;
use crate::event::Artifact;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::json;
use crate::run::Attempt;
use crate::run::GateState;
use crate::uri::relative;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// What runs the attempts that no agent does.
const ORCH: &str = "run:orch";

/// The provenance of all that a run made.
pub fn sheets(record: &Record<'_>) -> Vec<Sheet> {
    let mut document = Document::default();
    document.add_definition(record);
    let materials = Materials::of(record);
    let mut gates: Vec<_> = record.run.gates.iter().collect();
    gates.sort_by_key(|(_, state)| state.place);
    for (gate, state) in gates {
        document.add_gate(record, &materials, (gate, state));
    }
    let content = json::pretty_text(&document.told(record));
    vec![Sheet { path: "prov.json".to_owned(), content, sealing: Sealing::Beside }]
}

/// The parts of a document, by their identifiers.
#[derive(Debug, Default)]
struct Document {
    entities: Map<String, Json>,
    activities: Map<String, Json>,
    agents: Map<String, Json>,
    generated: Vec<Json>,
    used: Vec<Json>,
    associated: Vec<Json>,
}

impl Document {
    fn add_definition(&mut self, record: &Record<'_>) {
        let started = &record.run.started;
        for text in &started.definition {
            let told = json!({ "prov:label": text.path, "orch:sha256": text.sha256 });
            self.entities.insert(definition(&text.path), told);
        }
        if let Some(plan) = self.entities.get_mut(&plan(record)) {
            plan["prov:type"] = qualified("prov:Plan");
        }
        let told = json!({ "prov:type": qualified("prov:SoftwareAgent"), "prov:label": format!("orch {}", started.orch) });
        self.agents.insert(ORCH.to_owned(), told);
    }

    fn add_gate(
        &mut self,
        record: &Record<'_>,
        materials: &Materials<'_>,
        (gate, state): (&GateId, &GateState),
    ) {
        for attempt in &state.attempts {
            self.add_attempt(record, gate, attempt);
        }
        if let Some(reused) = &state.reused {
            for artifact in &reused.artifacts {
                self.add_file(&version(gate, state, &artifact.path), artifact);
            }
        }
        let Some(last) = state.attempt().filter(|_| state.reused.is_none()) else { return };
        for (path, (from, _)) in materials.before(gate) {
            let Some(maker) = record.run.gate(from) else { continue };
            let entity = version(from, maker, path);
            self.used.push(
                json!({ "prov:activity": activity(&AttemptId::new(gate, last.attempt)), "prov:entity": entity }),
            );
        }
    }

    fn add_attempt(&mut self, record: &Record<'_>, gate: &GateId, attempt: &Attempt) {
        let this = AttemptId::new(gate, attempt.attempt);
        let id = activity(&this);
        let mut told = json!({
            "prov:startTime": attempt.started_at,
            "prov:label": format!("{gate} attempt {}", attempt.attempt),
            "orch:executor": attempt.executor,
            "orch:status": attempt.status.to_string(),
        });
        if let Some(at) = attempt.finished_at {
            told["prov:endTime"] = json!(at);
        }
        self.activities.insert(id.clone(), told);
        for artifact in &attempt.artifacts {
            let entity = file(&this, &artifact.path);
            if self.add_file(&entity, artifact) {
                self.generated.push(json!({ "prov:entity": entity, "prov:activity": id }));
            }
        }
        let agent = attempt.agent.as_ref().map(|name| self.agent(name, "prov:SoftwareAgent"));
        self.associated.push(json!({
            "prov:activity": id,
            "prov:agent": agent.unwrap_or_else(|| ORCH.to_owned()),
            "prov:plan": plan(record),
        }));
        if let Some(approval) = &attempt.approval {
            let approved = format!("{id}/approval");
            let told =
                json!({ "prov:label": format!("approval of {gate} attempt {}", attempt.attempt) });
            self.activities.insert(approved.clone(), told);
            let person = self.agent(&approval.by, "prov:Person");
            self.associated.push(json!({ "prov:activity": approved, "prov:agent": person }));
            for artifact in attempt.artifacts.iter().filter(|artifact| artifact.sha256.is_some()) {
                let entity = file(&this, &artifact.path);
                self.used.push(json!({ "prov:activity": approved, "prov:entity": entity }));
            }
        }
    }

    /// Adds a version of a file, if it was there.
    fn add_file(&mut self, id: &str, artifact: &Artifact) -> bool {
        let Some(sha256) = artifact.sha256 else { return false };
        let told = json!({ "prov:label": artifact.path, "orch:sha256": sha256 });
        self.entities.insert(id.to_owned(), told);
        true
    }

    fn agent(&mut self, name: &str, kind: &str) -> String {
        // A name may hold whatever people write.
        let id = format!("run:agent/{}", Digest::of(format!("{kind} {name}")));
        let told = json!({ "prov:type": qualified(kind), "prov:label": name });
        self.agents.insert(id.clone(), told);
        id
    }

    fn told(self, record: &Record<'_>) -> Json {
        let run = &record.run.started.run_id;
        json!({
            "prefix": { "orch": "urn:orch:", "run": format!("urn:orch:{run}:") },
            "entity": self.entities,
            "activity": self.activities,
            "agent": self.agents,
            "wasGeneratedBy": numbered("g", self.generated),
            "used": numbered("u", self.used),
            "wasAssociatedWith": numbered("a", self.associated),
        })
    }
}

fn numbered(letter: &str, relations: Vec<Json>) -> Map<String, Json> {
    (1..).zip(relations).map(|(number, told)| (format!("_:{letter}{number}"), told)).collect()
}

fn qualified(name: &str) -> Json {
    json!({ "$": name, "type": "prov:QUALIFIED_NAME" })
}

fn activity(attempt: &AttemptId) -> String {
    format!("run:gates/{}/{}", relative(attempt.gate.as_str()), attempt.number)
}

/// The version of a file that an attempt left.
fn file(attempt: &AttemptId, path: &str) -> String {
    format!("{}/files/{}", activity(attempt), relative(path))
}

/// The version of a file that a gate's result stands on; that of another run has the number 0.
fn version(gate: &GateId, state: &GateState, path: &str) -> String {
    let attempt = state.attempt().filter(|_| state.reused.is_none());
    file(&AttemptId::new(gate, attempt.map_or(0, |attempt| attempt.attempt)), path)
}

fn definition(path: &str) -> String {
    format!("run:definition/{}", relative(path))
}

fn plan(record: &Record<'_>) -> String {
    definition(&super::workflow_path(record.run))
}
