//! Pseudo terminals, for programs that ask somebody.

use std::fs::File;
use std::fs::OpenOptions;

/// Whether the program reads whole lines: not while it waits for a key.
pub fn reads_lines(terminal: &File) -> bool {
    let modes = rustix::termios::tcgetattr(terminal).unwrap().local_modes;
    modes.contains(rustix::termios::LocalModes::ICANON)
}

/// A pseudo terminal: our side of it, and the program's.
pub fn terminal() -> (File, File) {
    let flags = rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY;
    let master = rustix::pty::openpt(flags).unwrap();
    rustix::pty::grantpt(&master).unwrap();
    rustix::pty::unlockpt(&master).unwrap();
    let name = rustix::pty::ptsname(&master, Vec::new()).unwrap();
    let slave = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    (File::from(master), slave)
}
