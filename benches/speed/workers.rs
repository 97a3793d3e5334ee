//! Many runs over few slots, beside the same commands under `xargs` on as many, and a worktree of a
//! large repository beside git's own.

use super::Result;
use super::commit;
use super::measure;
use super::project;
use super::table;
use super::table::Row;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;
use std::time::Instant;

const SLOTS: usize = 8;

/// How long the work of one run takes, in seconds.
const WORK: f64 = 1.0;

/// How often it is looked at what the slots hold.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// How many runs: `RUNS`, else what was set out to be measured.
fn count() -> usize {
    std::env::var("RUNS").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

pub fn workers() -> Result {
    let runs = count();
    let folder = project::folder()?;
    let root = folder.path();
    lay(root, &format!("sleep {WORK}"))?;
    let floor = format!("seq {runs} | xargs -P {SLOTS} -I _ sleep {WORK}");
    let floor = measure::program(&mut project::shell(root, &floor))?;
    let start = Instant::now();
    let keys: Vec<String> = (0..runs).map(|run| format!("k{run}")).collect();
    let mut spawn = project::orch(root);
    measure::program(spawn.arg("spawn").args(&keys).args(["--workflow", "item"]))?;
    let pool = root.join(".git/orch/pool");
    let waiting = files_in(&pool.join("waiting"));
    let bytes: u64 =
        waiting.iter().filter_map(|file| file.metadata().ok()).map(|it| it.len()).sum();
    let seen = watch(&pool, &root.join(".git/orch/runs"));
    let wall = start.elapsed().as_secs_f64();
    let passed = project::orch(root).args(["run", "list", "--json"]).output()?;
    let passed = String::from_utf8(passed.stdout)?.matches("\"PASSED\"").count();
    let row = |work: &str, floor: String, ours: f64, most: f64| Row {
        work: work.to_owned(),
        floor,
        ours: format!("{ours:.2}"),
        ratio: None,
        target: format!("at most {most}"),
        is_reached: ours <= most,
    };
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let kib = bytes as f64 / 1024.0 / waiting.len().max(1) as f64;
    let none = || "–".to_owned();
    let rows = [
        Row {
            ratio: Some(wall / floor.wall),
            is_reached: wall <= floor.wall * 1.15 && passed == runs,
            target: "at most 1.15 ×".to_owned(),
            ..row("wall time, s", format!("{:.2}", floor.wall), wall, 0.0)
        },
        row("from a free slot to the next run's start, ms", none(), seen.dispatch_ms(), 50.0),
        row("supervisor, % of a core", none(), seen.supervisor_cpu / wall * 100.0, 3.0),
        row("a waiting run, KiB on the disk, no process", none(), kib, 10.0),
        row("a driven run, peak MiB", none(), seen.peak_mib, 25.0),
    ];
    table::print(&format!("{runs} runs over {SLOTS} slots, {passed} passed"), &rows);
    Ok(())
}

/// A run's worktree in a repository of 100,000 files, ready when its run begins.
pub fn worktree() -> Result {
    let folder = project::folder()?;
    let root = folder.path();
    commit::large_repository(root)?;
    lay(root, "true")?;
    let floor = "git worktree add -q -b floor \"$PWD-floor\"";
    let floor = measure::program(&mut project::shell(root, floor))?;
    let start = Instant::now();
    measure::program(project::orch(root).args(["spawn", "ours", "--workflow", "item"]))?;
    let runs = root.join(".git/orch/runs");
    while !files_in(&runs).iter().any(|run| run.join("journal.jsonl").exists()) {
        thread::sleep(LOOK_EVERY);
    }
    let ours = start.elapsed().as_secs_f64();
    watch(&root.join(".git/orch/pool"), &runs);
    let rows = [Row {
        work: "worktree of 100,000 files, s".to_owned(),
        floor: format!("{:.2}", floor.wall),
        ours: format!("{ours:.2}"),
        ratio: Some(ours / floor.wall),
        target: "at most 1.2 ×".to_owned(),
        is_reached: ours <= floor.wall * 1.2,
    }];
    table::print("A worktree (floor: git worktree add)", &rows);
    Ok(())
}

/// Commits the workflow, which worktrees start from.
fn lay(root: &Path, script: &str) -> Result {
    fs::create_dir_all(root.join("workflows"))?;
    let workflow = format!(
        "name = \"item\"\nversion = \"1\"\nkey = \"{{{{ key }}}}\"\n\
         [inputs]\nkey = {{ type = \"slug\", help = \"which\" }}\n\
         [[gate]]\nid = \"work\"\nexecutor = \"command\"\nshell = \"{script}\"\n"
    );
    fs::write(root.join("workflows/item.toml"), workflow)?;
    fs::write(root.join("orch.toml"), format!("[pool]\nslots = {SLOTS}\n"))?;
    project::repository(root)
}

/// What was seen of the processes.
#[derive(Default)]
struct Seen {
    supervisor_cpu: f64,
    peak_mib: f64,
    dispatches: Vec<Duration>,
}

impl Seen {
    /// The middle one.
    fn dispatch_ms(&self) -> f64 {
        let mut all = self.dispatches.clone();
        all.sort();
        all.get(all.len() / 2).map_or(f64::NAN, |it| it.as_secs_f64() * 1000.0)
    }
}

/// Looks at the pool until nothing is left in it.
fn watch(pool: &Path, runs: &Path) -> Seen {
    let mut seen = Seen::default();
    let mut cpu: HashMap<u64, f64> = HashMap::new();
    let mut free: HashMap<usize, Instant> = HashMap::new();
    let mut rounds = 0_u32;
    while ["waiting", "at-work"].iter().any(|name| !files_in(&pool.join(name)).is_empty()) {
        rounds += 1;
        for slot in 1..=SLOTS {
            let held = held(&pool.join(format!("slots/{slot}.lock")));
            let Some(held) = held else {
                free.entry(slot).or_insert_with(Instant::now);
                continue;
            };
            let run = held["purpose"].as_str().unwrap_or_default();
            if runs.join(run).join("journal.jsonl").exists()
                && let Some(since) = free.remove(&slot)
            {
                seen.dispatches.push(since.elapsed());
            }
            let process = held["process"].as_u64().filter(|_| rounds.is_multiple_of(16));
            let peak = process.and_then(|process| measure::peak_mib_of(&process.to_string()).ok());
            seen.peak_mib = seen.peak_mib.max(peak.unwrap_or_default());
        }
        let supervisor = held(&pool.join("supervisor.lock"));
        if let Some(process) = supervisor.and_then(|held| held["process"].as_u64())
            && let Ok(used) = measure::own_cpu_of(&process.to_string())
        {
            cpu.insert(process, used);
        }
        thread::sleep(LOOK_EVERY);
    }
    // Before the first look every slot was free.
    seen.dispatches.drain(..seen.dispatches.len().min(SLOTS));
    seen.supervisor_cpu = cpu.values().sum();
    seen
}

fn held(lock: &Path) -> Option<Json> {
    serde_json::from_slice(&fs::read(lock).ok()?).ok()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}
