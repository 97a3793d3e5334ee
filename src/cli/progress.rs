//! Progress while a run is driven: one live line for each gate at work on a terminal,
//! plain lines elsewhere. Findings are shown as they come.

use super::answer::Face;
use super::door;
use super::door::Colour;
use super::terminal;
use crate::clock;
use crate::executor::ExecutorKind;
use crate::finding::Severity;
use crate::id::GateId;
use crate::ops::Notice;
use crate::ops::run_amend;
use crate::run::GateStatus;
use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

/// Shows notices.
pub struct Progress<'f> {
    face: &'f Face,
    lines: Option<MultiProgress>,
    at_work: BTreeMap<GateId, (ProgressBar, Instant)>,
}

impl<'f> Progress<'f> {
    pub fn new(face: &'f Face) -> Self {
        let draws = !face.global.is_ci() && !face.global.json && terminal::can_draw();
        Self { face, lines: draws.then(MultiProgress::new), at_work: BTreeMap::new() }
    }

    /// Shows one notice.
    pub fn show(&mut self, notice: &Notice) {
        match notice {
            Notice::Started { run } => self.line(&format!("run {run}")),
            Notice::Briefed(brief) => self.brief(&brief.text),
            Notice::Unbriefed { reason } => {
                self.line(&format!("no brief: {}", crate::check::plain_text(reason)));
            }
            Notice::GateStarted { gate, attempt, executor } => {
                self.begin(gate, *attempt, *executor);
            }
            Notice::GateEnded { gate, status, attempt, reason } => {
                self.end(gate, *status, *attempt, reason.as_deref());
            }
            Notice::Found { gate, finding } => {
                let (word, colour) = match finding.severity {
                    Severity::Error => ("  error", Colour::Red),
                    Severity::Warning => ("  warning", Colour::Yellow),
                    Severity::Info => ("  note", Colour::Dim),
                };
                let word = self.face.coloured(word, colour);
                let finding = crate::check::plain_text(&finding.to_string());
                self.line(&format!("{word} {gate}: {finding}"));
            }
            Notice::Reused { gates } => {
                let names: Vec<&str> = gates.iter().map(GateId::as_str).collect();
                let shown = match names.as_slice() {
                    [first, .., last] if names.len() > 4 => {
                        format!("{} gates, {first} to {last}", names.len())
                    }
                    _ => names.join(", "),
                };
                let word = self.face.coloured("REUSED", Colour::Green);
                self.line(&format!("{word} {shown}: recipe, inputs and outputs are unchanged"));
            }
            Notice::Budget { warning } => {
                let word = self.face.coloured("warning:", Colour::Yellow);
                self.line(&format!("{word} {warning}"));
            }
            Notice::Differs { run, paths } => {
                let paths: Vec<String> = paths.iter().map(|path| run_amend::shown(path)).collect();
                self.line(&format!(
                    "note: the run goes on under what it began with, and the files differ: {}; \
                     to take them in: orch run amend --run {run}",
                    crate::check::plain_text(&paths.join(", "))
                ));
            }
            Notice::NotReused { gate, reason } => {
                let reason = crate::check::plain_text(reason);
                self.line(&format!("{gate} is not reused: {reason}"));
            }
            Notice::Jumped { from, to } => self.line(&format!("{from} failed; back to {to}")),
        }
    }

    /// It belongs to what the person reads; a program finds it in the data.
    fn brief(&self, text: &str) {
        if !self.face.global.json {
            self.line(&format!("\n{text}"));
        }
    }

    fn begin(&mut self, gate: &GateId, attempt: u32, executor: ExecutorKind) {
        let text = format!("{gate}  attempt {attempt}  {executor}");
        match &self.lines {
            None => self.face.say(&format!("STARTED {text}")),
            Some(lines) => {
                let bar = lines.add(ProgressBar::new_spinner());
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
        self.line(&format!("{word} {gate}{attempt}{took}{}", crate::check::plain_text(&reason)));
    }

    /// A line that stays, above those that move.
    fn line(&self, text: &str) {
        match &self.lines {
            Some(lines) => {
                // Without a terminal to draw on there is nobody to show it to.
                let _ = lines.println(door::shown(text));
            }
            None => door::err(&format!("{text}\n")),
        }
    }
}
