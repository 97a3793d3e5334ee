//! What a run is to be, for whoever begins it: a file on a ref of its own at the remote, beside the
//! commit that the run starts from. Of a run that has not begun, nothing else is kept anywhere.

use super::Engine;
use crate::git::Link;
use crate::git::Repository;
use crate::git::SharedRef;
use crate::git::There;
use crate::id::RunId;
use crate::process::Stop;
use crate::project::Error;
use crate::store::pool::Ticket;
use std::collections::BTreeSet;

/// The refs of orders.
pub const ORDERS: &str = "refs/orch/orders/";

/// The refs of the commits that runs start from.
const BASES: &str = "refs/orch/bases/";

/// The file on such a ref.
const FILE: &str = "order.json";

/// How many orders are sent at once: the command line of git holds the names of their refs.
const SENT_AT_ONCE: usize = 200;

/// Has the remote hold orders, and the commits that they name as their bases.
pub fn send(
    engine: &Engine,
    repository: &mut Repository,
    orders: &[Ticket],
    stop: &Stop,
) -> Result<(), Error> {
    for some in orders.chunks(SENT_AT_ONCE) {
        let mut bases = BTreeSet::new();
        let mut refs = Vec::new();
        for ticket in some {
            let name = format!("{ORDERS}{}", ticket.run);
            // Sent before from here, or brought from there.
            if repository.has_ref(&name) {
                continue;
            }
            let bytes = serde_json::to_vec_pretty(ticket).unwrap_or_default();
            repository.extend(&Link {
                reference: &name,
                tip: None,
                is_whole: true,
                files: &[(FILE.to_owned(), &bytes)],
                originals: &BTreeSet::new(),
                message: &format!("orch: order of {}", ticket.run),
            })?;
            bases.extend(ticket.order().and_then(|order| order.worktree.base.clone()));
            let commit = repository.id_at(&name)?;
            refs.push(SharedRef { name, commit, there: There::Nothing });
        }
        refs.extend(bases.into_iter().map(|base| {
            let name = format!("{BASES}{base}");
            SharedRef { name, commit: Some(base), there: There::Anything }
        }));
        if refs.is_empty() {
            continue;
        }
        if let Err(error) = repository.send_shared(&engine.remote, &refs, stop) {
            for name in refs.iter().filter(|sent| matches!(sent.there, There::Nothing)) {
                repository.forget(&name.name)?;
            }
            return Err(error.into());
        }
    }
    Ok(())
}

/// Takes orders back that nobody is to carry out.
pub fn withdraw(
    engine: &Engine,
    repository: &Repository,
    runs: &[RunId],
    stop: &Stop,
) -> Result<(), Error> {
    for some in runs.chunks(SENT_AT_ONCE) {
        let refs = some.iter().map(|run| SharedRef {
            name: format!("{ORDERS}{run}"),
            commit: None,
            there: There::Anything,
        });
        repository.send_shared(&engine.remote, &refs.collect::<Vec<_>>(), stop)?;
        for run in some {
            repository.forget(&format!("{ORDERS}{run}"))?;
        }
    }
    Ok(())
}

/// Whether a run was ever ordered from here, or brought here.
pub fn has_order(repository: &Repository, run: &RunId) -> bool {
    repository.has_ref(&format!("{ORDERS}{run}"))
}

/// The order of a run, as it was brought from the remote.
pub fn read(repository: &Repository, run: &RunId) -> Result<Option<Ticket>, Error> {
    let bytes = repository.file_at(&format!("{ORDERS}{run}"), FILE)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// The refs to bring for one run or, by a prefix of its id, for all.
pub fn refs_to_bring(run: &str) -> (String, String) {
    (format!("{ORDERS}{run}*"), format!("{ORDERS}{run}*"))
}

/// The commits that runs start from.
pub fn bases_to_bring() -> (String, String) {
    (format!("{BASES}*"), format!("{BASES}*"))
}
