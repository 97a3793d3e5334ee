//! Three servers that keep the pool together, of which one dies.

use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::Started;
use crate::it::house::signal;
use crate::it::house::wait_until;
use crate::restate::free_ports;
use crate::restate::is_ok;
use crate::restate::program;
use rustix::process::Signal;
use std::process::Command;
use std::time::Duration;
use std::time::Instant;

/// How long three servers may take to find each other.
const PATIENCE: Duration = Duration::from_mins(1);

struct Cluster {
    folder: tempfile::TempDir,
    servers: Vec<Started>,
    /// The ingress and the administration of each.
    doors: Vec<[u16; 2]>,
    pool: Option<Started>,
}

impl Cluster {
    fn start() -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().unwrap();
        let ports: Vec<[u16; 4]> = (0..3).map(|_| free_ports()).collect();
        let nodes: Vec<String> =
            ports.iter().map(|[node, ..]| format!("'http://127.0.0.1:{node}'")).collect();
        let doors = ports.iter().map(|[_, ingress, admin, _]| [*ingress, *admin]).collect();
        let mut cluster = Self { folder, servers: Vec::new(), doors, pool: None };
        for (number, [node, ingress, admin, _]) in ports.iter().enumerate() {
            let settings = cluster.folder.path().join(format!("{number}.toml"));
            let text = format!(
                "cluster-name = 'orch-test'\nnode-name = 'n{number}'\nbase-dir = '{}'\n\
                 listen-mode = 'tcp'\nbind-ip = '127.0.0.1'\nadvertised-host = '127.0.0.1'\n\
                 bind-port = {node}\ndisable-telemetry = true\ndefault-num-partitions = 2\n\
                 default-replication = 2\nrocksdb-total-memory-size = '128 MiB'\n\
                 log-filter = 'warn'\nauto-provision = {}\n\
                 [metadata-client]\naddresses = [{}]\n\
                 [bifrost]\ndefault-provider = 'replicated'\n\
                 [ingress]\nbind-port = {ingress}\n\
                 [admin]\nbind-port = {admin}\ndisable-web-ui = true\n",
                cluster.folder.path().join("data").display(),
                number == 0,
                nodes.join(", "),
            );
            std::fs::write(&settings, text).unwrap();
            let mut server = Command::new(&program);
            server.arg("--no-logo").arg("-c").arg(settings).env("DO_NOT_TRACK", "1");
            let printed = cluster.folder.path().join(format!("{number}.log"));
            cluster.servers.push(Started::new(&mut server, printed));
        }
        let begun = Instant::now();
        let is_up = |[ingress, admin]: &[u16; 2]| {
            is_ok(*admin, "/health") && is_ok(*ingress, "/restate/health")
        };
        while !cluster.doors.iter().all(is_up) {
            assert!(begun.elapsed() < PATIENCE, "{}", cluster.servers[0].printed());
            std::thread::sleep(Duration::from_millis(100));
        }
        let mut serve = Command::new(env!("CARGO_BIN_EXE_orch"));
        serve.args(["engine", "serve", "--listen", "127.0.0.1:0"]);
        serve.args(["--admin", &format!("http://127.0.0.1:{}", cluster.doors[0][1])]);
        let pool = Started::new(&mut serve, cluster.folder.path().join("pool.log"));
        wait_until("the pool is served", || pool.printed().contains("serving the pool"));
        cluster.pool = Some(pool);
        Some(cluster)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.doors[0][0])
    }

    fn kill(&mut self, number: usize) {
        signal(Signal::KILL, self.servers[number].id());
        self.servers[number].wait();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for started in self.servers.iter_mut().chain(&mut self.pool) {
            let _ = started.kill();
            let _ = started.wait();
        }
    }
}

#[test]
fn one_of_three_servers_dies_while_runs_are_driven() {
    let Some(mut cluster) = Cluster::start() else { return };
    let house = House::new().workflow(
        "slow",
        "key = '{{ topic }}'
         [inputs]
         topic = { type = 'slug', help = 'What to write about' }
         [[gate]]
         id = 'a'
         executor = 'command'
         shell = 'd=$(cat .house); echo a >> $d/began; until test -e $d/go; do sleep 0.1; done'",
    );
    let here = house.outside("");
    let house = house.file(".house", &here.display().to_string());
    let ada = first(&cluster.url(), house);
    ada.orch("spawn snow rain hail fog --workflow slow").code(0);
    let bob = ada.other();
    let _worker = bob.worker("--slots 3");
    let began = || std::fs::read_to_string(here.join("began")).unwrap_or_default();
    wait_until("three runs are driven", || began() == "a\na\na\n");
    cluster.kill(1);
    std::fs::write(here.join("go"), "").unwrap();
    for key in ["snow", "rain", "hail", "fog"] {
        ada.waits_for(key, "PASSED");
    }
    // The one that waited was begun after that, and none was begun twice.
    assert_eq!(began(), "a\na\na\na\n");
    ada.verify().code(0);
}
