//! What a brief says, gathered from a run and a few facts about its surroundings.

use super::acts;
use super::acts::Act;
use super::acts::Setback;
use super::child_runs::ChildRun;
use super::spending;
use super::spending::BriefSpending;
use crate::clock;
use crate::clock::Moment;
use crate::definition::TextKind;
use crate::event::Event;
use crate::event::NoteKind;
use crate::event::RunStatus;
use crate::event::SessionStatus;
use crate::git::Changed;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops::Instructions;
use crate::run::GateState;
use crate::run::Run;
use crate::standing;
use crate::standing::GateLine;
use crate::standing::Tally;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde::Serialize;
use std::collections::BTreeMap;

/// How much of a prompt is shown, in characters.
const PROMPT_CHARS_MAX: usize = 1200;

/// What a brief is made from.
pub(super) struct Facts<'f> {
    pub run: &'f Run,
    pub workflow: &'f Workflow,
    pub history: &'f [(Moment, Event)],
    pub child_runs: Vec<ChildRun>,
    pub changes: Changes,
    pub instructions: Instructions,
    /// Its time and money, and what the runs that it is a part of leave it.
    pub tally: Tally,
    /// The key of the run whose budget leaves this one less than its own does.
    pub bound_by: Option<String>,
    pub now: Moment,
}

/// What brings a new session up to date.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Brief {
    /// The run's id.
    pub run_id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The workflow's version, as the run keeps it.
    pub version: String,
    /// The workflow's description.
    pub description: String,
    /// The run's key.
    pub key: String,
    /// The status of the run.
    pub status: RunStatus,
    /// The reason, if there is one.
    pub reason: Option<String>,
    /// When the run began.
    pub started_at: Moment,
    /// The current or last session.
    pub session: Option<BriefSession>,
    /// The last pause, if the run was resumed since.
    pub paused: Option<PausedAt>,
    /// The inputs that have a value.
    pub inputs: Vec<GivenValue>,
    /// Excerpts of the `file` inputs, as they were when the run started.
    pub prompts: Vec<Prompt>,
    /// All gates, in the order of the workflow.
    pub gates: Vec<BriefGate>,
    /// The child runs that are not over, oldest first.
    pub child_runs: Vec<ChildRun>,
    /// Recent acts, oldest first.
    pub acts: Vec<Act>,
    /// Decisions, oldest first.
    pub decisions: Vec<Remark>,
    /// Updates, notes, logs and summaries.
    pub notes: Vec<Remark>,
    /// What did not work.
    pub setbacks: Vec<Setback>,
    /// The files that changed since the last session.
    pub changes: Changes,
    /// Messages forwarded to the run.
    pub messages: Vec<String>,
    /// Cost and time so far, and what is left.
    pub spent: BriefSpending,
    /// What to do next, in words.
    pub next_actions: Vec<String>,
    /// Commands to type next.
    pub suggested_commands: Vec<String>,
    /// How many entries were left out to fit the limit.
    pub left_out: BTreeMap<&'static str, usize>,
}

/// One session.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct BriefSession {
    /// The session's number within the run.
    pub number: u32,
    /// The status.
    pub status: SessionStatus,
    /// Who started it.
    pub by: String,
    /// Why it ended, if a reason was given.
    pub reason: Option<String>,
    /// What was found of the previous session, if it died.
    pub found: Option<String>,
}

/// A pause.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct PausedAt {
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: String,
}

/// An input or an answer, with its value.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct GivenValue {
    /// Its name.
    pub name: String,
    /// Its value, as text.
    pub value: String,
}

/// The beginning of a prompt file.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Prompt {
    /// The file that the input named.
    pub path: String,
    /// Its beginning.
    pub text: String,
}

/// A gate, with what was found at it last.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct BriefGate {
    /// Its status.
    #[serde(flatten)]
    pub line: GateLine,
    /// Working time, in words.
    pub active: String,
    /// When the last attempt ended.
    pub ended_at: Option<Moment>,
    /// The findings of its last attempt.
    pub findings: Vec<String>,
    /// What was answered at it.
    pub answers: Vec<GivenValue>,
}

/// Something that was said about the work.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Remark {
    /// Time of the note.
    pub at: Moment,
    /// Who said it.
    pub by: String,
    /// Kind of note.
    pub kind: NoteKind,
    /// The gate it is about, if any.
    pub gate: Option<GateId>,
    /// The text.
    pub text: String,
}

/// Files that changed: unknown outside of git.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Changes {
    /// Since when, in words.
    pub since: String,
    /// The files; `None` if they are unknown.
    pub files: Option<Vec<Changed>>,
    /// Why they are unknown.
    pub unknown: Option<String>,
}

impl Brief {
    pub(super) fn of(facts: Facts<'_>) -> Self {
        let spent = spending::spent(&facts);
        let Facts { run, workflow, history, child_runs, changes, instructions, now, .. } = facts;
        let (decisions, notes) =
            said(run).into_iter().partition(|said| said.kind == NoteKind::Decision);
        Self {
            run_id: run.started.run_id.clone(),
            workflow: workflow.name.clone(),
            version: workflow.version.clone(),
            description: workflow.description.clone(),
            key: run.started.key.clone(),
            status: run.status,
            reason: run.reason.clone(),
            started_at: run.started_at,
            session: sitting(run),
            paused: paused(run, history),
            inputs: inputs(workflow, run),
            prompts: prompts(workflow, run),
            gates: gates(run, now),
            child_runs,
            acts: acts::last(run, history),
            decisions,
            notes,
            setbacks: acts::setbacks(run, history),
            changes,
            messages: Vec::new(),
            spent,
            next_actions: instructions.next_actions,
            suggested_commands: instructions.suggested_commands,
            left_out: BTreeMap::new(),
        }
    }
}

fn sitting(run: &Run) -> Option<BriefSession> {
    let session = run.sessions.last()?;
    Some(BriefSession {
        number: session.number,
        status: session.status,
        by: session.by.clone(),
        reason: session.reason.clone(),
        found: session.found.clone(),
    })
}

fn paused(run: &Run, history: &[(Moment, Event)]) -> Option<PausedAt> {
    // Why it stands still now is told with its status.
    let has_gone_on = run.status != RunStatus::Paused;
    let pause = |(at, event): &(Moment, Event)| {
        let Event::RunPaused { reason, .. } = event else { return None };
        Some(PausedAt { at: *at, reason: reason.clone() })
    };
    history.iter().rev().find_map(pause).filter(|_| has_gone_on)
}

fn inputs(workflow: &Workflow, run: &Run) -> Vec<GivenValue> {
    let values = &run.started.inputs;
    let given = workflow.inputs.iter().filter_map(|input| {
        let value = values.get(&input.name).filter(|value| !value.is_null())?;
        let value = input::as_text(value).replace('\n', ", ");
        (!value.is_empty()).then(|| GivenValue { name: input.name.clone(), value })
    });
    given.collect()
}

fn prompts(workflow: &Workflow, run: &Run) -> Vec<Prompt> {
    let frozen = workflow.inputs.iter().filter_map(|input| {
        let name = TextKind::Input.path(&input.name);
        let text = run.started.definition.iter().find(|text| text.path == name)?;
        let path = run.started.inputs.get(&input.name)?.as_str()?;
        Some(Prompt { path: path.to_owned(), text: in_short(&text.text) })
    });
    frozen.collect()
}

fn in_short(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(PROMPT_CHARS_MAX) else {
        return text.to_owned();
    };
    let (short, rest) = text.split_at(end);
    format!("{short}… ({} more characters)", rest.chars().count())
}

fn gates(run: &Run, now: Moment) -> Vec<BriefGate> {
    let gate = |line: GateLine| {
        let state = run.gate(&line.gate);
        let active = state.map(|state| state.time.until(now).active).unwrap_or_default();
        BriefGate {
            active: clock::in_words(active),
            ended_at: state.and_then(|state| state.attempt()?.finished_at),
            findings: state.map(findings).unwrap_or_default(),
            answers: state.map(|state| texts(&state.answers)).unwrap_or_default(),
            line,
        }
    };
    standing::gates(run).into_iter().map(gate).collect()
}

/// The values that were given, as text.
fn texts(values: &Values) -> Vec<GivenValue> {
    let given = values.iter().filter(|(_, value)| !value.is_null());
    let text = |value| input::as_text(value).replace('\n', ", ");
    given.map(|(name, value)| GivenValue { name: name.clone(), value: text(value) }).collect()
}

/// What the next attempt is told, else what was found at the last one.
fn findings(state: &GateState) -> Vec<String> {
    if !state.feedback.is_empty() {
        return state.feedback.iter().map(ToString::to_string).collect();
    }
    let Some(attempt) = state.attempt() else { return Vec::new() };
    let checked = attempt.validations.iter().flat_map(|validation| &validation.findings);
    attempt.findings.iter().chain(checked).map(ToString::to_string).collect()
}

/// What was said in a run, oldest first.
pub(super) fn said(run: &Run) -> Vec<Remark> {
    let mut said: Vec<Remark> = run
        .notes
        .iter()
        .map(|(at, note)| Remark {
            at: note.said_at.unwrap_or(*at),
            by: note.by.clone(),
            kind: note.kind,
            gate: note.gate.clone(),
            text: note.text.clone(),
        })
        .collect();
    said.sort_by_key(|said| said.at);
    said
}
