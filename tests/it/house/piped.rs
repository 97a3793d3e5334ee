//! A program that is talked to on its standard input and output, line by line: one that does not answer
//! fails the test with what it had said.

use super::child;
use std::io::Write;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::mpsc::Receiver;
use std::time::Instant;

pub struct Piped {
    child: Child,
    name: String,
    input: Option<ChildStdin>,
    output: Option<Receiver<Vec<u8>>>,
    errors: Receiver<Vec<u8>>,
    /// What it said and nobody has read.
    unread: Vec<u8>,
}

impl Piped {
    pub fn new(command: &mut Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().map(child::follow);
        let errors = child::follow(child.stderr.take().unwrap());
        let (name, input) = (format!("{command:?}"), child.stdin.take());
        Self { child, name, input, output, errors, unread: Vec::new() }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says something, without a line end; whether it was heard.
    pub fn say(&mut self, text: &[u8]) -> bool {
        let input = self.input.as_mut().expect("its input is open");
        input.write_all(text).and_then(|()| input.flush()).is_ok()
    }

    /// Says a line.
    #[track_caller]
    pub fn say_line(&mut self, line: &str) {
        assert!(self.say(format!("{line}\n").as_bytes()), "it does not listen");
    }

    /// Says that there is no more.
    pub fn hang_up(&mut self) {
        self.input = None;
    }

    /// Reads nothing any more.
    pub fn stop_listening(&mut self) {
        self.output = None;
    }

    /// The next line; `None` where it says no more.
    #[track_caller]
    pub fn line(&mut self) -> Option<String> {
        let deadline = Instant::now() + child::PATIENCE;
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Some(String::from_utf8(line).unwrap().trim_end().to_owned());
            }
            let output = self.output.as_ref().expect("it is listened to");
            match output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.unread.extend(bytes),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return None,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    let printed = String::from_utf8_lossy(&self.unread).into_owned();
                    child::hung(&mut self.child, child::PATIENCE, &self.name, &printed)
                }
            }
        }
    }

    /// Waits until it has ended; gives what it said on standard error, too.
    #[track_caller]
    pub fn end(&mut self) -> (ExitStatus, String) {
        let status = child::ended(&mut self.child, Instant::now() + child::PATIENCE);
        let Some(status) = status else {
            child::hung(&mut self.child, child::PATIENCE, &self.name, "")
        };
        let said: Vec<u8> = self.errors.iter().flatten().collect();
        (status, String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
