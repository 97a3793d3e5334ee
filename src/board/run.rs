//! The page of a run: what it needs, its gates as a drawing and as a list, when they were worked on,
//! what it cost, and what belongs to it.

use super::Board;
use super::changes::ChangedFiles;
use super::frame::Heading;
use super::graph;
use super::graph::GraphView;
use super::link;
use super::needs;
use super::needs::NeedList;
use super::part::Pages;
use super::timeline;
use super::timeline::Timeline;
use crate::clock::show_duration;
use crate::definition::Definition;
use crate::event::Event;
use crate::event::RunStatus;
use crate::finding::Severity;
use crate::git::short_branch;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::report::attempt::FindingView;
use crate::ops::report::attempt::found;
use crate::ops::report::view::AmendmentView;
use crate::ops::report::view::NoteView;
use crate::ops::report::view::amendment;
use crate::ops::report::view::notes;
use crate::ops::report::words::Status;
use crate::ops::report::words::Times;
use crate::ops::report::words::moment;
use crate::ops::report::words::money;
use crate::project::proof;
use crate::project::runs;
use crate::run::Attempt;
use crate::run::GateStatus;
use crate::run::Run;
use crate::spending::Cost;
use crate::standing;
use crate::standing::GateLine;
use crate::standing::State;
use crate::standing::Tally;
use crate::store::journal::Reading;
use crate::suggestion::Suggestion;
use crate::uri;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many gates a page lists.
const GATES_MAX: usize = 200;

/// How many findings of a gate are listed with it.
const FINDINGS_MAX: usize = 3;

/// How many notes are shown, the newest ones.
const NOTES_MAX: usize = 20;

/// Which part of the gates is listed.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub struct RunQuery {
    pub page: usize,
}

#[derive(Debug, Serialize)]
struct RunView {
    run: String,
    href: String,
    key: String,
    workflow: String,
    workflow_href: String,
    status: Status,
    reason: Option<String>,
    branch: Option<String>,
    started: String,
    finished: Option<String>,
    took: String,
    times: Times,
    spending: Vec<String>,
    /// What has it go on, where nothing does.
    resume: Option<String>,
    #[serde(flatten)]
    needs: NeedList,
    graph: GraphView,
    timeline: Option<Timeline>,
    gates: Vec<GateRow>,
    pages: Pages,
    is_sorted: bool,
    parent: Option<LinkedRun>,
    children: Vec<LinkedRun>,
    changed: ChangedFiles,
    amendments: Vec<AmendmentView>,
    notes: Vec<NoteView>,
    head: String,
    events: u64,
    verify: String,
}

/// Another run, with its page.
#[derive(Debug, Serialize)]
pub(super) struct LinkedRun {
    pub run: String,
    pub key: String,
    pub href: String,
    pub status: Option<Status>,
}

/// A gate in the list.
#[derive(Debug, Serialize)]
struct GateRow {
    id: String,
    name: Option<String>,
    href: String,
    status: Status,
    /// Whom it waits for, or why it stands so.
    remark: Option<String>,
    attempts: usize,
    times: Times,
    cost: String,
    findings: Vec<FindingView>,
    more_findings: usize,
}

impl Board<'_> {
    /// The page of a run.
    pub fn run(&self, run: &str, query: RunQuery) -> Result<String, Error> {
        let id = self.known_run(run)?;
        let reading = proof::read(self.project, &id)?;
        let view = self.run_view(&id, &reading, query)?;
        let title = format!("{} {}", view.key, view.status.word);
        let heading = Heading { title: &title, section: "runs", follows: id.as_str() };
        self.page("run.html", heading, &view)
    }

    fn run_view(&self, id: &RunId, reading: &Reading, query: RunQuery) -> Result<RunView, Error> {
        let (run, now) = (&reading.run, self.project.clock.now());
        let started = &run.started;
        let state = runs::state(self.project, run);
        let graph = self.graph(id, run)?;
        let mut lines = standing::gates(run);
        let is_sorted = lines.len() > GATES_MAX;
        if is_sorted {
            lines.sort_by_key(|line| urgency(line.status));
        }
        let (pages, lines) = Pages::cut(lines, query.page, GATES_MAX);
        let shown = lines.iter().map(|line| &line.gate);
        let branch = started.git.as_ref().and_then(|git| git.branch.as_deref());
        let tally = Tally::of(run, now);
        let (parent, children) = self.relatives(id, run)?;
        let mut notes = notes(run);
        notes.reverse();
        notes.truncate(NOTES_MAX);
        let verify = Suggestion::new("verify").of(id).option("head", reading.head.to_string());
        Ok(RunView {
            run: id.to_string(),
            href: link::run(self.base, id),
            key: started.key.clone(),
            workflow: format!("{} {}", started.workflow, started.version),
            workflow_href: format!("{}/workflows/{}", self.base, uri::segment(&started.workflow)),
            status: Status::of_run(state),
            reason: run.reason.clone(),
            branch: branch.map(|branch| short_branch(branch).to_owned()),
            started: moment(run.started_at),
            finished: run.finished_at.map(moment),
            took: show_duration(tally.lasted),
            times: Times::of(tally.spent),
            spending: tally.spending().into_iter().map(|it| it.words).collect(),
            resume: resume(state, id),
            needs: NeedList::of(needs::of_run(self, run)),
            timeline: timeline::of_gates(run, shown, (self.base, now)),
            gates: self.rows(run, &lines),
            graph,
            pages,
            is_sorted,
            parent,
            children,
            changed: self.changed_files(id, run),
            amendments: amendments(reading),
            notes,
            head: reading.head.to_string(),
            events: reading.count,
            verify: verify.to_string(),
        })
    }

    fn graph(&self, id: &RunId, run: &Run) -> Result<GraphView, Error> {
        let started = &run.started;
        if let Some(refused) = graph::refuse_many(started.gates.len()) {
            return Ok(refused);
        }
        let workflow = Workflow::parse(&started.workflow, &Definition::thaw(&started.definition))?;
        let link = |gate: &GateId| link::gate(self.base, id, gate);
        let detail = |gate: &Gate| graph::detail(run, gate, link(&gate.id));
        Ok(graph::draw(&workflow, self.project.clock.now(), detail))
    }

    fn rows(&self, run: &Run, lines: &[GateLine]) -> Vec<GateRow> {
        let now = self.project.clock.now();
        let mut costs: BTreeMap<&GateId, Cost> = BTreeMap::new();
        for call in &run.invocations {
            costs.entry(&call.gate).or_default().add(call);
        }
        let row = |line: &GateLine| {
            let state = run.gate(&line.gate);
            let last = state.and_then(|state| state.attempt());
            let mut findings =
                last.filter(|_| !line.status.satisfies()).map(errors).unwrap_or_default();
            let more_findings = findings.len().saturating_sub(FINDINGS_MAX);
            findings.truncate(FINDINGS_MAX);
            let waits = line.waits_for.map(|who| format!("waits for {who}"));
            GateRow {
                id: line.gate.to_string(),
                name: line.own_name().map(str::to_owned),
                href: link::gate(self.base, &run.started.run_id, &line.gate),
                status: Status::of_gate(line.status),
                remark: waits.or_else(|| line.reason.clone().filter(|_| findings.is_empty())),
                attempts: line.attempts,
                times: Times::of(state.map(|it| it.time.until(now)).unwrap_or_default()),
                cost: costs.get(&line.gate).map(money).unwrap_or_default(),
                findings,
                more_findings,
            }
        };
        lines.iter().map(row).collect()
    }

    /// The run that this one is a part of, and those that are a part of it.
    fn relatives(
        &self,
        id: &RunId,
        run: &Run,
    ) -> Result<(Option<LinkedRun>, Vec<LinkedRun>), Error> {
        let mut parent = run.started.parent.as_ref().map(|parent| LinkedRun {
            run: parent.to_string(),
            key: parent.to_string(),
            href: link::run(self.base, parent),
            status: None,
        });
        let mut children = Vec::new();
        for entry in runs::runs(self.project)? {
            let linked = || LinkedRun {
                run: entry.run_id.to_string(),
                key: entry.key.clone(),
                href: link::run(self.base, &entry.run_id),
                status: Some(Status::of_run(entry.status)),
            };
            if entry.parent.as_ref() == Some(id) {
                children.push(linked());
            } else if run.started.parent.as_ref() == Some(&entry.run_id) {
                parent = Some(linked());
            }
        }
        Ok((parent, children))
    }
}

/// What somebody should look at comes first.
fn urgency(status: GateStatus) -> u8 {
    match status {
        GateStatus::Waiting => 0,
        GateStatus::Fail => 1,
        GateStatus::Running => 2,
        GateStatus::Stale => 3,
        GateStatus::NotStarted | GateStatus::Pass | GateStatus::Skipped | GateStatus::Waived => 4,
    }
}

fn resume(state: State, id: &RunId) -> Option<String> {
    let rests = match state {
        State::Recorded(RunStatus::Paused | RunStatus::Failed) | State::Stalled => true,
        State::Recorded(
            RunStatus::Running | RunStatus::Waiting | RunStatus::Passed | RunStatus::Canceled,
        )
        | State::Damaged => false,
    };
    rests.then(|| Suggestion::new("run resume").of(id).to_string())
}

/// The errors of an attempt.
fn errors(attempt: &Attempt) -> Vec<FindingView> {
    let checked = attempt.validations.iter().flat_map(|validation| &validation.findings);
    let all = attempt.findings.iter().chain(checked);
    all.filter(|finding| finding.severity == Severity::Error).map(found).collect()
}

fn amendments(reading: &Reading) -> Vec<AmendmentView> {
    if reading.run.amendments == 0 {
        return Vec::new();
    }
    let history = reading.history();
    let amended = history.iter().filter_map(|(at, event)| {
        let Event::RunAmended(amended) = event else { return None };
        Some(amendment(*at, amended))
    });
    amended.collect()
}
