//! The pool: where runs wait for a worker, in the order of their priority and then of their age. A
//! run that waits is a file; one that is at work holds a slot, whose lock its death frees.

use crate::clock::Moment;
use crate::event::ChildOrder;
use crate::files::Beneath;
use crate::files::Lock;
use crate::files::LockHolder;
use crate::id::RunId;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// The largest ticket that is read, in bytes.
const TICKET_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// A priority in the middle; the ticket's name counts from the highest down.
const MIDDLE: i64 = 500;

/// What is to be done for a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The run.
    pub run: RunId,
    /// The project's folder where it works; for one that is to begin, where it is begun from.
    pub folder: PathBuf,
    /// What is to be done.
    pub errand: Errand,
    /// Since when it waits.
    pub queued_at: Moment,
    /// Higher ones come first; 0 by default.
    #[serde(default)]
    pub priority: i32,
    /// What a worker must have to take it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// How often it was taken up again after its process died.
    #[serde(default)]
    pub restarts: u32,
}

/// What is to be done for a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// Begin it, and drive it.
    Begin {
        /// What it is to be.
        order: Box<ChildOrder>,
        /// The run whose gate asks for it.
        parent: Option<RunId>,
    },
    /// Drive it on from where it stands; one that is over stays so.
    Continue,
    /// Resume it as a person would: gates that failed get new attempts.
    Resume,
    /// Have whoever drives it stop.
    Pause {
        /// Why.
        reason: String,
    },
    /// End it.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl Errand {
    /// Whether it stops a run, which another process may drive.
    pub fn is_stop(&self) -> bool {
        match self {
            Self::Pause { .. } | Self::Cancel { .. } => true,
            Self::Begin { .. } | Self::Continue | Self::Resume => false,
        }
    }
}

/// Where runs wait for a worker.
#[derive(Debug, Clone)]
pub struct Pool {
    folder: Beneath,
}

impl Pool {
    /// The pool in this folder, which need not be there.
    pub fn new(folder: Beneath) -> Self {
        Self { folder }
    }

    /// Has a run wait for a worker. What it waited for before is replaced.
    pub fn put(&self, ticket: &Ticket) -> io::Result<()> {
        let name = name_of(ticket);
        let bytes = serde_json::to_vec(ticket).unwrap_or_default();
        self.waiting_folder().join(&name).write(&bytes)?;
        for other in self.names_of(&ticket.run)?.iter().filter(|other| **other != name) {
            self.waiting_folder().join(other).remove()?;
        }
        Ok(())
    }

    /// The tickets that wait, the next one first. What is no ticket is taken away.
    pub fn waiting(&self) -> io::Result<Vec<Ticket>> {
        let names = self.waiting_folder().names()?;
        let mut tickets = Vec::new();
        for name in names.iter().filter(|name| !name.starts_with('.')) {
            let place = self.waiting_folder().join(name);
            match read(&place)? {
                Some(ticket) if name_of(&ticket) == *name => tickets.push(ticket),
                Some(_) | None => place.remove()?,
            }
        }
        Ok(tickets)
    }

    /// How many runs wait.
    pub fn length(&self) -> usize {
        self.waiting_folder().names().map_or(0, |names| names.len())
    }

    /// Takes a waiting ticket for a slot that is held: from then on it is at work.
    pub fn take(&self, run: &RunId) -> io::Result<Option<Ticket>> {
        let Some(name) = self.names_of(run)?.pop() else { return Ok(None) };
        let place = self.waiting_folder().join(name);
        let Some(ticket) = read(&place)? else { return Ok(None) };
        self.at_work_place(run, ticket.errand.is_stop())
            .write(&serde_json::to_vec(&ticket).unwrap_or_default())?;
        place.remove()?;
        Ok(Some(ticket))
    }

    /// Takes back a ticket that waits; says whether there was one.
    pub fn withdraw(&self, run: &RunId) -> io::Result<bool> {
        let names = self.names_of(run)?;
        for name in &names {
            self.waiting_folder().join(name).remove()?;
        }
        Ok(!names.is_empty())
    }

    /// The tickets that workers have taken and not given back.
    pub fn at_work(&self) -> io::Result<Vec<Ticket>> {
        let folder = self.folder.join("at-work");
        let names = folder.names()?.into_iter().filter(|name| !name.starts_with('.'));
        let read = |name| read(&folder.join(name)).transpose();
        names.filter_map(read).collect()
    }

    /// Gives a ticket back: nothing is left to do for it.
    pub fn finish(&self, ticket: &Ticket) -> io::Result<()> {
        self.at_work_place(&ticket.run, ticket.errand.is_stop()).remove()
    }

    /// Whether this very ticket was taken and not given back.
    pub fn is_taken(&self, ticket: &Ticket) -> io::Result<bool> {
        let place = self.at_work_place(&ticket.run, ticket.errand.is_stop());
        Ok(read(&place)?.as_ref() == Some(ticket))
    }

    /// Takes back what a worker took to drive a run and has not given back: its process is gone.
    pub fn forget(&self, run: &RunId) -> io::Result<()> {
        self.at_work_place(run, false).remove()
    }

    /// Says why a run could not begin, for the gate that asked for it.
    pub fn refuse(&self, run: &RunId, reason: &str) -> io::Result<()> {
        self.refused_place(run).write(reason.as_bytes())
    }

    /// Why a run could not begin.
    pub fn refusal(&self, run: &RunId) -> io::Result<Option<String>> {
        let bytes = self.refused_place(run).read_at_most(TICKET_BYTES_MAX)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Forgets why a run could not begin: it was told.
    pub fn forget_refusal(&self, run: &RunId) -> io::Result<()> {
        self.refused_place(run).remove()
    }

    /// Whether a run waits here.
    pub fn is_waiting(&self, run: &RunId) -> io::Result<bool> {
        Ok(!self.names_of(run)?.is_empty())
    }

    /// Whether a worker has taken a run to drive it, and not given it back.
    pub fn is_at_work(&self, run: &RunId) -> bool {
        self.at_work_place(run, false).exists()
    }

    /// Takes a slot for a run, or says who has it.
    pub fn take_slot(
        &self,
        slot: usize,
        run: &RunId,
        since: &str,
    ) -> io::Result<Result<Lock, LockHolder>> {
        Lock::take_for(&self.slot(slot), run.as_str(), since, Duration::ZERO)
    }

    /// Who has a slot.
    pub fn slot_holder(&self, slot: usize) -> Option<LockHolder> {
        Lock::holder(&self.slot(slot))
    }

    /// The runs that hold slots now.
    pub fn holders(&self) -> io::Result<BTreeSet<String>> {
        let folder = self.folder.join("slots");
        let holders =
            folder.names()?.into_iter().filter_map(|name| Lock::holder(&folder.join(name)));
        Ok(holders.map(|holder| holder.purpose).collect())
    }

    /// Takes the right to give out slots, or says who has it.
    pub fn supervise(&self, since: &str) -> io::Result<Result<Lock, LockHolder>> {
        Lock::take(&self.supervisor(), since, Duration::ZERO)
    }

    /// Who gives out slots now.
    pub fn supervisor_holder(&self) -> Option<LockHolder> {
        Lock::holder(&self.supervisor())
    }

    fn supervisor(&self) -> Beneath {
        self.folder.join("supervisor.lock")
    }

    fn slot(&self, slot: usize) -> Beneath {
        self.folder.join("slots").join(format!("{slot}.lock"))
    }

    fn waiting_folder(&self) -> Beneath {
        self.folder.join("waiting")
    }

    /// To stop a run goes beside driving it.
    fn at_work_place(&self, run: &RunId, stops: bool) -> Beneath {
        let stop = if stops { ".stop" } else { "" };
        self.folder.join("at-work").join(format!("{run}{stop}.json"))
    }

    fn refused_place(&self, run: &RunId) -> Beneath {
        self.folder.join("refused").join(run.as_str())
    }

    fn names_of(&self, run: &RunId) -> io::Result<Vec<String>> {
        let end = format!("_{run}.json");
        let names = self.waiting_folder().names()?.into_iter();
        Ok(names.filter(|name| !name.starts_with('.') && name.ends_with(&end)).collect())
    }
}

/// The name of a ticket, by which tickets come in their order.
fn name_of(ticket: &Ticket) -> String {
    let rank = (MIDDLE - i64::from(ticket.priority)).clamp(0, 2 * MIDDLE - 1);
    format!("{rank:03}_{}_{}.json", ticket.queued_at, ticket.run)
}

/// Reads a ticket; `None` where there is none.
pub fn read(place: &Beneath) -> io::Result<Option<Ticket>> {
    let bytes = place.read_at_most(TICKET_BYTES_MAX)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(name: &str, at: &str, priority: i32) -> Ticket {
        let at = Moment::parse(at).unwrap();
        Ticket {
            run: RunId::new(&at.compact(), name, "abcdef"),
            folder: PathBuf::from("."),
            errand: Errand::Resume,
            queued_at: at,
            priority,
            labels: Vec::new(),
            restarts: 0,
        }
    }

    #[test]
    fn runs_wait_by_priority_and_then_by_age() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
        let late = ticket("late", "2026-01-19T14:00:02Z", 0);
        let early = ticket("early", "2026-01-19T14:00:01Z", 0);
        let urgent = ticket("urgent", "2026-01-19T14:00:03Z", 1);
        for one in [&late, &early, &urgent] {
            pool.put(one).unwrap();
        }
        assert_eq!(pool.waiting().unwrap(), [urgent.clone(), early.clone(), late.clone()]);
        // The same run again is one ticket.
        let raised = Ticket { priority: 2, ..late.clone() };
        pool.put(&raised).unwrap();
        assert_eq!(pool.waiting().unwrap(), [raised.clone(), urgent.clone(), early]);
        assert_eq!(pool.take(&late.run).unwrap(), Some(raised.clone()));
        assert_eq!(pool.take(&late.run).unwrap(), None);
        assert!(pool.is_at_work(&late.run) && pool.at_work().unwrap() == [raised.clone()]);
        assert!(pool.is_taken(&raised).unwrap() && !pool.is_taken(&late).unwrap());
        pool.finish(&raised).unwrap();
        assert!(!pool.is_at_work(&late.run));
        assert!(
            pool.is_waiting(&urgent.run).unwrap()
                && pool.withdraw(&urgent.run).unwrap()
                && !pool.withdraw(&urgent.run).unwrap()
        );
    }

    #[test]
    fn a_slot_is_held_by_one_run() {
        let folder = tempfile::tempdir().unwrap();
        let pool = Pool::new(Beneath::new(folder.path()).join("pool"));
        let run = ticket("one", "2026-01-19T14:00:02Z", 0).run;
        let held = pool.take_slot(1, &run, "now").unwrap().unwrap();
        assert_eq!(pool.slot_holder(1).unwrap().purpose, run.as_str());
        assert!(pool.take_slot(1, &run, "now").unwrap().is_err() && pool.slot_holder(2).is_none());
        drop(held);
        assert!(pool.slot_holder(1).is_none());
    }
}
