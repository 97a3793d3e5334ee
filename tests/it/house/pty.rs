//! Pseudo terminals, for programs that ask somebody.

use super::Done;
use super::House;
use super::child;
use super::wait_until;
use std::fs::File;
use std::fs::OpenOptions;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// How long a program may be silent before it is taken to wait for ever.
const SILENCE: Duration = Duration::from_secs(20);

impl House {
    /// Runs the binary on a pseudo terminal. Each pair is what to wait for, and what to type then.
    pub fn on_terminal(&self, words: &str, talk: &[(&str, &str)]) -> Done {
        self.talk(self.command(&words.split_whitespace().collect::<Vec<_>>()), talk)
    }

    /// The same by the clock of the system, on a terminal that is so wide.
    pub fn on_terminal_by_the_clock(
        &self,
        words: &str,
        columns: u16,
        talk: &[(&str, &str)],
    ) -> Done {
        let script = format!("stty columns {columns} rows 40; exec \"$0\" --seed 1 {words}");
        let mut shell = self.program("sh");
        shell.args(["-c", &script, env!("CARGO_BIN_EXE_orch")]);
        self.talk(shell, talk)
    }

    /// Runs it on a terminal that rules the program: one that its children can open too.
    pub fn on_own_terminal(&self, words: &str, talk: &[(&str, &str)]) -> Done {
        let orch = self.command(&words.split_whitespace().collect::<Vec<_>>());
        let mut command = self.program("setsid");
        command.arg("--ctty").arg(orch.get_program()).args(orch.get_args());
        self.talk(command, talk)
    }

    /// Runs another program on a terminal that rules it.
    pub fn program_on_terminal(&self, argv: &[&str], talk: &[(&str, &str)]) -> Done {
        let mut command = self.program("setsid");
        command.arg("--ctty").args(argv);
        self.talk(command, talk)
    }

    /// The same below a shell that a run has started.
    pub fn on_terminal_at_work(&self, words: &str, talk: &[(&str, &str)]) -> Done {
        let orch = self.command(&words.split_whitespace().collect::<Vec<_>>());
        let mut shell = self.program("sh");
        shell.args(["-c", "\"$@\"; exit $?", "sh"]).arg(orch.get_program()).args(orch.get_args());
        shell.env("ORCH_AT_WORK", "somewhere");
        self.talk(shell, talk)
    }

    /// Runs it on a terminal and, once it shows this text, does something with all that it has shown.
    pub fn on_terminal_meanwhile(
        &self,
        words: &str,
        expected: &str,
        meanwhile: &mut dyn FnMut(&str),
    ) -> Done {
        let command = self.command(&words.split_whitespace().collect::<Vec<_>>());
        self.talk_and(command, &[(expected, "")], meanwhile)
    }

    fn talk(&self, command: Command, talk: &[(&str, &str)]) -> Done {
        self.talk_and(command, talk, &mut |_| ())
    }

    fn talk_and(
        &self,
        mut command: Command,
        talk: &[(&str, &str)],
        meanwhile: &mut dyn FnMut(&str),
    ) -> Done {
        let (mut master, slave) = terminal();
        let side = || Stdio::from(slave.try_clone().unwrap());
        command.env("TERM", "xterm").stdin(side()).stdout(side()).stderr(side());
        let mut child = command.spawn().unwrap();
        let name = format!("{command:?}");
        drop((command, slave));
        let printed = child::follow(master.try_clone().unwrap());
        let mut shown: Vec<u8> = Vec::new();
        let mut looked = 0;
        for (expected, typed) in talk {
            let found = loop {
                let text = String::from_utf8_lossy(&shown[looked..]);
                if let Some(at) = text.find(expected) {
                    break at + expected.len();
                }
                let Ok(bytes) = printed.recv_timeout(SILENCE) else {
                    panic!("`{expected}` was never shown, but: {text}");
                };
                shown.extend(bytes);
            };
            looked = (looked + found).min(shown.len());
            meanwhile(&String::from_utf8_lossy(&shown));
            // Before a program reads keys, its terminal swallows a Ctrl-C that is not its own.
            if typed.contains('\u{3}') {
                wait_until("keys are read", || !reads_lines(&master));
            }
            master.write_all(typed.as_bytes()).unwrap();
        }
        // The terminal is read to its end, or the program would wait for its reader.
        while let Ok(bytes) = printed.recv_timeout(SILENCE) {
            shown.extend(bytes);
        }
        let stdout = self.stable(&shown);
        let Some(status) = child::ended(&mut child, Instant::now() + Duration::from_secs(1)) else {
            child::hung(&mut child, SILENCE, &name, &stdout)
        };
        Done { code: status.code().unwrap_or(-1), stdout, stderr: String::new() }
    }
}

/// Whether the program reads whole lines: not while it waits for a key.
fn reads_lines(terminal: &File) -> bool {
    let modes = rustix::termios::tcgetattr(terminal).unwrap().local_modes;
    modes.contains(rustix::termios::LocalModes::ICANON)
}

/// A pseudo terminal: our side of it, and the program's.
fn terminal() -> (File, File) {
    let flags = rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY;
    let master = rustix::pty::openpt(flags).unwrap();
    // A program that had it as well would never see its terminal go.
    rustix::io::fcntl_setfd(&master, rustix::io::FdFlags::CLOEXEC).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    (File::from(master), slave)
}
