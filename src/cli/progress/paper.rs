//! What the moving lines are drawn on: standard error, with line breaks in the place of the blanks that
//! indicatif fills each line with. A terminal that is made narrower would break these blanks into lines
//! that nobody clears, and so would the `^C` that it shows behind them.

use dialoguer::console::Term;
use indicatif::TermLike;
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Standard error.
#[derive(Debug)]
pub(super) struct Paper {
    term: Term,
    /// Whether a line has ended, and none has begun below it.
    is_at_end: AtomicBool,
}

impl Paper {
    pub(super) fn new() -> Self {
        Self { term: Term::buffered_stderr(), is_at_end: AtomicBool::new(false) }
    }
}

impl TermLike for Paper {
    fn width(&self) -> u16 {
        self.term.size().1
    }

    fn height(&self) -> u16 {
        self.term.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.term.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.term.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        if text.bytes().all(|byte| byte == b' ') {
            self.is_at_end.store(true, Ordering::Relaxed);
            return Ok(());
        }
        if self.is_at_end.swap(false, Ordering::Relaxed) {
            self.term.write_line("")?;
        }
        self.term.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.term.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.is_at_end.store(false, Ordering::Relaxed);
        self.term.flush()
    }
}
