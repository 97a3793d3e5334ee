//! What a driver commits, and when: an attempt that has ended, at once or while the work after it is
//! already under way; a checkpoint; and at every stop whatever is left.

use super::Driver;
use super::Error;
use super::seal;
use super::sign;
use crate::clock::Moment;
use crate::event::Event;
use crate::event::RunStatus;
use crate::id::GateId;
use crate::store::record::Head;
use crate::store::record::RecordNews;

/// An attempt's commit that is not made yet. It says where the run stood when the attempt ended.
pub(super) struct Owed {
    label: Label,
    at: Moment,
    head: Head,
}

/// How a commit is named.
struct Label {
    title: String,
    gate: Option<GateId>,
    status: &'static str,
}

impl Driver<'_> {
    /// Commits what has ended: on the run's own ref, and at a stop on the branch. A commit that cannot be
    /// made now is made with the next one; the journal holds it all the same.
    pub fn commit(&mut self, gate: Option<&GateId>, is_stop: bool) -> Result<(), Error> {
        let label = self.label(gate);
        self.keep(label, is_stop)?;
        seal::seal_if_due(self)
    }

    /// Commits an attempt that has ended. Where commits may follow the work, this one waits for
    /// [`Driver::catch_up`], or for the next attempt that ends: the journal, which is on the disk, holds
    /// the attempt meanwhile, and a commit that a crash prevents is made when the run is taken up.
    pub fn commit_attempt(&mut self, gate: &GateId) -> Result<(), Error> {
        let head = self.head();
        if !self.commits_follow || !self.record.may_follow(head) {
            return self.commit(Some(gate), false);
        }
        self.catch_up()?;
        let at = self.project.clock.now();
        self.owed = Some(Owed { label: self.label(Some(gate)), at, head });
        seal::seal_if_due(self)
    }

    /// Makes the commit that waits, if one does.
    pub fn catch_up(&mut self) -> Result<(), Error> {
        match self.owed.take() {
            Some(Owed { label, at, head }) => self.keep_as_of((head, at), label, false),
            None => Ok(()),
        }
    }

    /// Commits a checkpoint that was sealed.
    pub fn commit_checkpoint(&mut self, number: u32) -> Result<(), Error> {
        let run = self.run();
        let (workflow, key) = (&run.started.workflow, &run.started.key);
        let title = format!("orch: checkpoint {number} of {workflow} {key}");
        let label = Label { title, gate: None, status: run.status.as_str() };
        let is_stop = run.status != RunStatus::Running;
        self.keep(label, is_stop)
    }

    fn label(&self, gate: Option<&GateId>) -> Label {
        let run = self.run();
        let (workflow, key) = (&run.started.workflow, &run.started.key);
        let (title, status) = match gate {
            Some(gate) => {
                let status = run.status_of(gate);
                (format!("orch: {gate} {status} in {workflow} {key}"), status.as_str())
            }
            None => (format!("orch: {} {workflow} {key}", run.status), run.status.as_str()),
        };
        Label { title, gate: gate.cloned(), status }
    }

    fn keep(&mut self, label: Label, is_stop: bool) -> Result<(), Error> {
        self.catch_up()?;
        if is_stop {
            let signed = sign::sign_head(self)?;
            self.append(&signed.map(Event::HeadSigned).into_iter().collect::<Vec<_>>())?;
        }
        let (head, at) = (self.head(), self.project.clock.now());
        self.keep_as_of((head, at), label, is_stop)
    }

    /// The same as of a moment since which the journal may have gone on, but not to another commit.
    fn keep_as_of(
        &mut self,
        (head, at): (Head, Moment),
        label: Label,
        is_stop: bool,
    ) -> Result<(), Error> {
        self.lease.sync()?;
        let news = RecordNews {
            run: self.lease.run(),
            at,
            head,
            is_late: head.count < self.head().count,
            closed: std::mem::take(&mut self.closed),
            attempts: std::mem::take(&mut self.ended),
            checkpoints: std::mem::take(&mut self.sealed),
            is_amended: std::mem::take(&mut self.is_amended),
            is_stop,
            gate: label.gate,
            status: label.status,
            title: label.title,
        };
        let problem = self.record.keep(news)?;
        if is_stop && problem.is_none() {
            // What could not be committed before was committed now.
            self.uncommitted.clear();
        }
        self.uncommitted.extend(problem.filter(|problem| !self.uncommitted.contains(problem)));
        match &self.project.share {
            Some(share) if share.is_of(self.id()) => share.send(self.project),
            Some(_) | None => Ok(()),
        }
    }
}
