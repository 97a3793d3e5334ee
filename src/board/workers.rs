//! The runs that workers drive: how they fare, and the convoys among them.

use super::Board;
use super::frame::Heading;
use super::link;
use crate::budget::Measure;
use crate::clock::show_duration;
use crate::ops::Error;
use crate::ops::pooled;
use crate::ops::pooled::Health;
use crate::ops::pooled::PooledRun;
use crate::ops::report::words::Status;
use crate::ops::report::words::Tone;
use crate::ops::witness;
use crate::standing::State;
use serde::Serialize;
use std::collections::BTreeMap;

/// How many runs are listed.
const RUNS_MAX: usize = 200;

#[derive(Debug, Serialize)]
struct WorkersView {
    /// The process that gives out the slots.
    worker: Option<u32>,
    counts: BTreeMap<&'static str, usize>,
    runs: Vec<PooledRow>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct ConvoysView {
    convoys: Vec<ConvoyView>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct ConvoyView {
    run: PooledRow,
    /// How many of its runs are in each status.
    counts: BTreeMap<&'static str, usize>,
    runs: Vec<PooledRow>,
}

/// A run that workers drive.
#[derive(Debug, Serialize)]
struct PooledRow {
    run: String,
    href: String,
    key: String,
    workflow: String,
    status: Status,
    health: &'static str,
    health_tone: Tone,
    phase: String,
    gate: String,
    reason: String,
    heard: String,
    branch: String,
    cost: String,
}

impl Board<'_> {
    /// The runs that workers drive.
    pub(super) fn workers(&self) -> Result<String, Error> {
        let witnessed = witness::witness(self.project)?;
        let mut runs = pooled::all(self.project)?;
        runs.retain(|run| run.is_open() || run.has_failed());
        runs.sort_by_key(|run| tone(run.health) != Tone::Bad);
        let view = WorkersView {
            worker: witnessed.worker,
            counts: witnessed.counts,
            more: runs.len().saturating_sub(RUNS_MAX),
            runs: runs.iter().take(RUNS_MAX).map(|run| self.pooled(run)).collect(),
        };
        let heading = Heading { title: "Workers", section: "workers", follows: "" };
        self.page("workers.html", heading, &view)
    }

    /// The convoys, the newest first.
    pub(super) fn convoys(&self) -> Result<String, Error> {
        let all = pooled::all(self.project)?;
        let stated = self.project.config.defaults.convoy_workflow.as_ref();
        let workflow = stated.map(|stated| stated.text.as_str());
        let convoys: Vec<&PooledRun> =
            all.iter().filter(|run| Some(run.workflow.as_str()) == workflow).collect();
        let of_convoy = |convoy: &&PooledRun| {
            let own = all.iter().filter(|run| run.parent.as_ref() == Some(&convoy.run_id));
            let own: Vec<&PooledRun> = own.collect();
            let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
            for run in &own {
                *counts.entry(status(run).word).or_default() += 1;
            }
            let runs = own.into_iter().map(|run| self.pooled(run)).collect();
            ConvoyView { run: self.pooled(convoy), counts, runs }
        };
        let view = ConvoysView {
            more: convoys.len().saturating_sub(RUNS_MAX),
            convoys: convoys.iter().take(RUNS_MAX).map(of_convoy).collect(),
        };
        let heading = Heading { title: "Convoys", section: "convoys", follows: "" };
        self.page("convoys.html", heading, &view)
    }

    fn pooled(&self, run: &PooledRun) -> PooledRow {
        let now = self.project.clock.now();
        PooledRow {
            run: run.run_id.to_string(),
            href: link::run(self.base, &run.run_id),
            key: run.key.clone(),
            workflow: run.workflow.clone(),
            status: status(run),
            health: run.health.as_str(),
            health_tone: tone(run.health),
            phase: run.phase.to_string(),
            gate: run.gate.as_ref().map(ToString::to_string).unwrap_or_default(),
            reason: run.reason.clone().unwrap_or_default(),
            heard: run.heard_at.map(|at| show_duration(now.since(at))).unwrap_or_default(),
            branch: run.branch.clone().unwrap_or_default(),
            cost: run.cost_usd.map(|usd| Measure::Usd.show(usd)).unwrap_or_default(),
        }
    }
}

fn status(run: &PooledRun) -> Status {
    let queued = Status { word: "QUEUED", tone: Tone::Quiet };
    run.status.map_or(queued, |status| Status::of_run(State::Recorded(status)))
}

fn tone(health: Health) -> Tone {
    match health {
        Health::Stalled | Health::Dead | Health::Orphaned | Health::Stuck => Tone::Bad,
        Health::Working => Tone::Good,
        Health::Queued | Health::Waiting => Tone::Open,
        Health::Resting => Tone::Quiet,
    }
}
