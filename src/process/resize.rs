//! The terminal tells a program that draws on it when its size changes.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// Raised each time that the size of the terminal changes.
#[derive(Debug)]
pub struct Resize(Arc<AtomicBool>);

impl Resize {
    pub fn on_signal() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(signal_hook::consts::signal::SIGWINCH, Arc::clone(&raised))?;
        Ok(Self(raised))
    }

    /// Whether it has changed since this was asked last.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}
