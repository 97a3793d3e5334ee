//! The work that an attempt belongs to, as checks look at it: what the journal says, and what
//! has been said since in letters that nobody has taken in yet.

use super::super::Site;
use super::super::run_list;
use crate::check::Work;
use crate::check::WorkItem;
use crate::event::Note;
use crate::event::NoteKind;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::id::RunId;
use crate::mailbox::Mailbox;
use crate::record::Home;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::Workflow;
use std::time::Duration;
use std::time::Instant;

/// The work up to the beginning of an attempt, and where to look for more.
#[derive(Debug, Clone)]
pub struct Worked {
    work: Work,
    gate: GateId,
    notes: Vec<Note>,
    home: Home,
    run: RunId,
    mailbox: Mailbox,
    since: Instant,
    /// Whether somebody works on the run from here on.
    is_timed: bool,
}

impl Worked {
    /// What the checks of this gate may look at; `None` where none of them does.
    pub fn of(
        site: &Site,
        workflow: &Workflow,
        run: &Run,
        gate: &Gate,
        id: &GateId,
    ) -> Option<Self> {
        let contract = gate.contract.as_ref()?;
        if !contract.rules().any(|rule| (rule.kind.looks_at_work)()) {
            return None;
        }
        let work = Work {
            summary: None,
            updates: 0,
            items: items(site, run),
            active: run.spent(site.clock.now()).active,
            estimate: estimate(workflow, run),
        };
        Some(Self {
            work,
            gate: id.clone(),
            notes: run.notes.iter().map(|(_, note)| note.clone()).collect(),
            home: site.home.clone(),
            run: run.started.run_id.clone(),
            mailbox: Mailbox::new(site.home.mailbox(&run.started.run_id)),
            since: Instant::now(),
            is_timed: run.gate(id).is_some_and(|state| {
                state.attempts.iter().any(|attempt| attempt.finished_at.is_none())
            }),
        })
    }

    /// The work as it is now.
    pub fn now(&self) -> Work {
        // Whoever drives the run may take letters in at any moment: after the mailbox the journal.
        let mut said = self.mailbox.letters().unwrap_or_default();
        let mut notes = match self.home.glance(&self.run) {
            Ok(reading) => reading.run.notes.into_iter().map(|(_, note)| note).collect(),
            Err(_) => self.notes.clone(),
        };
        said.retain(|letter| !notes.contains(&letter.note));
        notes.extend(said.into_iter().map(|letter| letter.note));
        let said = || notes.iter();
        let is_summary =
            |note: &&Note| note.kind == NoteKind::Summary && note.gate.as_ref() == Some(&self.gate);
        let passed = if self.is_timed { self.since.elapsed() } else { Duration::ZERO };
        Work {
            summary: said().rfind(is_summary).map(|note| note.text.clone()),
            updates: said().filter(|note| note.kind == NoteKind::Update).count(),
            active: self.work.active + passed,
            ..self.work.clone()
        }
    }
}

/// The runs that were begun as a part of this one.
fn items(site: &Site, run: &Run) -> Vec<WorkItem> {
    let entries = run_list::runs(site).unwrap_or_default();
    let parts =
        entries.into_iter().filter(|entry| entry.parent.as_ref() == Some(&run.started.run_id));
    parts
        .map(|entry| WorkItem {
            is_closed: [RunStatus::Passed, RunStatus::Canceled]
                .iter()
                .any(|closed| entry.status == closed.as_str()),
            name: format!("{} ({})", entry.key, entry.run_id),
            status: entry.status,
        })
        .collect()
}

/// How long the gates of the plan should take together, by the newest word on each.
pub fn estimate(workflow: &Workflow, run: &Run) -> Option<Duration> {
    let estimates = workflow.gates.iter().filter_map(|gate| {
        let newer = run.gate(&gate.id).and_then(|state| state.estimate_s);
        newer.map(Duration::from_secs).or(gate.estimate)
    });
    estimates.fold(None, |sum, one| Some(sum.unwrap_or_default() + one))
}
