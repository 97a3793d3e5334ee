//! Progress while something is done with a run, drawn from the events that come: one live line for
//! each gate at work on a terminal, plain lines elsewhere. Findings are shown as they come.

mod lines;
mod live;
mod others;
mod paper;

use super::answer::Face;
use super::terminal;
use crate::check::plain_text;
use crate::finding::Finding;
use crate::id::GateId;
use crate::id::RunId;
use crate::ops;
use crate::ops::Foreword;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::Suggestion;
use crate::ops::audit_notice::AuditNotice;
use crate::ops::follow::FollowFrom;
use crate::ops::follow::Shown;
use crate::store::journal;
use lines::Lines;
use live::Bars;
use live::Live;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long another process that writes to the run is waited for before its journal is read again.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How much of what a workflow may do more is shown.
const WIDER_MAX: usize = 8;

/// Shows what happens to runs, until it is dropped.
pub struct Progress<'f> {
    face: &'f Face,
    bars: Option<Bars>,
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
        Self { face, bars: draws.then(Bars::new), followers: Vec::new() }
    }

    /// Shows what happens to a run from here on; one that cannot be read is told so by whoever acts
    /// on it.
    pub fn of(face: &'f Face, project: &Project, choice: &RunChoice) -> Self {
        let mut progress = Self::new(face);
        let shown = ops::follow::shown(project, &face.caller, choice).ok();
        progress.follow(project, choice, shown);
        progress
    }

    /// Tells what is to be known first, and shows what happens from there on.
    pub fn greet(&mut self, project: &Project, foreword: &Foreword) {
        let lines = self.lines();
        lines.line(&format!("run {}", foreword.run));
        lines.differs(project, &foreword.run, &foreword.differs);
        foreword.warnings.iter().for_each(|warning| lines.warning(warning));
        match &foreword.brief {
            // It belongs to what the person reads; a program finds it in the data.
            Some(Ok(brief)) if !self.face.global.json => lines.line(&format!("\n{}", brief.text)),
            Some(Err(reason)) => lines.line(&format!("brief unavailable: {}", plain_text(reason))),
            Some(Ok(_)) | None => {}
        }
        let choice = RunChoice { run: Some(foreword.run.to_string()) };
        self.follow(project, &choice, Some(foreword.shown.clone()));
    }

    /// Tells what is new of the audit of a workflow before it is run.
    pub fn audited(&self, notice: &AuditNotice) {
        let lines = self.lines();
        let all = Suggestion::new("workflow audit").word(&notice.workflow);
        for (number, line) in notice.summary.iter().enumerate() {
            let all = if number == 0 { format!(" (see {all})") } else { String::new() };
            lines.line(&format!("audit: {}{all}", plain_text(line)));
        }
        if !notice.wider.is_empty() {
            lines.line(&format!("audit: may do more than when it was last run here (see {all})"));
        }
        for line in notice.wider.iter().take(WIDER_MAX) {
            lines.line(&format!("  + {}", plain_text(line)));
        }
        let more = notice.wider.len().saturating_sub(WIDER_MAX);
        if more > 0 {
            lines.line(&format!("  and {more} more"));
        }
    }

    fn follow(&mut self, project: &Project, choice: &RunChoice, shown: Option<Shown>) {
        let Ok(mut follow) =
            ops::follow::follow(project, &self.face.caller, choice, FollowFrom::Now)
        else {
            return;
        };
        let mut lines = Lines::new(self.face, Live::new(self.bars.clone()), shown);
        lines.live.busy("working");
        lines.wait_for_all(|| project.clock.now());
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            loop {
                // Asked first, so that what came before the end is shown.
                let is_last = ends.load(Ordering::Acquire);
                follow.news().unwrap_or_default().iter().for_each(|entry| lines.show(entry));
                if is_last {
                    return lines.live.clear();
                }
                lines.look_at_locks();
                follow.wait(LOOK_EVERY);
            }
        });
        self.followers.push(Follower { is_over, thread });
    }

    fn lines(&self) -> Lines {
        Lines::new(self.face, Live::new(self.bars.clone()), None)
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

/// A moving line that says what is done, until it is dropped.
pub struct Busy(Live);

impl Busy {
    pub fn new(face: &Face, text: &str) -> Self {
        let mut live = Live::new(Progress::new(face).bars.take());
        live.busy(text);
        Self(live)
    }

    /// Something else is done now.
    pub fn next(&mut self, text: &str) {
        self.0.is_busy_no_more();
        self.0.busy(text);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.clear();
    }
}

/// Shows a finding of a gate.
pub fn finding(face: &Face, gate: &GateId, finding: &Finding) {
    Progress::new(face).lines().finding(gate, finding);
}

/// Tells that files are others now than what the run goes on under.
pub fn differs(face: &Face, project: &Project, run: &RunId, paths: &[String]) {
    Progress::new(face).lines().differs(project, run, paths);
}
