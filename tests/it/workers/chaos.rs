//! Processes that are killed at random, while people commit, send messages and cancel: every run ends as
//! it must, no work is done twice untold, and nothing that anybody wrote is lost.

use super::committed;
use super::orch;
use crate::house::Done;
use crate::house::House;
use crate::house::signal_one;
use rustix::process::Signal;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use std::time::Instant;

const RUNS: u64 = 24;
const SLOTS: usize = 4;

/// How long processes are killed.
const CHAOS_FOR: Duration = Duration::from_secs(10);

/// How long the rest may take when they no longer are.
const SETTLED_WITHIN: Duration = Duration::from_mins(1);

/// Set to repeat what was seen; the processes' own pace differs each time.
const SEED: &str = "ORCH_TEST_SEED";

#[test]
fn whatever_is_killed_every_run_ends_and_no_work_is_lost() {
    let seed = std::env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("{SEED}={seed}");
    let mut chaos = Chaos::new(seed);
    chaos.begin();
    let end = Instant::now() + CHAOS_FOR;
    while Instant::now() < end {
        chaos.act();
        thread::sleep(Duration::from_millis(20 + chaos.dice(120)));
    }
    chaos.settle();
    chaos.every_run_has_ended();
    chaos.no_work_was_done_twice_untold();
    chaos.nothing_is_lost();
}

struct Chaos {
    house: House,
    state: u64,
    commits: u64,
    canceled: BTreeSet<String>,
    acts: String,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let house = House::new().file("orch.toml", &format!("[pool]\nslots = {SLOTS}\n"));
        // Each attempt leaves a line outside all worktrees when it begins, and when it is done.
        let ledger = house.outside("ledger").display().to_string();
        let gate = |id: &str| {
            format!(
                "[[gate]]
                 id = '{id}'
                 executor = 'command'
                 on_interrupt = 'rerun'
                 shell = '''
                 echo begin $ORCH_RUN $ORCH_GATE $ORCH_ATTEMPT >> {ledger}
                 sleep 0.$(( $$ % 4 ))
                 echo x > $ORCH_GATE.txt
                 echo end $ORCH_RUN $ORCH_GATE $ORCH_ATTEMPT >> {ledger}'''\n"
            )
        };
        let key = "key = '{{ key }}'\n[inputs]\nkey = { type = 'slug', help = 'which' }\n";
        let legs = "legs = { type = 'list', help = 'one each', default = ['a', 'b', 'c', 'd'] }
             [[gate]]
             id = 'legs'
             executor = 'workflow'
             workflow = 'item'
             with = { key = '{{ leg }}' }
             each = { in = '{{ legs }}', as = 'leg' }
             takes = ['two.txt']
             on_fail = 'continue'";
        let house = house
            .workflow("item", &format!("{key}{}{}", gate("one"), gate("two")))
            .workflow("batch", &format!("{key}{legs}"));
        let house = committed(house);
        let state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self { house, state, commits: 0, canceled: BTreeSet::new(), acts: String::new() }
    }

    /// A number below another.
    fn dice(&mut self, sides: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % sides
    }

    fn begin(&self) {
        let keys: Vec<String> = (0..RUNS).map(|run| format!("k{run}")).collect();
        orch(&self.house, "spawn all --workflow batch").code(0);
        orch(&self.house, &format!("spawn {} --workflow item", keys.join(" "))).code(0);
    }

    fn act(&mut self) {
        let key = format!("k{}", self.dice(RUNS));
        let what = self.dice(20);
        write!(self.acts, "{what}:{key} ").unwrap();
        match what {
            0..=6 => {
                let slot = 1 + self.dice(SLOTS as u64);
                self.kill(&format!("slots/{slot}.lock"));
            }
            7 | 8 => self.kill("supervisor.lock"),
            9..=12 => self.commit(),
            13..=15 => self.told(&format!("forward {key} mind-the-gap"), &[0, 2]),
            16 => {
                // One that was canceled before it began has left nothing to be canceled again.
                let codes: &[i32] = if self.canceled.contains(&key) { &[0, 2] } else { &[0] };
                self.told(&format!("cancel {key}"), codes);
                self.canceled.insert(key);
            }
            17 => {
                self.told(&format!("spawn {key} --workflow item"), &[0]);
            }
            _ => self.told("list", &[0]),
        }
    }

    fn kill(&self, lock: &str) {
        let path = self.house.project().join(".git/orch/pool").join(lock);
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let held: Json = serde_json::from_str(&text).unwrap_or_default();
        if let Some(process) = held["process"].as_u64() {
            signal_one(Signal::KILL, u32::try_from(process).unwrap());
        }
    }

    fn commit(&mut self) {
        self.commits += 1;
        let file = format!("people/{}.txt", self.commits);
        self.house.write(&file, "mine\n");
        self.house.git(&format!("add {file}"));
        self.house.git(&format!("commit --quiet --message=people-{}", self.commits));
    }

    #[track_caller]
    fn told(&self, words: &str, codes: &[i32]) {
        let done = orch(&self.house, words);
        assert!(codes.contains(&done.code), "orch {words}\n{}\n{}", done.shown(), self.acts);
    }

    fn list(&self) -> Vec<Json> {
        orch(&self.house, "list --all --json").code(0).json()["data"].as_array().unwrap().clone()
    }

    /// Has whatever was left be taken up, until nothing is.
    fn settle(&self) {
        let end = Instant::now() + SETTLED_WITHIN;
        loop {
            self.told("resume --all", &[0]);
            let list = self.list();
            let is_at_work = |run: &&Json| {
                ["queued", "working", "stalled", "dead", "orphaned"]
                    .contains(&run["health"].as_str().unwrap())
            };
            for run in list.iter().filter(|run| run["health"] == "stuck") {
                let reason = run["reason"].as_str().unwrap_or_default();
                let id = run["run_id"].as_str().unwrap();
                if reason.contains("its process died") || reason.contains("ended immediately") {
                    self.told(&format!("restart {id}"), &[0]);
                } else {
                    // Of a key whose first run is over, and whose branch stays.
                    let runs = list.iter().filter(|other| other["key"] == run["key"]).count();
                    assert!(
                        runs > 1 && reason.ends_with("already exists"),
                        "{run:#}\n{}",
                        self.acts
                    );
                    self.told(&format!("cancel {id}"), &[0]);
                }
            }
            for run in list.iter().filter(|run| {
                run["health"] == "resting" && run["status"] == "WAITING" && run["key"] != "all"
            }) {
                // Interrupted so often that a person is asked.
                self.told(&format!("restart {}", run["run_id"].as_str().unwrap()), &[0]);
            }
            let left: Vec<&Json> = list
                .iter()
                .filter(|run| is_at_work(run) || !is_over(run) || run["health"] == "stuck")
                .collect();
            if left.is_empty() && self.tickets().is_empty() {
                return;
            }
            assert!(Instant::now() < end, "left: {left:#?}\n{:?}\n{}", self.tickets(), self.acts);
            thread::sleep(Duration::from_millis(300));
        }
    }

    fn tickets(&self) -> Vec<PathBuf> {
        let pool = self.house.project().join(".git/orch/pool");
        let folders = ["waiting", "at-work", "refused"].map(|name| pool.join(name));
        let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn every_run_has_ended(&self) {
        let list = self.list();
        for run in &list {
            let key = run["key"].as_str().unwrap();
            let status = run["status"].as_str().unwrap_or_default();
            let may_be_canceled = self.canceled.contains(key);
            // A parent gives up a child run whose process died too often, and both say so.
            let reason = run["reason"].as_str().unwrap_or_default();
            let is_given_up = !run["parent"].is_null() && reason.ends_with("no longer needs it");
            let is_right = status == "PASSED"
                || status == "CANCELED" && (may_be_canceled || is_given_up)
                || status == "FAILED" && key == "all";
            assert!(is_right, "{run:#}\n{}", self.acts);
        }
        for key in (0..RUNS).map(|run| format!("k{run}")) {
            let passed = list.iter().filter(|run| run["key"] == *key && run["status"] == "PASSED");
            let count = passed.count();
            assert!(
                count == 1 || self.canceled.contains(&key),
                "{key} passed {count} times\n{}\n{}",
                self.acts,
                orch(&self.house, "list --all").stdout
            );
        }
    }

    fn no_work_was_done_twice_untold(&self) {
        let ledger = std::fs::read_to_string(self.house.outside("ledger")).unwrap();
        let mut at_work: BTreeMap<(String, String), String> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for line in ledger.lines() {
            let [act, run, gate, attempt] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line}");
            };
            assert!(seen.insert(line), "`{line}` twice\n{}", self.acts);
            let work = (run.to_owned(), gate.to_owned());
            if act == "begin" {
                at_work.insert(work, attempt.to_owned());
            } else {
                // No earlier attempt is still at work when the next one has begun.
                assert_eq!(at_work.remove(&work).as_deref(), Some(attempt), "{line}\n{ledger}");
            }
        }
        for run in self.list().iter().filter(|run| run["status"] == "PASSED") {
            if run["workflow"] != "item" || run["is_folder_gone"] == true {
                continue;
            }
            let id = run["run_id"].as_str().unwrap();
            let house = self.house.outside("").canonicalize().unwrap();
            let folder = run["folder"].as_str().unwrap();
            let folder = PathBuf::from(folder.replace("$HOUSE", &house.display().to_string()));
            let record = folder.join("orchestration/runs").join(id).join("record/RUN.json");
            let record = std::fs::read(&record)
                .unwrap_or_else(|error| panic!("{}: {error}\n{run:#}", record.display()));
            let record: Json = serde_json::from_slice(&record).unwrap();
            for gate in record["gates"].as_array().unwrap() {
                let attempts: Vec<&str> = gate["attempts"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|attempt| attempt["status"].as_str().unwrap())
                    .collect();
                let begun = format!("begin {id} {} ", gate["gate"].as_str().unwrap());
                let times = ledger.lines().filter(|line| line.starts_with(&begun)).count();
                let (last, before) = attempts.split_last().unwrap();
                assert!(*last == "PASS" && before.iter().all(|one| *one == "INTERRUPTED"));
                assert!(1 <= times && times <= attempts.len(), "{id}: {times} {attempts:?}");
            }
        }
    }

    fn nothing_is_lost(&self) {
        let verified: Done = orch(&self.house, "verify --all");
        assert_eq!(verified.code, 0, "{}\n{}", verified.shown(), self.acts);
        self.house.git("fsck --strict --no-dangling");
        let log = self.house.git("log --format=%s main");
        for commit in 1..=self.commits {
            let message = format!("people-{commit}");
            assert!(log.lines().any(|line| line == message), "{message}\n{log}");
            assert_eq!(self.house.read(&format!("people/{commit}.txt")), "mine\n");
        }
        assert_eq!(self.house.git("status --porcelain --untracked-files=no"), "");
    }
}

fn is_over(run: &Json) -> bool {
    ["PASSED", "CANCELED", "FAILED"].contains(&run["status"].as_str().unwrap_or_default())
}
