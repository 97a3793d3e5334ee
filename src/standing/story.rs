//! What happened in a run, gate by gate and attempt by attempt: what `run show` and reports tell
//! without another command.

use super::GateLine;
use super::gates;
use crate::clock::Moment;
use crate::event::Approved;
use crate::event::Invocation;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::Attempt;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::spending::Cost;
use std::collections::BTreeMap;
use std::time::Duration;

/// A run and all that happened in it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Story {
    /// The run's id.
    pub run_id: RunId,
    /// The workflow's name and version.
    pub workflow: String,
    /// What the run is about.
    pub key: String,
    /// When it started.
    pub started_at: Moment,
    /// End time.
    pub finished_at: Option<Moment>,
    /// The branch where it started, in full.
    pub branch: Option<String>,
    /// What all its calls came to.
    pub cost: Cost,
    /// Its gates in the order of the workflow, instances after their gate.
    pub gates: Vec<GateStory>,
}

/// A gate, and its attempts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GateStory {
    /// How the gate stands.
    pub line: GateLine,
    /// From its first start to its last end, where both are known.
    pub took: Option<Duration>,
    /// What its calls came to.
    pub cost: Cost,
    /// Its attempts, the first one first.
    pub attempts: Vec<AttemptStory>,
}

/// One attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AttemptStory {
    /// Which attempt of which gate.
    pub id: AttemptId,
    /// How it ended, or that it has not.
    pub status: AttemptStatus,
    /// What kind of executor did the work.
    pub executor: ExecutorKind,
    /// The agent, by name.
    pub agent: Option<String>,
    /// How long it took, where it has ended.
    pub took: Option<Duration>,
    /// What its calls came to.
    pub cost: Cost,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// Why it failed.
    pub reason: Option<String>,
    /// The approval that it got.
    pub approval: Option<Approved>,
}

/// Tells what happened in a run.
pub fn story(run: &Run) -> Story {
    let mut calls: BTreeMap<&GateId, Vec<&Invocation>> = BTreeMap::new();
    for call in &run.invocations {
        calls.entry(&call.gate).or_default().push(call);
    }
    let gate = |line: GateLine| {
        let calls = calls.get(&line.gate).map(Vec::as_slice).unwrap_or_default();
        let attempts = run.gate(&line.gate).map(|state| state.attempts.as_slice());
        let attempts = attempts.unwrap_or_default();
        let first = attempts.first().map(|attempt| attempt.started_at);
        let last = attempts.last().and_then(|attempt| attempt.finished_at);
        GateStory {
            took: first.zip(last).map(|(first, last)| last.since(first)),
            cost: Cost::of(calls.iter().copied()),
            attempts: attempts.iter().map(|attempt| told(&line.gate, attempt, calls)).collect(),
            line,
        }
    };
    Story {
        run_id: run.started.run_id.clone(),
        workflow: format!("{} {}", run.started.workflow, run.started.version),
        key: run.started.key.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        branch: run.started.git.as_ref().and_then(|git| git.branch.clone()),
        cost: Cost::of_run(run),
        gates: gates(run).into_iter().map(gate).collect(),
    }
}

fn told(gate: &GateId, attempt: &Attempt, calls: &[&Invocation]) -> AttemptStory {
    let own = calls.iter().copied().filter(|call| call.attempt == attempt.attempt);
    let checked = attempt.validations.iter().flat_map(|validation| &validation.findings);
    let mut findings: Vec<Finding> = attempt.findings.iter().chain(checked).cloned().collect();
    findings.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    });
    AttemptStory {
        id: AttemptId::new(gate, attempt.attempt),
        status: attempt.status,
        executor: attempt.executor,
        agent: attempt.agent.clone(),
        took: attempt.finished_at.map(|end| end.since(attempt.started_at)),
        cost: Cost::of(own),
        findings,
        reason: attempt.failure_reason.clone(),
        approval: attempt.approval.as_deref().cloned(),
    }
}
