//! What happens to a run, as lines that stay. Off a terminal those that tell of a gate begin with the time.

use super::live::Live;
use super::others::named;
use crate::check::plain_text;
use crate::cli::answer::Face;
use crate::cli::door;
use crate::cli::door::Colour;
use crate::cli::table::folded_to;
use crate::cli::terminal;
use crate::clock;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::GateStarted;
use crate::event::Invocation;
use crate::event::Judged;
use crate::event::Reused;
use crate::event::RunStatus;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops;
use crate::ops::Project;
use crate::ops::Suggestion;
use crate::ops::follow::Due;
use crate::ops::follow::Shown;
use crate::ops::run_amend;
use crate::run::GateStatus;
use crate::store::journal::JournalEntry;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

/// How many findings of a gate stand each by itself; more stand below the gate's name.
const ALONE_MAX: usize = 3;

/// How long a gate waits for a lock before that is told.
const LOCKED_MIN: Duration = Duration::from_secs(1);

pub(super) struct Lines {
    face: Face,
    pub(super) live: Live,
    /// The attempts at work: what is said of each, and when it began.
    at_work: BTreeMap<GateId, (String, Moment)>,
    /// What was shown of gates that wait: their end tells it once more.
    findings: BTreeMap<GateId, Vec<Finding>>,
    /// The gates whose polls were told of.
    polled: BTreeSet<GateId>,
    /// Until when gates are waited for that are tried or asked again.
    due: BTreeMap<GateId, Instant>,
    locked: BTreeMap<GateId, Locked>,
    shown: Option<Shown>,
    /// When what is told happened.
    at: Option<Moment>,
}

/// What is said of a gate that waits for a lock of another run.
struct Locked {
    text: String,
    since: Instant,
    is_told: bool,
}

impl Lines {
    pub(super) fn new(face: &Face, live: Live, shown: Option<Shown>) -> Self {
        let (at_work, findings, polled, due, locked) = Default::default();
        let face = face.clone();
        Self { face, live, at_work, findings, polled, due, locked, shown, at: None }
    }

    pub(super) fn show(&mut self, entry: &JournalEntry) {
        self.live.is_busy_no_more();
        self.at = Some(entry.at);
        if let Some(shown) = &mut self.shown {
            shown.note(entry);
        }
        self.tell(&entry.event);
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::GateStarted(started) => self.started(started),
            Event::InvocationRecorded(call) => self.called(call),
            Event::GateWaiting { gate, attempt, waits_for, judged } => {
                let findings = judged.iter().flat_map(Judged::all_findings).cloned().collect();
                let shown = self.show_findings(gate, findings);
                self.findings.insert(gate.clone(), shown);
                let reason = format!("waits for {waits_for}");
                self.end(gate, GateStatus::Waiting, *attempt, Some(&reason));
                self.follow(gate, *waits_for);
            }
            Event::GatePassed { gate, attempt, judged } => {
                self.judged(&AttemptId::new(gate, *attempt), judged, GateStatus::Pass);
            }
            Event::GateFailed { gate, attempt, judged, .. } => {
                self.judged(&AttemptId::new(gate, *attempt), judged, GateStatus::Fail);
                self.wait_for(gate);
            }
            Event::GateInterrupted { gate, attempt, reason, findings, .. } => {
                self.show_findings(gate, findings.clone());
                self.end(gate, GateStatus::NotStarted, *attempt, Some(reason));
                // Off a terminal the reason has told when.
                if self.live.is_drawn() {
                    self.wait_for(gate);
                }
            }
            Event::GateEscalated { .. } | Event::ChildEnded { .. } | Event::GateRedone { .. } => {
                self.of_others(event);
            }
            Event::GateSkipped { gate, reason } => {
                self.end(gate, GateStatus::Skipped, 0, Some(reason));
            }
            Event::GateWaived { gate, .. } => self.end(gate, GateStatus::Waived, 0, None),
            Event::GatesReopened { gates, reason, .. } => self.reopened(gates, reason),
            Event::GateJumped { from, also, to, .. } => {
                let failed: Vec<GateId> = std::iter::once(from).chain(also).cloned().collect();
                self.told(&format!("{} failed; back to {to}", named(&failed)));
            }
            Event::GatePolled { gate, .. } => self.wait_for(gate),
            // A poll is asked again.
            Event::InvocationStarted { gate, .. } => {
                if let Some((text, _)) = self.at_work.get(gate) {
                    self.live.at_work(gate, text);
                }
            }
            Event::RunEnding { status, reason, .. } => self.ending(*status, reason.as_deref()),
            Event::GatesReused { gates } => self.reused(gates),
            Event::RunStarted(_)
            | Event::RunResumed { .. }
            | Event::RunAmended(_)
            | Event::RunWaiting { .. }
            | Event::RangeSet(_)
            | Event::RunPaused { .. }
            | Event::RunCompleted { .. }
            | Event::GateExpanded { .. }
            | Event::GateGathered { .. }
            | Event::GateAnswered { .. }
            | Event::GateApproved { .. }
            | Event::GateReplied { .. }
            | Event::GateHandedIn { .. }
            | Event::GateRerecorded { .. }
            | Event::AgentGiven { .. }
            | Event::DecisionSigned(_)
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

    fn judged(&mut self, attempt: &AttemptId, judged: &Judged, status: GateStatus) {
        let text = self.shown.as_ref().and_then(|shown| shown.printed(attempt));
        text.iter().flat_map(|text| text.lines()).for_each(|line| self.as_it_is(line));
        let AttemptId { gate, number } = attempt;
        self.show_findings(gate, judged.all_findings().cloned().collect());
        self.end(gate, status, *number, None);
    }

    fn reopened(&self, gates: &[GateId], reason: &str) {
        let word = self.face.coloured(GateStatus::Stale.as_str(), Colour::Yellow);
        self.told(&format!("{word} {}  ({})", named(gates), plain_text(reason)));
    }

    fn reused(&self, gates: &[Reused]) {
        let gates: Vec<GateId> = gates.iter().map(|reused| reused.gate.clone()).collect();
        let word = self.face.coloured("REUSED", Colour::Green);
        let why = "recipe, inputs and outputs are unchanged";
        self.told(&format!("{word} {}: {why}", named(&gates)));
    }

    fn ending(&mut self, status: RunStatus, reason: Option<&str>) {
        let why = reason.map(|reason| format!(": {}", plain_text(reason))).unwrap_or_default();
        self.told(&format!("the run is ending as {status}{why}"));
    }

    fn started(&mut self, started: &GateStarted) {
        let gate = &started.gate;
        if let Some(reason) = &started.reuse {
            self.line(&format!("{gate} is not reused: {}", plain_text(reason)));
        }
        if let Some(words) = started.routing.as_ref().and_then(|routing| routing.words()) {
            self.line(&format!("{gate}: {}", plain_text(&words)));
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
    fn show_findings(&mut self, gate: &GateId, findings: Vec<Finding>) -> Vec<Finding> {
        let shown = self.findings.remove(gate).unwrap_or_default();
        let new: Vec<&Finding> =
            findings.iter().filter(|finding| !shown.contains(finding)).collect();
        if new.len() > ALONE_MAX {
            self.line(&format!("  {gate}: {} findings", new.len()));
            for finding in new {
                self.one_finding("    ", "", finding);
            }
        } else {
            for finding in new {
                self.finding(gate, finding);
            }
        }
        findings
    }

    pub(super) fn finding(&self, gate: &GateId, finding: &Finding) {
        self.one_finding("  ", &format!("{gate}: "), finding);
    }

    fn one_finding(&self, indent: &str, gate: &str, finding: &Finding) {
        let (word, colour) = match finding.severity {
            Severity::Error => ("error", Colour::Red),
            Severity::Warning => ("warning", Colour::Yellow),
            Severity::Info => ("note", Colour::Dim),
        };
        let word = self.face.coloured(word, colour);
        let text = format!("{indent}{word} {gate}{}", plain_text(&finding.to_string()));
        self.line(&text);
    }

    pub(super) fn warning(&self, warning: &str) {
        let word = self.face.coloured("warning:", Colour::Yellow);
        self.line(&format!("{word} {warning}"));
    }

    pub(super) fn differs(&self, project: &Project, run: &RunId, paths: &[String]) {
        if paths.is_empty() {
            return;
        }
        let amend = run_amend::can_amend(project, run).then(|| {
            let amend = Suggestion::new("run amend").of(run);
            let amend = amend.line(&ops::at_hand(project, &self.face.caller));
            format!("; to apply the changes: {amend}")
        });
        let paths: Vec<String> = paths.iter().map(|path| run_amend::shown(path)).collect();
        self.line(&format!(
            "note: these files have changed, but the run keeps using the originals: {}{}",
            plain_text(&paths.join(", ")),
            amend.unwrap_or_default()
        ));
    }

    fn begin(&mut self, started: &GateStarted) {
        let GateStarted { gate, attempt, executor, .. } = started;
        let text = format!("{gate}  attempt {attempt}  {executor}");
        if !self.live.is_drawn() {
            self.told(&format!("STARTED {text}"));
        }
        self.live.at_work(gate, &text);
        if let Some(at) = self.at {
            self.at_work.insert(gate.clone(), (text, at));
        }
    }

    /// Says when a gate is tried or asked again, where that takes a while.
    fn wait_for(&mut self, gate: &GateId) {
        let due = self.shown.as_ref().and_then(|shown| shown.due().remove(gate));
        let (Some(due), Some(now)) = (due, self.at) else { return };
        self.wait_until(gate, due, now);
    }

    /// The same of all gates that were waited for before this was followed.
    pub(super) fn wait_for_all(&mut self, now: impl FnOnce() -> Moment) {
        let shown = self.shown.as_ref().filter(|_| self.live.is_drawn());
        let due = shown.map(Shown::due).unwrap_or_default();
        if due.is_empty() {
            return;
        }
        let now = now();
        for (gate, due) in due {
            self.wait_until(&gate, due, now);
        }
    }

    fn wait_until(&mut self, gate: &GateId, due: Due, now: Moment) {
        let (text, at) = match due {
            Due::Retry(at) => (format!("until {gate} is tried again"), at),
            Due::Poll(at) => (format!("until {gate} is polled again"), at),
        };
        let left = at.since(now);
        if left.is_zero() {
            return;
        }
        self.due.insert(gate.clone(), Instant::now() + left);
        self.live.is_busy_no_more();
        self.live.count_down(gate, &text, left);
        if self.live.is_drawn() {
            return;
        }
        let left = clock::show_duration(left);
        match due {
            Due::Retry(_) => self.told(&format!("RETRYING {gate} in {left}")),
            // Once is enough: nothing new is known until it ends.
            Due::Poll(_) if self.polled.insert(gate.clone()) => {
                self.told(&format!("POLLING {gate} every {left}"));
            }
            Due::Poll(_) => {}
        }
    }

    /// Looks which gates wait for a lock of another run or for their agent. What is free in a moment is
    /// no news.
    pub(super) fn look_at_locks(&mut self) {
        let Some(shown) = &self.shown else { return };
        let (waits, started_at) = (shown.waits(), shown.started_at());
        let mut before = std::mem::take(&mut self.locked);
        let now = Instant::now();
        for (gate, text) in waits {
            if self.due.get(&gate).is_some_and(|until| *until > now) {
                continue;
            }
            let known = before.remove(&gate).filter(|locked| locked.text == text);
            let mut locked = known.unwrap_or(Locked { text, since: now, is_told: false });
            if !locked.is_told && now.duration_since(locked.since) >= LOCKED_MIN {
                locked.is_told = true;
                self.locked_out(&gate, &locked.text, started_at);
            }
            self.locked.insert(gate, locked);
        }
        before
            .retain(|gate, _| !self.at_work.contains_key(gate) && !self.locked.contains_key(gate));
        for gate in before.keys() {
            self.live.end(gate);
        }
    }

    fn locked_out(&mut self, gate: &GateId, words: &str, started_at: Option<Moment>) {
        self.live.is_busy_no_more();
        self.live.at_work(gate, &format!("{gate} {words}"));
        if !self.live.is_drawn() {
            self.at = self.at.or(started_at);
            let status = self.face.coloured(GateStatus::Waiting.as_str(), Colour::Yellow);
            self.told(&format!("{status} {gate}  ({words})"));
        }
    }

    pub(super) fn end(
        &mut self,
        gate: &GateId,
        status: GateStatus,
        attempt: u32,
        reason: Option<&str>,
    ) {
        self.live.end(gate);
        self.polled.remove(gate);
        let began = self.at_work.remove(gate).map(|(_, began)| began);
        let took = began.zip(self.at).map(|(began, at)| clock::show_duration(at.since(began)));
        let took = took.filter(|_| status != GateStatus::Waiting).map(|took| format!("  {took}"));
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
        self.told(&format!("{word} {gate}{attempt}{took}{}", plain_text(&reason)));
    }

    /// A line that tells of a gate: off a terminal with the time, since nobody sees it come.
    pub(super) fn told(&self, text: &str) {
        match self.at.filter(|_| !self.live.is_drawn()) {
            Some(at) => self.line(&format!("{} {text}", at.time_of_day())),
            None => self.line(text),
        }
    }

    /// A line that stays, above those that move.
    pub(super) fn line(&self, text: &str) {
        let folded = folded_to(&format!("{text}\n"), terminal::error_columns());
        self.as_it_is(folded.strip_suffix('\n').unwrap_or(&folded));
    }

    /// The same for what a program printed, whose lines stay as they are.
    fn as_it_is(&self, text: &str) {
        if !self.live.print(text) {
            door::err(&format!("{text}\n"));
        }
    }
}
