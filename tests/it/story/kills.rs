//! Kills at any moment, and a person who commits beside many runs: many trials of what must never lose
//! anything. A few of each run with the other tests; `ORCH_TRIALS=300` makes them as many.

use crate::cmd::session;
use crate::house::House;
use std::time::Duration;
use std::time::Instant;

/// How many trials there are: as many as somebody asks for, else a few.
fn trials(few: usize) -> usize {
    let wanted = std::env::var("ORCH_TRIALS").ok().and_then(|text| text.parse().ok());
    wanted.unwrap_or(few)
}

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    /// A share of one.
    fn share(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(self.0 >> 33).unwrap()) / f64::from(1_u32 << 31)
    }
}

/// A command that changes a run, and what comes before it.
struct Trial {
    before: &'static [&'static str],
    command: &'static str,
}

const TRIALS: [Trial; 9] = [
    Trial { before: &[], command: "run demo" },
    Trial { before: &["run demo --until a"], command: "run resume --until end" },
    Trial { before: &["run demo"], command: "gate finish" },
    Trial { before: &["run demo"], command: "gate fail --reason no" },
    Trial { before: &["run demo"], command: "note half done" },
    Trial { before: &["run demo"], command: "checkpoint create" },
    Trial { before: &["run demo"], command: "run cancel" },
    Trial { before: &["run demo"], command: "record rebuild" },
    Trial { before: &[], command: "session start --epic demo --workflow demo" },
];

fn house() -> House {
    let gate = |id: &str| {
        format!(
            "[[gate]]\nid = '{id}'\nexecutor = 'command'\nshell = 'echo {id} > {id}.txt'\n\
             contract = '{id}'\non_interrupt = 'rerun'\n"
        )
    };
    let word = "[[gate]]\nid = 'word'\nexecutor = 'human'\n";
    let gates = [gate("a"), gate("b"), word.to_owned(), gate("c")].concat();
    let mut house = House::new().workflow("demo", &gates).file(".gitignore", "[abc].txt\n");
    for id in ["a", "b", "c"] {
        house = house.leaves(id, &format!("{id}.txt"));
    }
    house.git("add .");
    house.git("commit --quiet --message=project");
    house.write("mine.txt", "staged\n");
    house.git("add mine.txt");
    house
}

/// The files of records that HEAD holds.
fn records(house: &House) -> Vec<String> {
    let listed = house.git("ls-tree -r --name-only HEAD");
    listed.lines().filter(|path| path.contains("/record/")).map(str::to_owned).collect()
}

#[test]
fn a_kill_at_any_moment_costs_nothing() {
    let mut chance = Chance(20_260_119);
    let trials = trials(45);
    for number in 0..trials {
        let trial = &TRIALS[number % TRIALS.len()];
        let house = house();
        for words in trial.before {
            house.orch(words);
        }
        let moment = Duration::from_secs_f64(0.4 * chance.share());
        let mut child = house.start(trial.command);
        let begun = Instant::now();
        while begun.elapsed() < moment && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        child.wait();
        house.kill_keepers();
        comes_to_its_end(&house, &format!("trial {number}: {} after {moment:?}", trial.command));
    }
    println!("{trials} kills");
}

/// What the user has is there, their commit takes nothing away, and the run goes on to an end.
fn comes_to_its_end(house: &House, place: &str) {
    house.git("fsck --strict --no-dangling");
    house.orch("doctor --fix");
    assert_eq!(house.git("show :mine.txt"), "staged\n", "{place}");
    let before = records(house);
    house.git("commit --quiet --message=mine -- mine.txt");
    let after = records(house);
    let lost: Vec<&String> = before.iter().filter(|path| !after.contains(path)).collect();
    assert!(lost.is_empty(), "{place}: {lost:?}");
    if !house.has_runs() {
        return;
    }
    let taken_up = house.orch("run resume");
    // None was begun, one waits, or it is over.
    assert!([0, 1, 2, 3].contains(&taken_up.code), "{place}: {}", taken_up.shown());
    let status = house.orch("status --json");
    if status.code == 0 && status.json()["data"]["status"] == "WAITING" {
        let done = house.orch("gate finish");
        assert_eq!(done.code, 0, "{place}: {}", done.shown());
    }
    let verified = house.orch("verify --all");
    assert_eq!(verified.code, 0, "{place}: {}", verified.shown());
    assert_eq!(house.git("status --porcelain orchestration"), "", "{place}");
    let left = house.git("ls-files --others .git");
    assert!(!left.contains(".lock") && !left.contains(".twin"), "{place}: {left}");
}

#[test]
fn a_killed_sitting_is_always_taken_over() {
    let mut chance = Chance(7);
    for number in 0..trials(12) {
        let house = session::house();
        let moment = Duration::from_secs_f64(0.3 * chance.share());
        let mut child = house.start("session start --epic x");
        std::thread::sleep(moment);
        let _ = child.kill();
        child.wait();
        let place = format!("trial {number} after {moment:?}");
        house.kill_keepers();
        let again = house.orch("session start --epic x --resume");
        let again = if again.code == 2 { house.orch("session start --epic x") } else { again };
        assert_eq!(again.code, 0, "{place}: {}", again.shown());
        let verified = house.orch("verify");
        assert_eq!(verified.code, 0, "{place}: {}", verified.shown());
    }
}

#[test]
fn a_person_who_commits_beside_runs_loses_nothing_and_takes_nothing() {
    for number in 0..trials(4).min(100) {
        let house = house();
        house.git("commit --quiet --message=staged");
        let mut runs: Vec<_> =
            (0..3).map(|key| house.start(&format!("run demo --jobs {}", key + 1))).collect();
        let mut mine = 0;
        while runs.iter_mut().any(|run| run.try_wait().unwrap().is_none()) {
            mine += 1;
            house.write(&format!("mine-{mine}.txt"), format!("{mine}\n"));
            let commit = |words: &str| house.try_git(words);
            while !commit(&format!("add mine-{mine}.txt")) {}
            while !commit(&format!("commit --quiet --message=mine-{mine}")) {}
        }
        house.orch("doctor --fix");
        let place = format!("trial {number}, {mine} commits");
        assert_eq!(house.git("status --porcelain"), "", "{place}");
        for folder in house.run_folders() {
            let id = folder.file_name().unwrap().to_string_lossy().into_owned();
            let [on_ref, on_branch] = [
                format!("refs/orch/runs/{id}^{{tree}}"),
                format!("HEAD:orchestration/runs/{id}/record"),
            ];
            assert_eq!(
                house.git(&format!("rev-parse {on_ref}")),
                house.git(&format!("rev-parse {on_branch}")),
                "{place}"
            );
        }
        for number in 1..=mine {
            assert_eq!(house.git(&format!("show HEAD:mine-{number}.txt")), format!("{number}\n"));
        }
        house.orch("verify --all").code(0);
    }
}

#[test]
fn a_folder_of_logs_that_a_kill_left_half_made_is_cleared_away() {
    let house = House::new().workflow("demo", "[[gate]]\nid = 'a'\nexecutor = 'human'");
    house.orch("run start --workflow demo").code(0);
    let logs = house.run_folder().join("logs");
    std::fs::remove_dir_all(&logs).unwrap();
    std::fs::create_dir(&logs).unwrap();
    std::fs::write(logs.join("..gitignore.tmp.y32jqv"), "*").unwrap();
    assert!(house.git("status --short").contains("logs/"));
    house.orch("run cancel").code(0);
    assert!(!logs.join("..gitignore.tmp.y32jqv").exists());
    assert!(!house.git("status --short").contains("logs/"));
    // What holds anything stays.
    house.orch("run demo").code(3);
    let logs = house.run_folder().join("logs");
    std::fs::write(logs.join(".prompt.txt.tmp.y32jqv"), "x").unwrap();
    house.orch("gate finish").code(0);
    assert!(logs.join("gates").exists() && !logs.join(".prompt.txt.tmp.y32jqv").exists());
}
