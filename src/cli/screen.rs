//! A text that is drawn over itself on a terminal, and printed as it comes elsewhere.

use super::answer::Face;
use super::door;
use super::terminal;
use crate::ops::Error;
use crate::process::Resize;
use crate::process::Stop;
use dialoguer::console::Term;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::thread;
use std::time::Duration;

/// How often it is looked whether a text has changed.
const WATCH_EVERY: Duration = Duration::from_millis(500);

/// Where the text is shown.
pub struct Screen {
    bar: Option<ProgressBar>,
    resize: Option<Resize>,
}

impl Screen {
    /// Draws where a terminal lets it.
    pub fn of(face: &Face) -> Self {
        let draws = !face.global.is_ci() && terminal::can_draw() && terminal::shows_both();
        let bar = draws.then(ProgressBar::new_spinner);
        if let (Some(bar), Ok(style)) = (&bar, ProgressStyle::with_template("{msg}")) {
            bar.set_style(style);
        }
        let resize = bar.as_ref().and_then(|_| Resize::on_signal().ok());
        Self { bar, resize }
    }

    /// Whether a text takes the place of the one before it.
    pub fn is_drawn(&self) -> bool {
        self.bar.is_some()
    }

    /// Whether the terminal has another size than before. It has broken the old lines anew, so that
    /// nobody knows where they stand: they are cleared away.
    pub fn is_resized(&self) -> bool {
        let is_resized = self.resize.as_ref().is_some_and(Resize::take);
        if let Some(bar) = self.bar.as_ref().filter(|_| is_resized) {
            // A terminal that cannot be cleared shows the old lines above the new ones.
            let _ = bar.suspend(|| Term::stderr().clear_screen());
        }
        is_resized
    }

    /// Shows a text.
    pub fn show(&self, text: &str) {
        match &self.bar {
            Some(bar) => {
                bar.set_message(door::clean(text.trim_end()));
                bar.tick();
            }
            None => door::out(text),
        }
    }

    /// Shows a text as it changes, until somebody has had enough of it.
    pub fn watch(
        self,
        stop: &Stop,
        mut text: impl FnMut() -> Result<String, Error>,
    ) -> Result<(), Error> {
        let mut last = String::new();
        while !stop.is_raised() {
            let now = text()?;
            if now != last || self.is_resized() {
                self.show(&now);
            }
            last = now;
            thread::sleep(WATCH_EVERY);
        }
        self.end(&last);
        Ok(())
    }

    /// Leaves the last text where it was drawn.
    pub fn end(self, text: &str) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
            door::out(text);
        }
    }
}
