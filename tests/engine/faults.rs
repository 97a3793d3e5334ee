//! What dies, is cut off or deleted, and what comes of the runs: each attempt is recorded once, no run is
//! stuck, and what the remote holds verifies from a fresh clone.

use crate::cable::Cable;
use crate::hosts::Host;
use crate::hosts::Worker;
use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::signal_one;
use crate::it::house::wait_until;
use crate::restate::Engine;
use rustix::process::Signal;
use std::time::Duration;
use std::time::Instant;

/// Three gates. The second waits until the test lets it go on, and each says where it was begun.
const SLOW: &str = "key = '{{ topic }}'
    [inputs]
    topic = { type = 'slug', help = 'What to write about' }
    [[gate]]
    id = 'a'
    executor = 'command'
    shell = 'echo a >> \"$(cat .house)/began\"; echo a > a.txt'
    contract = 'a'
    [[gate]]
    id = 'b'
    executor = 'command'
    on_interrupt = 'rerun'
    shell = 'd=$(cat .house); echo b >> $d/began; until test -e $d/go; do sleep 0.1; done; cp a.txt b.txt'
    contract = 'b'
    [[gate]]
    id = 'c'
    executor = 'command'
    shell = 'echo c >> \"$(cat .house)/began\"'";

/// A project of which `.house` says where the test looks.
fn project() -> House {
    let house = House::new()
        .workflow("slow", SLOW)
        .leaves("a", "a.txt")
        .leaves("b", "b.txt")
        .file("orch.toml", "[engine]\nlease = '3s'\n");
    let here = house.outside("").display().to_string();
    house.file(".house", &here)
}

/// A run that is at work on one machine, and another machine.
struct Scene {
    engine: Engine,
    ada: Host,
    bob: Host,
    worker: Worker,
    /// Goes on when the other machine has a worker, too.
    carol: Host,
}

impl Scene {
    fn begin() -> Option<Self> {
        let engine = Engine::start()?;
        let ada = first(&engine.url(), project());
        ada.orch("spawn snow --workflow slow").code(0);
        let (bob, carol) = (ada.other(), ada.other());
        let worker = bob.worker("--slots 1");
        let scene = Self { engine, ada, bob, worker, carol };
        wait_until("gate b is at work", || scene.began().ends_with("b\n"));
        Some(scene)
    }

    /// The gates that were begun, in their order.
    fn began(&self) -> String {
        std::fs::read_to_string(self.ada.house.outside("began")).unwrap_or_default()
    }

    /// Lets gate b go on.
    fn go(&self) {
        std::fs::write(self.ada.house.outside("go"), "").unwrap();
    }

    /// Kills a machine's worker and all that it had begun.
    fn kill_all(&mut self) {
        self.worker.kill();
        signal_below(&self.bob, Signal::KILL);
    }

    /// The run has passed, and each attempt is in its record once.
    fn ends(&self) {
        self.ada.waits_for("snow", "PASSED");
        self.ada.verify().code(0);
        let remote = self.ada.remote();
        let house = &self.ada.house;
        let refs = format!(
            "--git-dir {} for-each-ref --format=%(refname) refs/orch/runs",
            remote.display()
        );
        let reference = house.git(&refs);
        let names =
            format!("--git-dir {} ls-tree -r --name-only {}", remote.display(), reference.trim());
        let names = house.git(&names);
        let attempts: Vec<&str> = names.lines().filter(|name| name.starts_with("gates/")).collect();
        let of = |gate: &str| attempts.iter().filter(|name| name.contains(gate)).count();
        assert_eq!([of("/a/"), of("/b/"), of("/c/")], [1, 1, 1], "{names}");
    }
}

/// Signals all processes that work on a machine; says how many there are.
pub fn signal_below(host: &Host, signal: Signal) -> usize {
    let processes = processes_below(host);
    for process in &processes {
        signal_one(signal, *process);
    }
    processes.len()
}

fn processes_below(host: &Host) -> Vec<u32> {
    let folder = host.house.outside("");
    let works_here = |entry: &std::fs::DirEntry| {
        let works_in = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        works_in.starts_with(&folder)
    };
    let entries = std::fs::read_dir("/proc").unwrap().flatten().filter(works_here);
    entries.filter_map(|entry| entry.file_name().to_string_lossy().parse().ok()).collect()
}

#[test]
fn the_server_is_killed_in_mid_gate() {
    let Some(mut scene) = Scene::begin() else { return };
    scene.engine.kill_server();
    scene.engine.start_server();
    scene.go();
    scene.ends();
    assert_eq!(scene.began(), "a\nb\nc\n");
}

#[test]
fn who_serves_the_pool_is_killed_in_mid_gate() {
    let Some(mut scene) = Scene::begin() else { return };
    scene.engine.kill_pool();
    scene.engine.start_pool();
    scene.go();
    scene.ends();
    assert_eq!(scene.began(), "a\nb\nc\n");
}

#[test]
fn all_of_a_machine_is_killed_in_mid_gate() {
    let Some(mut scene) = Scene::begin() else { return };
    scene.kill_all();
    let _worker = scene.carol.worker("--slots 1");
    wait_until("gate b is begun again", || scene.began() == "a\nb\nb\n");
    scene.go();
    // What the remote does not hold of an attempt was never there.
    scene.ends();
    assert_eq!(scene.began(), "a\nb\nb\nc\n");
}

#[test]
fn all_processes_of_a_machine_are_told_to_end_in_mid_gate() {
    let Some(scene) = Scene::begin() else { return };
    signal_below(&scene.bob, Signal::TERM);
    let _worker = scene.carol.worker("--slots 1");
    wait_until("gate b is begun again", || scene.began() == "a\nb\nb\n");
    scene.go();
    // The attempt that was cut off is in the record as well.
    scene.ada.waits_for("snow", "PASSED");
    scene.ada.verify().code(0);
    assert_eq!(scene.began(), "a\nb\nb\nc\n");
}

#[test]
fn the_data_of_the_engine_is_deleted_in_mid_gate() {
    let Some(mut scene) = Scene::begin() else { return };
    // What it drives goes on without it, until it hears that it is not known any more.
    scene.worker.kill();
    scene.engine.kill_server();
    scene.engine.kill_pool();
    scene.engine.delete_data();
    scene.engine.start_server();
    scene.engine.start_pool();
    scene.ada.orch("engine rebuild").code(0).says("1 run submitted");
    let _worker = scene.carol.worker("--slots 1");
    wait_until("gate b is begun again", || scene.began() == "a\nb\nb\n");
    scene.go();
    scene.ends();
}

#[test]
fn a_machine_that_slept_through_its_lease_changes_nothing_any_more() {
    let Some(mut scene) = Scene::begin() else { return };
    assert!(signal_below(&scene.bob, Signal::STOP) > 2);
    let _worker = scene.carol.worker("--slots 1");
    wait_until("gate b is begun again", || scene.began() == "a\nb\nb\n");
    scene.go();
    scene.ends();
    signal_below(&scene.bob, Signal::CONT);
    scene.worker.kill();
    wait_until("what it drove has ended", || processes_below(&scene.bob).is_empty());
    // It had a result at once when it woke, and began nothing with it.
    assert_eq!(scene.began(), "a\nb\nb\nc\n");
    scene.ends();
}

#[test]
fn a_machine_that_is_cut_off_from_the_engine_stops_its_work_within_the_lease() {
    let Some(engine) = Engine::start() else { return };
    let cable = Cable::new(engine.port());
    let ada = first(&engine.url(), project());
    ada.orch("spawn snow --workflow slow").code(0);
    let (bob, carol) = (ada.other().at(cable.url()), ada.other());
    let worker = bob.worker("--slots 1");
    let scene = Scene { engine, ada, bob, worker, carol };
    wait_until("gate b is at work", || scene.began().ends_with("b\n"));
    cable.cut();
    let cut = Instant::now();
    let is_at_work = || processes_below(&scene.bob).len() > 1;
    wait_until("its work has ended", || !is_at_work());
    assert!(cut.elapsed() < Duration::from_secs(20), "{:?}", cut.elapsed());
    let _worker = scene.carol.worker("--slots 1");
    wait_until("gate b is begun again", || scene.began() == "a\nb\nb\n");
    scene.go();
    scene.ends();
}

#[test]
fn a_remote_that_is_away_is_waited_for_and_nothing_is_begun_meanwhile() {
    let Some(scene) = Scene::begin() else { return };
    let remote = scene.ada.remote();
    let away = remote.with_extension("away");
    std::fs::rename(&remote, &away).unwrap();
    scene.go();
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(scene.began(), "a\nb\n");
    std::fs::rename(&away, &remote).unwrap();
    scene.ends();
    assert_eq!(scene.began(), "a\nb\nc\n");
}
