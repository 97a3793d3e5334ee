//! The lines that move on a terminal: one for each gate at work, and one for each that is waited for,
//! which counts down. None of them is longer than the terminal is wide.

use super::paper::Paper;
use crate::cli::door;
use crate::id::GateId;
use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressState;
use indicatif::ProgressStyle;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// How often the lines are drawn at most, each second.
const HZ: u8 = 20;

/// How often a line moves.
const TICK: Duration = Duration::from_millis(100);

/// Nothing moves where there is no terminal.
pub(super) struct Live {
    bars: Option<Bars>,
    of: BTreeMap<GateId, Bar>,
    /// Shown until the first thing happens.
    busy: Option<Bar>,
}

/// All lines that move on one terminal.
#[derive(Clone)]
pub(super) struct Bars {
    all: MultiProgress,
    count: Arc<AtomicUsize>,
}

impl Bars {
    pub(super) fn new() -> Self {
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Paper::new()), HZ);
        Self { all: MultiProgress::with_draw_target(target), count: Arc::default() }
    }
}

/// A line that moves until it is dropped.
struct Bar {
    bar: ProgressBar,
    count: Arc<AtomicUsize>,
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.count.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Live {
    pub(super) fn new(bars: Option<Bars>) -> Self {
        Self { bars, of: BTreeMap::new(), busy: None }
    }

    pub(super) fn is_drawn(&self) -> bool {
        self.bars.is_some()
    }

    /// Says that something is done before there is anything to tell.
    pub(super) fn busy(&mut self, text: &str) {
        self.busy = self.bar("{spinner} {elapsed:>4} {wide_msg}", text);
    }

    pub(super) fn clear(&mut self) {
        self.of.clear();
        self.busy = None;
    }

    /// How many gates have a line that moves.
    pub(super) fn moving(&self) -> usize {
        self.of.len()
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
            bar.bar.set_style(bar.bar.style().with_key("left", show));
        }
        self.put(gate, bar);
    }

    pub(super) fn end(&mut self, gate: &GateId) {
        self.put(gate, None);
    }

    /// Prints a line that stays, above those that move; says whether there are any.
    pub(super) fn print(&self, text: &str) -> bool {
        let Some(bars) = &self.bars else { return false };
        if bars.count.load(Ordering::Acquire) == 0 {
            return false;
        }
        let _ = bars.all.println(door::shown(text));
        true
    }

    /// Something has happened that is told by itself.
    pub(super) fn is_busy_no_more(&mut self) {
        self.busy = None;
    }

    fn put(&mut self, gate: &GateId, bar: Option<Bar>) {
        match bar {
            Some(bar) => drop(self.of.insert(gate.clone(), bar)),
            None => drop(self.of.remove(gate)),
        }
    }

    fn bar(&self, template: &str, text: &str) -> Option<Bar> {
        let bars = self.bars.as_ref()?;
        bars.count.fetch_add(1, Ordering::AcqRel);
        let bar = bars.all.add(ProgressBar::new_spinner());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(door::clean(text));
        bar.enable_steady_tick(TICK);
        Some(Bar { bar, count: Arc::clone(&bars.count) })
    }
}
