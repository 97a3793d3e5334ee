//! What a gate costs beyond its command: chains of gates that each copy a file of 1 KiB.

use super::Result;
use super::floor;
use super::measure;
use super::measure::Spent;
use super::project;
use super::project::Chain;
use super::table;
use super::table::Row;
use std::fs;

const CHAIN: Chain = Chain { gates: 100, is_reused: false, is_chained: true };

/// At most this much above the floor.
const RATIO_MAX: f64 = 1.25;

/// How much more a gate may cost in a long chain than in a short one, beyond what the floor's own
/// steps do: the machine is not the same from one minute to the next.
const GROWTH_MAX: f64 = 1.1;

const MEMORY_MAX_MIB: f64 = 20.0;

pub fn gates() -> Result {
    let rounds = measure::rounds(5);
    let (floor, ours) = both(CHAIN, &[], rounds)?;
    let long = Chain { gates: 1000, ..CHAIN };
    let (long_floor, long_ours) = both(long, &[], rounds.min(3))?;
    let wide = Chain { is_chained: false, ..long };
    let (wide_floor, wide_ours) = both(wide, &["--jobs", "2"], 1)?;
    let growth = long_ours.cpu / ours.cpu / 10.0;
    let wall_growth = long_ours.wall / ours.wall / 10.0;
    let floor_growth = long_floor.cpu / floor.cpu / 10.0;
    let growth_row = |unit: &str, growth: f64, floor_growth: f64| Row {
        work: format!("a gate among 1,000 against one among 100, {unit}"),
        floor: format!("{floor_growth:.2}"),
        ours: format!("{growth:.2}"),
        ratio: None,
        target: format!("at most {GROWTH_MAX} × the floor's"),
        is_reached: growth <= GROWTH_MAX * floor_growth.max(1.0),
    };
    let memory = Row {
        work: "peak resident memory over 1,000 gates, MiB".to_owned(),
        floor: format!("{:.1}", long_floor.peak_mib),
        ours: format!("{:.1}", long_ours.peak_mib),
        ratio: None,
        target: format!("at most {MEMORY_MAX_MIB}"),
        is_reached: long_ours.peak_mib <= MEMORY_MAX_MIB,
    };
    let rows = [
        wall("100 gates in a chain", floor, ours),
        wall("1,000 gates in a chain", long_floor, long_ours),
        wall("1,000 independent gates, two at a time (floor: one)", wide_floor, wide_ours),
        growth_row("wall", wall_growth, long_floor.wall / floor.wall / 10.0),
        growth_row("CPU", growth, floor_growth),
        memory,
    ];
    table::print("Command gates: recorded, synced, committed", &rows);
    Ok(())
}

fn wall(work: &str, floor: Spent, ours: Spent) -> Row {
    let ratio = ours.wall / floor.wall;
    let shown = |spent: Spent| format!("{:.2} s ({:.2} CPU)", spent.wall, spent.cpu);
    Row {
        work: work.to_owned(),
        floor: shown(floor),
        ours: shown(ours),
        ratio: Some(ratio),
        target: format!("at most {RATIO_MAX} × the floor"),
        is_reached: ratio <= RATIO_MAX,
    }
}

/// The floor and the runner in turns, each in a repository of its own.
fn both(chain: Chain, flags: &[&str], rounds: usize) -> Result<(Spent, Spent)> {
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let folder = project::chain(chain)?;
        floor.push(measure::program(&mut floor::command(folder.path(), chain)?)?);
        let folder = project::chain(chain)?;
        let mut run = project::orch(folder.path());
        ours.push(measure::program(run.args(["run", "chain"]).args(flags))?);
        let count = |reference: &str| {
            let count = project::git(folder.path(), &["rev-list", "--count", reference])?;
            Ok::<usize, Box<dyn std::error::Error>>(count.trim().parse()?)
        };
        let on_ref = count(&project::last_ref(folder.path())?)?;
        let (gates, on_branch) = (chain.gates, count("HEAD")?);
        if (on_ref, on_branch) != (gates + 1, 2) {
            let words = format!("{gates} gates left {on_ref} commits, {on_branch} on the branch");
            return Err(words.into());
        }
    }
    Ok((measure::median(&floor), measure::median(&ours)))
}

pub fn reuse() -> Result {
    again(Chain { is_reused: true, ..CHAIN }, 0.05)?;
    again(Chain { is_reused: true, gates: 1000, ..CHAIN }, 0.1)
}

/// A chain that has nothing to do, which may take so many seconds.
fn again(chain: Chain, most_s: f64) -> Result {
    let folder = project::chain(chain)?;
    let root = folder.path();
    let run = || measure::program(project::orch(root).args(["run", "chain"]));
    run()?;
    let commits = || project::git(root, &["rev-list", "--count", "HEAD"]);
    let before: usize = commits()?.trim().parse()?;
    let rounds = measure::rounds(9);
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let ((), spent) = measure::work(|| {
            for gate in 0..=chain.gates {
                orch::digest::Digest::of(fs::read(root.join(format!("out/{gate}")))?);
            }
            Ok(())
        })?;
        floor.push(spent);
        ours.push(run()?);
    }
    let after: usize = commits()?.trim().parse()?;
    let journal = fs::read_to_string(project::last_journal(root)?)?;
    let batches = journal.matches("\"GATES_REUSED\"").count();
    let attempts = journal.matches("\"GATE_STARTED\"").count();
    let (floor, ours) = (measure::median(&floor), measure::median(&ours));
    let counts = |what: &str, count: f64, wanted: f64| Row {
        work: what.to_owned(),
        floor: "–".to_owned(),
        ours: count.to_string(),
        ratio: None,
        target: wanted.to_string(),
        is_reached: (count - wanted).abs() < f64::EPSILON,
    };
    #[expect(clippy::cast_precision_loss, reason = "these are small")]
    let rows = [
        Row {
            work: format!("{} gates again, nothing changed", chain.gates),
            floor: format!("{:.4} s (hashing)", floor.wall),
            ours: format!("{:.3} s", ours.wall),
            ratio: None,
            target: format!("at most {most_s} s"),
            is_reached: ours.wall <= most_s,
        },
        counts("batch events", batches as f64, 1.0),
        counts("attempts", attempts as f64, 0.0),
        counts("commits of each run", (after - before) as f64 / rounds as f64, 1.0),
    ];
    table::print("Reuse", &rows);
    Ok(())
}
