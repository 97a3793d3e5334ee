//! The parts of random events.

use super::at;
use orch::digest::Digest;
use orch::event::ChildEnd;
use orch::event::ChildOrder;
use orch::event::GateStarted;
use orch::event::Invocation;
use orch::event::InvocationStatus;
use orch::event::Judged;
use orch::event::Routing;
use orch::event::RunStatus;
use orch::executor::ExecutorKind;
use orch::finding::Finding;
use orch::id::AttemptId;
use orch::id::GateId;
use orch::id::InvocationId;
use orch::id::RunId;
use orch::workflow::WorktreeOrder;
use serde::de::DeserializeOwned;
use serde_json::json;

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

/// Something that events are made of, as another program would write it.
pub fn of<T: DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

pub fn judged(dice: &Dice) -> Judged {
    let Dice { text, flag, many, .. } = dice;
    let finding = Finding::new(text.clone()).path(text).expected(dice.number);
    let sha256 = flag.then(|| Digest::of(text));
    of(json!({
        "artifacts": [{"path": text, "sha256": sha256, "exists": flag, "bytes": many}],
        "validations": [{
            "type": text, "path": null, "pass": flag, "severity": "warning", "findings": [finding],
        }],
        "findings": [finding],
        "baselines": {text.as_str(): {}},
        "given_up": flag,
    }))
}

pub fn started(dice: &Dice) -> GateStarted {
    let executor = ExecutorKind::ALL[usize::from(dice.kind) % ExecutorKind::ALL.len()];
    let mut started = GateStarted::new(&AttemptId::new(&dice.gate, dice.attempt), executor);
    let text = || dice.flag.then(|| dice.text.clone());
    started.agent = text();
    started.routing = dice.flag.then(|| Box::new(routing(dice)));
    started.required_outputs = vec![dice.text.clone()];
    started.reuse = text();
    started.child = dice.flag.then(|| Box::new(order(dice)));
    started
}

pub fn order(dice: &Dice) -> ChildOrder {
    let text = &dice.text;
    let mut worktree = WorktreeOrder::default();
    worktree.branch = dice.flag.then(|| text.clone());
    worktree.setup = Some(vec![text.clone()]);
    worktree.keep = Some(dice.flag);
    of(json!({
        "run": RunId::new("20260119T143012Z", "child", "ab12cd"),
        "key": text,
        "workflow": text,
        "inputs": {text.as_str(): text},
        "isolation": if dice.flag { "worktree" } else { "shared" },
        "worktree": worktree,
        "attempt": dice.attempt,
        "budget": {},
        "labels": [text],
    }))
}

pub fn ended(dice: &Dice) -> ChildEnd {
    let text = &dice.text;
    of(json!({
        "run": order(dice).run,
        "status": if dice.flag { RunStatus::Passed } else { RunStatus::Failed },
        "reason": dice.flag.then_some(text),
        "cost_usd": dice.number,
        "duration_ms": dice.many,
        "head": Digest::of(text),
        "branch": text,
        "commit": null,
        "outputs": [text],
        "taken": judged(dice).artifacts,
    }))
}

pub fn invocation(dice: &Dice) -> Invocation {
    let Dice { text, flag, many, .. } = dice;
    of(json!({
        "invocation_id": InvocationId::new("20260119T143012Z", "ab12cd"),
        "gate": dice.gate,
        "attempt": dice.attempt,
        "executor": ExecutorKind::Agent,
        "agent": text,
        "model": null,
        "session": flag.then_some(text),
        "status": InvocationStatus::Success,
        "exit_code": dice.kind,
        "started_at": at(),
        "finished_at": at(),
        "duration_ms": many,
        "cost_usd": dice.number,
        "cost_is_estimate": flag,
        "input_tokens": many,
        "output_tokens": null,
        "cached_input_tokens": null,
        "error": text,
        "warnings": [text],
    }))
}
