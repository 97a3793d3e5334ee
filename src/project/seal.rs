//! Sealing a checkpoint: a snapshot of the working tree, the event, a file in the record and a
//! commit of its own; and when a policy asks for one.

use super::Driver;
use super::Error;
use crate::budget::Measure;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::checkpoint_policy::Occasion;
use crate::clock::Moment;
use crate::clock::Period;
use crate::clock::show_duration;
use crate::event::Checkpoint;
use crate::event::Event;
use crate::event::EventKind;
use crate::event::Snapshot;
use crate::run::GateStatus;
use crate::run::Run;
use crate::run::Session;
use crate::spending::Cost;
use crate::store::checkpoint;
use std::time::Duration;

/// What happened since a policy was last asked.
#[derive(Debug, Default)]
pub struct Happened {
    occasions: Vec<(Occasion, String)>,
    has_spent: bool,
    /// Whether a sitting ended, whose policy still counts.
    has_sat: bool,
    /// When nothing was found to be worth a checkpoint.
    looked_at: Option<Moment>,
}

impl Happened {
    /// Takes note of an event.
    pub fn note(&mut self, event: &Event) {
        if let Event::GatePassed { gate, .. } = event {
            self.add(Occasion::GatePassed, format!("gate {gate} passed"));
        } else if let Event::GateFailed { gate, .. } = event {
            self.add(Occasion::Error, format!("gate {gate} failed"));
        } else if let Event::RunPaused { reason, .. } = event {
            self.add(Occasion::Pause, format!("paused: {reason}"));
        } else if let Event::SessionStarted(started) = event {
            self.add(Occasion::SessionStart, format!("session {} started", started.session));
        } else if let Event::SessionEnded { .. } = event {
            self.has_sat = true;
        } else if let Event::InvocationRecorded(_) = event {
            self.has_spent = true;
        }
    }

    fn add(&mut self, occasion: Occasion, words: String) {
        self.occasions.push((occasion, words));
    }
}

/// Seals a checkpoint now. A tree that cannot be kept is no reason to stop: the checkpoint says why.
pub fn seal(driver: &mut Driver<'_>, reason: &str) -> Result<Checkpoint, Error> {
    let happened = std::mem::take(&mut driver.happened);
    let run = driver.run();
    let last = run.checkpoints.last().map(|(_, last)| last);
    let number = last.map_or(1, |last| last.checkpoint + 1);
    let repository = driver.project.repository()?;
    let before = last.and_then(|last| last.snapshot.as_ref());
    let (snapshot, no_snapshot) = match &repository {
        None => (None, driver.project.uncommitted.clone()),
        Some(repository) => {
            let root = driver.project.folder.root();
            match checkpoint::take(repository, root, (driver.id(), number), before) {
                Ok(snapshot) => (Some(snapshot), None),
                Err(error) => (None, Some(error.to_string())),
            }
        }
    };
    let checkpoint = Checkpoint {
        checkpoint: number,
        session: sitting(run, &happened).map(|session| session.number),
        reason: reason.to_owned(),
        summary: summary(run),
        journal_head: driver.head().sha256,
        git_head: repository.as_ref().and_then(crate::git::Repository::head),
        cost_usd: Cost::of_run(run).cost_usd,
        snapshot,
        no_snapshot,
    };
    driver.append(&[Event::CheckpointSealed(Box::new(checkpoint.clone()))])?;
    driver.commit_checkpoint(number)?;
    let keep = policy(driver, &happened).kept();
    if let Some(repository) = repository.filter(|_| number > keep) {
        // What stays for longer than it should does no harm.
        if let Err(error) = checkpoint::forget(&repository, driver.id(), number - keep) {
            driver.unforgotten.push(error.to_string());
        }
    }
    Ok(checkpoint)
}

/// Seals one if something happened since that the policy asks for one on.
pub fn seal_if_due(driver: &mut Driver<'_>) -> Result<(), Error> {
    let happened = &driver.happened;
    if happened.occasions.is_empty() && !happened.has_spent {
        return Ok(());
    }
    let policy = policy(driver, happened);
    let due = happened.occasions.iter().filter(|(occasion, _)| policy.is_due_on(*occasion));
    let mut reasons: Vec<String> = due.map(|(_, words)| words.clone()).collect();
    if happened.has_spent {
        reasons.extend(share_spent(driver, &policy));
    }
    if reasons.is_empty() {
        let looked_at = happened.looked_at;
        driver.happened = Happened { looked_at, ..Happened::default() };
        return Ok(());
    }
    seal(driver, &reasons.join(", ")).map(drop)
}

/// When the policy wants the next checkpoint; `None` where it sets no time.
pub fn due(driver: &Driver<'_>) -> Option<Moment> {
    let every = policy(driver, &driver.happened).every?.duration();
    let run = driver.run();
    let begun = run.session().map_or(run.started_at, |session| session.started_at);
    let sealed = run.checkpoints.last().map(|(at, _)| *at);
    let since = sealed.max(driver.happened.looked_at).unwrap_or(begun).max(begun);
    Some(since.plus(every))
}

/// How long the policy lets the run go on before that.
pub fn time_left(driver: &Driver<'_>) -> Option<Duration> {
    Some(due(driver)?.since(driver.project.clock.now()))
}

/// Seals one if the policy's time is up and anything moved since the last one.
pub fn seal_in_time(driver: &mut Driver<'_>) -> Result<(), Error> {
    if time_left(driver).is_none_or(|left| !left.is_zero()) {
        return Ok(());
    }
    if is_unmoved(driver)? {
        driver.happened.looked_at = Some(driver.project.clock.now());
        return Ok(());
    }
    let every = policy(driver, &driver.happened).every.map(Period::duration).unwrap_or_default();
    seal(driver, &format!("every {}", show_duration(every))).map(drop)
}

/// Whether run and working tree are what the last checkpoint holds.
fn is_unmoved(driver: &Driver<'_>) -> Result<bool, Error> {
    let is_last =
        driver.run().lifecycle.last().is_some_and(|last| last.kind == EventKind::CheckpointSealed);
    let last = driver.run().checkpoints.last().and_then(|(_, last)| last.snapshot.as_ref());
    let (Some(Snapshot { commit, .. }), Some(repository), true) =
        (last, driver.project.repository()?, is_last && driver.has_no_tail())
    else {
        return Ok(false);
    };
    let records = checkpoint::records(&repository, driver.project.folder.root());
    Ok(repository.is_as_snapshot(commit, checkpoint::scope(&records)).unwrap_or(false))
}

/// What the workflow says, else the project, else, while somebody sits at the run, the sessions' own.
fn policy(driver: &Driver<'_>, happened: &Happened) -> CheckpointPolicy {
    let said = driver.workflow.checkpoint.clone().or(driver.project.config.checkpoint.clone());
    match sitting(driver.run(), happened) {
        Some(_) => said.or(CheckpointPolicy::of_sessions()),
        None => said,
    }
}

/// The sitting that goes on, or has ended just now.
fn sitting<'r>(run: &'r Run, happened: &Happened) -> Option<&'r Session> {
    run.session().or_else(|| run.sessions.last().filter(|_| happened.has_sat))
}

/// The words for a share of the budget that was passed and is not sealed yet.
fn share_spent(driver: &Driver<'_>, policy: &CheckpointPolicy) -> Option<String> {
    let run = driver.run();
    let budget_usd = run.budget.bound(Measure::Usd)?;
    let share = policy.at_cost?.value();
    let is_past = |cost_usd: Option<f64>| cost_usd.is_some_and(|cost| cost >= share * budget_usd);
    let is_sealed = run.checkpoints.iter().any(|(_, sealed)| is_past(sealed.cost_usd));
    (is_past(Cost::of_run(run).cost_usd) && !is_sealed)
        .then(|| format!("{} % of the budget is spent", (share * 100.0).round()))
}

/// Where the run stands, in a sentence.
fn summary(run: &Run) -> String {
    let planned = || run.started.gates.iter().map(|planned| &planned.gate);
    let done = planned().filter(|gate| run.status_of(gate).satisfies()).count();
    let in_state = |status: GateStatus| {
        let gates: Vec<String> = run.gates_in(status).map(ToString::to_string).collect();
        (!gates.is_empty()).then(|| format!("{} {status}", gates.join(", ")))
    };
    let open = [GateStatus::Running, GateStatus::Waiting, GateStatus::Fail].map(in_state);
    let open: Vec<String> = open.into_iter().flatten().collect();
    let open = if open.is_empty() { String::new() } else { format!(": {}", open.join("; ")) };
    format!("{}, {done} of {} gates done{open}", run.status, planned().count())
}
