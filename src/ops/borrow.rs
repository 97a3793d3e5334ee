//! A person's command on a run that machines share: for as long as it takes, this machine has the run as
//! a worker has it. So the command is the one of a run on one machine, and what it writes counts once
//! the remote holds it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::Suggestion;
use super::children;
use super::granted;
use super::pooled;
use super::shared_runs::unanswered;
use crate::advance;
use crate::dispatch::Back;
use crate::dispatch::Grant;
use crate::engine;
use crate::engine::Brought;
use crate::engine::Claimed;
use crate::engine::Claiming;
use crate::engine::Engine;
use crate::engine::GivenBack;
use crate::engine::Keep;
use crate::engine::Losing;
use crate::event::RunStatus;
use crate::id::RunId;
use crate::project::seal;
use crate::project::share::SharedRun;
use crate::store::pool::HeldGrant;
use std::sync::Arc;
use std::time::Duration;

/// A run that this process has until it gives it back.
pub struct Borrowed {
    engine: Engine,
    grant: HeldGrant,
    keep: Keep,
    brought: Brought,
    share: Arc<SharedRun>,
    run: RunId,
}

/// Takes the run of this name; `None` where no engine knows of one.
pub fn borrow(project: &Project, caller: &Caller, name: &str) -> Result<Option<Borrowed>, Error> {
    let Some(engine) = Engine::of(project)? else { return Ok(None) };
    let run = match pooled::find(project, name, Suggestion::new("run list")) {
        Ok(run) => run.run_id,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let user = caller.user.clone().unwrap_or_else(|| "somebody".to_owned());
    let worker = format!("{user}@{host}");
    let claiming = Claiming { run: run.clone(), worker: worker.clone() };
    let Grant { number, .. } = match engine.client.claim(&claiming).map_err(unanswered)? {
        Claimed::Granted(grant) => *grant,
        Claimed::Unknown => return Ok(None),
        Claimed::Held(worker) => {
            let message = format!("run {run} is driven by worker {worker}");
            return Err(Error::Lost { run, message });
        }
    };
    let lease = project.config.engine.lease;
    let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
    let share = Arc::new(SharedRun::new(run.clone(), engine.remote.clone()));
    let losing = Losing { share: Arc::clone(&share), stop: project.stop.clone() };
    let kept = Keep::begin(&engine.client, (number, lease), losing).map_err(unanswered)?;
    let Some(keep) = kept else { return Ok(None) };
    let grant = HeldGrant { number, worker, lease_ms };
    let brought = match engine::bring(project, &engine, &run, share.halt()) {
        Ok(brought) => brought,
        Err(error) => {
            let given = GivenBack { grant: grant.number, back: Back::Done, view: None };
            granted::give_back(&engine, &given, lease)?;
            return Err(error);
        }
    };
    share.stands_at(brought.tip.clone());
    Ok(Some(Borrowed { engine, grant, keep, brought, share, run }))
}

impl Borrowed {
    /// What the command's project has to know.
    pub fn share(&self) -> Arc<SharedRun> {
        Arc::clone(&self.share)
    }

    /// Gives the run back, which goes on if it can.
    pub fn give_back(self, project: &Project) -> Result<(), Error> {
        let Self { engine, grant, keep, brought, share, run } = self;
        let home = project.home_of(&run)?;
        let mut home = home.map_or_else(|| project.in_folder(project.folder.root()), Ok)?;
        home.share = Some(share);
        let sent = send(&home, &run);
        children::send_on(&home, &engine, &run)?;
        let put_off = granted::put_off(&home, &run)?;
        let status = project.store.glance(&run).ok().map(|reading| reading.run.status);
        let goes_on = put_off == Back::Done && status == Some(RunStatus::Running);
        let back = if goes_on { Back::Again(None) } else { put_off };
        let view = granted::view(&home, (&run, &brought.order), &grant.worker);
        drop(keep);
        let lease = Duration::from_millis(grant.lease_ms);
        let given = GivenBack { grant: grant.number, back, view };
        granted::give_back(&engine, &given, lease)?;
        sent
    }
}

/// Has the remote hold what the command left: letters are written down, and the record is committed. A
/// commit holds whole segments of the journal, which a checkpoint ends.
fn send(home: &Project, run: &RunId) -> Result<(), Error> {
    if !advance::has_begun(home, run) {
        return Ok(());
    }
    let mut driver = Driver::take(home, run)?;
    if driver.has_no_tail() {
        let is_stop = driver.run().status != RunStatus::Running;
        return driver.commit(None, is_stop);
    }
    seal::seal(&mut driver, "changed from another machine").map(drop)
}
