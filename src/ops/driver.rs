//! A run that this process holds: its lock, its journal, its record. The only
//! writer of a run; every operation that changes one goes through it.

use super::Error;
use super::Site;
use super::drive::Seen;
use super::signing;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::event::Event;
use crate::event::RunStarted;
use crate::files::Lock;
use crate::id::GateId;
use crate::id::RunId;
use crate::journal::Journal;
use crate::journal::Reading;
use crate::journal::Segment;
use crate::record::Head;
use crate::record::Keeper;
use crate::record::News;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::workflow::Workflow;
use std::time::Duration;

/// A held run.
pub struct Driver<'s> {
    pub site: &'s Site,
    pub workflow: Workflow,
    journal: Journal,
    keeper: Keeper,
    /// Segments that are closed and not committed yet.
    closed: Vec<Segment>,
    /// Attempts that have ended and are not committed yet.
    ended: Vec<(GateId, u32)>,
    /// Artifacts that were seen as recorded, so that they are not read again.
    pub seen: Seen,
    /// What could not be committed, said once.
    pub problems: Vec<String>,
    /// Why the end of the run is not signed, where it should be.
    pub unsigned: Option<String>,
    _lock: Lock,
}

impl<'s> Driver<'s> {
    /// Begins a run: lock, then journal; the run's folder comes with the first commit.
    pub fn create(
        site: &'s Site,
        workflow: Workflow,
        at: Moment,
        started: RunStarted,
    ) -> Result<Self, Error> {
        let id = started.run_id.clone();
        let lock = lock(site, &id)?;
        let first = Event::RunStarted(Box::new(started));
        let journal = Journal::create(&site.home.state(&id), at, &first)?;
        Self::hold(site, lock, workflow, journal, None)
    }

    /// Takes up a run that was begun before, under the definition that it was begun with.
    pub fn take(site: &'s Site, id: &RunId) -> Result<Self, Error> {
        let lock = lock(site, id)?;
        site.home.adopt(id)?;
        let (journal, reading) = Journal::open(&site.home.state(id))?;
        let started = &journal.run.started;
        let definition = Definition::thaw(&started.definition);
        let workflow = Workflow::parse(&started.workflow, &definition)?;
        Self::hold(site, lock, workflow, journal, Some(&reading))
    }

    fn hold(
        site: &'s Site,
        lock: Lock,
        workflow: Workflow,
        journal: Journal,
        reading: Option<&Reading>,
    ) -> Result<Self, Error> {
        let started = &journal.run.started;
        let branch = started.git.as_ref().and_then(|git| git.branch.as_deref());
        let target = site.target(branch);
        let keeper =
            Keeper::open(&site.home, &started.run_id, site.repository()?, target, reading)?;
        Ok(Self {
            site,
            workflow,
            journal,
            keeper,
            closed: Vec::new(),
            ended: Vec::new(),
            seen: Seen::default(),
            problems: Vec::new(),
            unsigned: None,
            _lock: lock,
        })
    }

    pub fn run(&self) -> &Run {
        &self.journal.run
    }

    pub fn id(&self) -> &RunId {
        &self.journal.run.started.run_id
    }

    /// Where a journal that was only read stands.
    pub fn head_of(reading: &Reading) -> Head {
        Head { count: reading.count, bytes: reading.good_bytes, sha256: reading.head }
    }

    pub fn head(&self) -> Head {
        Head {
            count: self.journal.count(),
            bytes: self.journal.bytes(),
            sha256: self.journal.head(),
        }
    }

    /// Writes events, durably, as one; what they end is committed by the next `commit`.
    pub fn append(&mut self, events: &[Event]) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        let at = self.site.clock.now();
        self.closed.extend(self.journal.append(at, events)?);
        for event in events {
            let ended = event.ended_attempt().map(|(gate, attempt)| (gate.clone(), attempt));
            self.ended.extend(ended);
            if let Event::GateRerecorded { gate, attempt, .. } = event {
                self.ended.push((gate.clone(), *attempt));
            }
            if let Event::RunCompleted { .. }
            | Event::GatesReopened { .. }
            | Event::GateJumped { .. } = event
            {
                self.note_canceled(at);
            }
        }
        Ok(())
    }

    /// Commits what has ended: one commit for an attempt or a stop. A commit that cannot be made
    /// now is made with the next one; the record is on the disk all the same.
    pub fn commit(&mut self, gate: Option<&GateId>, is_stop: bool) -> Result<(), Error> {
        if is_stop {
            let signed = signing::sign_head(self)?;
            self.append(&signed.map(Event::HeadSigned).into_iter().collect::<Vec<_>>())?;
        }
        let run = &self.journal.run;
        let title = match gate {
            Some(gate) => format!(
                "orch: {gate} {} in {} {}",
                run.status_of(gate),
                run.started.workflow,
                run.started.key
            ),
            None => format!("orch: {} {} {}", run.status, run.started.workflow, run.started.key),
        };
        let head = self.head();
        let news = News {
            run: &self.journal.run,
            at: self.site.clock.now(),
            head,
            closed: std::mem::take(&mut self.closed),
            attempts: std::mem::take(&mut self.ended),
            is_stop,
            gate: gate.cloned(),
            title,
        };
        let kept = self.keeper.keep(&news)?;
        // Each try has a temporary name of its own; the trouble is the same.
        let problem = kept
            .problem
            .map(|problem| problem.split(" at path ").next().unwrap_or_default().to_owned());
        self.problems.extend(problem.filter(|problem| !self.problems.contains(problem)));
        Ok(())
    }

    /// Attempts that an event of this moment ended without a word of their own.
    fn note_canceled(&mut self, at: Moment) {
        for (gate, state) in &self.journal.run.gates {
            let canceled = state.attempt().filter(|attempt| {
                attempt.status == AttemptStatus::Canceled && attempt.finished_at == Some(at)
            });
            self.ended.extend(canceled.map(|attempt| (gate.clone(), attempt.attempt)));
        }
    }
}

fn lock(site: &Site, id: &RunId) -> Result<Lock, Error> {
    let path = site.home.lock(id);
    let since = site.clock.now().to_string();
    Lock::take(&path, &since, Duration::ZERO)
        .map_err(|source| Error::environment(format!("{}: {source}", path.display())))?
        .map_err(|held| Error::Held { run: id.to_string(), held })
}
