//! The processes that outlive the command that begins them, such as those that keep sittings and send
//! notifications: none may outlive its house.

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

/// The commands that keep sittings and send notifications.
const DETACHED: [&str; 2] = ["keep", "send"];

/// The longest that a killed process is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

impl House {
    /// The numbers of the processes that keep sittings here.
    pub fn keepers(&self) -> Vec<u32> {
        processes_in(self.folder.path(), |words| has_one(words, &["keep"]))
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
        kill_in(self.folder.path(), |words| has_one(words, &DETACHED));
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
        kill_in(self.folder.path(), |_| true);
    }
}

/// Sends a signal to one process.
pub fn signal_one(signal: Signal, process: u32) {
    if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = rustix::process::kill_process(process, signal);
    }
}

/// Whether a command line has one of these words.
fn has_one(words: &[&[u8]], commands: &[&str]) -> bool {
    words.iter().any(|word| commands.iter().any(|command| command.as_bytes() == *word))
}

/// The processes that work in a folder or below, by their words: a lock may hold garbage, and its run may be
/// gone.
fn processes_in(folder: &Path, is_wanted: impl Fn(&[&[u8]]) -> bool) -> Vec<u32> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let is_one = |process: &u32| {
        let works_in = std::fs::read_link(format!("/proc/{process}/cwd")).unwrap_or_default();
        if !works_in.starts_with(&folder) {
            return false;
        }
        let words = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        is_wanted(&words.split(|byte| *byte == 0).collect::<Vec<_>>())
    };
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter_map(|name| name.parse().ok()).filter(is_one).collect()
}

fn kill_in(folder: &Path, is_wanted: impl Fn(&[&[u8]]) -> bool) {
    let start = Instant::now();
    let mut killed = Vec::new();
    loop {
        let found = processes_in(folder, &is_wanted);
        for process in &found {
            signal_one(Signal::KILL, *process);
        }
        killed.extend(found);
        // What dies loses its words first, and its locks last.
        killed.retain(|process| is_alive(&process.to_string()));
        if killed.is_empty() || start.elapsed() > PATIENCE {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
