//! Measuring: wall time, CPU time and peak memory of a program, medians of several rounds.

use super::Result;
use std::fs;
use std::io::Read;
use std::io::Seek;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

/// The kernel's clock ticks in a second, for `/proc`: the same on every Linux of today.
const TICKS: f64 = 100.0;

/// What one run of a program, or a piece of work in this one, took.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub wall: f64,
    pub cpu: f64,
    pub peak_mib: f64,
}

/// Runs a program to its end; its output is dropped, a failure is an error.
pub fn program(command: &mut Command) -> Result<Spent> {
    let before = cpu()?;
    let start = Instant::now();
    // Into a file: a pipe that nobody empties would make a long run wait for ever.
    let mut said = tempfile::tempfile()?;
    let mut child = command.stdout(Stdio::null()).stderr(said.try_clone()?).spawn()?;
    let mut peak_mib: f64 = 0.0;
    // The peak is read while the program lives; what it allocates in its last moments is missed.
    let watch = format!("/proc/{}/status", child.id());
    let watching = std::thread::spawn(move || {
        while let Ok(status) = fs::read_to_string(&watch) {
            let Some(peak) = field(&status, "VmHWM:") else { break };
            peak_mib = peak_mib.max(peak / 1024.0);
            std::thread::sleep(Duration::from_millis(20));
        }
        peak_mib
    });
    let status = child.wait()?;
    let wall = start.elapsed().as_secs_f64();
    let spent = Spent { wall, cpu: cpu()? - before, peak_mib: watching.join().unwrap_or_default() };
    if status.success() {
        return Ok(spent);
    }
    let mut text = String::new();
    said.rewind()?;
    said.read_to_string(&mut text)?;
    Err(format!("{command:?} ended with {status}: {text}").into())
}

/// Does a piece of work in this process.
pub fn work<T>(mut work: impl FnMut() -> Result<T>) -> Result<(T, Spent)> {
    let before = cpu()?;
    let start = Instant::now();
    let value = work()?;
    let wall = start.elapsed().as_secs_f64();
    Ok((value, Spent { wall, cpu: cpu()? - before, peak_mib: peak_mib()? }))
}

/// The middle one of each measure.
pub fn median(spent: &[Spent]) -> Spent {
    let middle = |of: fn(&Spent) -> f64| {
        let mut values: Vec<f64> = spent.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Spent {
        wall: middle(|spent| spent.wall),
        cpu: middle(|spent| spent.cpu),
        peak_mib: middle(|spent| spent.peak_mib),
    }
}

/// How many rounds to measure: `ROUNDS`, else what the benchmark thinks enough.
pub fn rounds(usual: usize) -> usize {
    std::env::var("ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The most memory that this process has ever held.
pub fn peak_mib() -> Result<f64> {
    peak_mib_of("self")
}

/// The most memory that a process has ever held.
pub fn peak_mib_of(process: &str) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    Ok(field(&status, "VmHWM:").unwrap_or_default() / 1024.0)
}

fn field(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Seconds of CPU that this process and its ended children have used.
fn cpu() -> Result<f64> {
    cpu_of("self", 4)
}

/// Seconds of CPU that a process has used, without its children.
pub fn own_cpu_of(process: &str) -> Result<f64> {
    cpu_of(process, 2)
}

fn cpu_of(process: &str, fields_count: usize) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').ok_or("its stat has no name")?;
    // After the name: state is field 3; utime, stime, cutime and cstime are 14 to 17.
    let times = fields.split_whitespace().skip(11).take(fields_count);
    Ok(times.filter_map(|time| time.parse::<f64>().ok()).sum::<f64>() / TICKS)
}
