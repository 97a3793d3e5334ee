//! Notifications: who is told of what, that none is lost or sent twice whatever is killed, and that no
//! run waits for one.

use crate::house::House;
use crate::house::Receiver;
use crate::house::is_alive;
use crate::house::wait_until;
use hmac::KeyInit;
use hmac::Mac;
use serde_json::Value as Json;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

const SECRET: &str = "not-to-be-seen";

/// A project with a gate that waits for a person, and these entries.
fn house(entries: &str) -> House {
    House::new()
        .workflow("demo", "key = 'moon'\n[[gate]]\nid = 'ink'\nexecutor = 'human'\n")
        .file("orch.toml", entries)
}

fn webhook(on: &str, address: &str, more: &str) -> String {
    format!("[[notify]]\non = [{on}]\nwebhook = 'http://{address}/hook'\n{more}\n")
}

/// The lines of the log: attempt, status and reason of each try.
fn log(house: &House) -> Vec<String> {
    let path = house.run_folder().join("logs/notifications.jsonl");
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = |line: &str| {
        let line: Json = serde_json::from_str(line).unwrap();
        let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let (event, to, status) = (word("event"), word("to"), word("status"));
        format!("{event} {to} {} {status} {}", line["attempt"], word("reason")).trim().to_owned()
    };
    text.lines().map(line).collect()
}

fn outbox(house: &House) -> std::path::PathBuf {
    house.project().join(format!(".git/orch/runs/{}/outbox", house.run_id()))
}

/// Waits until nobody sends for the run.
fn wait_for_end(house: &House) {
    let lock = outbox(house).join("lock");
    wait_until("all is sent", || std::fs::read(&lock).is_ok_and(|bytes| bytes.is_empty()));
}

#[test]
fn a_webhook_is_told_in_signed_json() {
    let receiver = Receiver::answering(&[200]);
    let entry = webhook("'waiting', 'passed'", &receiver.address, "secret = 'HOOK_SECRET'");
    let house = house(&entry).env("HOOK_SECRET", SECRET);
    house.orch("run demo").code(3);
    wait_until("it is told", || receiver.requests().len() == 1);
    let request = receiver.requests().remove(0);
    insta::assert_snapshot!(request.body.replace(&house.run_id(), "RUN"), @r#"{"id":"RUN:3","event":"waiting","at":"2026-01-19T14:30:16.000Z","run":"RUN","parent":null,"key":"moon","workflow":"demo","status":"RUNNING","gate":"ink","waits_for":"person","reason":null,"next":"orch next --run RUN","text":"demo moon waits for a person at ink"}"#);
    assert_eq!(request.head[0], "post /hook http/1.1:");
    assert_eq!(request.header("orch-event"), Some("waiting"));
    let told: Json = serde_json::from_str(&request.body).unwrap();
    assert_eq!(request.header("orch-notification"), told["id"].as_str());
    let mut hmac = hmac::Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hmac.update(request.body.as_bytes());
    let hex: String =
        hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(request.header("orch-signature"), Some(format!("sha256={hex}").as_str()));
    let schema = house.orch("workflow schema notification").code(0).stdout;
    let schema: Json = serde_json::from_str(&schema).unwrap();
    assert!(jsonschema::is_valid(&schema, &told));
    house.orch("gate finish").code(0);
    wait_until("the end is told", || receiver.requests().len() == 2);
    wait_for_end(&house);
    assert_eq!(
        log(&house),
        ["waiting webhook 127.0.0.1 1 sent", "passed webhook 127.0.0.1 1 sent"]
    );
    // Nothing that was written holds the secret.
    let mut found = house.program("grep");
    found.args(["-r", SECRET, "."]);
    assert_eq!(crate::house::child::output(&mut found).status.code(), Some(1));
}

#[test]
fn what_fails_is_sent_again_after_growing_pauses_and_in_the_end_given_up() {
    let good = Receiver::answering(&[503, 429, 204]);
    let bad = Receiver::answering(&[500]);
    let gone = Receiver::answering(&[404]);
    let entries = [
        webhook("'waiting'", &good.address, "backoff = { delay = '100ms' }"),
        webhook("'waiting'", &bad.address, "backoff = { delay = '100ms', within = '500ms' }"),
        webhook("'waiting'", &gone.address, ""),
        webhook("'waiting'", &gone.address, "secret = 'UNSET'"),
    ];
    let house = house(&entries.concat());
    house.orch("run demo").code(3);
    wait_until("all is told", || good.requests().len() == 3);
    wait_for_end(&house);
    let mut log = log(&house);
    log.sort();
    insta::assert_snapshot!(log.join("\n"), @"
    waiting webhook 127.0.0.1 1 failed status 500
    waiting webhook 127.0.0.1 1 failed status 503
    waiting webhook 127.0.0.1 1 gave_up status 404
    waiting webhook 127.0.0.1 1 gave_up the secret `UNSET` is not set in the environment
    waiting webhook 127.0.0.1 2 failed status 429
    waiting webhook 127.0.0.1 2 failed status 500
    waiting webhook 127.0.0.1 3 gave_up status 500
    waiting webhook 127.0.0.1 3 sent
    ");
    let ids = good.requests().iter().map(|it| it.body.clone()).collect::<Vec<_>>();
    assert!(ids.iter().all(|body| *body == ids[0]));
    assert_eq!(gone.requests().len(), 1);
}

#[test]
fn a_slow_receiver_holds_back_no_other() {
    let quick = Receiver::answering(&[200]);
    let slow = "[[notify]]\non = ['waiting']\ncommand = ['sleep', '60']\n".to_owned();
    let house = house(&(slow + &webhook("'waiting', 'passed'", &quick.address, "")));
    house.orch("run demo").code(3);
    let start = Instant::now();
    house.orch("gate finish").code(0);
    wait_until("the quick one is told of both", || quick.requests().len() == 2);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn no_run_waits_for_a_receiver_that_hangs() {
    let hangs = Receiver::answering(&[0]);
    let house = house(&webhook("'waiting', 'passed'", &hangs.address, ""));
    let start = Instant::now();
    house.orch("run demo").code(3);
    wait_until("it hangs", || hangs.requests().len() == 1);
    house.orch("gate finish").code(0);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_killed_sender_loses_nothing_and_nothing_is_sent_twice() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let house = house(&webhook("'waiting'", &address, "backoff = { delay = '1s' }"));
    house.orch("run demo").code(3);
    wait_until("it was tried", || !log(&house).is_empty());
    let lock = std::fs::read_to_string(outbox(&house).join("lock")).unwrap();
    let holder: Json = serde_json::from_str(&lock).unwrap();
    let process = holder["process"].to_string();
    crate::house::signal_one(rustix::process::Signal::KILL, process.parse().unwrap());
    wait_until("it is dead", || !is_alive(&process));
    let receiver = Receiver::at(&address, &[200]);
    house.orch("run resume").code(3);
    wait_until("it is told", || receiver.requests().len() == 1);
    wait_for_end(&house);
    house.orch("run resume").code(3);
    house.orch("brief").code(0);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.requests().len(), 1);
    let log = log(&house);
    assert!(log[0].contains("1 failed") && log[1].ends_with("2 sent"), "{log:?}");
}

#[test]
fn what_a_crash_left_is_sent_with_the_next_run_or_by_doctor() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let entry = webhook("'passed'", &address, "backoff = { delay = '1s' }");
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'ink'\nexecutor = 'command'\ncommand = ['true']\n")
        .file("orch.toml", &entry);
    house.orch("run demo").code(0);
    wait_until("it was tried", || !log(&house).is_empty());
    house.kill_keepers();
    house.orch("doctor").code(1).says("1 not sent").says("orch doctor --fix");
    let receiver = Receiver::at(&address, &[200]);
    house.orch("doctor --fix").code(0).says("1 not sent; fixed: sending");
    wait_until("it is told", || receiver.requests().len() == 1);
    wait_for_end(&house);
    house.orch("doctor").code(0).never_says("not sent");
    // The same without anybody who looks for it.
    let tries = outbox(&house).join("tries.jsonl");
    std::fs::remove_file(tries).unwrap();
    house.write(&format!(".git/orch/unsent/{}", house.run_id()), "");
    house.orch("run demo").code(0);
    wait_until("both are told", || receiver.requests().len() == 3);
    let flags = house.project().join(".git/orch/unsent");
    wait_until("nothing is left", || std::fs::read_dir(&flags).unwrap().count() == 0);
}

#[test]
fn a_killed_driver_tells_later_what_it_did_not_queue_and_nothing_else() {
    let receiver = Receiver::answering(&[200]);
    let entry = webhook("'waiting'", &receiver.address, "");
    let house = house(&entry);
    house.orch("run demo").code(3);
    wait_until("it is told", || receiver.requests().len() == 1);
    wait_for_end(&house);
    // As a kill between the event and the queue leaves it.
    let queue = outbox(&house).join("queue.jsonl");
    let text = std::fs::read_to_string(&queue).unwrap();
    let (watched, _) = text.split_once('\n').unwrap();
    std::fs::write(&queue, format!("{watched}\n{{\"queu")).unwrap();
    std::fs::remove_file(outbox(&house).join("tries.jsonl")).unwrap();
    // One that was not there then is not told.
    let other = Receiver::answering(&[200]);
    house.write("orch.toml", entry + &webhook("'waiting', 'passed'", &other.address, ""));
    house.orch("run resume").code(3);
    wait_until("it is told", || receiver.requests().len() == 2);
    wait_for_end(&house);
    let bodies = receiver.requests();
    assert_eq!(bodies[0].body, bodies[1].body);
    house.orch("gate finish").code(0);
    wait_until("the end is told", || other.requests().len() == 1);
    assert_eq!(other.requests()[0].header("orch-event"), Some("passed"));
    assert_eq!(receiver.requests().len(), 2);
}

#[test]
fn a_program_is_called_with_what_happened() {
    let script = "#!/bin/sh\nprintf '%s|' \"$@\" >> told.txt\ncat >> told.txt\necho >> told.txt\n";
    let entry = "[[notify]]\non = ['failed']\ncommand = ['sh', 'tell.sh', '{{ text }}', 'gate {{ gate }}']\n";
    let house = House::new()
        .workflow("demo", "[[gate]]\nid = 'ink'\nexecutor = 'command'\ncommand = ['false']\n")
        .file("tell.sh", script)
        .file("orch.toml", entry);
    house.orch("run demo").code(1);
    wait_until("it is told", || house.exists("told.txt"));
    wait_for_end(&house);
    let told = house.read("told.txt").replace(&house.run_id(), "RUN");
    insta::assert_snapshot!(told, @r#"demo failed at ink: `false` exited with code 1|gate ink|{"id":"RUN:6","event":"failed","at":"2026-01-19T14:30:18.000Z","run":"RUN","parent":null,"key":"demo","workflow":"demo","status":"FAILED","gate":"ink","waits_for":null,"reason":"`false` exited with code 1","next":"orch run show --run RUN","text":"demo failed at ink: `false` exited with code 1"}"#);
    // What is only rehearsed tells nobody.
    house.remove("told.txt");
    house.orch("rehearse demo --fail ink").code(0);
    std::thread::sleep(Duration::from_millis(300));
    assert!(!house.exists("told.txt"));
}

#[test]
#[cfg(target_os = "linux")]
fn the_desktop_is_told_by_the_systems_own_program() {
    use std::os::unix::fs::PermissionsExt;
    let house = house("[[notify]]\non = ['waiting']\ndesktop = true\n");
    let program = house.outside("home/notify-send");
    std::fs::write(&program, "#!/bin/sh\nprintf '%s|' \"$@\" > told.txt\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", house.outside("home").display(), std::env::var("PATH").unwrap());
    let house = house.env("PATH", &path);
    house.orch("run demo").code(3);
    wait_until("it is told", || house.exists("told.txt"));
    wait_for_end(&house);
    let text = "orch: waiting|demo moon waits for a person at ink|";
    assert_eq!(house.read("told.txt"), format!("--app-name=orch|--|{text}"));
    assert_eq!(log(&house), ["waiting desktop 1 sent"]);
}

#[test]
fn a_budget_that_stops_a_run_is_told() {
    let receiver = Receiver::answering(&[200]);
    let gates = ["a", "b"].map(|id| format!("[[gate]]\nid = '{id}'\nexecutor = 'agent'\n"));
    let house = House::new()
        .workflow("demo", &format!("budget = {{ usd = 0.01 }}\n{}", gates.concat()))
        .agents(&webhook("'budget'", &receiver.address, ""));
    house.orch("run demo").code(4);
    wait_until("it is told", || receiver.requests().len() == 1);
    let told: Json = serde_json::from_str(&receiver.requests()[0].body).unwrap();
    assert_eq!(told["status"], "PAUSED");
    assert!(told["text"].as_str().unwrap().starts_with("demo was stopped by a budget: "), "{told}");
}

#[test]
fn a_test_says_who_was_reached_and_doctor_what_is_missing() {
    let receiver = Receiver::answering(&[200]);
    let entries = [
        webhook("'waiting'", &receiver.address, ""),
        webhook("'failed', 'budget'", &receiver.address, "secret = 'UNSET'"),
        "[[notify]]\non = ['passed']\ncommand = ['sh', '-c', 'echo no such room >&2; exit 3']\n"
            .to_owned(),
        "[[notify]]\non = ['passed']\ncommand = ['no-such-program']\n".to_owned(),
    ];
    let house = house(&entries.concat());
    insta::assert_snapshot!(house.orch("notify test").code(1).shown(), @r"
    exit 1
    -- stdout
    sent    webhook 127.0.0.1 (waiting)
    failed  webhook 127.0.0.1 (failed, budget): the secret `UNSET` is not set in the environment
    failed  command sh (passed): exit code 3
            no such room
    failed  command no-such-program (passed): `no-such-program` was not found on PATH
    -- stderr
    ");
    let told: Json = serde_json::from_str(&receiver.requests()[0].body).unwrap();
    assert_eq!((&told["test"], &told["event"]), (&Json::from(true), &Json::from("waiting")));
    house
        .orch("doctor")
        .code(1)
        .says("the secret `UNSET` is not set in the environment")
        .says("`no-such-program` was not found on PATH");
    house.write("orch.toml", "");
    insta::assert_snapshot!(house.orch("notify test").code(2).shown(), @r#"
    exit 2
    -- stdout
    -- stderr
    error: orch.toml has no [[notify]]
    help: add one to it, such as [[notify]] with on = ["waiting"] and desktop = true
    "#);
    house.write("orch.toml", "[[notify]]\non = ['wating']\ndesktop = true\n");
    house.orch("run demo").code(2).says("unknown value `wating`").says("did you mean `waiting`?");
    assert!(!house.has_runs());
}
