//! A program that is left running: whoever waits for it waits a while, and is told what it had
//! printed when that was not enough.

use super::child;
use std::fs::File;
use std::ops::Deref;
use std::ops::DerefMut;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Instant;

pub struct Started {
    child: Child,
    name: String,
    /// Where it prints to.
    printed: PathBuf,
}

impl Started {
    /// Starts a program in a process group of its own.
    pub fn new(command: &mut Command, printed: PathBuf) -> Self {
        let file = File::create(&printed).unwrap();
        let both = [file.try_clone().unwrap(), file].map(Stdio::from);
        let [stdout, stderr] = both;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).process_group(0);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, name: format!("{command:?}"), printed }
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        child::ended(&mut self.child, Instant::now() + child::PATIENCE).unwrap_or_else(|| {
            let printed = self.printed();
            child::hung(&mut self.child, child::PATIENCE, &self.name, &printed)
        })
    }

    /// What it has printed.
    pub fn printed(&self) -> String {
        let printed = std::fs::read(&self.printed).unwrap_or_default();
        String::from_utf8_lossy(&printed).into_owned()
    }
}

impl Deref for Started {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.child
    }
}

impl DerefMut for Started {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.child
    }
}
