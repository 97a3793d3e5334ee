//! The parts of random events.

use super::at;
use orch::digest::Digest;
use orch::event::Artifact;
use orch::event::ChildEnd;
use orch::event::ChildOrder;
use orch::event::GateStarted;
use orch::event::Invocation;
use orch::event::InvocationStatus;
use orch::event::Judged;
use orch::event::Routing;
use orch::event::RunStatus;
use orch::event::Worker;
use orch::executor::ExecutorKind;
use orch::finding::Finding;
use orch::finding::Severity;
use orch::finding::Validation;
use orch::id::GateId;
use orch::id::InvocationId;
use orch::id::RunId;
use orch::workflow::Isolation;
use orch::workflow::WorktreeOrder;
use serde_json::json;
use std::collections::BTreeMap;

/// What one random event is made of.
#[derive(Debug, Clone)]
pub struct Dice {
    pub kind: u8,
    pub gate: GateId,
    pub attempt: u32,
    pub text: String,
    pub flag: bool,
    pub number: f64,
    pub many: u64,
}

pub fn routing(dice: &Dice) -> Routing {
    let Dice { text, .. } = dice;
    Routing::new(text.clone(), Some(text.clone()), vec![text.clone()])
}

pub fn judged(dice: &Dice) -> Judged {
    let finding = Finding::new(dice.text.clone()).path(&dice.text).expected(dice.number);
    Judged {
        artifacts: vec![Artifact {
            path: dice.text.clone(),
            sha256: dice.flag.then(|| Digest::of(&dice.text)),
            exists: dice.flag,
            bytes: Some(dice.many),
        }],
        validations: vec![Validation {
            check: dice.text.clone(),
            path: None,
            pass: dice.flag,
            severity: Severity::Warning,
            verdict: false,
            findings: vec![finding.clone()],
        }],
        findings: vec![finding],
        baselines: [(dice.text.clone(), BTreeMap::new())].into(),
        trespassed: Vec::new(),
        given_up: dice.flag,
    }
}

pub fn started(dice: &Dice) -> GateStarted {
    GateStarted {
        gate: dice.gate.clone(),
        attempt: dice.attempt,
        executor: ExecutorKind::ALL[usize::from(dice.kind) % ExecutorKind::ALL.len()],
        worker: Worker::default(),
        agent: dice.flag.then(|| dice.text.clone()),
        routing: dice.flag.then(|| Box::new(routing(dice))),
        session: None,
        prompt_sha256: None,
        edits: Vec::new(),
        required_outputs: vec![dice.text.clone()],
        recipe: None,
        reuse: dice.flag.then(|| dice.text.clone()),
        child: dice.flag.then(|| Box::new(order(dice))),
    }
}

pub fn order(dice: &Dice) -> ChildOrder {
    let mut worktree = WorktreeOrder::default();
    worktree.branch = dice.flag.then(|| dice.text.clone());
    worktree.setup = Some(vec![dice.text.clone()]);
    worktree.keep = Some(dice.flag);
    ChildOrder {
        worktree,
        run: RunId::new("20260119T143012Z", "child", "ab12cd"),
        key: dice.text.clone(),
        workflow: dice.text.clone(),
        inputs: [(dice.text.clone(), json!(dice.text))].into(),
        isolation: if dice.flag { Isolation::Worktree } else { Isolation::Shared },
        attempt: dice.attempt,
        budget: orch::budget::Budget::default(),
        labels: vec![dice.text.clone()],
    }
}

pub fn ended(dice: &Dice) -> ChildEnd {
    ChildEnd {
        run: order(dice).run,
        status: if dice.flag { RunStatus::Passed } else { RunStatus::Failed },
        reason: dice.flag.then(|| dice.text.clone()),
        cost_usd: Some(dice.number),
        duration_ms: dice.many,
        head: Digest::of(&dice.text),
        branch: Some(dice.text.clone()),
        commit: None,
        outputs: vec![dice.text.clone()],
        taken: judged(dice).artifacts,
    }
}

pub fn invocation(dice: &Dice) -> Invocation {
    Invocation {
        invocation_id: InvocationId::new("20260119T143012Z", "ab12cd"),
        gate: dice.gate.clone(),
        attempt: dice.attempt,
        executor: ExecutorKind::Agent,
        worker: Worker::default(),
        agent: Some(dice.text.clone()),
        model: None,
        session: dice.flag.then(|| dice.text.clone()),
        status: InvocationStatus::Success,
        exit_code: Some(i32::from(dice.kind)),
        started_at: at(),
        finished_at: at(),
        duration_ms: dice.many,
        cost_usd: Some(dice.number),
        cost_is_estimate: dice.flag,
        input_tokens: Some(dice.many),
        output_tokens: None,
        cached_input_tokens: None,
        error: Some(dice.text.clone()),
        unread: None,
        warnings: vec![dice.text.clone()],
    }
}
