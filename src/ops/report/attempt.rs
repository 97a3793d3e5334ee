//! An attempt as a report shows it: who did it, what was found and how it was fixed, who approved it
//! and what that approval is worth.

use super::checking::SignatureProofs;
use super::words::Status;
use super::words::Times;
use super::words::moment;
use super::words::money;
use super::words::tokens;
use crate::event::Question;
use crate::event::Routing;
use crate::event::SignedDecision;
use crate::finding::Finding;
use crate::run::AttemptStatus;
use crate::standing::AttemptStory;
use crate::standing::Turn;
use crate::workflow::input;
use serde::Serialize;

/// One attempt.
#[derive(Debug, Serialize)]
pub struct AttemptView {
    pub number: u32,
    pub status: Status,
    /// The executor, and by name who it was.
    pub by: String,
    /// The program that was started, where that is known.
    pub program: Option<String>,
    pub models: Vec<String>,
    /// Why it was that agent, where more than its role decided.
    pub routing: Option<String>,
    pub started_at: String,
    pub times: Times,
    pub cost: String,
    pub tokens: String,
    pub findings: Vec<FindingView>,
    /// The attempt that passed after this one failed.
    pub fixed_by: Option<u32>,
    /// Why it failed, where no finding says so.
    pub reason: Option<String>,
    pub answers: Vec<NamedValue>,
    pub question: Option<String>,
    pub reply: Option<ReplyView>,
    pub approval: Option<ApprovalView>,
    pub child: Option<ChildEndView>,
    /// What turned the gate from its course afterwards.
    pub turns: Vec<String>,
}

/// Something with its name.
#[derive(Debug, Serialize)]
pub struct NamedValue {
    pub name: String,
    pub value: String,
}

/// What a person said.
#[derive(Debug, Serialize)]
pub struct ReplyView {
    pub by: String,
    pub text: String,
}

/// A finding.
#[derive(Debug, Serialize)]
pub struct FindingView {
    pub severity: &'static str,
    /// File and line, where it has them.
    pub place: Option<String>,
    pub message: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    pub printed: Option<String>,
    pub check: String,
}

/// A person's approval.
#[derive(Debug, Serialize)]
pub struct ApprovalView {
    pub by: String,
    /// How it was given.
    pub how: String,
    pub note: Option<String>,
    /// How many files it was bound to.
    pub files: usize,
    /// Whether its signature holds; nothing where it has none.
    pub holds: Option<bool>,
    /// What there is to say of its signature.
    pub proof: String,
}

/// The child run that did the work.
#[derive(Debug, Serialize)]
pub struct ChildEndView {
    pub run: String,
    pub status: &'static str,
    pub reason: Option<String>,
    pub head: String,
}

/// The attempts of a gate.
pub fn attempts(stories: &[AttemptStory], proofs: &SignatureProofs<'_>) -> Vec<AttemptView> {
    let passed = |story: &&AttemptStory| story.status == AttemptStatus::Pass;
    let fixed_by = |story: &AttemptStory| {
        let number = story.id.number;
        let later = stories.iter().filter(passed).map(|story| story.id.number);
        let failed = story.status == AttemptStatus::Fail;
        later.filter(|later| failed && *later > number).min()
    };
    stories.iter().map(|story| attempt(story, fixed_by(story), proofs)).collect()
}

fn attempt(
    story: &AttemptStory,
    fixed_by: Option<u32>,
    proofs: &SignatureProofs<'_>,
) -> AttemptView {
    let approval = story.approval.as_ref().map(|approval| {
        let (holds, proof) = proofs.of(&story.id, approval);
        ApprovalView {
            by: approval.by.clone(),
            how: approval.how.clone(),
            note: approval.note.clone(),
            files: approval.seen.len() + approval.shown.len(),
            holds,
            proof,
        }
    });
    let given = story.answers.iter().filter(|(_, value)| !value.is_null());
    let named = |(name, value): (&String, _)| NamedValue {
        name: name.clone(),
        value: input::as_text(value),
    };
    AttemptView {
        number: story.id.number,
        status: Status::of_attempt(story.status),
        by: match &story.agent {
            Some(agent) => format!("{} {agent}", story.executor),
            None => story.executor.to_string(),
        },
        program: story.program.clone(),
        models: story.models.clone(),
        routing: story.routing.as_ref().and_then(Routing::words),
        started_at: moment(story.started_at),
        times: Times::of(story.spent),
        cost: money(&story.cost),
        tokens: tokens(&story.cost),
        findings: story.findings.iter().map(found).collect(),
        fixed_by: fixed_by.filter(|_| !story.findings.is_empty() || story.reason.is_some()),
        reason: story.reason.clone().filter(|_| story.findings.is_empty()),
        answers: given.map(named).collect(),
        question: story.question.as_ref().map(Question::in_words),
        reply: story
            .reply
            .as_ref()
            .map(|reply| ReplyView { by: reply.by.clone(), text: reply.text.clone() }),
        approval,
        child: story.child.as_ref().map(|end| ChildEndView {
            run: end.run.to_string(),
            status: end.status.as_str(),
            reason: end.reason.clone(),
            head: end.head.to_string(),
        }),
        turns: turns(&story.turns, proofs),
    }
}

/// A finding as it is shown.
pub fn found(finding: &Finding) -> FindingView {
    let line = finding.line.map(|line| format!(":{line}")).unwrap_or_default();
    FindingView {
        severity: finding.severity.as_str(),
        place: finding.path.as_ref().map(|path| format!("{path}{line}")),
        message: finding.message.clone(),
        expected: finding.expected.clone(),
        actual: finding.actual.clone(),
        printed: finding.printed.clone(),
        check: finding.check.clone(),
    }
}

/// What turned a gate from its course, in words.
pub fn turns(turns: &[Turn], proofs: &SignatureProofs<'_>) -> Vec<String> {
    let words = |turn: &Turn| match turn {
        Turn::Signed(decided) => {
            let SignedDecision { decision, by, how, .. } = decided.as_ref();
            format!("{} by {by}, {how}: {}", decision.kind(), proofs.of_decision(decided))
        }
        Turn::Redone { by, reason } => format!("redone by {by}: {reason}"),
        Turn::Waived { by, reason } => format!("waived by {by}: {reason}"),
        Turn::Reopened { reason } => format!("reopened: {reason}"),
        Turn::WentBack { to } => format!("went back to {to}"),
    };
    turns.iter().map(words).collect()
}
