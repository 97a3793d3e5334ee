//! Which run goes to which worker, for how long, and what follows when a worker is not heard of. The
//! pool of many machines is this and something that keeps it: requests and the time come in, answers
//! go out. The pool of one machine, whose locks a death frees, shares the order and the labels.

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;

use crate::clock::Moment;
use crate::id::RunId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;

/// A priority in the middle; ranks count from the highest down.
const MIDDLE: i64 = 500;

/// How long a worker may take to be heard of after it was given a run.
pub const ACCEPTED_WITHIN: Duration = Duration::from_secs(10);

/// How many runs that nobody goes on with are remembered.
const REFUSED_MAX: usize = 1000;

/// What is to be done for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Begin it, or drive it on from where it stands.
    Drive,
    /// Resume it as a person would: gates that failed get new attempts.
    Resume,
    /// Have it stop.
    Pause,
    /// End it.
    Cancel,
}

impl Wish {
    /// Whether it stops a run.
    pub fn is_stop(self) -> bool {
        match self {
            Self::Pause | Self::Cancel => true,
            Self::Drive | Self::Resume => false,
        }
    }
}

/// A run that waits for a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingRun {
    pub run: RunId,
    pub wish: Wish,
    /// Why it is to stop, or why nobody goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Higher ones come first.
    #[serde(default)]
    pub priority: i32,
    pub queued_at: Moment,
    /// What a worker must have to take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// When it can go on; at once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Moment>,
    /// How often the worker that had it was not heard of.
    #[serde(default)]
    pub restarts: u32,
}

/// A worker that waits for runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Where it waits for the answer; no other offer has this name.
    pub name: String,
    pub worker: String,
    pub labels: BTreeSet<String>,
    /// How many runs it takes at once.
    pub slots: usize,
    /// When it no longer waits, by the time of the pool.
    pub until: Moment,
}

/// The right of a worker to drive a run, as long as it is heard of in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// A later one has a higher number.
    pub number: u64,
    pub worker: String,
    pub until: Moment,
    /// Whether its worker was ever heard of.
    #[serde(default)]
    pub is_kept: bool,
    pub waited: WaitingRun,
}

/// The answer to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub offer: String,
    pub grants: Vec<Grant>,
}

/// What a worker is told that lets itself be heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    /// It goes on.
    Kept,
    /// It keeps the run, and is asked to stop it and give it back.
    Stop,
    /// The run may be another's.
    Lost,
}

/// How a run is given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// Nothing is left to do until somebody asks for more.
    Done,
    /// It goes on, at once or at a moment.
    Again(Option<Moment>),
    /// It could not be gone on with, and why.
    Failed(String),
}

/// All that the pool knows of its runs and workers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dispatch {
    /// The number of the last grant.
    last: u64,
    /// The latest time that was told: of several clocks none takes it back.
    told_at: Option<Moment>,
    /// The next one first.
    pub waiting: Vec<WaitingRun>,
    pub offers: Vec<Offer>,
    pub granted: Vec<Grant>,
    /// Those that nobody goes on with: their workers vanished too often, or could not.
    pub refused: Vec<WaitingRun>,
}

/// Where a run stands among those that wait: the lowest first. What stops a run comes before all.
pub fn rank(priority: i32, is_stop: bool) -> i64 {
    if is_stop { 0 } else { (MIDDLE - i64::from(priority)).clamp(1, 2 * MIDDLE - 1) }
}

/// Whether a worker has all labels that a run asks for.
pub fn fits(asked: &[String], of_worker: &BTreeSet<String>) -> bool {
    asked.iter().all(|label| of_worker.contains(label))
}

impl Dispatch {
    /// Has a run wait, in place of what it waited for before; to be driven on is in place of nothing, since
    /// somebody may have asked for it to stop. A grant of it goes on: the run is given to nobody else before
    /// that ends.
    pub fn submit(&mut self, run: WaitingRun) {
        let stays = |it: &WaitingRun| it.run == run.run && it.wish != Wish::Drive;
        if run.wish == Wish::Drive && self.waiting.iter().any(stays) {
            return;
        }
        self.withdraw(&run.run);
        if !run.wish.is_stop() {
            self.refused.retain(|refused| refused.run != run.run);
        }
        let place = |it: &WaitingRun| {
            (rank(it.priority, it.wish.is_stop()), it.queued_at, it.run.as_str().to_owned())
        };
        let at = self.waiting.partition_point(|waiting| place(waiting) < place(&run));
        self.waiting.insert(at, run);
    }

    /// Takes back what a run waits for; says whether it waited.
    pub fn withdraw(&mut self, run: &RunId) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|waiting| waiting.run != *run);
        before > self.waiting.len()
    }

    /// Has a worker wait for runs.
    pub fn offer(&mut self, offer: Offer) {
        self.offers.retain(|other| other.name != offer.name);
        self.offers.push(offer);
    }

    /// Claims one run for a caller, or says who holds it. What it waits for, it waits for until it is given
    /// back.
    pub fn claim(&mut self, run: WaitingRun, worker: String, now: Moment) -> Result<Grant, String> {
        let now = self.now(now);
        if let Some(held) = self.granted.iter().find(|grant| grant.waited.run == run.run) {
            return Err(held.worker.clone());
        }
        Ok(self.grant(run, worker, now))
    }

    fn grant(&mut self, waited: WaitingRun, worker: String, now: Moment) -> Grant {
        self.last += 1;
        let until = now.plus(ACCEPTED_WITHIN);
        let grant = Grant { number: self.last, worker, until, is_kept: false, waited };
        self.granted.push(grant.clone());
        grant
    }

    /// A worker waits no longer; gives the names of its offers.
    pub fn leave(&mut self, worker: &str) -> Vec<String> {
        let (left, offers) =
            std::mem::take(&mut self.offers).into_iter().partition(|it| it.worker == worker);
        self.offers = offers;
        let left: Vec<Offer> = left;
        left.into_iter().map(|offer| offer.name).collect()
    }

    /// A worker is heard of: its grant goes on for so long.
    pub fn beat(&mut self, number: u64, lease: Duration, now: Moment) -> Heard {
        let now = self.now(now);
        let Some(grant) = self.granted.iter_mut().find(|grant| grant.number == number) else {
            return Heard::Lost;
        };
        grant.until = now.plus(lease);
        grant.is_kept = true;
        let run = &grant.waited.run;
        let stops = |waiting: &WaitingRun| waiting.run == *run && waiting.wish.is_stop();
        if self.waiting.iter().any(stops) { Heard::Stop } else { Heard::Kept }
    }

    /// Takes a run back from the worker that holds it; says whether it did.
    pub fn give_back(&mut self, number: u64, back: Back) -> bool {
        let Some(at) = self.granted.iter().position(|grant| grant.number == number) else {
            return false;
        };
        let Grant { waited, .. } = self.granted.remove(at);
        match back {
            Back::Done => {}
            Back::Again(not_before) => {
                let wish = if waited.wish.is_stop() { waited.wish } else { Wish::Drive };
                self.wait_again(WaitingRun { wish, not_before, restarts: 0, ..waited });
            }
            Back::Failed(reason) => self.refuse(waited, reason),
        }
        true
    }

    /// Lets time pass: workers that were not heard of lose their runs, which wait again, up to so many
    /// times; offers that are over are forgotten. Gives those that nobody goes on with from now on.
    pub fn pass(&mut self, restarts_max: u32, now: Moment) -> Vec<RunId> {
        let now = self.now(now);
        self.offers.retain(|offer| offer.until > now);
        let (granted, over) =
            std::mem::take(&mut self.granted).into_iter().partition(|grant| grant.until > now);
        self.granted = granted;
        let mut given_up = Vec::new();
        for Grant { waited, is_kept, .. } in over {
            // What no worker ever took up was lost by none.
            let restarts = waited.restarts + u32::from(is_kept);
            if restarts > restarts_max {
                given_up.push(waited.run.clone());
                self.refuse(waited, format!("its workers were lost {restarts} times"));
            } else {
                self.wait_again(WaitingRun { restarts, not_before: None, ..waited });
            }
        }
        given_up
    }

    /// Gives runs to workers as far as there are both, and answers their offers.
    pub fn give_out(&mut self, now: Moment) -> Vec<Given> {
        let now = self.now(now);
        let mut answers: Vec<Given> = Vec::new();
        let mut at = 0;
        while let Some(run) = self.waiting.get(at) {
            let is_held = self.granted.iter().any(|grant| grant.waited.run == run.run);
            let is_ready = !is_held && run.not_before.is_none_or(|ready| ready <= now);
            let offer = if is_ready { self.roomiest(run, &answers, now) } else { None };
            let Some(Offer { name, worker, .. }) = offer.cloned() else {
                at += 1;
                continue;
            };
            let waited = self.waiting.remove(at);
            let grant = self.grant(waited, worker, now);
            match answers.iter_mut().find(|given| given.offer == name) {
                Some(given) => given.grants.push(grant),
                None => answers.push(Given { offer: name, grants: vec![grant] }),
            }
        }
        let is_answered = |offer: &Offer| answers.iter().any(|given| given.offer == offer.name);
        self.offers.retain(|offer| !is_answered(offer));
        answers
    }

    /// The offer that has the most room left for a run, so that runs spread; of several the first.
    fn roomiest(&self, run: &WaitingRun, answers: &[Given], now: Moment) -> Option<&Offer> {
        let room = |offer: &Offer| {
            let given = answers.iter().find(|given| given.offer == offer.name);
            offer.slots.saturating_sub(given.map_or(0, |given| given.grants.len()))
        };
        let is_fit = |offer: &&Offer| {
            offer.until > now && fits(&run.labels, &offer.labels) && room(offer) > 0
        };
        // Of equals `max_by_key` takes the last.
        self.offers.iter().rev().filter(is_fit).max_by_key(|offer| room(offer))
    }

    /// When time is to pass again; `None` where nothing waits for it.
    pub fn next_at(&self) -> Option<Moment> {
        let ends = self.granted.iter().map(|grant| grant.until);
        let ready = self.waiting.iter().filter_map(|waiting| waiting.not_before);
        let is_ahead = |at: &Moment| self.told_at.is_none_or(|told| *at > told);
        ends.chain(ready.filter(is_ahead)).min()
    }

    /// What came to wait for it meanwhile stays: it may be to stop it.
    fn wait_again(&mut self, run: WaitingRun) {
        if self.waiting.iter().all(|waiting| waiting.run != run.run) {
            self.submit(run);
        }
    }

    fn refuse(&mut self, run: WaitingRun, reason: String) {
        self.refused.retain(|refused| refused.run != run.run);
        self.refused.push(WaitingRun { reason: Some(reason), ..run });
        let more = self.refused.len().saturating_sub(REFUSED_MAX);
        self.refused.drain(..more);
    }

    /// The time of the pool, which no clock of a host turns back.
    pub fn now(&mut self, now: Moment) -> Moment {
        let latest = self.told_at.map_or(now, |told| told.max(now));
        *self.told_at.insert(latest)
    }
}
