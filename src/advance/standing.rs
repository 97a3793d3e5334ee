//! How a run stands that is held here or was read: the view of the fold, and what only the disk tells.

use super::agent_slots;
use super::asking;
use super::locks;
use super::packet;
use crate::event::PauseCause;
use crate::event::RunStatus;
use crate::files::Lock;
use crate::project::Driver;
use crate::project::Project;
use crate::project::sitting_budget;
use crate::run::Run;
use crate::standing::AgentWait;
use crate::standing::Around;
use crate::standing::DrivenBy;
use crate::standing::GateLine;
use crate::standing::Here;
use crate::standing::LockWait;
use crate::standing::Standing;
use crate::store::record::Head;
use crate::workflow::Workflow;

/// How the run stands now.
pub fn standing(driver: &Driver<'_>) -> Standing {
    let problems = driver.problems();
    let standing = standing_of(driver.project, &driver.workflow, driver.run(), driver.head());
    let (committed, unsigned) =
        (driver.project.uncommitted.is_none() && problems.is_empty(), driver.unsigned.clone());
    // The one who holds it is here.
    let here = Here { driver: DrivenBy::Nobody, ..standing.here };
    Standing { problems, unsigned, committed, here, ..standing }
}

/// How a run stands that was only read.
pub fn standing_of(project: &Project, workflow: &Workflow, run: &Run, head: Head) -> Standing {
    let id = &run.started.run_id;
    let is_driven = run.status == RunStatus::Running && project.store.is_in_hand(id);
    let is_kept = run.session().is_some() && Lock::is_held(&project.store.session_lock(id));
    let around = Around {
        now: project.clock.now(),
        head: head.sha256,
        driver: if is_driven { DrivenBy::Another } else { DrivenBy::Nobody },
        is_kept,
        is_committed: project.uncommitted.is_none(),
    };
    let mut standing = Standing::of(workflow, run, &around, |gate| {
        let packet = packet::path(project, id, gate);
        packet.exists().then(|| project.shown(&packet.path()))
    });
    if run.pause == Some(PauseCause::Budget) {
        // Where one of the runs around cannot be read, whoever asks for that is told why.
        standing.here.bound_by = sitting_budget::binding(project, run).ok().flatten();
    }
    standing.here.is_pooled = project.store.ticket(id).exists();
    if is_driven {
        let is_due = |at| at <= around.now;
        standing.lock_waits = locks::waits(&project.store, (workflow, run), is_due);
    }
    for waiting in &mut standing.waiting {
        waiting.shows = asking::names_of_files(project, workflow, run, &waiting.gate);
    }
    standing
}

/// Tells at gates which of them wait for a lock of another run or for their agent.
pub fn tell_waits<'l>(
    project: &Project,
    (workflow, run): (&Workflow, &Run),
    lines: impl IntoIterator<Item = &'l mut GateLine>,
) {
    let now = || project.clock.now();
    let locks = locks::waits(&project.store, (workflow, run), |at| at <= now());
    let around = (&project.store, &project.config.pool);
    let agents = agent_slots::waits(around, (workflow, run), now);
    for line in lines {
        let lock = locks.iter().find(|wait| wait.gate == line.gate).map(LockWait::words);
        let agent = agents.iter().find(|wait| wait.gate == line.gate).map(AgentWait::words);
        line.reason = lock.or(agent).or(line.reason.take());
    }
}
