//! What is told of the engine to who looks after it.

use crate::hosts::first;
use crate::it::house::House;
use crate::it::house::send;
use crate::it::house::wait_until;
use crate::restate::Engine;
use crate::restate::free_ports;

fn project() -> House {
    House::new()
        .workflow("look", "[[gate]]\nid = 'look'\nexecutor = 'human'\n")
        .workflow("done", "[[gate]]\nid = 'done'\nexecutor = 'command'\ncommand = ['true']\n")
}

#[test]
fn doctor_says_whether_the_engine_and_the_remote_answer() {
    let Some(mut engine) = Engine::start_server_alone() else { return };
    let ada = first(&engine.url(), project());
    let unknown = ada.orch("doctor").code(1);
    unknown.says("status 404").says("orch engine serve --admin URL");
    engine.start_pool();
    let well = ada.orch("doctor").code(0);
    well.says("0 waiting, 0 driven, 0 idle workers").says("has the records of 0 runs");
    std::fs::rename(ada.remote(), ada.remote().with_extension("away")).unwrap();
    ada.orch("doctor").code(1).says("remote origin");
    std::fs::rename(ada.remote().with_extension("away"), ada.remote()).unwrap();
    engine.kill_server();
    ada.orch("doctor").code(1).says("cannot reach the engine").says("start the server");
}

#[test]
fn prometheus_finds_runs_waits_leases_and_slots() {
    let Some(mut engine) = Engine::start() else { return };
    let [port, ..] = free_ports();
    engine.kill_pool();
    engine.start_pool_with(&["--metrics", &format!("127.0.0.1:{port}"), "--engine", &engine.url()]);
    let ada = first(&engine.url(), project());
    let metrics = || send(port, ("GET", "/metrics"), &[], "").code(200).body;
    let has = |line: &str| metrics().lines().any(|it| it == line);
    assert!(has("orch_engine_up 1") && has("orch_pool_queued 0"), "{}", metrics());
    ada.orch("run done --detach").code(0);
    ada.orch("run look --detach").code(0);
    assert!(has("orch_pool_queued 2") && has("orch_runs{status=\"NEW\"} 2"), "{}", metrics());
    let bob = ada.other();
    let _worker = bob.worker("--slots 3");
    ada.waits_for("done", "PASSED");
    ada.waits_for("look", "WAITING");
    assert!(has("orch_runs_waiting{for=\"person\"} 1"), "{}", metrics());
    wait_until("the worker waits for more", || has("orch_pool_idle_slots 3"));
    assert!(has("orch_pool_leases 0") && has("orch_pool_idle_workers 1"), "{}", metrics());
    assert_eq!(send(port, ("GET", "/"), &[], "").status, 404);
    engine.kill_server();
    assert!(has("orch_engine_up 0"), "{}", metrics());
}
