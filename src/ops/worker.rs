//! Gives the runs that wait in the pool to processes of their own, as many at once as
//! there are slots. It does none of the work itself: those processes go on without it.

use super::Error;
use super::Project;
use super::errand;
use crate::dispatch;
use crate::id::RunId;
use crate::process;
use crate::project::itself;
use crate::project::itself::Task;
use crate::store::pool::Errand;
use crate::store::pool::Pool;
use crate::store::pool::Ticket;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

/// How often it is looked for runs and free slots.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How often it is looked whether a process died.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// How long a run that was started for a slot of an agent has to take it.
const PROMISED_FOR: Duration = Duration::from_secs(1);

/// How long nothing is to be done before a worker ends that ends when idle.
const IDLE_FOR: Duration = Duration::from_millis(500);

/// Arguments of `worker`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(default, deny_unknown_fields)]
pub struct Request {
    /// Maximum number of runs to drive at the same time; defaults to `slots` in orch.toml.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..)))]
    #[schemars(range(min = 1))]
    pub slots: Option<u16>,
    /// Labels of this worker, in addition to those in orch.toml.
    #[cfg_attr(feature = "cli", arg(long, value_name = "LABEL", value_delimiter = ','))]
    pub labels: Vec<String>,
    /// Detach from the terminal, and exit once nothing is left to do.
    #[cfg_attr(feature = "cli", arg(long))]
    pub until_idle: bool,
}

/// What a worker tells while it is at work.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerNews {
    /// It waits for runs, so many at once.
    Ready(usize),
    /// A run was given a slot.
    Started(RunId, usize),
    /// The process of a run died, and it is taken up again.
    Restarted(RunId),
    /// It died too often.
    GivenUp(RunId),
    /// The engine did not answer, and why.
    Unreached(String),
}

/// Gives out the slots of the pool until it is asked to stop; `told` hears what it does.
pub fn worker(
    project: &Project,
    request: &Request,
    told: &mut dyn FnMut(&WorkerNews),
) -> Result<(), Error> {
    let pool = project.store.pool();
    let since = project.clock.now().to_string();
    let held = pool.supervise(&since).map_err(|source| trouble(&source))?;
    let mut lock =
        Some(held.map_err(|held| Error::Held { what: "the pool".to_owned(), run: None, held })?);
    if request.until_idle {
        process::leave_terminal().map_err(|error| Error::environment(error.to_string()))?;
    }
    let watch = process::ChildWatch::begin();
    let mut watch = watch.map_err(|error| Error::environment(error.to_string()))?;
    let mut supervisor = Supervisor::new(project, request, pool);
    #[cfg(feature = "engine")]
    let source = if request.until_idle {
        // It was hired for runs of this machine alone.
        None
    } else {
        super::source::Source::open(project, &supervisor.labels)?
    };
    #[cfg(not(feature = "engine"))]
    if !request.until_idle {
        super::missing_engine::refuse(project)?;
    }
    #[cfg(feature = "engine")]
    {
        supervisor.shares = source.is_some();
    }
    told(&WorkerNews::Ready(supervisor.slots));
    loop {
        if project.stop.is_raised() {
            #[cfg(feature = "engine")]
            if let Some(source) = source {
                source.close();
            }
            return Ok(());
        }
        process::bury_children();
        supervisor.count_the_dead(told)?;
        #[cfg(feature = "engine")]
        if let Some(source) = &source {
            source.take_in(project, (&supervisor.pool, supervisor.count_free()), told)?;
        }
        supervisor.give_out(told)?;
        if request.until_idle && supervisor.is_idle() {
            // Who finds it held starts no other one: what came meanwhile is seen after letting go.
            drop(lock.take());
            if !supervisor.has_fitting()? {
                return Ok(());
            }
            let again = supervisor.pool.supervise(&since).map_err(|source| trouble(&source))?;
            let Ok(again) = again else { return Ok(()) };
            lock = Some(again);
        }
        watch.wait(LOOK_EVERY);
    }
}

struct Supervisor<'p> {
    project: &'p Project,
    pool: Pool,
    slots: usize,
    labels: BTreeSet<String>,
    /// Whether runs that machines share are given to it, too.
    #[cfg(feature = "engine")]
    shares: bool,
    counted: Option<Instant>,
    busy: Instant,
    /// The slots of agents for which runs were started that have not taken them yet.
    promised: Vec<(String, Instant)>,
}

impl<'p> Supervisor<'p> {
    fn new(project: &'p Project, request: &Request, pool: Pool) -> Self {
        let settings = &project.config.pool;
        Self {
            project,
            pool,
            slots: request.slots.map_or(settings.slots, usize::from),
            labels: settings.labels.iter().chain(&request.labels).cloned().collect(),
            #[cfg(feature = "engine")]
            shares: false,
            counted: None,
            busy: Instant::now(),
            promised: Vec::new(),
        }
    }

    /// Gives waiting runs to the slots that are free. To stop a run takes none of them.
    fn give_out(&mut self, told: &mut dyn FnMut(&WorkerNews)) -> Result<(), Error> {
        if self.pool.length() == 0 {
            return Ok(());
        }
        let mut free: Vec<usize> = (1..=self.slots).filter(|slot| self.is_free(*slot)).collect();
        free.reverse();
        let mut beyond = self.slots;
        let pool = self.pool.clone();
        for ticket in pool.next_ones().map_err(|source| trouble(&source))? {
            let ticket = ticket.map_err(|source| trouble(&source))?;
            let stops = ticket.errand.is_stop();
            // What stops a run comes before all that would drive one.
            if !stops && free.is_empty() {
                break;
            }
            // What waits for the engine to hear of it is not for this machine alone.
            #[cfg(feature = "engine")]
            if self.shares && super::source::goes_through_engine(self.project, &ticket)? {
                continue;
            }
            let is_driven = self.pool.is_at_work(&ticket.run);
            if !stops && (is_driven || !self.fits(&ticket) || !self.is_ready(&ticket)) {
                continue;
            }
            let slot = if stops { None } else { free.pop() };
            let slot = slot.unwrap_or_else(|| {
                beyond += 1;
                while !self.is_free(beyond) {
                    beyond += 1;
                }
                beyond
            });
            self.busy = Instant::now();
            self.start(&ticket, slot)?;
            told(&WorkerNews::Started(ticket.run.clone(), slot));
        }
        Ok(())
    }

    /// A process that dies before it has its ticket leaves it waiting, up to the same bound.
    fn start(&self, ticket: &Ticket, slot: usize) -> Result<(), Error> {
        let Err(error) = itself::start(self.project, Task::Errand(&ticket.run, slot)) else {
            return Ok(());
        };
        let trouble = |source| trouble(&source);
        let restarts = ticket.restarts + 1;
        let again = Ticket { restarts, ..ticket.clone() };
        if !self.pool.renew(&again).map_err(trouble)?
            || restarts <= self.project.config.pool.restarts
        {
            return Ok(());
        }
        self.pool.refuse(ticket, &error.to_string()).map_err(trouble)?;
        self.pool.withdraw(&ticket.run).map_err(trouble)?;
        self.tell_parent(ticket)
    }

    /// The run that waits for one with which nobody goes on.
    fn tell_parent(&self, ticket: &Ticket) -> Result<(), Error> {
        let parent = match &ticket.errand {
            Errand::Begin { parent, .. } => parent.clone(),
            Errand::Continue | Errand::Resume | Errand::Pause { .. } | Errand::Cancel { .. } => {
                let reading = self.project.store.glance(&ticket.run).ok();
                reading.and_then(|reading| reading.run.started.parent)
            }
        };
        parent.map_or(Ok(()), |parent| crate::advance::wake(self.project, &parent))
    }

    /// Runs whose process died wait again, up to a bound.
    fn count_the_dead(&mut self, told: &mut dyn FnMut(&WorkerNews)) -> Result<(), Error> {
        if self.counted.is_some_and(|counted| counted.elapsed() < COUNT_EVERY) {
            return Ok(());
        }
        self.counted = Some(Instant::now());
        let at_work = self.pool.at_work().map_err(|source| trouble(&source))?;
        if at_work.is_empty() {
            return Ok(());
        }
        self.busy = Instant::now();
        let alive = self.pool.holders().map_err(|source| trouble(&source))?;
        // Whoever has finished since gave the ticket back before the slot.
        let is_dead = |ticket: &&Ticket| {
            !alive.contains(ticket.run.as_str()) && self.pool.is_taken(ticket).unwrap_or_default()
        };
        for ticket in at_work.iter().filter(is_dead) {
            let restarts = ticket.restarts + 1;
            if restarts > self.project.config.pool.restarts {
                self.give_up(ticket, restarts, told)?;
            } else {
                let again = Ticket { restarts, ..ticket.clone() };
                if self.pool.put_back(ticket, &again).map_err(|source| trouble(&source))? {
                    told(&WorkerNews::Restarted(ticket.run.clone()));
                }
            }
        }
        Ok(())
    }

    /// Nobody goes on with a run whose process died too often. One that had come to its end lacks at most
    /// the commit of its record, which `doctor` makes where it cannot be made here.
    fn give_up(
        &self,
        ticket: &Ticket,
        deaths: u32,
        told: &mut dyn FnMut(&WorkerNews),
    ) -> Result<(), Error> {
        let is_over = errand::is_over(self.project, &ticket.run);
        if !is_over {
            let reason = format!("its process died {deaths} times");
            self.pool.refuse(ticket, &reason).map_err(|source| trouble(&source))?;
        }
        if !is_over || errand::seal(self.project, &ticket.run).is_err() {
            told(&WorkerNews::GivenUp(ticket.run.clone()));
        }
        self.tell_parent(ticket)?;
        self.pool.finish(ticket).map_err(|source| trouble(&source))
    }

    #[cfg(feature = "engine")]
    fn count_free(&self) -> usize {
        (1..=self.slots).filter(|slot| self.is_free(*slot)).count()
    }

    fn is_free(&self, slot: usize) -> bool {
        self.pool.slot_holder(slot).is_none()
    }

    /// Whether a run waits that it can take: what asks for labels that it does not have waits for another
    /// worker.
    fn has_fitting(&self) -> Result<bool, Error> {
        for ticket in self.pool.next_ones().map_err(|source| trouble(&source))? {
            if self.fits(&ticket.map_err(|source| trouble(&source))?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn fits(&self, ticket: &Ticket) -> bool {
        dispatch::fits(&ticket.labels, &self.labels)
    }

    /// Whether what a run waits for beside a slot has come.
    fn is_ready(&mut self, ticket: &Ticket) -> bool {
        let Some(until) = &ticket.until else { return true };
        let now = self.project.clock.now();
        if until.at.is_some_and(|at| at <= now) {
            return true;
        }
        let Some(agent) = &until.agent else { return false };
        let rests_until = self.pool.rests_until(agent).ok().flatten();
        let Some(slots) = self.project.config.pool.per_agent.get(agent).copied() else {
            return true;
        };
        self.promised.retain(|(_, at)| at.elapsed() < PROMISED_FOR);
        let promised = self.promised.iter().filter(|(other, _)| other == agent).count();
        let is_ready = rests_until.is_none_or(|until| until <= now)
            && self.pool.agents_at_work(agent, slots) + promised < slots;
        if is_ready {
            self.promised.push((agent.clone(), Instant::now()));
        }
        is_ready
    }

    fn is_idle(&self) -> bool {
        if self.busy.elapsed() < IDLE_FOR {
            return false;
        }
        // Where the pool can no longer be read, the repository is gone.
        let has_work = self.pool.at_work().is_ok_and(|tickets| !tickets.is_empty());
        !has_work && !self.has_fitting().unwrap_or_default()
    }
}

fn trouble(source: &std::io::Error) -> Error {
    Error::environment(format!("cannot use the pool: {source}"))
}
