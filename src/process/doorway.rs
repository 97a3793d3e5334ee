//! A doorway out of a sandbox without a network: a proxy that knows `CONNECT` alone (RFC 9110, section 9.3.6)
//! and lets programs talk to the hosts that are named. Outside it listens on a socket in a folder that the
//! sandbox sees; inside, this program once more passes on what arrives on a port of the loopback.

#[cfg(feature = "cli")]
mod inside;

#[cfg(feature = "cli")]
pub use inside::pass;

use crate::files;
use std::ffi::OsString;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpStream;
use std::net::ToSocketAddrs;
use std::os::unix::net::UnixListener;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The argument that makes this program the inner side: `orch doorway SOCKET PROGRAM ARGUMENT…`.
pub const ARGUMENT: &str = "doorway";

/// The port of the loopback inside, where nobody else listens.
const PORT: u16 = 3128;

/// Where the socket lies inside.
const INSIDE: &str = "/run/orch";

/// The name of the socket.
const SOCKET: &str = "doorway";

/// The longest request that is read, in bytes.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;

/// How long a client may take to say where it wants to go, and a host to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// More connections than programs need at once; the process that drives the run needs files, too.
const CLIENTS_MAX: usize = 256;

/// How long to wait where the system has no room for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// The variables by which programs know a proxy.
const VARIABLES: [&str; 6] =
    ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// The outer side, open until it is dropped.
#[derive(Debug)]
pub(super) struct Doorway {
    folder: tempfile::TempDir,
    is_closed: Arc<AtomicBool>,
}

impl Doorway {
    /// Opens one to these hosts.
    pub(super) fn open(hosts: &[String]) -> io::Result<Self> {
        let folder = files::passing_folder()?;
        let listener = UnixListener::bind(folder.path().join(SOCKET))?;
        let is_closed = Arc::new(AtomicBool::new(false));
        let (closed, hosts) = (is_closed.clone(), Arc::new(hosts.to_vec()));
        std::thread::spawn(move || {
            let open = Arc::new(());
            for client in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(client) = client else {
                    std::thread::sleep(PAUSE);
                    continue;
                };
                if Arc::strong_count(&open) > CLIENTS_MAX {
                    continue;
                }
                let (hosts, open) = (hosts.clone(), open.clone());
                std::thread::spawn(move || {
                    // One that gives up half-way is no concern of the others.
                    let _ = serve(&client, &hosts);
                    drop(open);
                });
            }
        });
        Ok(Self { folder, is_closed })
    }

    /// The folder that the sandbox must see, and where.
    pub(super) fn mount(&self) -> super::Mount {
        let of = self.folder.path().to_owned();
        super::Mount::Instead { at: PathBuf::from(INSIDE), of, is_writable: false }
    }

    /// What a program is started with, so that it finds the inner side there: `program` is this one.
    pub(super) fn words(program: &Path) -> [OsString; 3] {
        [program.into(), ARGUMENT.into(), Path::new(INSIDE).join(SOCKET).into()]
    }

    /// The variables that tell programs where to go.
    pub(super) fn variables() -> impl Iterator<Item = (String, String)> {
        let url = format!("http://127.0.0.1:{PORT}");
        VARIABLES.into_iter().map(move |name| (name.to_owned(), url.clone()))
    }
}

impl Drop for Doorway {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::SeqCst);
        // Wakes whoever listens.
        let _ = UnixStream::connect(self.folder.path().join(SOCKET));
    }
}

/// Lets one client through, or says why not.
fn serve(client: &UnixStream, hosts: &[String]) -> io::Result<()> {
    client.set_read_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(client.take(REQUEST_BYTES_MAX));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let refuse = |status: &str, why: &str| {
        let length = why.len();
        write!(&mut &*client, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{why}")
    };
    let mut words = request.split_whitespace();
    let (Some("CONNECT"), Some(target)) = (words.next(), words.next()) else {
        return refuse("405 Method Not Allowed", "only HTTPS is let through (CONNECT)\n");
    };
    let (host, port) = match target.rsplit_once(':') {
        Some((host, port)) => (host.trim_matches(['[', ']']), port.parse::<u16>()),
        None => (target, "443".parse()),
    };
    let Ok(port) = port else { return refuse("400 Bad Request", "that is not a port\n") };
    if !hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
        let why = format!("the permits of this gate do not name the host {host}\n");
        return refuse("403 Forbidden", &why);
    }
    match connect(host, port) {
        Ok(server) => {
            (&*client).write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
            client.set_read_timeout(None)?;
            // What the client sent at once is in the reader.
            let sent = reader.buffer().to_vec();
            (&server).write_all(&sent)?;
            join(
                (client, || client.shutdown(Shutdown::Write)),
                (&server, || server.shutdown(Shutdown::Write)),
            )
        }
        Err(error) => refuse("502 Bad Gateway", &format!("{host}: {error}\n")),
    }
}

/// Connects to the first address of a host that answers.
fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::NotFound.into();
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(server) => return Ok(server),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Passes on what each of two sides says, until both have ended.
fn join<A, B>(
    (one, end_one): (&A, impl Fn() -> io::Result<()> + Sync),
    (other, end_other): (&B, impl Fn() -> io::Result<()> + Sync),
) -> io::Result<()>
where
    A: Sync,
    B: Sync,
    for<'a> &'a A: Read + Write,
    for<'a> &'a B: Read + Write,
{
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let _ = io::copy(&mut &*one, &mut &*other);
            let _ = end_other();
        });
        let copied = io::copy(&mut &*other, &mut &*one);
        let _ = end_one();
        copied.map(drop)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What the doorway answers to a request, up to its status.
    fn status(doorway: &Doorway, request: &str) -> String {
        let mut client = UnixStream::connect(doorway.folder.path().join(SOCKET)).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(client).read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    #[test]
    fn only_named_hosts_are_let_through() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let doorway = Doorway::open(&["127.0.0.1".to_owned()]).unwrap();
        let to = |target: &str| status(&doorway, &format!("CONNECT {target} HTTP/1.1\r\n\r\n"));
        assert_eq!(to(&format!("127.0.0.1:{port}")), "HTTP/1.1 200 Connection established");
        assert_eq!(to("example.org:443"), "HTTP/1.1 403 Forbidden");
        assert_eq!(to("127.0.0.1.example.org:443"), "HTTP/1.1 403 Forbidden");
        assert_eq!(to("127.0.0.1:x"), "HTTP/1.1 400 Bad Request");
        let plain = status(&doorway, "GET http://127.0.0.1/ HTTP/1.1\r\n\r\n");
        assert_eq!(plain, "HTTP/1.1 405 Method Not Allowed");
    }

    #[test]
    fn what_is_said_goes_both_ways() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (mut client, _) = server.accept().unwrap();
            let mut heard = [0; 4];
            client.read_exact(&mut heard).unwrap();
            client.write_all(&heard).unwrap();
        });
        let doorway = Doorway::open(&["LOCALHOST".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let mut client = UnixStream::connect(doorway.folder.path().join(SOCKET)).unwrap();
        write!(client, "CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\nping").unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).unwrap();
        assert!(heard.ends_with("\r\n\r\nping"), "{heard}");
    }
}
