//! The lines that move on a terminal: one for each gate at work, and one for each that is waited for,
//! which counts down. None of them is longer than the terminal is wide.

use crate::cli::door;
use crate::id::GateId;
use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressState;
use indicatif::ProgressStyle;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;
use std::time::Instant;

/// How often a line moves.
const TICK: Duration = Duration::from_millis(100);

/// Nothing moves where there is no terminal.
pub(super) struct Live {
    bars: Option<MultiProgress>,
    of: BTreeMap<GateId, ProgressBar>,
    /// Shown until the first thing happens.
    busy: Option<ProgressBar>,
}

impl Live {
    pub(super) fn new(bars: Option<MultiProgress>) -> Self {
        Self { bars, of: BTreeMap::new(), busy: None }
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.bars.is_some()
    }

    /// Says that something is done before there is anything to tell.
    pub(super) fn busy(&mut self, text: &str) {
        self.busy = self.bar("{spinner} {wide_msg}", text);
    }

    pub(super) fn clear(&mut self) {
        let others = std::mem::take(&mut self.of).into_values();
        others.chain(self.busy.take()).for_each(|bar| bar.finish_and_clear());
    }

    /// Says that a gate is at work, and for how long.
    pub(super) fn at_work(&mut self, gate: &GateId, text: &str) {
        let bar = self.bar("{spinner} {elapsed:>4} {wide_msg}", text);
        self.put(gate, bar);
    }

    /// Says what is done in so long.
    pub(super) fn count_down(&mut self, gate: &GateId, text: &str, left: Duration) {
        let until = Instant::now() + left;
        let bar = self.bar("{spinner} {left:>4} {wide_msg}", text);
        if let Some(bar) = &bar {
            let show = move |_: &ProgressState, to: &mut dyn Write| {
                let left = until.saturating_duration_since(Instant::now());
                // Without a terminal to draw on there is nobody to show it to.
                let _ = write!(to, "{}s", left.as_secs_f64().ceil());
            };
            bar.set_style(bar.style().with_key("left", show));
        }
        self.put(gate, bar);
    }

    pub(super) fn end(&mut self, gate: &GateId) {
        self.put(gate, None);
    }

    /// Prints a line that stays, above those that move; says whether it could.
    pub(super) fn print(&self, text: &str) -> bool {
        let Some(bars) = &self.bars else { return false };
        let _ = bars.println(door::shown(text));
        true
    }

    /// Something has happened that is told by itself.
    pub(super) fn is_busy_no_more(&mut self) {
        if let Some(busy) = self.busy.take() {
            busy.finish_and_clear();
        }
    }

    fn put(&mut self, gate: &GateId, bar: Option<ProgressBar>) {
        let before = match bar {
            Some(bar) => self.of.insert(gate.clone(), bar),
            None => self.of.remove(gate),
        };
        if let Some(before) = before {
            before.finish_and_clear();
        }
    }

    fn bar(&self, template: &str, text: &str) -> Option<ProgressBar> {
        let bar = self.bars.as_ref()?.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(door::clean(text));
        bar.enable_steady_tick(TICK);
        Some(bar)
    }
}
