//! The processes that keep sittings and send notifications: they outlive the command that begins them, and none may
//! outlive its house.

use super::Done;
use super::House;
use super::child;
use super::is_alive;
use super::wait_until;
use rustix::process::Pid;
use rustix::process::Signal;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// The longest that a killed process is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

impl House {
    /// The numbers of the processes that keep sittings here.
    pub fn keepers(&self) -> Vec<u32> {
        detached_in(self.folder.path(), &["keep"])
    }

    /// Does something that ends them, and waits until they are dead: their locks go last.
    pub fn ends_keepers(&self, act: &str) {
        let keepers = self.keepers();
        self.orch(act).code(0);
        wait_until("the keepers are dead", || {
            !keepers.iter().any(|process| is_alive(&process.to_string()))
        });
    }

    /// Kills them, as a power cut would.
    pub fn kill_keepers(&self) {
        kill_in(self.folder.path());
    }

    /// The lock of whoever sits at the newest run.
    pub fn session_lock(&self) -> PathBuf {
        self.journal().with_file_name("session.lock")
    }

    /// Runs the binary by the real time, for what a timer does.
    pub fn orch_by_the_clock(&self, words: &str) -> Done {
        self.orch_by_the_clock_with(&words.split_whitespace().collect::<Vec<_>>())
    }

    /// The same with words that may hold blanks.
    pub fn orch_by_the_clock_with(&self, words: &[&str]) -> Done {
        let mut command = self.program(env!("CARGO_BIN_EXE_orch"));
        self.done(&child::output(command.args(words)))
    }

    /// Runs the binary at a time of the day.
    pub fn orch_at(&self, time: &str, words: &str) -> Done {
        self.orch_by_the_clock(&format!("--now 2026-01-19T{time}Z --seed 1 {words}"))
    }
}

impl Drop for House {
    fn drop(&mut self) {
        kill_in(self.folder.path());
    }
}

/// Sends a signal to one process.
pub fn signal_one(signal: Signal, process: u32) {
    if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process(process, signal);
    }
}

/// The processes that work on their own below a folder, by their words and the folder that they were
/// started in: a lock may hold garbage, and its run may be gone.
fn detached_in(folder: &Path, commands: &[&str]) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let is_detached = |process: &u32| {
        let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        let mut words = words.split(|byte| *byte == 0);
        let is_one = words.any(|word| commands.iter().any(|command| command.as_bytes() == word));
        let works_in = std::fs::read_link(format!("/proc/{process}/cwd")).unwrap_or_default();
        is_one && works_in.starts_with(&folder)
    };
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).filter(is_detached).collect()
}

fn kill_in(folder: &Path) {
    let start = Instant::now();
    let mut killed = Vec::new();
    loop {
        let detached = detached_in(folder, &["keep", "send"]);
        for process in &detached {
            signal_one(Signal::KILL, *process);
        }
        killed.extend(detached);
        // What dies loses its words first, and its locks last.
        killed.retain(|process| is_alive(&process.to_string()));
        if killed.is_empty() || start.elapsed() > PATIENCE {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
