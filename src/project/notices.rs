//! Sending what lies in a run's outbox, until nothing is left there.

use super::Error;
use super::Options;
use super::Project;
use super::itself;
use super::itself::Task;
use crate::clock::Clock;
use crate::clock::Moment;
use crate::config::Config;
use crate::config::Notify;
use crate::config::Topic;
use crate::delivery;
use crate::delivery::DeliveryFailure;
use crate::delivery::DeliveryPlace;
use crate::files::Lock;
use crate::id::RunId;
use crate::store::outbox::DueNotification;
use crate::store::outbox::Outbox;
use crate::store::outbox::Try;
use crate::store::outbox::TryOutcome;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// The file in a run's logs that lists every try.
const LOG: &str = "notifications.jsonl";

/// How often it is looked whether something new lies there.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// A line of the log.
#[derive(Debug, Serialize)]
struct LogLine<'l> {
    at: Moment,
    id: &'l str,
    event: Topic,
    to: &'l str,
    attempt: u32,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'l str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<Moment>,
}

/// Has a run's outbox emptied, unless somebody is about it: by a process of its own, or by a thread of
/// this one where no program is there to start.
pub fn start(project: &Project, id: &RunId) -> Result<(), Error> {
    let outbox = project.store.outbox(id);
    if Lock::is_held(&outbox.lock_place()) {
        return Ok(());
    }
    if itself::start(project, Task::Notifications(id))? {
        return Ok(());
    }
    let folder = project.folder.root().to_owned();
    let surroundings = project.surroundings.clone();
    let own = Project::open(Options { folder, surroundings, ..Options::default() })?;
    let id = id.clone();
    thread::spawn(move || send(&own, &id, || Ok(())));
    Ok(())
}

/// Has all outboxes of the project emptied that something may be left in, as after a crash.
pub fn start_all(project: &Project) -> Result<(), Error> {
    let unsent = project.store.unsent();
    let unsent = unsent.map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    unsent.iter().try_for_each(|id| start(project, id))
}

/// Sends what lies in a run's outbox, until nothing is left there. `begun` is called as soon as it is
/// sure that somebody sends.
pub fn send(
    project: &Project,
    id: &RunId,
    begun: impl FnOnce() -> io::Result<()>,
) -> Result<(), Error> {
    let outbox = project.store.outbox(id);
    let place = outbox.lock_place();
    let disk = |source| Error::disk(&place, source);
    let mut begun = Some(begun);
    loop {
        let since = Clock::System.now().to_string();
        let taken = Lock::take(&place, &since, Duration::ZERO).map_err(disk)?;
        if let Some(begun) = begun.take() {
            begun().map_err(disk)?;
        }
        let Ok(lock) = taken else { return Ok(()) };
        Sender { project, id, outbox: &outbox, config: None }.empty().map_err(disk)?;
        outbox.lower_flag().map_err(disk)?;
        drop(lock);
        // Whoever queued something in between saw the lock and left it to this process.
        if outbox.due().map_err(disk)?.is_empty() {
            return Ok(());
        }
        outbox.raise_flag().map_err(disk)?;
    }
}

struct Sender<'p> {
    project: &'p Project,
    id: &'p RunId,
    outbox: &'p Outbox,
    /// The settings as they were read again since.
    config: Option<Config>,
}

impl Sender<'_> {
    /// Each entry is sent one thing after the other, and none waits for what another's receiver takes.
    fn empty(mut self) -> io::Result<()> {
        let place = DeliveryPlace {
            folder: self.project.folder.root(),
            variables: &self.project.surroundings.variables,
            allowed: &self.project.config.allowed,
            stop: &self.project.stop,
        };
        let (sender, receiver) = mpsc::channel();
        let mut at_work = BTreeSet::new();
        thread::scope(|scope| {
            loop {
                let all_due = self.outbox.due()?;
                if all_due.is_empty() && at_work.is_empty() {
                    return Ok(());
                }
                let mut pause = LOOK_EVERY;
                for due in all_due {
                    let left = due.not_before.map(|at| at.since(Clock::System.now()));
                    if let Some(left) = left.filter(|left| !left.is_zero()) {
                        pause = pause.min(left);
                    } else if at_work.insert(due.entry) {
                        let (sender, entry) = (sender.clone(), self.entry(&due));
                        scope.spawn(move || {
                            let sent = deliver(&due, entry.as_ref(), &place);
                            // The loop outlives its threads, unless the outbox cannot be used.
                            let _ = sender.send((due, entry, sent));
                        });
                    }
                }
                if let Ok((due, entry, sent)) = receiver.recv_timeout(pause) {
                    at_work.remove(&due.entry);
                    self.note(&due, entry.as_ref(), &sent)?;
                }
            }
        })
    }

    fn note(
        &self,
        due: &DueNotification,
        entry: Option<&Notify>,
        sent: &Result<(), DeliveryFailure>,
    ) -> io::Result<()> {
        let now = Clock::System.now();
        let attempt = due.tries + 1;
        let outcome = match (sent, entry) {
            (Ok(()), _) => TryOutcome::Sent,
            (Err(failure), Some(entry)) if !failure.is_final => {
                let pause = entry.backoff.pause(attempt, None);
                let took = now.since(due.first_at.unwrap_or(now));
                if took.saturating_add(pause) <= entry.backoff.within() {
                    TryOutcome::Again { at: now.plus(pause) }
                } else {
                    TryOutcome::GaveUp
                }
            }
            (Err(_), _) => TryOutcome::GaveUp,
        };
        self.outbox.note(&Try::new((due.seq, due.entry), attempt, now, outcome))?;
        let to = entry.map(|entry| delivery::name(&entry.channel)).unwrap_or_default();
        let reason = sent.as_ref().err().map(|failure| failure.reason.as_str());
        let (status, next_attempt_at) = match outcome {
            TryOutcome::Sent => ("sent", None),
            TryOutcome::Again { at } => ("failed", Some(at)),
            TryOutcome::GaveUp => ("gave_up", None),
        };
        let (id, event) = (due.notification.id.as_str(), due.notification.event);
        let to = to.as_str();
        let log = self.project.store.logs(self.id).join(LOG);
        let line = LogLine { at: now, id, event, to, attempt, status, reason, next_attempt_at };
        // What has arrived is not sent again for want of a line about it.
        let _ = self.outbox.log(&log, &line);
        Ok(())
    }

    /// The entry that asked for it. One that is not known may be newer than this process.
    fn entry(&mut self, due: &DueNotification) -> Option<Notify> {
        let find =
            |config: &Config| config.notify.iter().find(|entry| entry.id() == due.entry).cloned();
        let known = find(self.config.as_ref().unwrap_or(&self.project.config));
        known.or_else(|| {
            let settings = self.project.surroundings.settings.as_deref();
            self.config = Config::load(self.project.folder.root(), settings).ok();
            find(self.config.as_ref()?)
        })
    }
}

/// Tries once to send something to whoever asked for it.
fn deliver(
    due: &DueNotification,
    entry: Option<&Notify>,
    place: &DeliveryPlace<'_>,
) -> Result<(), DeliveryFailure> {
    let entry = entry.ok_or_else(|| DeliveryFailure {
        reason: "its entry in orch.toml was changed or removed".to_owned(),
        printed: String::new(),
        is_final: true,
    })?;
    delivery::deliver(&due.notification, &entry.channel, place)
}
