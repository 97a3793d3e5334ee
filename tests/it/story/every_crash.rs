//! A kill at every point between two states of the disk: nothing of the user's is touched, the run
//! can be taken up, and comes to the end that it comes to undisturbed.

use crate::house::House;
use crate::house::cannot;
use serde_json::Value as Json;
use serde_json::json;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Why there may be nothing to try.
pub const NO_CRASHES: &str = "a release build has no points to crash at";

/// Every point is another house, and the disk is waited for more than the processor.
const AT_ONCE: usize = 4;

/// Fails until two failures of it are on record, however often it was cut off.
const FAILS_TWICE: &str = r#"test 2 = $(grep -c "\"GATE_FAILED\".*\"gate\":\"$ORCH_GATE\"" .git/orch/runs/$ORCH_RUN/journal.jsonl)"#;

/// A repository in which somebody is at work, for a run with a fan-out, a skipped gate, a retry and
/// a jump back.
pub fn house() -> House {
    let house = in_memory();
    house.git("init --quiet --initial-branch=main --template= .");
    let house = house
        .workflow(
            "demo",
            &format!(
                "[[gate]]
                 id = 'parts'
                 executor = 'command'
                 command = ['sh', '-c', 'mkdir -p out; echo \"$1\" > out/$1.txt', 'sh', '{{{{ part }}}}']
                 each = {{ file = 'parts.json', as = 'part' }}
                 contract = 'part'
                 on_interrupt = 'rerun'
                 [[gate]]
                 id = 'never'
                 executor = 'command'
                 command = ['false']
                 when = '{{{{ 1 == 2 }}}}'
                 [[gate]]
                 id = 'flaky'
                 executor = 'command'
                 shell = '''{FAILS_TWICE}'''
                 retry = {{ attempts = 2 }}
                 on_fail = {{ goto = 'flaky', visits = 2 }}
                 on_interrupt = 'rerun'"
            ),
        )
        .leaves("part", "out/{{ part }}.txt")
        .file("parts.json", r#"["one", "two"]"#)
        .file(".gitignore", "out/\n")
        .file("notes.txt", "committed\n");
    house.git("add --all");
    house.git("commit --quiet --message=project");
    house.write("notes.txt", "staged\n");
    house.write("new.txt", "staged\n");
    house.git("add notes.txt new.txt");
    house.write("notes.txt", "not staged\n");
    house.write("scratch.txt", "not tracked\n");
    house
}

/// Where syncs cost nothing, if there is such a place: a kill takes nothing back that was not synced.
fn in_memory() -> House {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    House::at(folder.unwrap())
}

/// Another house that looks the same.
pub fn copy_of(house: &House) -> House {
    let copy = in_memory();
    copy_folder(&house.project(), &copy.project());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else if entry.file_name() != "lock" {
            // Whoever has the lock of a run open drives it, and all below this process would be its agents.
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What holds of the repository at every moment: git finds no fault with it, and what the user has
/// staged and changed is there.
pub fn is_untouched(house: &House, place: &str) {
    house.git("fsck --strict --no-dangling");
    is_the_users(house, place);
}

/// What the user has staged and changed, byte for byte.
fn is_the_users(house: &House, place: &str) {
    assert_eq!(house.git("show :notes.txt :new.txt"), "staged\nstaged\n", "{place}");
    let files = ["notes.txt", "new.txt", "scratch.txt"].map(|path| house.read(path)).concat();
    assert_eq!(files, "not staged\nstaged\nnot tracked\n", "{place}");
}

/// Takes a run up that was cut off anywhere, and demands the end that it has undisturbed.
pub fn comes_to_its_end(house: &House, whole: &Json, place: &str) {
    let mut done = house.orch("run resume");
    if done.code == 2 && done.stderr.contains("there are no runs") {
        done = house.orch("run demo");
    }
    assert_eq!(done.code, 0, "{place}: {}", done.shown());
    let verified = house.orch("verify");
    assert_eq!(verified.code, 0, "{place}: {}", verified.shown());
    assert_eq!(house.git("status --porcelain"), USERS_STATUS, "{place}");
    is_the_users(house, place);
    assert_eq!(locks(&house.project().join(".git")), [""; 0].map(PathBuf::from), "{place}");
    assert_eq!(&essence(&house.record()), whole, "{place}");
}

/// All that git shows of a repository in which no work but the user's is left over.
const USERS_STATUS: &str = "A  new.txt\nMM notes.txt\n?? scratch.txt\n";

/// Git's locks below a folder, and our second names of them.
fn locks(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "orch" {
            found.extend(locks(&path));
        } else if name.ends_with(".lock") || name.ends_with(".twin") {
            found.push(path);
        }
    }
    found
}

/// The record without times, ids, digests of what holds them, and attempts that were cut off.
pub fn essence(record: &Json) -> Json {
    let list = |value: &Json| value.as_array().unwrap().clone();
    let mut cut_off = Vec::new();
    let mut gates = Vec::new();
    for mut gate in list(&record["gates"]) {
        let (cut, stand): (Vec<Json>, Vec<Json>) =
            list(&gate["attempts"]).into_iter().partition(|entry| entry["status"] == "INTERRUPTED");
        cut_off.extend(cut.iter().map(|entry| (gate["gate"].clone(), entry["attempt"].clone())));
        let stand: Vec<Json> =
            stand.iter().map(|entry| json!([entry["status"], entry["failure_reason"]])).collect();
        gate["attempts"] = stand.into();
        gates.push(gate);
    }
    let standing = |name: &str, fields: &[&str]| {
        let entries = list(&record[name]);
        let stands = |entry: &&Json| {
            !cut_off.contains(&(entry["gate"].clone(), entry["attempt"].clone()))
                && entry["type"] != "RUN_RESUMED"
        };
        let kept = entries.iter().filter(stands);
        let mut kept: Vec<String> = kept
            .map(|entry| {
                json!(fields.iter().map(|name| &entry[*name]).collect::<Vec<_>>()).to_string()
            })
            .collect();
        // What is done at once comes in any order.
        kept.sort();
        kept
    };
    json!({
        "workflow": record["workflow"],
        "status": record["status"],
        "reason": record["reason"],
        "inputs": record["inputs"],
        "definition": record["definition"],
        "gates": gates,
        "invocations": standing("invocations", &["gate", "status", "exit_code", "error"]),
        "artifacts": standing("artifacts_index", &["gate", "path", "sha256", "exists"]),
        "validations": standing("validations", &["gate", "type", "path", "pass", "severity"]),
        "events": standing("events", &["type", "gate"]),
    })
}

/// The record of an undisturbed run.
pub fn undisturbed(house: &House) -> Json {
    let house = copy_of(house);
    house.orch("run demo").code(0);
    is_untouched(&house, "undisturbed");
    assert_eq!(
        house.gates(),
        "parts PASS, parts[one] PASS, parts[two] PASS, never SKIPPED, flaky PASS"
    );
    assert_eq!(house.attempts("flaky"), "FAIL FAIL PASS");
    essence(&house.record())
}

#[test]
fn a_kill_at_any_point_costs_nothing() {
    if cannot(!cfg!(debug_assertions), NO_CRASHES) {
        return;
    }
    let house = house();
    let whole = undisturbed(&house);
    let points = at_every_point(|point| is_killed_at(&house, point, &whole));
    println!("killed at {points} points");
    assert!(points > 100, "{points}");
}

/// Tries points from 1 on until one is not reached; gives how many there were, and tells of all
/// that went wrong at any.
pub fn at_every_point(is_reached: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, end) = (AtomicU64::new(1), AtomicU64::new(u64::MAX));
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let point = next.fetch_add(1, Ordering::SeqCst);
                    if point >= end.load(Ordering::SeqCst) {
                        return;
                    }
                    match std::panic::catch_unwind(AssertUnwindSafe(|| is_reached(point))) {
                        Ok(true) => {}
                        Ok(false) => {
                            end.fetch_min(point, Ordering::SeqCst);
                        }
                        Err(_) => problems.lock().unwrap().push(point),
                    }
                }
            });
        }
    });
    let mut problems = problems.into_inner().unwrap();
    problems.sort_unstable();
    assert!(problems.is_empty(), "it went wrong at {problems:?}");
    end.into_inner() - 1
}

/// Whether the run reaches this point; if so it is killed there and taken up.
fn is_killed_at(house: &House, point: u64, whole: &Json) -> bool {
    let house = copy_of(house).env("ORCH_CRASH_AT", &point.to_string());
    let done = house.orch("run demo");
    let house = house.env("ORCH_CRASH_AT", "0");
    if done.code == 0 {
        return false;
    }
    assert_eq!(done.code, -1, "at point {point}: {}", done.shown());
    let place = format!("killed at point {point}");
    is_untouched(&house, &place);
    comes_to_its_end(&house, whole, &place);
    true
}
