//! The inner side of a doorway: a process in the sandbox that listens where programs look for a proxy.

use super::PORT;
use super::join;
use std::ffi::OsString;
use std::io;
use std::net::Shutdown;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Listens on the loopback, starts the program, and gives the exit code that it ends with: `SOCKET PROGRAM
/// ARGUMENT…`.
#[expect(clippy::disallowed_methods, reason = "this is the door to other programs")]
pub fn pass(arguments: &[OsString]) -> io::Result<u8> {
    let [socket, program, arguments @ ..] = arguments else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let socket = PathBuf::from(socket);
    let listener = TcpListener::bind(("127.0.0.1", PORT))?;
    // The program is asked to end, and this ends with it.
    for signal in
        [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT, signal_hook::consts::SIGHUP]
    {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let socket = socket.clone();
            std::thread::spawn(move || {
                let outside = UnixStream::connect(socket)?;
                join(
                    (&client, || client.shutdown(Shutdown::Write)),
                    (&outside, || outside.shutdown(Shutdown::Write)),
                )
            });
        }
    });
    let status = std::process::Command::new(program).args(arguments).status()?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
