//! A run that this process holds: its lock, its journal, its record. The only
//! writer of a run; every operation that changes one goes through it.

use super::Error;
use super::Project;
use super::answers;
use super::commit::Owed;
use super::cut_off::cut_off;
use super::home::refuse_other_project;
use super::home::refuse_other_worktree;
use super::meter::Meter;
use super::orphans;
use super::proof;
use super::proof::Proofs;
use super::seal::Happened;
use super::seen::Seen;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::digest::Digest;
use crate::event::Event;
use crate::event::Note;
use crate::event::NoteKind;
use crate::event::RunStarted;
use crate::files::Lock;
use crate::files::ProjectPath;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::run::AttemptStatus;
use crate::run::Run;
use crate::secret::Secrets;
use crate::store::Durability;
use crate::store::Lease;
use crate::store::Refused;
use crate::store::journal;
use crate::store::journal::Reading;
use crate::store::journal::Segment;
use crate::store::mailbox::Letter;
use crate::store::record::Destination;
use crate::store::record::Head;
use crate::store::record::RecordWriter;
use crate::workflow::Workflow;
use std::borrow::Cow;
use std::time::Duration;

/// How long the keeper of a sitting may take to seal a checkpoint.
const PATIENCE: Duration = Duration::from_secs(30);

/// A held run.
pub struct Driver<'s> {
    /// The project that the run belongs to.
    pub project: &'s Project,
    /// The run's workflow, as its definition has it now.
    pub workflow: Workflow,
    pub(super) lease: Lease,
    /// Where the chain stands, as this process knows it.
    known: Digest,
    pub(super) record: RecordWriter,
    /// Segments that are closed and not committed yet.
    pub(super) closed: Vec<Segment>,
    /// The commit of an attempt that waits until what comes next is at work.
    pub(super) owed: Option<Owed>,
    /// Whether such a commit may follow the work.
    pub commits_follow: bool,
    /// Attempts that have ended and are not committed yet.
    pub(super) ended: Vec<AttemptId>,
    /// Checkpoints that are sealed and not committed yet.
    pub(super) sealed: Vec<u32>,
    /// Whether the definition has changed and the record does not show it yet.
    pub(super) is_amended: bool,
    /// What may be a reason for a checkpoint.
    pub happened: Happened,
    /// Artifacts that were seen as recorded, so that they are not read again.
    pub seen: Seen,
    /// What the budgets of the run carry.
    pub meter: Meter,
    /// Which signed approvals were proved.
    pub proofs: Proofs,
    /// What no log, packet or record of the run may hold.
    pub secrets: Secrets,
    /// Why something is not committed yet, said once.
    pub(super) uncommitted: Vec<String>,
    /// Why snapshots that are to go could not be let go.
    pub unforgotten: Vec<String>,
    /// Why notifications are not sent.
    pub(super) unsent: Option<String>,
    /// Why the end of the run is not signed, where it should be.
    pub unsigned: Option<String>,
}

impl<'s> Driver<'s> {
    /// Begins a run: lock, then journal; the run's folder comes with the first commit.
    pub fn create(
        project: &'s Project,
        workflow: Workflow,
        at: Moment,
        started: RunStarted,
    ) -> Result<Self, Error> {
        let id = started.run_id.clone();
        let lock = lock(project, &id)?;
        let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
        let mut first = Event::RunStarted(Box::new(started));
        first.each_text(&|text| secrets.blot(text));
        let lease = Lease::begin(&project.store, &id, lock, (at, &first))?;
        let mut driver = Self::hold(project, workflow, lease, None)?;
        driver.watch_anew();
        Ok(driver)
    }

    /// Takes up a run that was begun before, under the definition that it was begun with.
    pub fn take(project: &'s Project, id: &RunId) -> Result<Self, Error> {
        refuse_other_project(project, id)?;
        let lock = lock(project, id)?;
        // Whatever it is taken for: what would still write is ended first, since no result of it
        // can count, and nobody could tell its writing from that of the attempt that comes next.
        let left = orphans::end(project, id)?;
        let logs = project.store.logs(id);
        project.store.clear_logs(id).map_err(|source| Error::disk(&logs, source))?;
        let (lease, reading) = Lease::take(&project.store, id, lock)?;
        project.refuse_moved(id, reading.head)?;
        let started = &lease.run().started;
        refuse_other_worktree(project, started)?;
        let definition = Definition::thaw(&started.definition);
        let workflow = Workflow::parse(&started.workflow, &definition)?;
        let proofs = proof::refuse_untrue(project, &reading, &workflow)?;
        let mut driver = Self::hold(project, workflow, lease, Some(&reading))?;
        driver.proofs = proofs;
        driver.watch(&reading);
        for (gate, words) in left {
            // The name of a file: one that is no gate's was not put there by a run.
            let Ok(gate) = GateId::parse(&gate) else { continue };
            driver.append(&cut_off(&driver, &gate, &words))?;
        }
        driver.take_letters()?;
        Ok(driver)
    }

    fn hold(
        project: &'s Project,
        workflow: Workflow,
        lease: Lease,
        reading: Option<&Reading>,
    ) -> Result<Self, Error> {
        let started = &lease.run().started;
        let branch = started.git.as_ref().and_then(|git| git.branch.as_deref());
        let repository = project.repository()?;
        let target = repository.as_ref().map(|repository| repository.home_of(branch));
        let target = target.unwrap_or_else(|| Project::target(branch));
        let destination = Destination { target, branch: project.config.record_branch };
        let record =
            RecordWriter::open(&project.store, &started.run_id, repository, destination, reading)?;
        let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
        Ok(Self {
            project,
            workflow,
            secrets,
            meter: Meter::of(lease.run()),
            known: lease.head().sha256,
            lease,
            record,
            closed: Vec::new(),
            owed: None,
            commits_follow: false,
            ended: Vec::new(),
            sealed: Vec::new(),
            is_amended: false,
            happened: Happened::default(),
            seen: Seen::default(),
            proofs: Proofs::default(),
            uncommitted: Vec::new(),
            unforgotten: Vec::new(),
            unsent: None,
            unsigned: None,
        })
    }

    /// The run, as its journal has it.
    pub fn run(&self) -> &Run {
        self.lease.run()
    }

    /// What of the record could not be made, in words.
    pub fn problems(&self) -> Vec<String> {
        self.uncommitted.iter().chain(&self.unforgotten).chain(&self.unsent).cloned().collect()
    }

    /// The run's id.
    pub fn id(&self) -> &RunId {
        &self.run().started.run_id
    }

    /// Where the chain of its journal stands.
    pub fn head(&self) -> Head {
        self.lease.head()
    }

    /// Writes events, durably, as one; what they end is committed by the next `commit`.
    pub fn append(&mut self, events: &[Event]) -> Result<(), Error> {
        self.add(events, Durability::Now)
    }

    /// Writes events that the next durable ones, or the next commit, make last.
    pub fn append_lazily(&mut self, events: &[Event]) -> Result<(), Error> {
        self.add(events, Durability::Later)
    }

    fn add(&mut self, events: &[Event], durability: Durability) -> Result<(), Error> {
        if events.is_empty() {
            return Ok(());
        }
        if events.iter().any(journal::closes) {
            // A commit holds whole segments, and each attempt has one of its own.
            self.catch_up()?;
        }
        let mut events = Cow::Borrowed(events);
        if self.secrets.are_any() {
            let blot = |text: &mut String| self.secrets.blot(text);
            events.to_mut().iter_mut().for_each(|event| event.each_text(&blot));
        }
        // A record goes to other machines: what lies in the project is named from there.
        let root = self.project.folder.root().to_str().unwrap_or_default();
        let name = |text: &mut String| {
            if text.contains(root) {
                *text = ProjectPath::name_from(root, text);
            }
        };
        events.to_mut().iter_mut().for_each(|event| event.each_word(&name));
        let at = self.project.clock.now();
        let closed = self.lease.append(self.known, (at, durability), &events);
        self.closed.extend(closed.map_err(|refused| self.explain(refused))?);
        self.known = self.lease.head().sha256;
        self.notify(at, &events);
        for event in events.iter() {
            self.meter.note(event);
            self.ended.extend(event.ended_attempt());
            self.happened.note(event);
            if let Event::CheckpointSealed(sealed) = event {
                self.sealed.push(sealed.checkpoint);
            }
            self.is_amended |= matches!(event, Event::RunAmended(_) | Event::AgentGiven { .. });
            if let Event::GateRerecorded { gate, attempt, .. }
            | Event::GateReplied { gate, attempt, .. } = event
            {
                self.ended.push(AttemptId::new(gate, *attempt));
            }
            if let Event::RunEnding { .. }
            | Event::RunCompleted { .. }
            | Event::RunAmended(_)
            | Event::GatesReopened { .. }
            | Event::GateJumped { .. }
            | Event::GateRedone { .. }
            | Event::GateWaived { .. } = event
            {
                self.note_canceled(at);
            }
        }
        Ok(())
    }

    fn explain(&self, refused: Refused) -> Error {
        let id = self.id();
        let message = match refused {
            Refused::Journal(error) => return error.into(),
            Refused::Lost => format!(
                "this process lost the lock of run {id}; another process may drive it now; \
                 nothing more was written"
            ),
            Refused::Moved { expected, head } => format!(
                "another process wrote to run {id}: its journal head is {head}, expected \
                 {expected}; nothing more was written"
            ),
        };
        Error::Lost { run: id.clone(), message }
    }

    /// Writes down what was said while this process held the run, or nobody did.
    pub fn take_letters(&mut self) -> Result<(), Error> {
        let folder = self.project.store.mailbox(self.id());
        let trouble = |source| Error::disk(&folder, source);
        let letters = self.project.store.said(self.id()).map_err(trouble)?;
        let (answers, letters): (Vec<Letter>, Vec<Letter>) =
            letters.into_iter().partition(|letter| letter.answers.is_some());
        // A kill may have come between the writing and the taking away.
        let is_new = |note: &Note| self.run().notes.iter().all(|(_, written)| written != note);
        let new = letters.iter().map(|letter| &letter.note).filter(|note| is_new(note));
        let new: Vec<Event> = new.cloned().map(Event::Noted).collect();
        self.append(&new)?;
        for answer in &answers {
            let accepted = answers::accepted(self.project, self.run(), answer);
            self.append(&accepted.into_iter().collect::<Vec<_>>())?;
        }
        for letter in letters.iter().chain(&answers) {
            letter.take().map_err(trouble)?;
        }
        Ok(())
    }

    /// Writes down what was said where that is not to wait for the end of the work at hand: how far it
    /// has come, and answers. Says whether anything was.
    pub fn take_urgent_letters(&mut self) -> Result<bool, Error> {
        let letters = self.project.store.said(self.id());
        let letters = letters
            .map_err(|source| Error::disk(&self.project.store.mailbox(self.id()), source))?;
        let is_urgent =
            |letter: &Letter| letter.answers.is_some() || letter.note.kind == NoteKind::Phase;
        let is_any = letters.iter().any(is_urgent);
        if is_any {
            self.take_letters()?;
        }
        Ok(is_any)
    }

    /// What was done behind the driver's back since it last looked: lines that it did not write into
    /// the journal, and changed files of the record, which are put right where `of_record` asks.
    pub fn intrusions(&mut self, of_record: bool) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        for aside in self.lease.set_foreign_aside()? {
            let message = "lines that orch did not write were removed from the journal";
            let aside = aside.file_name().unwrap_or_default().to_string_lossy();
            findings.push(Finding::of("journal", message).actual(format!("moved to {aside}")));
        }
        let changed = if of_record { self.record.mend() } else { Vec::new() };
        let folder = self.project.shown(&self.project.store.record(self.id()).path());
        findings.extend(changed.into_iter().map(|(path, mended)| {
            let message = match mended {
                Ok(()) => "it was changed during the attempt and has been restored".to_owned(),
                Err(error) => {
                    format!("it was changed during the attempt and could not be restored: {error}")
                }
            };
            Finding::of("record", message).path(format!("{folder}/{path}"))
        }));
        for finding in &mut findings {
            finding.severity = Severity::Warning;
        }
        Ok(findings)
    }

    /// Whether the last event closed a segment.
    pub fn has_no_tail(&self) -> bool {
        self.lease.has_no_tail()
    }

    /// Attempts that an event of this moment ended without a word of their own.
    fn note_canceled(&mut self, at: Moment) {
        for (gate, state) in &self.lease.run().gates {
            let canceled = state.attempt().filter(|attempt| {
                attempt.status == AttemptStatus::Canceled && attempt.finished_at == Some(at)
            });
            self.ended.extend(canceled.map(|attempt| AttemptId::new(gate, attempt.attempt)));
        }
    }
}

/// Behind a link the record would lie outside the project, where git does not see it.
fn refuse_links(project: &Project, id: &RunId) -> Result<(), Error> {
    let record = project.store.record(id);
    record.refuse_odd_way().map_err(|source| Error::disk(&record, source))
}

/// Takes a run, so that nobody drives it meanwhile.
pub fn lock(project: &Project, id: &RunId) -> Result<Lock, Error> {
    refuse_links(project, id)?;
    let since = project.clock.now().to_string();
    let take = |patience| {
        let taken = project.store.lock(id, &since, patience);
        taken.map_err(|source| Error::disk(&project.store.lock_place(id), source))
    };
    let held = match take(Duration::ZERO)? {
        Ok(lock) => return Ok(lock),
        Err(held) => held,
    };
    // The keeper of a sitting holds the run for as long as it seals a checkpoint.
    let keeper = Lock::holder(&project.store.session_lock(id));
    let is_kept = keeper.is_some_and(|keeper| held.may_be(&keeper));
    let taken = if is_kept { take(PATIENCE)? } else { Err(held) };
    taken.map_err(|held| Error::held(id, held))
}
