//! Bringing a run to this machine: its order, its record and its working tree, as the remote has them.
//! What was done here to a run that has since gone on elsewhere does not count; it is kept, under
//! `refs/orch/saved/`.

use super::Engine;
use super::order;
use crate::event::ChildOrder;
use crate::git::Kinship;
use crate::git::Repository;
use crate::git::Restore;
use crate::git::Restored;
use crate::id::RunId;
use crate::process::Stop;
use crate::project;
use crate::project::Error;
use crate::project::Project;
use crate::project::leave;
use crate::project::leave::RemovedWorktree;
use crate::project::share::WORK;
use crate::project::worktree;
use crate::store::checkpoint;
use crate::store::pool::Ticket;
use crate::store::record;

/// Where what was brought lies until it is compared with what is here.
const ASIDE: &str = "refs/orch/shared/";

/// Where what does not count is kept.
const SAVED: &str = "refs/orch/saved/";

/// A run, brought here.
#[derive(Debug)]
pub struct Brought {
    /// What it is to be.
    pub order: Ticket,
    /// The commit of its record that the remote holds; `None` where it has not begun.
    pub tip: Option<String>,
}

/// Brings a run here.
pub fn bring(
    project: &Project,
    engine: &Engine,
    run: &RunId,
    stop: &Stop,
) -> Result<Brought, Error> {
    let repository = repository(project)?;
    let (record_aside, work_aside) = (aside(run, "record"), aside(run, "work"));
    let pairs = [
        order::refs_to_bring(run.as_str()),
        order::bases_to_bring(),
        (format!("{}*", record::reference(run)), format!("{record_aside}*")),
        (format!("{WORK}{run}*"), format!("{work_aside}*")),
    ];
    repository.bring_shared(&engine.remote, &pairs, stop)?;
    let Some(order) = order::read(&repository, run)? else {
        let message = format!("`{}` has no order of run {run}", engine.remote);
        return Err(Error::not_found(message));
    };
    let tip = repository.id_at(&record_aside)?;
    let Some(ordered) = order.order().filter(|_| tip.is_some()) else {
        return Ok(Brought { order, tip });
    };
    let is_own = take_over(project, &repository, run)?;
    let is_there = is_own && leave::has_worktree(project, run)?;
    if !is_there {
        restore(project, &order, ordered, &work_aside)?;
    }
    bring_children(project, engine, (run, stop))?;
    Ok(Brought { order, tip })
}

/// Brings the child runs that a run waits for: what they have come to, and where they are over also
/// their working trees, from which files may be taken.
fn bring_children(
    project: &Project,
    engine: &Engine,
    (run, stop): (&RunId, &Stop),
) -> Result<(), Error> {
    let repository = repository(project)?;
    let parent = project.store.glance(run)?.run;
    let attempts = parent.gates.values().flat_map(|state| &state.attempts);
    let open = attempts.filter(|attempt| attempt.child_end.is_none());
    let children: Vec<&ChildOrder> = open.filter_map(|it| it.child.as_deref()).collect();
    if children.is_empty() {
        return Ok(());
    }
    let pairs = children.iter().flat_map(|child| {
        let run = &child.run;
        [
            order::refs_to_bring(run.as_str()),
            (format!("{}*", record::reference(run)), format!("{}*", aside(run, "record"))),
            (format!("{WORK}{run}*"), format!("{}*", aside(run, "work"))),
        ]
    });
    repository.bring_shared(&engine.remote, &pairs.collect::<Vec<_>>(), stop)?;
    for child in children {
        let run = &child.run;
        let order = order::read(&repository, run)?;
        let (Some(order), Some(_)) = (order, repository.id_at(&aside(run, "record"))?) else {
            continue;
        };
        let is_own = match take_over(project, &repository, run) {
            Ok(is_own) => is_own,
            // It is driven here.
            Err(Error::Held { .. }) => continue,
            Err(error) => return Err(error),
        };
        let is_over = project.store.glance(run)?.run.status.is_end();
        if let (true, Some(ordered)) = (is_over, order.order())
            && !(is_own && leave::has_worktree(project, run)?)
        {
            restore(project, &order, ordered, &aside(run, "work"))?;
        }
    }
    Ok(())
}

fn aside(run: &RunId, what: &str) -> String {
    format!("{ASIDE}{run}/{what}")
}

fn repository(project: &Project) -> Result<Repository, Error> {
    let reason = || project.uncommitted.clone().unwrap_or_default();
    project.repository()?.ok_or_else(|| Error::usage(reason()))
}

/// Makes the record that was brought this machine's own. Says whether nobody else has gone on with the
/// run since this machine did: then what is here is the run, with what the remote does not have yet.
fn take_over(project: &Project, repository: &Repository, run: &RunId) -> Result<bool, Error> {
    let (own, brought) = (record::reference(run), aside(run, "record"));
    let _held = project::lock(project, run)?;
    let kinship = repository.kinship(&brought, &own)?;
    match kinship {
        Kinship::Same | Kinship::Behind if project.store.is_own(run) => return Ok(true),
        Kinship::Same | Kinship::Behind | Kinship::New | Kinship::Ahead | Kinship::Forked => {}
    }
    let mut removed = RemovedWorktree::default();
    let branch = branch_of(project, run);
    leave::remove_worktree(project, run, &mut removed)?;
    if let Some(branch) = branch.filter(|_| removed.folder.is_some()) {
        leave::delete_branch(project, (run, &branch), &mut removed)?;
    }
    if let Some(tip) = repository.id_at(&own)?.filter(|_| kinship == Kinship::Forked) {
        repository.keep(&tip, &format!("{SAVED}{run}/record"))?;
        repository.forget(&own)?;
    }
    project.store.disown(run).map_err(|source| Error::disk(&project.store.journal(run), source))?;
    repository.advance(&brought, &own)?;
    project.store.adopt(run)?;
    Ok(false)
}

/// The branch that a run has to itself, as its journal here tells.
fn branch_of(project: &Project, run: &RunId) -> Option<String> {
    let reading = project.store.glance(run).ok()?;
    let branch = reading.run.started.git.as_ref()?.branch.clone()?;
    Some(crate::git::short_branch(&branch).to_owned())
}

/// Makes the working tree of a run anew, with what the snapshot holds.
fn restore(
    project: &Project,
    order: &Ticket,
    ordered: &ChildOrder,
    snapshot: &str,
) -> Result<(), Error> {
    let repository = repository(project)?;
    let run = &ordered.run;
    let missing = || Error::environment(format!("the remote has no working tree of run {run}"));
    let commit = repository.id_at(snapshot)?.ok_or_else(missing)?;
    let base = repository.parent_of(&commit);
    let mut from_there = ordered.clone();
    from_there.worktree.base = base;
    from_there.worktree.fetch = Some(false);
    let place = project.store.ticket(run);
    let kept = place.write(&serde_json::to_vec(order).unwrap_or_default());
    kept.map_err(|source| Error::disk(&place, source))?;
    let folder = worktree::make(project, &from_there)?;
    let home = project.in_folder(&folder)?;
    home.note_workspace(run)?;
    let own = self::repository(&home)?;
    let records = checkpoint::records(&own, home.folder.root());
    let restored = own.restore(&Restore {
        commit: &commit,
        scope: checkpoint::scope(&records),
        wants: &|_| true,
        left_out: &[],
        keeping: WORK,
    })?;
    match restored {
        Restored::Done(_) => Ok(()),
        Restored::Unsaved(paths) | Restored::Barred(paths) => Err(Error::environment(format!(
            "cannot restore the working tree of run {run}: {} is in the way",
            paths.join(", ")
        ))),
    }
}
