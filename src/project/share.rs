//! A run that machines share through the refs of a remote. What this process does to it counts once
//! the remote holds it: each commit of the record goes there, with a snapshot of the working tree that
//! the next machine restores, and only if nobody else has moved the run since.

use super::Error;
use super::Project;
use crate::git::Repository;
use crate::git::SharedRef;
use crate::git::Shot;
use crate::git::There;
use crate::id::RunId;
use crate::process::Stop;
use crate::store::checkpoint;
use crate::store::record;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;
use std::time::Instant;

/// The snapshots of the working trees of shared runs.
pub const WORK: &str = "refs/orch/work/";

/// How long the first pause is before a remote that was not reached is tried again.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// The longest such pause.
const AGAIN_AFTER_MAX: Duration = Duration::from_secs(10);

/// How long a process that is to end tries to reach the remote.
const STOPPED_WITHIN: Duration = Duration::from_secs(30);

/// How often the remote may refuse what it should take, such as while another push locks the ref.
const REFUSED_MAX: u32 = 5;

/// A run that this process drives, and where the remote has it.
#[derive(Debug)]
pub struct SharedRun {
    run: RunId,
    remote: String,
    /// The commit of the record that the remote holds, as far as this process knows.
    there: Mutex<Option<String>>,
    is_lost: AtomicBool,
    /// Ends what is under way when the run is lost.
    halt: Stop,
}

impl SharedRun {
    /// A run of which it is not known yet whether the remote has it.
    pub fn new(run: RunId, remote: String) -> Self {
        let (is_lost, halt) = (AtomicBool::new(false), Stop::default());
        Self { run, remote, there: Mutex::new(None), is_lost, halt }
    }

    /// Takes note of where the remote has the run.
    pub fn stands_at(&self, tip: Option<String>) {
        *self.there.lock().unwrap_or_else(PoisonError::into_inner) = tip;
    }

    /// Raised when the run is lost.
    pub fn halt(&self) -> &Stop {
        &self.halt
    }

    /// Whether this is the run.
    pub fn is_of(&self, run: &RunId) -> bool {
        self.run == *run
    }

    /// The run may be another's: nothing more is sent.
    pub fn lose(&self) {
        self.is_lost.store(true, Ordering::SeqCst);
        self.halt.raise();
    }

    fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::SeqCst)
    }

    /// Sends the record as it is, if the remote does not have it. A remote that cannot be reached is
    /// tried again for as long as the run is this process's own.
    pub(super) fn send(&self, project: &Project) -> Result<(), Error> {
        let Some(repository) = project.repository()? else { return Ok(()) };
        let reference = record::reference(&self.run);
        let Some(tip) = repository.id_at(&reference)? else { return Ok(()) };
        let mut there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_lost() {
            return Err(self.lost());
        }
        if there.as_ref() == Some(&tip) {
            return Ok(());
        }
        let refs = [
            SharedRef {
                name: reference.clone(),
                commit: Some(tip.clone()),
                there: there.clone().map_or(There::Nothing, There::Commit),
            },
            SharedRef {
                name: format!("{WORK}{}", self.run),
                commit: Some(self.snapshot(project, &repository)?),
                there: There::Anything,
            },
        ];
        self.send_until_there(project, &repository, (&refs, there.as_deref()))?;
        *there = Some(tip);
        Ok(())
    }

    fn send_until_there(
        &self,
        project: &Project,
        repository: &Repository,
        (refs, there): (&[SharedRef; 2], Option<&str>),
    ) -> Result<(), Error> {
        let (mut pause, mut refused) = (AGAIN_AFTER, 0);
        let mut stopped = None;
        let name = refs[0].name.as_str();
        loop {
            let Err(error) = repository.send_shared(&self.remote, refs, &self.halt) else {
                return Ok(());
            };
            match repository.shared_ids(&self.remote, &[name], &self.halt) {
                // The answer was lost on its way.
                Ok(ids) if ids.get(name) == refs[0].commit.as_ref() => return Ok(()),
                Ok(ids) if ids.get(name).map(String::as_str) != there => self.lose(),
                Ok(_) if refused == REFUSED_MAX => return Err(error.into()),
                Ok(_) => refused += 1,
                Err(_) => {}
            }
            if self.is_lost() {
                project.stop.raise();
                return Err(self.lost());
            }
            if project.stop.is_raised()
                && stopped.get_or_insert_with(Instant::now).elapsed() > STOPPED_WITHIN
            {
                return Err(error.into());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(AGAIN_AFTER_MAX);
        }
    }

    /// Keeps the working tree as it is under a ref of its own.
    fn snapshot(&self, project: &Project, repository: &Repository) -> Result<String, Error> {
        let reference = format!("{WORK}{}", self.run);
        let before = repository.id_at(&reference)?;
        let records = checkpoint::records(repository, project.folder.root());
        let taken = repository.snapshot(&Shot {
            scope: checkpoint::scope(&records),
            reference: &reference,
            before: before.as_deref(),
            message: &format!("orch: working tree of {}", self.run),
        })?;
        Ok(taken.commit)
    }

    fn lost(&self) -> Error {
        let (run, remote) = (self.run.clone(), &self.remote);
        let message = format!(
            "this worker lost run {run}; another one may drive it now; what it did since the last \
             commit that `{remote}` holds does not count"
        );
        Error::Lost { run, message }
    }
}
