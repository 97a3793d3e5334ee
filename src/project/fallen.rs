//! Signed approvals that do not hold any more, of a run that is held.

use super::Driver;
use super::Error;
use super::proof;
use super::proof::FallenApproval;
use super::signing;
use crate::id::GateId;
use crate::store::journal;
use crate::store::journal::Reading;
use std::collections::BTreeSet;

/// The signed approvals that do not hold now, of the gates that one stands on, over all its needs.
pub fn fallen(driver: &mut Driver<'_>, id: &GateId) -> Result<Vec<FallenApproval>, Error> {
    let (workflow, run) = (&driver.workflow, driver.run());
    if workflow.gates.iter().all(|gate| signing::demand(gate).is_none()) {
        return Ok(Vec::new());
    }
    let bases = workflow.stands_on(id);
    let bases: BTreeSet<&str> = bases.iter().map(GateId::as_str).collect();
    let is_below = |gate: &&GateId| bases.contains(gate.base());
    let signed = run.gates.keys().filter(is_below).filter(|gate| proof::is_signed(workflow, gate));
    let signed: Vec<GateId> = signed.cloned().collect();
    of_these(driver, signed)
}

/// The same of every gate that asks for a signature.
pub fn fallen_anywhere(driver: &mut Driver<'_>) -> Result<Vec<FallenApproval>, Error> {
    let workflow = &driver.workflow;
    let signed = driver.run().gates.keys().filter(|gate| proof::is_signed(workflow, gate));
    let signed = signed.cloned().collect();
    of_these(driver, signed)
}

fn of_these(driver: &mut Driver<'_>, gates: Vec<GateId>) -> Result<Vec<FallenApproval>, Error> {
    let mut proofs = std::mem::take(&mut driver.proofs);
    let held = (driver.run(), &driver.workflow);
    let fallen = proofs.fallen(driver.project, held, gates, || journal_of(driver));
    driver.proofs = proofs;
    fallen
}

/// The journal as far as this driver wrote or took it.
pub fn journal_of(driver: &Driver<'_>) -> Result<Reading, Error> {
    let path = driver.project.store.journal(driver.id());
    let bytes = path.read();
    let bytes = bytes.map_err(|source| journal::Error::Io { path: path.path(), source })?;
    let mut bytes = bytes.unwrap_or_default();
    bytes.truncate(usize::try_from(driver.head().bytes).unwrap_or(usize::MAX));
    Ok(journal::fold(&path.path(), bytes)?)
}
