//! The server of the engine, on ports of its own and with its data in a temporary folder, and the
//! process that serves the pool to it.

use crate::installed::programs;
use crate::it::house::Started;
use crate::it::house::send;
use crate::it::house::signal;
use rustix::process::Signal;
use serde_json::Value as Json;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

/// How long it may take to come up on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_mins(1);

/// The server, and who serves the pool to it.
pub struct Engine {
    folder: tempfile::TempDir,
    program: PathBuf,
    server: Option<Started>,
    pool: Option<Started>,
    ports: Ports,
    started: AtomicUsize,
}

struct Ports {
    node: u16,
    ingress: u16,
    admin: u16,
    pool: u16,
}

impl Engine {
    /// Both at work; `None` where these tests do not run, which is told.
    pub fn start() -> Option<Self> {
        let mut engine = Self::start_server_alone()?;
        engine.start_pool();
        Some(engine)
    }

    /// The server, which knows of no pool yet.
    pub fn start_server_alone() -> Option<Self> {
        let [node, ingress, admin, pool] = free_ports();
        let mut engine = Self {
            program: program()?,
            folder: tempfile::tempdir().unwrap(),
            server: None,
            pool: None,
            ports: Ports { node, ingress, admin, pool },
            started: AtomicUsize::new(0),
        };
        engine.start_server();
        Some(engine)
    }

    /// The address that workers and people know.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.ingress)
    }

    pub fn port(&self) -> u16 {
        self.ports.ingress
    }

    pub fn start_server(&mut self) {
        let settings = self.folder.path().join("restate.toml");
        std::fs::write(&settings, self.settings()).unwrap();
        let mut server = Command::new(&self.program);
        server.arg("--no-logo").arg("-c").arg(settings).env("DO_NOT_TRACK", "1");
        self.server = Some(self.run(&mut server, "server"));
        let Ports { ingress, admin, .. } = self.ports;
        self.wait("the server is healthy", || {
            is_ok(admin, "/health") && is_ok(ingress, "/restate/health")
        });
    }

    /// Starts the process that serves the pool, which makes itself known to the server.
    pub fn start_pool(&mut self) {
        self.start_pool_with(&[]);
    }

    pub fn start_pool_with(&mut self, more: &[&str]) {
        let Ports { admin, pool, .. } = self.ports;
        let mut serve = Command::new(env!("CARGO_BIN_EXE_orch"));
        serve.args(["engine", "serve", "--listen", &format!("127.0.0.1:{pool}")]);
        serve.args(["--admin", &format!("http://127.0.0.1:{admin}")]).args(more);
        self.pool = Some(self.run(&mut serve, "pool"));
        let printed = || self.pool.as_ref().unwrap().printed();
        self.wait("the pool is served", || printed().contains("serving the pool"));
    }

    pub fn kill_server(&mut self) {
        kill(self.server.take());
    }

    pub fn kill_pool(&mut self) {
        kill(self.pool.take());
    }

    /// Takes away all that the server has kept.
    pub fn delete_data(&self) {
        std::fs::remove_dir_all(self.folder.path().join("data")).unwrap();
    }

    /// Calls a handler, as workers and people do.
    pub fn call(&self, place: &str, body: &Json) -> Json {
        let path = format!("/restate/call/{place}");
        let headers = [("content-type", "application/json")];
        let answer = send(self.ports.ingress, ("POST", &path), &headers, &body.to_string());
        answer.code(200).json()
    }

    fn run(&self, command: &mut Command, name: &str) -> Started {
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        Started::new(command, self.folder.path().join(format!("{name}-{number}.log")))
    }

    #[track_caller]
    fn wait(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !holds() {
            let printed = || {
                let all = [&self.server, &self.pool];
                all.into_iter().flatten().map(Started::printed).collect::<String>()
            };
            assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}\n{}", printed());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn settings(&self) -> String {
        let Ports { node, ingress, admin, .. } = self.ports;
        let data = self.folder.path().join("data");
        format!(
            "cluster-name = 'orch-test'\nnode-name = 'n1'\nbase-dir = '{}'\nlisten-mode = 'tcp'\n\
             bind-ip = '127.0.0.1'\nadvertised-host = '127.0.0.1'\nbind-port = {node}\n\
             disable-telemetry = true\ndefault-num-partitions = 4\n\
             rocksdb-total-memory-size = '256 MiB'\nlog-format = 'compact'\nlog-filter = 'warn'\n\
             [ingress]\nbind-port = {ingress}\n\
             [admin]\nbind-port = {admin}\ndisable-web-ui = true\n\
             [worker]\ncleanup-interval = '1m'\n",
            data.display()
        )
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill_pool();
        self.kill_server();
    }
}

fn kill(started: Option<Started>) {
    if let Some(mut started) = started {
        signal(Signal::KILL, started.id());
        started.wait();
    }
}

/// The program itself: the one that npm links to only starts it.
pub fn program() -> Option<PathBuf> {
    let packages = programs()?.parent().unwrap().join("@restatedev");
    let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let package: &Path = &packages.join(format!("restate-server-{system}-{machine}"));
    Some(package.join("bin/restate-server"))
}

/// Ports that nobody uses now.
pub fn free_ports() -> [u16; 4] {
    let held = [(); 4].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.map(|listener| listener.local_addr().unwrap().port())
}

pub fn is_ok(port: u16, path: &str) -> bool {
    // Nobody may listen there yet.
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        && send(port, ("GET", path), &[], "").status == 200
}
