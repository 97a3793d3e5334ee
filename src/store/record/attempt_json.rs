//! `gates/<gate>/attempt-<n>.json`: all there is to say about one ended attempt.

use crate::clock::Moment;
use crate::digest::Digest;
use crate::event::Approved;
use crate::event::Artifact;
use crate::event::ChildEnd;
use crate::event::ChildOrder;
use crate::event::Invocation;
use crate::event::Question;
use crate::event::Recipe;
use crate::event::Reply;
use crate::event::Routing;
use crate::event::Worker;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::finding::Validation;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::run::Attempt;
use crate::run::AttemptStatus;
use crate::run::Run;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct AttemptJson<'a> {
    schema: &'static str,
    run_id: &'a crate::id::RunId,
    gate: &'a GateId,
    attempt: u32,
    status: AttemptStatus,
    started_at: Moment,
    finished_at: Option<Moment>,
    executor: ExecutorKind,
    agent: Option<&'a str>,
    #[serde(flatten)]
    worker: &'a Worker,
    #[serde(skip_serializing_if = "Option::is_none")]
    routing: Option<&'a Routing>,
    session: Option<&'a str>,
    prompt_sha256: Option<Digest>,
    recipe: Option<&'a Recipe>,
    reuse: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Child<'a>>,
    invocation_ids: &'a [InvocationId],
    invocations: Vec<&'a Invocation>,
    required_outputs: &'a [String],
    artifacts: &'a [Artifact],
    validations: &'a [Validation],
    findings: &'a [Finding],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    handed_in_by: &'a [String],
    approval: Option<&'a Approved>,
    failure_reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<&'a Question>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<&'a Reply>,
}

/// The child run that did the work.
#[derive(Debug, Serialize)]
struct Child<'a> {
    #[serde(flatten)]
    order: &'a ChildOrder,
    /// Null where the attempt ended before it.
    end: Option<&'a ChildEnd>,
}

/// The file's bytes.
pub(super) fn render(run: &Run, gate: &GateId, attempt: &Attempt) -> Vec<u8> {
    let own = |invocation: &&Invocation| {
        invocation.attempt == attempt.attempt && invocation.gate == *gate
    };
    let child = |order| Child { order, end: attempt.child_end.as_deref() };
    let json = AttemptJson {
        schema: "orch/attempt@1",
        run_id: &run.started.run_id,
        gate,
        attempt: attempt.attempt,
        status: attempt.status,
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        executor: attempt.executor,
        agent: attempt.agent.as_deref(),
        worker: &attempt.worker,
        routing: attempt.routing.as_deref(),
        session: attempt.session.as_deref(),
        prompt_sha256: attempt.prompt_sha256,
        recipe: attempt.recipe.as_deref(),
        reuse: attempt.reuse.as_deref(),
        child: attempt.child.as_deref().map(child),
        invocation_ids: &attempt.invocation_ids,
        // The last ones first: a run has many, an attempt few, and they come last when it ends.
        invocations: run
            .invocations
            .iter()
            .rev()
            .filter(own)
            .take(attempt.invocation_ids.len())
            .collect(),
        required_outputs: &attempt.required_outputs,
        artifacts: &attempt.artifacts,
        validations: &attempt.validations,
        findings: &attempt.findings,
        handed_in_by: &attempt.handed_in_by,
        approval: attempt.approval.as_deref(),
        failure_reason: attempt.failure_reason.as_deref(),
        question: attempt.question.as_deref(),
        reply: attempt.reply.as_deref(),
    };
    crate::json::pretty(&json)
}
