//! `orch status --watch`: what changes, as it changes.

use crate::house::House;
use crate::house::wait_until;
use regex::Regex;

fn house() -> House {
    House::new().workflow(
        "demo",
        "[[gate]]
         id = 'a'
         executor = 'command'
         shell = 'touch here; while ! test -f go; do sleep 0.02; done; test $ORCH_ATTEMPT = 2'
         retry = { attempts = 2 }
         [[gate]]
         id = 'b'
         executor = 'human'",
    )
}

#[test]
fn each_change_is_a_line_off_a_terminal() {
    let house = house();
    house.orch("status --watch").code(2).says("there are no runs");
    let mut driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("here"));
    let mut watch = house.start("status --watch");
    wait_until("the status shows", || watch.printed().contains("a  RUNNING"));
    house.write("go", "");
    assert_eq!(driver.wait().code(), Some(3));
    wait_until("it is shown", || watch.printed().contains("run WAITING"));
    house.orch("gate finish").code(0);
    assert!(watch.wait().success());
    let printed = watch.printed();
    let changes: Vec<&str> = printed
        .lines()
        .filter_map(|line| line.strip_prefix("2026-")?.split_once(' '))
        .map(|(_, change)| change)
        .collect();
    insta::assert_snapshot!(changes.join("\n"), @"
    gate a FAIL (`sh` exited with code 1)
    gate a RUNNING, attempt 2
    gate a PASS, attempt 2
    gate b RUNNING
    gate b WAITING (waits for a person)
    run WAITING
    gate b PASS
    run PASSED
    ");
    house.orch("status --watch").code(0).says("PASSED");
    house.orch("status --watch --json").code(2).says("`--watch` cannot be combined with `--json`");
}

#[test]
fn a_driver_that_dies_shows() {
    let house = house();
    let mut driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("here"));
    let mut watch = house.start("status --watch");
    wait_until("the status shows", || watch.printed().contains("a  RUNNING"));
    driver.kill().unwrap();
    driver.wait();
    wait_until("it is shown", || watch.printed().contains("run STALLED"));
    house.orch("run cancel").code(0);
    assert!(watch.wait().success() && watch.printed().ends_with("run CANCELED\n"));
}

#[test]
fn a_terminal_of_another_size_is_drawn_anew() {
    let house = house();
    let mut driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("here"));
    house.write("go", "");
    driver.wait();
    let orch = env!("CARGO_BIN_EXE_orch");
    let script = format!(
        "stty columns 100 rows 30
         (sleep 2; stty columns 24 < /dev/tty; sleep 2; '{orch}' run cancel >/dev/null 2>&1) &
         exec '{orch}' status --watch"
    );
    let talk = [
        ("b  WAITING                waits for a person", ""),
        ("\u{1b}[2J", ""),
        ("waits for a person", ""),
    ];
    let done = house.program_on_terminal(&["sh", "-c", &script], &talk);
    // Where the old lines stand nobody knows: they are gone before the new ones come.
    let narrow = done.stdout.split("\u{1b}[2J").nth(1).unwrap_or_default();
    assert!(narrow.contains("a  PASS  2 attempts     b  WAITING"), "{}", done.shown());
    assert_eq!(done.code, 0, "{}", done.shown());
}

#[test]
fn a_narrow_terminal_breaks_tables_between_words() {
    let house = house().file("go", "");
    house.orch("run demo").code(3);
    let colour = Regex::new("\u{1b}\\[[0-9]+m").unwrap();
    let narrow = |words: &str| {
        let shown = house.on_terminal_by_the_clock(words, 40, &[]).code(0).stdout;
        colour.replace_all(&shown, "").into_owned()
    };
    for words in ["status", "run list", "run show", "session status", "workflow list"] {
        for line in narrow(words).lines() {
            let is_one_word = line.split_whitespace().count() == 1;
            assert!(line.chars().count() <= 40 || is_one_word, "{words}: {line}");
        }
    }
    insta::assert_snapshot!(narrow("status").replace('\r', ""), @"
    run_20260119T143012Z_demo_000001 demo
      WAITING
    workflow demo
    a  PASS  2 attempts
    b  WAITING  waits for a person
    ");
    let list = narrow("run list --now 2026-01-19T15:30:12Z").replace('\r', "");
    insta::assert_snapshot!(list, @"
    RUN  STATUS  WORKFLOW  KEY  GATE
      STARTED  TOOK  COST
    000001  WAITING  demo  demo  b  1h ago
    ");
}

#[test]
fn a_terminal_is_drawn_over_until_the_run_ends() {
    let house = house();
    let mut driver = house.start("run demo");
    wait_until("the gate is at work", || house.exists("here"));
    let orch = env!("CARGO_BIN_EXE_orch");
    let finish = format!(
        "while ! test -f go; do sleep 0.02; done
         while ! {orch} status 2>/dev/null | grep -q 'demo WAITING'; do sleep 0.05; done
         sleep 2
         {orch} gate finish"
    );
    let mut finisher = house.program("sh");
    let mut finisher = house.start_other(finisher.args(["-c", &finish]));
    let toucher = house.project().join("go");
    let writer = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(3));
        std::fs::write(toucher, "").unwrap();
    });
    let done = house.on_terminal("status --watch", &[("RUNNING", ""), ("WAITING", "")]);
    writer.join().unwrap();
    assert!(finisher.wait().success());
    assert_eq!(driver.wait().code(), Some(3));
    assert_eq!(done.code, 0, "{}", done.shown());
    let last = done.stdout.rsplit("spent").next().unwrap_or_default();
    assert!(done.stdout.contains("PASSED") && last.contains("a  PASS"), "{}", done.shown());
}
