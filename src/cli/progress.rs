//! Progress while something is done with a run, drawn from the events that come: one live line for
//! each gate at work on a terminal, plain lines elsewhere. Findings are shown as they come.

use super::answer::Face;
use super::door;
use super::door::Colour;
use super::terminal;
use crate::check::plain_text;
use crate::clock;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Invocation;
use crate::event::Judged;
use crate::event::RunStatus;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops;
use crate::ops::Foreword;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::follow::Printed;
use crate::ops::run_amend;
use crate::run::GateStatus;
use crate::store::journal;
use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// How long another process that writes to the run is waited for before its journal is read again.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Shows what happens to runs, until it is dropped.
pub struct Progress<'f> {
    face: &'f Face,
    bars: Option<MultiProgress>,
    followers: Vec<Follower>,
}

/// A thread that follows a run.
struct Follower {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl<'f> Progress<'f> {
    pub fn new(face: &'f Face) -> Self {
        let draws = !face.global.is_ci() && !face.global.json && terminal::can_draw();
        Self { face, bars: draws.then(MultiProgress::new), followers: Vec::new() }
    }

    /// Shows what happens to a run from here on; one that cannot be read is told so by whoever acts
    /// on it.
    pub fn of(face: &'f Face, project: &Project, choice: &RunChoice) -> Self {
        let mut progress = Self::new(face);
        let printed = ops::follow::printed(project, &face.caller, choice).ok();
        progress.follow(project, choice, printed);
        progress
    }

    /// Tells what is to be known first, and shows what happens from there on.
    pub fn greet(&mut self, project: &Project, foreword: &Foreword) {
        let lines = self.lines();
        lines.line(&format!("run {}", foreword.run));
        lines.differs(&foreword.run, &foreword.differs);
        foreword.warnings.iter().for_each(|warning| lines.warning(warning));
        match &foreword.brief {
            // It belongs to what the person reads; a program finds it in the data.
            Some(Ok(brief)) if !self.face.global.json => lines.line(&format!("\n{}", brief.text)),
            Some(Err(reason)) => lines.line(&format!("brief unavailable: {}", plain_text(reason))),
            Some(Ok(_)) | None => {}
        }
        let choice = RunChoice { run: Some(foreword.run.to_string()) };
        self.follow(project, &choice, Some(foreword.printed.clone()));
    }

    fn follow(&mut self, project: &Project, choice: &RunChoice, printed: Option<Printed>) {
        let Ok(mut follow) = ops::follow::follow(project, &self.face.caller, choice) else {
            return;
        };
        let mut lines = Lines { printed, ..self.lines() };
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            loop {
                // Asked first, so that what came before the end is shown.
                let is_last = ends.load(Ordering::Acquire);
                follow.news().unwrap_or_default().iter().for_each(|told| lines.show(&told.event));
                if is_last {
                    return;
                }
                follow.wait(LOOK_EVERY);
            }
        });
        self.followers.push(Follower { is_over, thread });
    }

    fn lines(&self) -> Lines {
        let (face, bars) = (self.face.clone(), self.bars.clone());
        Lines { face, bars, at_work: BTreeMap::new(), shown: BTreeMap::new(), printed: None }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        for follower in self.followers.drain(..) {
            follower.is_over.store(true, Ordering::Release);
            journal::wake();
            // What it had to show is no reason to fail.
            let _ = follower.thread.join();
        }
    }
}

/// Shows a finding of a gate.
pub fn finding(face: &Face, gate: &GateId, finding: &Finding) {
    Progress::new(face).lines().finding(gate, finding);
}

/// Tells that files are others now than what the run goes on under.
pub fn differs(face: &Face, run: &RunId, paths: &[String]) {
    Progress::new(face).lines().differs(run, paths);
}

/// Where lines are drawn, and what stands there now.
struct Lines {
    face: Face,
    bars: Option<MultiProgress>,
    at_work: BTreeMap<GateId, (ProgressBar, Instant)>,
    /// What was shown of gates that wait: their end tells it once more.
    shown: BTreeMap<GateId, Vec<Finding>>,
    /// What commands print for the person.
    printed: Option<Printed>,
}

impl Lines {
    fn show(&mut self, event: &Event) {
        match event {
            Event::GateStarted(started) => self.started(started),
            Event::InvocationRecorded(call) => self.called(call),
            Event::GateWaiting { gate, attempt, waits_for, judged } => {
                let findings = judged.iter().flat_map(Judged::all_findings).cloned().collect();
                let shown = self.findings(gate, findings);
                self.shown.insert(gate.clone(), shown);
                let reason = format!("waits for {waits_for}");
                self.end(gate, GateStatus::Waiting, *attempt, Some(&reason));
            }
            Event::GatePassed { gate, attempt, judged } => {
                self.judged(gate, *attempt, judged, GateStatus::Pass);
            }
            Event::GateFailed { gate, attempt, judged, .. } => {
                self.judged(gate, *attempt, judged, GateStatus::Fail);
            }
            Event::GateInterrupted { gate, attempt, reason, findings } => {
                self.findings(gate, findings.clone());
                self.end(gate, GateStatus::NotStarted, *attempt, Some(reason));
            }
            Event::GateSkipped { gate, reason } => {
                self.end(gate, GateStatus::Skipped, 0, Some(reason));
            }
            Event::GateWaived { gate, .. } => self.end(gate, GateStatus::Waived, 0, None),
            Event::GatesReopened { gates, reason, .. } => {
                let word = self.face.coloured(GateStatus::Stale.as_str(), Colour::Yellow);
                self.line(&format!("{word} {}  ({})", named(gates), plain_text(reason)));
            }
            Event::GateJumped { from, also, to, .. } => {
                let failed: Vec<GateId> = std::iter::once(from).chain(also).cloned().collect();
                self.line(&format!("{} failed; back to {to}", named(&failed)));
            }
            Event::GateRedone { gate, reason, .. } => {
                self.line(&format!("redoing {gate}: {}", plain_text(reason)));
            }
            Event::RunEnding { status, reason, .. } => self.ending(*status, reason.as_deref()),
            Event::GatesReused { gates } => {
                let gates: Vec<GateId> = gates.iter().map(|reused| reused.gate.clone()).collect();
                let word = self.face.coloured("REUSED", Colour::Green);
                let why = "recipe, inputs and outputs are unchanged";
                self.line(&format!("{word} {}: {why}", named(&gates)));
            }
            Event::RunStarted(_)
            | Event::RunResumed { .. }
            | Event::RunAmended(_)
            | Event::RunWaiting { .. }
            | Event::RangeSet(_)
            | Event::RunPaused { .. }
            | Event::RunCompleted { .. }
            | Event::GateExpanded { .. }
            | Event::GateGathered { .. }
            | Event::InvocationStarted { .. }
            | Event::GateAnswered { .. }
            | Event::GateApproved { .. }
            | Event::GateHandedIn { .. }
            | Event::GatePolled { .. }
            | Event::GateRerecorded { .. }
            | Event::AgentGiven { .. }
            | Event::HeadSigned(_)
            | Event::SessionStarted(_)
            | Event::SessionReady { .. }
            | Event::SessionEnded { .. }
            | Event::CheckpointSealed(_)
            | Event::Noted(_)
            | Event::GateEstimated { .. }
            | Event::BudgetSet { .. } => {}
        }
    }

    fn judged(&mut self, gate: &GateId, attempt: u32, judged: &Judged, status: GateStatus) {
        let text = self.printed.as_ref().and_then(|printed| printed.text(gate, attempt));
        text.iter().flat_map(|text| text.lines()).for_each(|line| self.line(line));
        self.findings(gate, judged.all_findings().cloned().collect());
        self.end(gate, status, attempt, None);
    }

    fn ending(&mut self, status: RunStatus, reason: Option<&str>) {
        let why = reason.map(|reason| format!(": {}", plain_text(reason))).unwrap_or_default();
        self.line(&format!("the run is ending as {status}{why}"));
    }

    fn started(&mut self, started: &GateStarted) {
        let gate = &started.gate;
        if let Some(reason) = &started.reuse {
            self.line(&format!("{gate} is not reused: {}", plain_text(reason)));
        }
        self.begin(started);
    }

    fn called(&self, call: &Invocation) {
        if let Some(why) = &call.unread {
            let agent = call.agent.as_deref().unwrap_or_default();
            self.warning(&format!("usage of agent {agent} at {} is unknown: {why}", call.gate));
        }
        call.warnings.iter().for_each(|warning| self.warning(warning));
    }

    /// Shows the findings that were not shown before; gives all of them.
    fn findings(&mut self, gate: &GateId, findings: Vec<Finding>) -> Vec<Finding> {
        let shown = self.shown.remove(gate).unwrap_or_default();
        let new = findings.iter().filter(|finding| !shown.contains(finding));
        new.for_each(|finding| self.finding(gate, finding));
        findings
    }

    fn finding(&self, gate: &GateId, finding: &Finding) {
        let (word, colour) = match finding.severity {
            Severity::Error => ("  error", Colour::Red),
            Severity::Warning => ("  warning", Colour::Yellow),
            Severity::Info => ("  note", Colour::Dim),
        };
        let word = self.face.coloured(word, colour);
        self.line(&format!("{word} {gate}: {}", plain_text(&finding.to_string())));
    }

    fn warning(&self, warning: &str) {
        let word = self.face.coloured("warning:", Colour::Yellow);
        self.line(&format!("{word} {warning}"));
    }

    fn differs(&self, run: &RunId, paths: &[String]) {
        if paths.is_empty() {
            return;
        }
        let paths: Vec<String> = paths.iter().map(|path| run_amend::shown(path)).collect();
        self.line(&format!(
            "note: these files have changed, but the run keeps using the originals: {}; \
             to apply the changes: orch run amend --run {run}",
            plain_text(&paths.join(", "))
        ));
    }

    fn begin(&mut self, started: &GateStarted) {
        let GateStarted { gate, attempt, executor, .. } = started;
        let text = format!("{gate}  attempt {attempt}  {executor}");
        match &self.bars {
            None => self.face.say(&format!("STARTED {text}")),
            Some(bars) => {
                let bar = bars.add(ProgressBar::new_spinner());
                if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
                    bar.set_style(style);
                }
                bar.set_message(door::clean(&text));
                bar.enable_steady_tick(Duration::from_millis(100));
                self.at_work.insert(gate.clone(), (bar, Instant::now()));
            }
        }
    }

    fn end(&mut self, gate: &GateId, status: GateStatus, attempt: u32, reason: Option<&str>) {
        let took = self.at_work.remove(gate).map(|(bar, start)| {
            bar.finish_and_clear();
            format!("  {}", clock::show_duration(start.elapsed()))
        });
        let took = took.filter(|_| status != GateStatus::Waiting);
        let colour = match status {
            GateStatus::Pass | GateStatus::Waived => Colour::Green,
            GateStatus::Fail => Colour::Red,
            GateStatus::Waiting | GateStatus::Stale => Colour::Yellow,
            GateStatus::NotStarted | GateStatus::Running | GateStatus::Skipped => Colour::Dim,
        };
        // An attempt that was cut off leaves its gate open: that is no news, the cut is.
        let is_cut = status == GateStatus::NotStarted;
        let word = if is_cut { "INTERRUPTED" } else { status.as_str() };
        let word = self.face.coloured(word, colour);
        let attempt = if attempt > 1 { format!("  attempt {attempt}") } else { String::new() };
        let reason = reason.filter(|_| status != GateStatus::Fail);
        let reason = reason.map(|reason| format!("  ({reason})")).unwrap_or_default();
        let took = took.unwrap_or_default();
        self.line(&format!("{word} {gate}{attempt}{took}{}", plain_text(&reason)));
    }

    /// A line that stays, above those that move.
    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => {
                // Without a terminal to draw on there is nobody to show it to.
                let _ = bars.println(door::shown(text));
            }
            None => door::err(&format!("{text}\n")),
        }
    }
}

/// The gates, or how many there are from which to which.
fn named(gates: &[GateId]) -> String {
    let names: Vec<&str> = gates.iter().map(GateId::as_str).collect();
    match names.as_slice() {
        [first, .., last] if names.len() > 4 => {
            format!("{} gates, {first} to {last}", names.len())
        }
        _ => names.join(", "),
    }
}
