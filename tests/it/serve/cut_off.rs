//! A server or a command that is asked to stop while outputs are judged: there is no verdict, and nothing is
//! written of one.

use crate::house::House;
use crate::house::signal;
use crate::house::wait_until;
use rustix::process::Signal;
use serde_json::json;
use std::fs;

/// An agent's gate that waits with its work done, and a check of it that takes long while there is a file
/// `slow`.
fn house() -> House {
    let check = "checks = [{ kind = 'command', command = ['sh', 'judge.sh'] }]";
    let house = House::new()
        .workflow(
            "item",
            "[[gate]]
             id = 'write'
             executor = 'agent'
             contract = 'write'
             retry = { attempts = 2 }",
        )
        .contract("write", &format!("[[output]]\npath = 'text.txt'\n{check}\n"))
        .file("judge.sh", "echo $$ > judging; test ! -e slow || sleep 600\n");
    house.write("slow", "");
    house.orch("run item").code(3);
    house.write("text.txt", "one\n");
    house
}

#[test]
fn a_server_that_ends_while_it_judges_fails_no_attempt() {
    let house = house();
    let before = fs::read(house.journal()).unwrap();
    let server = house.serves("");
    let bearer = server.bearer();
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let _waits = server.open("POST", "/api/gate_finish", &headers, &json!({}).to_string());
    wait_until("it is judged", || house.exists("judging"));
    server.ends();
    assert_eq!(fs::read(house.journal()).unwrap(), before);
    house.remove("slow");
    house.orch("gate finish").code(0).says("PASS write");
}

#[test]
fn a_command_that_is_interrupted_while_it_judges_writes_nothing() {
    let house = house();
    let before = fs::read(house.journal()).unwrap();
    for command in ["gate finish", "done"] {
        if house.exists("judging") {
            house.remove("judging");
        }
        let mut started = house.start(command);
        wait_until("it is judged", || house.exists("judging"));
        signal(Signal::INT, started.id());
        assert_eq!(started.wait().code(), Some(130), "{command}: {}", started.printed());
        assert_eq!(fs::read(house.journal()).unwrap(), before, "{command}");
    }
}
