//! The pool: where runs wait for a worker, in the order of their priority and then of their age. A
//! run that waits is a file; one that is at work holds a slot, whose lock its death frees.

mod agents;
mod slots;
#[cfg(test)]
mod tests;
mod ticket;

pub use ticket::Errand;
pub use ticket::HeldGrant;
pub use ticket::RefusedTicket;
pub use ticket::Ticket;
pub use ticket::Until;

use crate::dispatch;
use crate::files::Beneath;
use crate::files::Lock;
use crate::id::RunId;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

/// The largest ticket that is read, in bytes.
const TICKET_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// How long others may take to move a ticket.
const MOVED_WITHIN: Duration = Duration::from_secs(10);

/// All tickets at one moment.
#[derive(Debug)]
pub struct Tickets {
    /// Those that wait, the next one first.
    pub waiting: Vec<Ticket>,
    /// Those that workers have taken and not given back.
    pub at_work: Vec<Ticket>,
    /// Those that nobody goes on with.
    pub refused: Vec<RefusedTicket>,
    /// The runs that hold slots.
    pub alive: BTreeSet<String>,
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

    /// Has a run wait for a worker. What it waited for before is replaced, and if nobody went on with it,
    /// somebody does now.
    pub fn put(&self, ticket: &Ticket) -> io::Result<()> {
        let _moving = self.alone()?;
        self.put_alone(ticket)
    }

    fn put_alone(&self, ticket: &Ticket) -> io::Result<()> {
        let name = name_of(ticket);
        let bytes = serde_json::to_vec(ticket).unwrap_or_default();
        self.waiting_folder().join(&name).write(&bytes)?;
        for other in self.names_of(&ticket.run)?.iter().filter(|other| **other != name) {
            self.waiting_folder().join(other).remove()?;
        }
        self.accept_alone(ticket)
    }

    /// A run that goes on is no longer refused; to stop one is not to go on with it.
    fn accept_alone(&self, ticket: &Ticket) -> io::Result<()> {
        if ticket.errand.is_stop() { Ok(()) } else { self.forget_refusal(&ticket.run) }
    }

    /// All tickets at one moment: one that moves meanwhile is in one place, not in none.
    pub fn tickets(&self) -> io::Result<Tickets> {
        let _moving = self.alone()?;
        Ok(Tickets {
            waiting: read_all(&self.waiting_folder())?,
            at_work: self.at_work()?,
            refused: read_all(&self.folder.join("refused"))?,
            alive: self.holders()?,
        })
    }

    /// The tickets that wait, the next one first, and one by one: who needs only the next ones reads no
    /// others, however many wait. What is no ticket is taken away.
    pub fn next_ones(&self) -> io::Result<impl Iterator<Item = io::Result<Ticket>>> {
        let names = names_in(&self.waiting_folder())?.into_iter();
        Ok(names.filter_map(|name| self.of_name(&name).transpose()))
    }

    fn of_name(&self, name: &str) -> io::Result<Option<Ticket>> {
        let place = self.waiting_folder().join(name);
        let is_its_own = |ticket: &Ticket| name_of(ticket) == name;
        if let Some(ticket) = read(&place)?.filter(is_its_own) {
            return Ok(Some(ticket));
        }
        let _moving = self.alone()?;
        if !read(&place)?.as_ref().is_some_and(is_its_own) {
            place.remove()?;
        }
        Ok(None)
    }

    /// How many runs wait.
    pub fn length(&self) -> usize {
        names_in(&self.waiting_folder()).map_or(0, |names| names.len())
    }

    /// Whether there is something to do that nobody does: a ticket waits, or the process that had one
    /// died.
    pub fn has_work(&self) -> io::Result<bool> {
        if self.length() > 0 {
            return Ok(true);
        }
        let at_work = self.at_work()?;
        if at_work.is_empty() {
            return Ok(false);
        }
        let alive = self.holders()?;
        Ok(at_work.iter().any(|ticket| !alive.contains(ticket.run.as_str())))
    }

    /// Takes a waiting ticket for a slot that is held: from then on it is at work. A run that another
    /// process drives goes on waiting.
    pub fn take(&self, run: &RunId) -> io::Result<Option<Ticket>> {
        let _moving = self.alone()?;
        let Some(name) = self.names_of(run)?.pop() else { return Ok(None) };
        let place = self.waiting_folder().join(name);
        let Some(ticket) = read::<Ticket>(&place)? else { return Ok(None) };
        if !ticket.errand.is_stop() && self.is_at_work(run) {
            return Ok(None);
        }
        self.at_work_place(run, ticket.errand.is_stop())
            .write(&serde_json::to_vec(&ticket).unwrap_or_default())?;
        place.remove()?;
        self.accept_alone(&ticket)?;
        Ok(Some(ticket))
    }

    /// Takes back a ticket that waits; says whether there was one.
    pub fn withdraw(&self, run: &RunId) -> io::Result<bool> {
        let _moving = self.alone()?;
        let names = self.names_of(run)?;
        for name in &names {
            self.waiting_folder().join(name).remove()?;
        }
        Ok(!names.is_empty())
    }

    /// Has a ticket go on waiting as it now is; says whether it still waited.
    pub fn renew(&self, ticket: &Ticket) -> io::Result<bool> {
        let _moving = self.alone()?;
        let waits = !self.names_of(&ticket.run)?.is_empty();
        if waits {
            self.put_alone(ticket)?;
        }
        Ok(waits)
    }

    /// The tickets that workers have taken and not given back.
    pub fn at_work(&self) -> io::Result<Vec<Ticket>> {
        read_all(&self.folder.join("at-work"))
    }

    /// Gives a ticket back: nothing is left to do for it.
    pub fn finish(&self, ticket: &Ticket) -> io::Result<()> {
        let _moving = self.alone()?;
        self.finish_alone(ticket)
    }

    fn finish_alone(&self, ticket: &Ticket) -> io::Result<()> {
        if self.is_taken(ticket)? {
            self.at_work_place(&ticket.run, ticket.errand.is_stop()).remove()?;
        }
        Ok(())
    }

    /// Has a ticket whose process died wait again as it now is. What came to wait for the run meanwhile
    /// stays: it may be to stop it. Says whether it was still to be done.
    pub fn put_back(&self, ticket: &Ticket, again: &Ticket) -> io::Result<bool> {
        let _moving = self.alone()?;
        if !self.is_taken(ticket)? {
            return Ok(false);
        }
        if self.names_of(&ticket.run)?.is_empty() {
            self.put_alone(again)?;
        }
        self.finish_alone(ticket)?;
        Ok(true)
    }

    /// Whether this very ticket was taken and not given back.
    pub fn is_taken(&self, ticket: &Ticket) -> io::Result<bool> {
        let place = self.at_work_place(&ticket.run, ticket.errand.is_stop());
        Ok(read(&place)?.as_ref() == Some(ticket))
    }

    /// Takes back what a worker took to drive a run and has not given back, where its process is gone.
    pub fn forget(&self, run: &RunId) -> io::Result<()> {
        let _moving = self.alone()?;
        if self.holders()?.contains(run.as_str()) {
            return Ok(());
        }
        self.at_work_place(run, false).remove()
    }

    /// Says why nobody goes on with a ticket, unless somebody has taken it back since.
    pub fn refuse(&self, ticket: &Ticket, reason: &str) -> io::Result<()> {
        let _moving = self.alone()?;
        if !self.is_taken(ticket)? && !self.is_waiting(&ticket.run)? {
            return Ok(());
        }
        let refused = RefusedTicket { ticket: ticket.clone(), reason: reason.to_owned() };
        let bytes = serde_json::to_vec(&refused).unwrap_or_default();
        self.refused_place(&ticket.run).write(&bytes)
    }

    /// Why nobody goes on with a run.
    pub fn refusal(&self, run: &RunId) -> io::Result<Option<String>> {
        Ok(read(&self.refused_place(run))?.map(|RefusedTicket { reason, .. }| reason))
    }

    /// The ticket that nobody goes on with.
    pub fn refused_ticket(&self, run: &RunId) -> io::Result<Option<Ticket>> {
        Ok(read(&self.refused_place(run))?.map(|RefusedTicket { ticket, .. }| ticket))
    }

    /// Forgets why a run could not begin: it was told.
    pub fn forget_refusal(&self, run: &RunId) -> io::Result<()> {
        self.refused_place(run).remove()
    }

    /// Whether a run waits here.
    pub fn is_waiting(&self, run: &RunId) -> io::Result<bool> {
        Ok(!self.names_of(run)?.is_empty())
    }

    /// Whether a run waits here, or a worker has taken it to drive it.
    pub fn has(&self, run: &RunId) -> io::Result<bool> {
        let _moving = self.alone()?;
        Ok(self.is_at_work(run) || self.is_waiting(run)?)
    }

    /// Whether a worker has taken a run to drive it, and not given it back.
    pub fn is_at_work(&self, run: &RunId) -> bool {
        self.at_work_place(run, false).exists()
    }

    /// Takes the right to give runs of new keys to the pool: a key that two give at once is one run.
    pub fn admit(&self) -> io::Result<Lock> {
        self.held_alone("admission.lock")
    }

    /// Takes the right to move tickets: each is moved in several steps.
    fn alone(&self) -> io::Result<Lock> {
        self.held_alone("tickets.lock")
    }

    fn held_alone(&self, name: &str) -> io::Result<Lock> {
        let held = Lock::take(&self.folder.join(name), "", MOVED_WITHIN)?;
        held.map_err(|held| io::Error::new(io::ErrorKind::TimedOut, held))
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
        let mut names = names_in(&self.waiting_folder())?;
        names.retain(|name| name.ends_with(&end));
        Ok(names)
    }
}

/// What lies in a folder, in the order of the names.
fn read_all<T: DeserializeOwned>(folder: &Beneath) -> io::Result<Vec<T>> {
    let read = |name: String| read(&folder.join(name)).transpose();
    names_in(folder)?.into_iter().filter_map(read).collect()
}

/// The names in a folder, without what is being written there or never was to its end.
fn names_in(folder: &Beneath) -> io::Result<Vec<String>> {
    let mut names = folder.names()?;
    names.retain(|name| !name.starts_with('.'));
    Ok(names)
}

/// The name of a ticket, by which tickets come in their order.
fn name_of(ticket: &Ticket) -> String {
    let rank = dispatch::rank(ticket.priority, ticket.errand.is_stop());
    format!("{rank:03}_{}_{}.json", ticket.queued_at, ticket.run)
}

/// Reads a ticket; `None` where there is none.
pub fn read<T: DeserializeOwned>(place: &Beneath) -> io::Result<Option<T>> {
    let bytes = place.read_at_most(TICKET_BYTES_MAX)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
