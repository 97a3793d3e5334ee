//! Machines that share runs: each a clone of its own of one remote, with a home of its own. What they
//! have in common is the remote and the engine.

use crate::it::house::Done;
use crate::it::house::House;
use crate::it::house::Started;
use crate::it::house::child;
use crate::it::house::signal;
use crate::it::house::wait_until;
use rustix::process::Signal;
use std::path::PathBuf;
use std::process::Command;

/// A clone of the remote.
pub struct Host {
    pub house: House,
    /// Without one, its runs are its own.
    url: Option<String>,
}

/// The first machine, with a remote that holds its workflows.
pub fn first(url: &str, house: House) -> Host {
    let remote = house.outside("remote.git");
    house.git(&format!("init --quiet --bare --initial-branch=main {}", remote.display()));
    house.git("add --all");
    house.git("commit --quiet --message=workflows");
    house.git(&format!("remote add origin {}", remote.display()));
    house.git("push --quiet --set-upstream origin main");
    Host { house, url: Some(url.to_owned()) }
}

impl Host {
    pub fn remote(&self) -> PathBuf {
        let url = self.house.git("remote get-url origin");
        PathBuf::from(url.trim())
    }

    /// Another machine.
    pub fn other(&self) -> Host {
        let house = House::outside_git();
        house.git(&format!("clone --quiet {} .", self.remote().display()));
        Host { house, url: self.url.clone() }
    }

    /// The same machine, which knows the engine by another address.
    pub fn at(self, url: String) -> Host {
        Host { url: Some(url), ..self }
    }

    /// The same machine, by itself.
    pub fn alone(self) -> Host {
        Host { url: None, ..self }
    }

    /// A command that shares its runs, by the system's clock.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.house.program(env!("CARGO_BIN_EXE_orch"));
        command.args(words);
        if let Some(url) = &self.url {
            command.args(["--engine", url]);
        }
        command
    }

    pub fn orch(&self, words: &str) -> Done {
        self.orch_with(&words.split_whitespace().collect::<Vec<_>>())
    }

    pub fn orch_with(&self, words: &[&str]) -> Done {
        let output = child::output(&mut self.command(words));
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Done { code, stdout: text(&output.stdout), stderr: text(&output.stderr) }
    }

    /// A worker of this machine.
    pub fn worker(&self, more: &str) -> Worker {
        let words = format!("worker {more}");
        let words: Vec<&str> = words.split_whitespace().collect();
        let begun = std::time::Instant::now();
        loop {
            let started = self.house.start_other(&mut self.command(&words));
            let has_said = |text| started.printed().contains(text);
            wait_until("the worker says how it is", || {
                has_said("waiting for runs") || has_said("error:")
            });
            if has_said("waiting for runs") {
                return Worker { started };
            }
            // One that was hired for runs of this machine ends soon.
            assert!(begun.elapsed() < child::PATIENCE, "{}", started.printed());
        }
    }

    /// Waits until the run of a key stands so.
    #[track_caller]
    pub fn waits_for(&self, key: &str, status: &str) {
        let mut seen = String::new();
        let stands = || {
            let list = self.orch("list --all --json").code(0).json();
            let runs = list["data"].as_array().unwrap().clone();
            let run = runs.iter().find(|run| run["key"] == key);
            seen = format!("{runs:#?}");
            run.is_some_and(|run| run["status"] == status)
        };
        let what = format!("{key} is {status}");
        let begun = std::time::Instant::now();
        let mut stands = stands;
        while !stands() {
            assert!(begun.elapsed() < child::PATIENCE, "waited in vain: {what}\n{seen}");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }

    /// What the runs' records on the remote say, seen from a fresh clone.
    pub fn verify(&self) -> Done {
        let fresh = self.other();
        fresh.house.orch("record fetch").code(0);
        fresh.house.orch("verify --all")
    }
}

/// A worker at work.
pub struct Worker {
    pub started: Started,
}

impl Worker {
    pub fn kill(&mut self) {
        signal(Signal::KILL, self.started.id());
        self.started.wait();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.started.kill();
        let _ = self.started.wait();
    }
}
