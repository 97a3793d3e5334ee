//! What happened in a run, gate by gate and attempt by attempt: what is told of it in one piece, as in
//! reports.

use super::GateLine;
use super::Tally;
use super::gates;
use crate::clock::Moment;
use crate::event::Amended;
use crate::event::Approved;
use crate::event::Artifact;
use crate::event::ChildEnd;
use crate::event::Event;
use crate::event::Invocation;
use crate::event::Question;
use crate::event::Reply;
use crate::event::Routing;
use crate::event::SignedDecision;
use crate::executor::ExecutorKind;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::permits::Enforcement;
use crate::run::Attempt;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::run::Spent;
use crate::spending::Cost;
use crate::workflow::input::Values;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

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
    /// Its time and money.
    pub tally: Tally,
    /// The corrected definitions that were applied, the first one first.
    pub amendments: Vec<(Moment, Amended)>,
    /// Its gates in the order of the workflow, instances after their gate.
    pub gates: Vec<GateStory>,
}

/// A gate, and its attempts.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GateStory {
    /// How the gate stands.
    pub line: GateLine,
    /// How long it was worked on, and how long it waited for somebody's word.
    pub spent: Spent,
    /// What its calls came to.
    pub cost: Cost,
    /// The files that its result stands on.
    pub artifacts: Vec<Artifact>,
    /// Its attempts, the first one first.
    pub attempts: Vec<AttemptStory>,
    /// What was decided before its first attempt.
    pub turns: Vec<Turn>,
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
    /// The program that was started.
    pub program: Option<String>,
    /// The models that answered, each once.
    pub models: Vec<String>,
    /// Which agent that was and why, where more than its role decided.
    pub routing: Option<Routing>,
    /// When it began.
    pub started_at: Moment,
    /// When it ended.
    pub finished_at: Option<Moment>,
    /// How long it was worked on, and how long it waited for somebody's word.
    pub spent: Spent,
    /// What its calls came to.
    pub cost: Cost,
    /// What its last program was held to.
    pub permits: Option<Enforcement>,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
    /// Why it failed.
    pub reason: Option<String>,
    /// The approval that it got.
    pub approval: Option<Approved>,
    /// What was answered during it.
    pub answers: Values,
    /// What it left to a person.
    pub question: Option<Question>,
    /// What the person said.
    pub reply: Option<Reply>,
    /// What the child run came to that did the work.
    pub child: Option<ChildEnd>,
    /// What was decided after it began, before the next one.
    pub turns: Vec<Turn>,
}

/// Something that turned a gate from its course.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Turn {
    /// A person had it done again.
    Redone {
        /// Who did.
        by: String,
        /// Why.
        reason: String,
    },
    /// A person signed what they decided.
    Signed(Box<SignedDecision>),
    /// A person let it be without its work.
    Waived {
        /// Who did.
        by: String,
        /// Why.
        reason: String,
    },
    /// It was reopened, since something that it stands on changed.
    Reopened {
        /// Why.
        reason: String,
    },
    /// It sent the run back to an earlier gate.
    WentBack {
        /// To which one.
        to: GateId,
    },
}

/// What the events tell of one gate beside its attempts; each stands behind the number of the attempt
/// that was the last one by then.
#[derive(Default)]
struct Told {
    turns: Vec<(u32, Turn)>,
    answers: BTreeMap<u32, Values>,
}

/// Tells what happened in a run up to now, by its fold and its events.
pub fn story(run: &Run, history: &[(Moment, Event)], now: Moment) -> Story {
    let teller = Teller::of(run, history, now);
    Story {
        run_id: run.started.run_id.clone(),
        workflow: format!("{} {}", run.started.workflow, run.started.version),
        key: run.started.key.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        branch: run.started.git.as_ref().and_then(|git| git.branch.clone()),
        tally: Tally::of(run, now),
        amendments: history.iter().filter_map(amendment).collect(),
        gates: gates(run).into_iter().map(|line| teller.gate(line)).collect(),
    }
}

/// Tells what happened at one gate, if the run has it.
pub fn gate_story(
    run: &Run,
    history: &[(Moment, Event)],
    gate: &GateId,
    now: Moment,
) -> Option<GateStory> {
    let line = gates(run).into_iter().find(|line| line.gate == *gate)?;
    Some(Teller::of(run, history, now).gate(line))
}

/// What a run tells of its gates.
struct Teller<'r> {
    run: &'r Run,
    told: BTreeMap<GateId, Told>,
    calls: BTreeMap<&'r GateId, Vec<&'r Invocation>>,
    now: Moment,
}

impl<'r> Teller<'r> {
    fn of(run: &'r Run, history: &[(Moment, Event)], now: Moment) -> Self {
        let mut calls: BTreeMap<&GateId, Vec<&Invocation>> = BTreeMap::new();
        for call in &run.invocations {
            calls.entry(&call.gate).or_default().push(call);
        }
        Self { run, told: told(history), calls, now }
    }

    fn gate(&self, line: GateLine) -> GateStory {
        let calls = self.calls.get(&line.gate).map(Vec::as_slice).unwrap_or_default();
        let state = self.run.gate(&line.gate);
        let attempts = state.map(|state| state.attempts.as_slice()).unwrap_or_default();
        let none = Told::default();
        let told = self.told.get(&line.gate).unwrap_or(&none);
        GateStory {
            spent: state.map(|it| it.time.until(self.now)).unwrap_or_default(),
            cost: Cost::of(calls.iter().copied()),
            artifacts: state.map(|it| it.artifacts().to_vec()).unwrap_or_default(),
            attempts: attempts
                .iter()
                .map(|it| attempt(&line.gate, it, (calls, told), self.now))
                .collect(),
            turns: told.after(0),
            line,
        }
    }
}

impl Told {
    /// The turns behind an attempt.
    fn after(&self, attempt: u32) -> Vec<Turn> {
        let turns = self.turns.iter().filter(|(after, _)| *after == attempt);
        turns.map(|(_, turn)| turn.clone()).collect()
    }
}

fn amendment((at, event): &(Moment, Event)) -> Option<(Moment, Amended)> {
    let Event::RunAmended(amended) = event else { return None };
    Some((*at, amended.as_ref().clone()))
}

fn told(history: &[(Moment, Event)]) -> BTreeMap<GateId, Told> {
    let mut begun: BTreeMap<&GateId, u32> = BTreeMap::new();
    let mut told: BTreeMap<GateId, Told> = BTreeMap::new();
    for (_, event) in history {
        if let Event::GateStarted(started) = event {
            begun.insert(&started.gate, started.attempt);
        }
        let after = |gate: &GateId| begun.get(gate).copied().unwrap_or_default();
        if let Event::GateAnswered { gate, answers } = event {
            told.entry(gate.clone()).or_default().answers.insert(after(gate), answers.clone());
        }
        let mut turn = |gate: &GateId, turn: Turn| {
            told.entry(gate.clone()).or_default().turns.push((after(gate), turn));
        };
        if let Event::GateRedone { gate, by, reason, .. } = event {
            turn(gate, Turn::Redone { by: by.clone(), reason: reason.clone() });
        }
        if let Event::GateWaived { gate, by, reason } = event {
            turn(gate, Turn::Waived { by: by.clone(), reason: reason.clone() });
        }
        if let Event::DecisionSigned(decided) = event {
            turn(&decided.gate, Turn::Signed(decided.clone()));
        }
        if let Event::GatesReopened { gates, reason, .. } = event {
            for gate in gates {
                turn(gate, Turn::Reopened { reason: reason.clone() });
            }
        }
        if let Event::GateJumped { from, to, .. } = event {
            turn(from, Turn::WentBack { to: to.clone() });
        }
    }
    told
}

fn attempt(
    gate: &GateId,
    attempt: &Attempt,
    (calls, told): (&[&Invocation], &Told),
    now: Moment,
) -> AttemptStory {
    let own = calls.iter().copied().filter(|call| call.attempt == attempt.attempt);
    let models: BTreeSet<&String> = own.clone().filter_map(|call| call.model.as_ref()).collect();
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
        program: attempt.worker.program.clone(),
        models: models.into_iter().cloned().collect(),
        started_at: attempt.started_at,
        finished_at: attempt.finished_at,
        routing: attempt.routing.as_deref().cloned(),
        spent: attempt.time.until(now),
        permits: own.clone().next_back().and_then(|call| call.permits.as_deref().cloned()),
        cost: Cost::of(own),
        findings,
        reason: attempt.failure_reason.clone(),
        approval: attempt.approval.as_deref().cloned(),
        answers: told.answers.get(&attempt.attempt).cloned().unwrap_or_default(),
        question: attempt.question.as_deref().cloned(),
        reply: attempt.reply.as_deref().cloned(),
        child: attempt.child_end.as_deref().cloned(),
        turns: told.after(attempt.attempt),
    }
}
