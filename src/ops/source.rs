//! Where a worker has granted runs from: it asks the engine for as many as it has room for, in a thread
//! of its own, and puts what comes into the pool of this machine.

use super::Error;
use super::Project;
use super::granted;
use super::worker::WorkerNews;
use crate::dispatch::Grant;
use crate::engine;
use crate::engine::Engine;
use crate::engine::WorkerPoll;
use crate::process::Stop;
use crate::store::pool::Errand;
use crate::store::pool::Pool;
use crate::store::pool::Ticket;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

/// How long a poll waits: proxies break off connections that are silent for a minute.
const WAIT: Duration = Duration::from_secs(50);

/// How often it is looked whether there is room for more runs.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How soon the engine is asked again that was not reached.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The engine, as a worker sees it.
pub(super) struct Source {
    engine: Engine,
    worker: String,
    lease_ms: u64,
    came: Receiver<Came>,
    room: Arc<Room>,
}

/// What the engine answered.
enum Came {
    Granted(Box<Grant>),
    /// It did not, and why.
    Unreached(String),
}

/// How many more runs the worker can take.
#[derive(Debug, Default)]
struct Room {
    free: AtomicUsize,
    /// Of these, how many are on their way from the thread that asks.
    coming: AtomicUsize,
}

impl Source {
    /// Begins to ask; `None` where the project uses no engine.
    pub(super) fn open(
        project: &Project,
        labels: &BTreeSet<String>,
    ) -> Result<Option<Self>, Error> {
        let Some(engine) = Engine::of(project)? else { return Ok(None) };
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let poll = WorkerPoll {
            pool: engine.client.pool().to_owned(),
            worker: format!("{host}:{}", std::process::id()),
            labels: labels.clone(),
            slots: 0,
            wait_ms: u64::try_from(WAIT.as_millis()).unwrap_or(u64::MAX),
        };
        let lease = project.config.engine.lease;
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let (sender, came) = mpsc::channel();
        let room = Arc::new(Room::default());
        let (own, stop) = (Arc::clone(&room), project.stop.clone());
        let (asks, worker) = (engine.clone(), poll.worker.clone());
        thread::spawn(move || ask(&asks, &poll, (&own, &stop), &sender));
        Ok(Some(Self { engine, worker, lease_ms, came, room }))
    }

    /// Waits for runs no longer. What was given to it at the last moment goes to another worker soon.
    pub(super) fn close(self) {
        let _ = self.engine.client.leave(&self.worker);
    }

    /// Puts what came into the pool of this machine, where `free` slots are free.
    pub(super) fn take_in(
        &self,
        project: &Project,
        (pool, free): (&Pool, usize),
        told: &mut dyn FnMut(&WorkerNews),
    ) -> Result<(), Error> {
        let trouble = |source| Error::environment(format!("cannot use the pool: {source}"));
        let mut taken = 0;
        for came in self.came.try_iter() {
            match came {
                Came::Granted(grant) => {
                    let ticket = granted::ticket(project, *grant, self.lease_ms);
                    pool.put(&ticket).map_err(trouble)?;
                    taken += 1;
                }
                Came::Unreached(reason) => told(&WorkerNews::Unreached(reason)),
            }
        }
        let waiting = pool.tickets().map_err(trouble)?.waiting;
        let waiting = waiting.iter().filter(|ticket| ticket.grant.is_some()).count();
        self.room.free.store(free.saturating_sub(waiting), Ordering::SeqCst);
        self.room.coming.fetch_sub(taken, Ordering::SeqCst);
        Ok(())
    }
}

/// Whether a ticket without a grant is left here for a run that machines share, and waits for the engine
/// to hear of it.
pub(super) fn goes_through_engine(project: &Project, ticket: &Ticket) -> Result<bool, Error> {
    let Some(repository) = project.repository()?.filter(|_| ticket.grant.is_none()) else {
        return Ok(false);
    };
    let parent = match &ticket.errand {
        Errand::Begin { parent, .. } => parent.clone(),
        Errand::Continue | Errand::Resume | Errand::Pause { .. } | Errand::Cancel { .. } => None,
    };
    let mut runs = [Some(&ticket.run), parent.as_ref()].into_iter().flatten();
    Ok(runs.any(|run| engine::has_order(&repository, run)))
}

/// Asks for runs until the worker stops.
fn ask(engine: &Engine, poll: &WorkerPoll, (room, stop): (&Room, &Stop), sender: &Sender<Came>) {
    let mut is_reached = true;
    while !stop.is_raised() {
        // Read first: what is taken in between counts twice, and not as a free slot.
        let coming = room.coming.load(Ordering::SeqCst);
        let slots = room.free.load(Ordering::SeqCst).saturating_sub(coming);
        if slots == 0 {
            thread::sleep(LOOK_EVERY);
            continue;
        }
        match engine.client.next(&WorkerPoll { slots, ..poll.clone() }) {
            Ok(collected) => {
                is_reached = true;
                room.coming.fetch_add(collected.grants.len(), Ordering::SeqCst);
                for grant in collected.grants {
                    if sender.send(Came::Granted(Box::new(grant))).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                // Once for each time that it goes away.
                if std::mem::replace(&mut is_reached, false)
                    && sender.send(Came::Unreached(error.to_string())).is_err()
                {
                    return;
                }
                thread::sleep(AGAIN_AFTER);
            }
        }
    }
}
