//! A run as a report shows it: everything in words, in the order in which it is read.

use super::attempt::NamedValue;
use super::checking::Checking;
use super::checking::SignatureProofs;
use super::gate::GateView;
use super::words::Status;
use super::words::Times;
use super::words::moment;
use super::words::money;
use super::words::tokens;
use crate::clock::Moment;
use crate::clock::show_duration;
use crate::definition::Definition;
use crate::event::Amended;
use crate::event::Invocation;
use crate::event::NoteKind;
use crate::git::short_branch;
use crate::ops::Project;
use crate::ops::run_show::Told;
use crate::ops::verify::Verified;
use crate::run::Run;
use crate::spending::Cost;
use crate::standing::GateStory;
use crate::store::journal::Reading;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Input;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// A run, in words.
#[derive(Debug, Serialize)]
pub struct ReportView {
    pub run: String,
    pub key: String,
    pub workflow: String,
    pub status: Status,
    pub reason: Option<String>,
    pub made_at: String,
    pub started_at: String,
    pub finished_at: Option<String>,
    /// From its start to its end, or to now.
    pub took: String,
    pub times: Times,
    pub asked: AskedView,
    /// What is spent of each budget.
    pub spending: Vec<String>,
    pub workers: Vec<WorkerView>,
    pub gates: Vec<GateView>,
    pub artifacts: Vec<ArtifactView>,
    pub sessions: Vec<SessionView>,
    pub notes: Vec<NoteView>,
    pub children: Vec<ChildView>,
    pub amendments: Vec<AmendmentView>,
    pub checked: Checking,
    /// Where its record lies, relative to the project.
    pub record: String,
}

/// What was asked for.
#[derive(Debug, Serialize)]
pub struct AskedView {
    /// Whoever sat down at it, where anybody did.
    pub by: Vec<String>,
    /// The inputs that are set.
    pub inputs: Vec<InputView>,
    /// Who does what no role is configured for.
    pub agent: Option<String>,
    pub branch: Option<String>,
    pub commit: Option<String>,
    /// The version of orch that began it.
    pub orch: String,
}

/// An input.
#[derive(Debug, Serialize)]
pub struct InputView {
    #[serde(flatten)]
    pub input: NamedValue,
    /// What it is for.
    pub help: String,
}

/// Who worked, with what program and model, and what that came to.
#[derive(Debug, Serialize)]
pub struct WorkerView {
    pub by: String,
    pub program: String,
    pub model: String,
    pub calls: u64,
    pub cost: String,
    pub tokens: String,
    pub took: String,
}

/// A file that the result of a gate stands on.
#[derive(Debug, Serialize)]
pub struct ArtifactView {
    pub gate: String,
    pub path: String,
    pub bytes: Option<u64>,
    /// Nothing where it is missing.
    pub sha256: Option<String>,
}

/// A sitting.
#[derive(Debug, Serialize)]
pub struct SessionView {
    pub number: u32,
    pub by: String,
    pub status: &'static str,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub reason: Option<String>,
}

/// What somebody said about the work.
#[derive(Debug, Serialize)]
pub struct NoteView {
    pub at: String,
    pub kind: &'static str,
    pub by: String,
    pub gate: Option<String>,
    pub text: String,
}

/// A run that is a part of it.
#[derive(Debug, Serialize)]
pub struct ChildView {
    pub run: String,
    pub status: Status,
    /// Whether its record holds; nothing where it was not looked at.
    pub holds: Option<bool>,
}

/// A corrected definition.
#[derive(Debug, Serialize)]
pub struct AmendmentView {
    pub at: String,
    pub by: String,
    pub reason: Option<String>,
    /// The texts that changed.
    pub changed: Vec<String>,
}

impl ReportView {
    pub fn of(
        project: &Project,
        reading: &Reading,
        (told, verified): (&Told, &[Verified]),
    ) -> Self {
        let (run, story, now) = (&reading.run, &told.story, project.clock.now());
        let proofs = SignatureProofs(verified.first());
        Self {
            run: story.run_id.to_string(),
            key: story.key.clone(),
            workflow: story.workflow.clone(),
            status: Status::of_run(told.status),
            reason: told.reason.clone(),
            made_at: moment(now),
            started_at: moment(story.started_at),
            finished_at: story.finished_at.map(moment),
            took: show_duration(story.tally.lasted),
            times: Times::of(story.tally.spent),
            asked: AskedView::of(run),
            spending: told.spending.iter().map(|spending| spending.words.clone()).collect(),
            workers: workers(run),
            gates: story.gates.iter().map(|gate| GateView::of(gate, &proofs)).collect(),
            artifacts: artifacts(told),
            sessions: sessions(run),
            notes: notes(run),
            children: children(told, verified),
            amendments: story.amendments.iter().map(|(at, it)| amendment(*at, it)).collect(),
            checked: Checking::of(reading, &told.record, verified),
            record: told.record.clone(),
        }
    }
}

impl AskedView {
    fn of(run: &Run) -> Self {
        let started = &run.started;
        let definition = Definition::thaw(&started.definition);
        // An old definition may be none by now; its inputs are named all the same.
        let workflow = Workflow::parse(&started.workflow, &definition).ok();
        let help = |name: &str| {
            let inputs = workflow.iter().flat_map(|workflow| &workflow.inputs);
            inputs.clone().find(|input| input.name == name).map(|it: &Input| it.help.clone())
        };
        let given = started.inputs.iter().filter(|(_, value)| !value.is_null());
        let inputs = given.map(|(name, value)| InputView {
            help: help(name).unwrap_or_default(),
            input: NamedValue { name: name.clone(), value: input::as_text(value) },
        });
        let mut by: Vec<String> = Vec::new();
        for session in &run.sessions {
            if !by.contains(&session.by) {
                by.push(session.by.clone());
            }
        }
        let git = started.git.as_ref();
        let branch = git.and_then(|git| git.branch.as_deref());
        Self {
            by,
            inputs: inputs.collect(),
            agent: started.agent.clone(),
            branch: branch.map(|branch| short_branch(branch).to_owned()),
            commit: git.and_then(|git| git.head.clone()),
            orch: started.orch.clone(),
        }
    }
}

fn workers(run: &Run) -> Vec<WorkerView> {
    let mut all: BTreeMap<[&str; 3], Vec<&Invocation>> = BTreeMap::new();
    for call in &run.invocations {
        let who = call.agent.as_deref().unwrap_or(call.executor.as_str());
        let program = call.worker.program.as_deref().unwrap_or_default();
        let model = call.model.as_deref().unwrap_or_default();
        all.entry([who, program, model]).or_default().push(call);
    }
    let worker = |([by, program, model], calls): ([&str; 3], Vec<&Invocation>)| {
        let cost = Cost::of(calls.iter().copied());
        let millis = calls.iter().map(|call| call.duration_ms).sum();
        WorkerView {
            by: by.to_owned(),
            program: program.to_owned(),
            model: model.to_owned(),
            calls: cost.calls,
            cost: money(&cost),
            tokens: tokens(&cost),
            took: show_duration(Duration::from_millis(millis)),
        }
    };
    all.into_iter().map(worker).collect()
}

fn artifacts(told: &Told) -> Vec<ArtifactView> {
    let of_gate = |gate: &GateStory| {
        let id = gate.line.gate.to_string();
        let artifacts = gate.artifacts.iter().map(move |artifact| ArtifactView {
            gate: id.clone(),
            path: artifact.path.clone(),
            bytes: artifact.bytes,
            sha256: artifact.sha256.map(|digest| digest.to_string()),
        });
        artifacts.collect::<Vec<_>>()
    };
    told.story.gates.iter().flat_map(of_gate).collect()
}

fn sessions(run: &Run) -> Vec<SessionView> {
    let sessions = run.sessions.iter().map(|session| SessionView {
        number: session.number,
        by: session.by.clone(),
        status: session.status.as_str(),
        started_at: moment(session.started_at),
        ended_at: session.ended_at.map(moment),
        reason: session.reason.clone(),
    });
    sessions.collect()
}

/// What was said about the work; how far it had come meanwhile is of no use afterwards.
pub fn notes(run: &Run) -> Vec<NoteView> {
    let is_told = |kind: NoteKind| match kind {
        NoteKind::Note
        | NoteKind::Log
        | NoteKind::Decision
        | NoteKind::Summary
        | NoteKind::Message => true,
        NoteKind::Update | NoteKind::Acknowledgement | NoteKind::Phase => false,
    };
    let notes = run.notes.iter().filter(|(_, note)| is_told(note.kind));
    let notes = notes.map(|(at, note)| NoteView {
        at: moment(note.said_at.unwrap_or(*at)),
        kind: note.kind.as_str(),
        by: note.by.clone(),
        gate: note.gate.as_ref().map(ToString::to_string),
        text: note.text.clone(),
    });
    notes.collect()
}

fn children(told: &Told, verified: &[Verified]) -> Vec<ChildView> {
    let holds = |run: &str| {
        let one = verified.iter().skip(1).find(|one| one.run_id == run)?;
        one.passed_over.is_none().then_some(one.differences.is_empty())
    };
    let children = told.children.iter().map(|(run, state)| ChildView {
        holds: holds(run.as_str()),
        run: run.to_string(),
        status: Status::of_run(*state),
    });
    children.collect()
}

/// A corrected definition as it is shown.
pub fn amendment(at: Moment, amended: &Amended) -> AmendmentView {
    AmendmentView {
        at: moment(at),
        by: amended.by.clone(),
        reason: amended.reason.clone(),
        changed: amended.changes.iter().map(|change| change.path.clone()).collect(),
    }
}
