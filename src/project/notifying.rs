//! Notifications of a run that is held: what happens in it is queued as it is written down, and sent by
//! a process of its own, which no run waits for.

use super::Driver;
use super::notices;
use crate::clock::Moment;
use crate::config::Notify;
use crate::digest::Digest;
use crate::event::Event;
use crate::notification::Notification;
use crate::run::Run;
use crate::store::journal;
use crate::store::journal::Reading;
use crate::store::outbox::Outbox;
use crate::store::outbox::Queued;
use crate::store::outbox::Watched;
use std::collections::BTreeSet;
use std::io;

/// Why something is not queued.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Disk(#[from] io::Error),
    #[error(transparent)]
    Journal(#[from] journal::Error),
}

impl Driver<'_> {
    /// Begins to watch a run that was taken up: what a kill kept from being queued is queued, and what
    /// waits in any run of the project is sent. Entries that `orch.toml` has only now are told of what
    /// comes from here on.
    pub(super) fn watch(&mut self, reading: &Reading) {
        let outbox = self.project.store.outbox(self.id());
        if !self.project.config.notify.is_empty() || outbox.exists() {
            let caught_up = self.catch_up_with(&outbox, reading);
            self.note_unsent(caught_up);
        }
        self.note_started(notices::start_all(self.project));
    }

    fn catch_up_with(&self, outbox: &Outbox, reading: &Reading) -> Result<(), Error> {
        let before = outbox.queue()?.watched;
        let entries: BTreeSet<Digest> = self.project.config.notify.iter().map(Notify::id).collect();
        let known: BTreeSet<Digest> = before.entries.intersection(&entries).copied().collect();
        if !known.is_empty() && before.since < reading.count {
            // The first event, of which nobody is told, is not shown.
            let mut seq = 1;
            reading.retrace(|then, at, event| -> Result<(), Error> {
                seq += 1;
                if seq > before.since && Notification::tells(event) {
                    let mut run = then.run.clone();
                    // It was applied once when it was read.
                    let _ = run.apply(at, event);
                    self.queue(outbox, (seq, at), (event, &run), &known)?;
                }
                Ok(())
            })?;
        }
        if entries == before.entries {
            return Ok(());
        }
        Ok(outbox.watch(Watched::new(reading.count, entries))?)
    }

    /// Begins to watch a run that has just begun, and has sent what waits in others.
    pub(super) fn watch_anew(&mut self) {
        let entries: BTreeSet<Digest> = self.project.config.notify.iter().map(Notify::id).collect();
        if !entries.is_empty() {
            let watched = Watched::new(self.head().count, entries);
            let written = self.project.store.outbox(self.id()).watch(watched);
            self.note_unsent(written.map_err(Error::from));
        }
        self.note_started(notices::start_all(self.project));
    }

    /// Queues what events that were just written tell, and has it sent.
    pub(super) fn notify(&mut self, at: Moment, events: &[Event]) {
        let entries = &self.project.config.notify;
        if entries.is_empty() {
            return;
        }
        let all = entries.iter().map(Notify::id).collect();
        let outbox = self.project.store.outbox(self.id());
        let first = self.head().count + 1 - events.len() as u64;
        let queue = |(event, seq)| self.queue(&outbox, (seq, at), (event, self.run()), &all);
        let queued = events.iter().zip(first..).map(queue).collect::<io::Result<Vec<bool>>>();
        let is_any = matches!(&queued, Ok(queued) if queued.contains(&true));
        self.note_unsent(queued.map(drop).map_err(Error::from));
        if is_any {
            self.note_started(notices::start(self.project, self.id()));
        }
    }

    /// Queues what one event tells to some entries; says whether it told anything.
    fn queue(
        &self,
        outbox: &Outbox,
        event_at: (u64, Moment),
        (event, run): (&Event, &Run),
        entries: &BTreeSet<Digest>,
    ) -> io::Result<bool> {
        let Some(told) = Notification::of(event_at, event, run) else { return Ok(false) };
        let wanted = told.entries(&self.project.config.notify);
        let wanted: BTreeSet<Digest> = wanted.intersection(entries).copied().collect();
        if wanted.is_empty() {
            return Ok(false);
        }
        outbox.put(Queued::new(event_at.0, told, wanted)).map(|()| true)
    }

    fn note_started(&mut self, started: Result<(), super::Error>) {
        if let Err(error) = started {
            self.unsent = Some(format!("notifications are not sent: {error}"));
        }
    }

    /// What cannot be queued is told, and keeps no run from going on.
    fn note_unsent(&mut self, done: Result<(), Error>) {
        if let Err(error) = done {
            self.unsent = Some(format!("cannot queue a notification: {error}"));
        }
    }
}
