//! `RUN.json`: the whole run in one document for people and tools. It keeps the
//! fields that readers of the format know and adds to them.

use super::Head;
use crate::budget::Budget;
use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Checkpoint;
use crate::event::EventKind;
use crate::event::GitFacts;
use crate::event::Invocation;
use crate::event::Note;
use crate::event::Range;
use crate::event::RunStatus;
use crate::event::SessionStatus;
use crate::event::WaitsFor;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::json;
use crate::run::AttemptStatus;
use crate::run::GateStatus;
use crate::run::Run;
use crate::run::Session;
use crate::spending::Cost;
use crate::workflow::input::Values;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Debug, Serialize)]
struct RunJson<'r> {
    schema: &'static str,
    run_id: &'r RunId,
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'r str>,
    workflow: WorkflowJson<'r>,
    key: &'r str,
    depth: Json,
    inputs: &'r Values,
    status: RunStatus,
    reason: Option<&'r str>,
    started_at: Moment,
    finished_at: Option<Moment>,
    driven: bool,
    orch: &'r str,
    git: Option<&'r GitFacts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<&'r RunId>,
    journal: JournalJson,
    definition: Vec<PathJson<'r>>,
    gates: Vec<GateJson<'r>>,
    #[serde(skip_serializing_if = "Range::is_whole")]
    range: &'r Range,
    #[serde(skip_serializing_if = "Budget::is_open")]
    budget: Budget,
    cost: Cost,
    invocations: &'r [Invocation],
    artifacts_index: Vec<ArtifactJson<'r>>,
    validations: Vec<ValidationJson<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sessions: Vec<SessionJson<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checkpoints: Vec<CheckpointJson<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<NoteJson<'r>>,
    events: Vec<EventJson<'r>>,
}

#[derive(Debug, Serialize)]
struct SessionJson<'r> {
    session: u32,
    by: &'r str,
    status: SessionStatus,
    started_at: Moment,
    ended_at: Option<Moment>,
    reason: Option<&'r str>,
    found: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct CheckpointJson<'r> {
    checkpoint: u32,
    at: Moment,
    reason: &'r str,
    path: String,
}

#[derive(Debug, Serialize)]
struct NoteJson<'r> {
    at: Moment,
    #[serde(flatten)]
    note: &'r Note,
}

#[derive(Debug, Serialize)]
struct WorkflowJson<'r> {
    name: &'r str,
    version: &'r str,
    slug: Json,
    artifact_path: Json,
}

#[derive(Debug, Serialize)]
struct JournalJson {
    path: &'static str,
    count: u64,
    bytes: u64,
    head_sha256: Digest,
}

#[derive(Debug, Serialize)]
struct PathJson<'r> {
    path: &'r str,
    sha256: Digest,
}

#[derive(Debug, Serialize)]
struct GateJson<'r> {
    gate: &'r GateId,
    name: &'r str,
    status: GateStatus,
    waits_for: Option<WaitsFor>,
    reason: Option<&'r str>,
    answers: Option<&'r Values>,
    approval: Option<&'r Approved>,
    reused: Option<ReusedJson<'r>>,
    attempts: Vec<AttemptEntryJson<'r>>,
}

#[derive(Debug, Serialize)]
struct ReusedJson<'r> {
    run_id: &'r RunId,
    attempt: u32,
}

#[derive(Debug, Serialize)]
struct AttemptEntryJson<'r> {
    attempt: u32,
    status: AttemptStatus,
    path: Option<String>,
    sha256: Option<Digest>,
    failure_reason: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct ArtifactJson<'r> {
    path: &'r str,
    sha256: Option<Digest>,
    exists: bool,
    bytes: Option<u64>,
    gate: &'r GateId,
    attempt: u32,
}

#[derive(Debug, Serialize)]
struct ValidationJson<'r> {
    gate: &'r GateId,
    attempt: u32,
    #[serde(rename = "type")]
    check: &'r str,
    path: Option<&'r str>,
    pass: bool,
    severity: Severity,
}

#[derive(Debug, Serialize)]
struct EventJson<'r> {
    at: Moment,
    #[serde(rename = "type")]
    kind: EventKind,
    gate: Option<&'r GateId>,
    attempt: Option<u32>,
}

/// The file's bytes. `known` gives the digests of attempt files.
pub(super) fn render(run: &Run, head: Head, known: &BTreeMap<String, Digest>) -> Vec<u8> {
    let started = &run.started;
    let input = |name: &str| started.inputs.get(name).cloned().unwrap_or(Json::Null);
    let json = RunJson {
        schema: "orch/run@1",
        run_id: &started.run_id,
        project: started.project.as_deref(),
        workflow: WorkflowJson {
            name: &started.workflow,
            version: &started.version,
            slug: input("slug"),
            artifact_path: input("artifact_path"),
        },
        key: &started.key,
        depth: input("depth"),
        inputs: &started.inputs,
        status: run.status,
        reason: run.reason.as_deref(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        driven: started.driven,
        orch: &started.orch,
        git: started.git.as_ref(),
        parent: started.parent.as_ref(),
        journal: JournalJson {
            path: "journal",
            count: head.count,
            bytes: head.bytes,
            head_sha256: head.sha256,
        },
        definition: started
            .definition
            .iter()
            .map(|text| PathJson { path: &text.path, sha256: text.sha256 })
            .collect(),
        gates: gates(run, known),
        range: &run.range,
        budget: run.budget,
        cost: Cost::of_run(run),
        invocations: &run.invocations,
        artifacts_index: artifacts(run),
        validations: validations(run),
        sessions: run.sessions.iter().map(session).collect(),
        checkpoints: run.checkpoints.iter().map(checkpoint).collect(),
        notes: run.notes.iter().map(|(at, note)| NoteJson { at: *at, note }).collect(),
        events: run
            .lifecycle
            .iter()
            .map(|happening| EventJson {
                at: happening.at,
                kind: happening.kind,
                gate: happening.about.gate(),
                attempt: happening.about.number(),
            })
            .collect(),
    };
    json::lines(&json)
}

fn session(session: &Session) -> SessionJson<'_> {
    SessionJson {
        session: session.number,
        by: &session.by,
        status: session.status,
        started_at: session.started_at,
        ended_at: session.ended_at,
        reason: session.reason.as_deref(),
        found: session.found.as_deref(),
    }
}

fn checkpoint((at, sealed): &(Moment, Checkpoint)) -> CheckpointJson<'_> {
    CheckpointJson {
        checkpoint: sealed.checkpoint,
        at: *at,
        reason: &sealed.reason,
        path: super::checkpoint_path(sealed.checkpoint),
    }
}

/// Every gate of the workflow in its order, each instance of a fan-out after its gate.
fn gates<'r>(run: &'r Run, known: &BTreeMap<String, Digest>) -> Vec<GateJson<'r>> {
    let mut gates = Vec::new();
    for planned in &run.started.gates {
        let state = run.gates.get(&planned.gate);
        gates.push(gate(run, &planned.gate, &planned.name, known));
        for item in state.and_then(|state| state.items.as_ref()).into_iter().flatten() {
            gates.push(gate(run, &item.gate, &planned.name, known));
        }
    }
    gates
}

fn gate<'r>(
    run: &'r Run,
    id: &'r GateId,
    name: &'r str,
    known: &BTreeMap<String, Digest>,
) -> GateJson<'r> {
    let Some(state) = run.gates.get(id) else { return untouched(id, name) };
    let attempts = state.attempts.iter().map(|attempt| {
        let path = super::attempt_path(run, &AttemptId::new(id, attempt.attempt));
        let sha256 = known.get(&path).copied();
        AttemptEntryJson {
            attempt: attempt.attempt,
            status: attempt.status,
            path: sha256.map(|_| path),
            sha256,
            failure_reason: attempt.failure_reason.as_deref(),
        }
    });
    GateJson {
        gate: id,
        name,
        status: state.status,
        waits_for: state.waits_for,
        reason: state.reason.as_deref(),
        answers: Some(&state.answers).filter(|answers| !answers.is_empty()),
        approval: state.approval.as_deref(),
        reused: state
            .reused
            .as_ref()
            .map(|reused| ReusedJson { run_id: &reused.run_id, attempt: reused.attempt }),
        attempts: attempts.collect(),
    }
}

fn untouched<'r>(gate: &'r GateId, name: &'r str) -> GateJson<'r> {
    GateJson {
        gate,
        name,
        status: GateStatus::NotStarted,
        waits_for: None,
        reason: None,
        answers: None,
        approval: None,
        reused: None,
        attempts: Vec::new(),
    }
}

/// The artifacts of each gate's last result.
fn artifacts(run: &Run) -> Vec<ArtifactJson<'_>> {
    let mut index = Vec::new();
    for (gate, state) in &run.gates {
        let attempt = state.attempts.last().map_or(0, |attempt| attempt.attempt);
        let attempt = state.reused.as_ref().map_or(attempt, |reused| reused.attempt);
        index.extend(state.artifacts().iter().map(|artifact| ArtifactJson {
            path: &artifact.path,
            sha256: artifact.sha256,
            exists: artifact.exists,
            bytes: artifact.bytes,
            gate,
            attempt,
        }));
    }
    index
}

/// What the checks said about each gate's last attempt.
fn validations(run: &Run) -> Vec<ValidationJson<'_>> {
    let mut all = Vec::new();
    for (gate, state) in &run.gates {
        let Some(attempt) = state.attempts.last() else { continue };
        all.extend(attempt.validations.iter().map(|validation| ValidationJson {
            gate,
            attempt: attempt.attempt,
            check: &validation.check,
            path: validation.path.as_deref(),
            pass: validation.pass,
            severity: validation.severity,
        }));
    }
    all
}
