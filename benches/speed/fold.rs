//! Reading what has been: a long journal, and many runs.

use super::Result;
use super::measure;
use super::project;
use super::project::Chain;
use super::table;
use super::table::Row;
use orch::digest::Digest;
use serde::de::IgnoredAny;
use std::fs;
use std::path::Path;

const EVENTS: usize = 100_000;
const RUNS: usize = 10_000;

pub fn fold() -> Result {
    let chain = Chain { gates: 1000, is_reused: false, is_chained: true };
    let folder = project::chain(chain)?;
    let root = folder.path();
    measure::program(project::orch(root).args(["run", "chain"]))?;
    let rows = [long_journal(root)?, many_runs(root)?];
    table::print("Reading runs", &rows);
    Ok(())
}

/// A real run's events, its gates opened and done again until there are enough.
fn long_journal(root: &Path) -> Result<Row> {
    let journal = project::last_journal(root)?;
    let text = fs::read_to_string(&journal)?;
    let mut lines: Vec<&str> = text.lines().collect();
    let end = lines.pop().ok_or("the journal is empty")?;
    let first = lines.remove(0);
    let gates: Vec<String> = (1..=1000).map(|gate| format!("\"g{gate}\"")).collect();
    let reopened = format!(
        "{{\"seq\":0,\"ts\":\"2026-01-19T14:30:12Z\",\"type\":\"GATES_REOPENED\",\"data\":{{\"gates\":[{}],\"reason\":\"again\"}},\"prev\":null}}",
        gates.join(",")
    );
    let mut chained = Chained::default();
    chained.push(first)?;
    let mut attempt = 1;
    while chained.count < EVENTS {
        if attempt > 1 {
            chained.push(&reopened)?;
        }
        for line in &lines {
            chained.push(&line.replace("\"attempt\":1", &format!("\"attempt\":{attempt}")))?;
        }
        attempt += 1;
    }
    chained.push(end)?;
    let path = root.join("long.jsonl");
    let place = orch::internals::Beneath::new(root).join("long.jsonl");
    fs::write(&path, &chained.bytes)?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..measure::rounds(5) {
        let parsed = measure::work(|| {
            let bytes = fs::read(&path)?;
            for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                serde_json::from_slice::<IgnoredAny>(line)?;
                std::hint::black_box(Digest::of(line));
            }
            Ok(())
        })?;
        floor.push(parsed.1);
        ours.push(measure::work(|| Ok(orch::store::journal::read(&place)?))?.1);
    }
    let (floor, ours) = (measure::median(&floor).wall, measure::median(&ours).wall);
    Ok(Row {
        work: format!(
            "fold a journal of {} events, {} MB",
            chained.count,
            chained.bytes.len() / 1_000_000
        ),
        floor: format!("{floor:.3} s (parse, hash)"),
        ours: format!("{ours:.3} s"),
        ratio: Some(ours / floor),
        target: "under 0.3 s".to_owned(),
        is_reached: ours < 0.3,
    })
}

/// Lines with their count and chain made right.
#[derive(Default)]
struct Chained {
    bytes: Vec<u8>,
    count: usize,
    head: Option<Digest>,
}

impl Chained {
    fn push(&mut self, line: &str) -> Result {
        let mut json: serde_json::Value = serde_json::from_str(line)?;
        self.count += 1;
        json["seq"] = self.count.into();
        json["prev"] = serde_json::to_value(self.head)?;
        let line = serde_json::to_vec(&json)?;
        self.head = Some(Digest::of(&line));
        self.bytes.extend(line);
        self.bytes.push(b'\n');
        Ok(())
    }
}

/// `orch run list` over copies of a small run.
fn many_runs(root: &Path) -> Result<Row> {
    let chain = Chain { gates: 7, is_reused: false, is_chained: true };
    let folder = project::chain(chain)?;
    measure::program(project::orch(folder.path()).args(["run", "chain"]))?;
    let journal = project::last_journal(folder.path())?;
    let id = journal.parent().and_then(Path::file_name).ok_or("the run has no name")?;
    let summary = folder.path().join("orchestration/runs").join(id).join("record/RUN.json");
    for run in 0..RUNS {
        let id = format!(
            "run_20260119T{:02}{:02}{:02}Z_chain_{:06}",
            run / 3600,
            run / 60 % 60,
            run % 60,
            run
        );
        let record = root.join("orchestration/runs").join(&id).join("record");
        let state = root.join(".git/orch/runs").join(&id);
        fs::create_dir_all(&record)?;
        fs::create_dir_all(&state)?;
        fs::copy(&summary, record.join("RUN.json"))?;
        fs::copy(&journal, state.join("journal.jsonl"))?;
    }
    let list = || measure::program(project::orch(root).args(["run", "list"]));
    list()?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..measure::rounds(5) {
        let read = measure::work(|| {
            for entry in fs::read_dir(root.join("orchestration/runs"))? {
                fs::read(entry?.path().join("record/RUN.json"))?;
            }
            Ok(())
        })?;
        floor.push(read.1);
        ours.push(list()?);
    }
    let (floor, ours) = (measure::median(&floor).wall, measure::median(&ours).wall);
    Ok(Row {
        work: format!("orch run list over {RUNS} runs, warm"),
        floor: format!("{floor:.3} s (reading)"),
        ours: format!("{ours:.3} s"),
        ratio: Some(ours / floor),
        target: "under 0.5 s".to_owned(),
        is_reached: ours < 0.5,
    })
}
