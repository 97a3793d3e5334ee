//! What the programs of an attempt are granted, of all that say something about it.

use super::packet;
use crate::id::AttemptId;
use crate::judge;
use crate::permits::Enforce;
use crate::permits::Permits;
use crate::permits::ReadPermit;
use crate::project::Driver;
use crate::project::Project;
use crate::run::Run;
use crate::work;
use crate::work::Doer;
use crate::work::Granted;
use crate::workflow::Gate;
use crate::workflow::PermitsTemplate;
use crate::workflow::Work;

/// What project, workflow and gate grant; an agent's share is added where it is known who does the work.
pub fn granted(project: &Project, run: &Run, gate: &Gate, attempt: &AttemptId) -> Granted {
    let context = packet::attempt_context(run, gate, attempt);
    let tables = gate.permits.iter().map(|table| {
        // What cannot be filled in permits nothing.
        table.render(&context).unwrap_or_else(|_| Permits {
            write: Some(Vec::new()),
            read: Some(ReadPermit::Files(Vec::new())),
            ..table.as_written()
        })
    });
    let permits = tables.fold(project.config.permits.clone(), Permits::and);
    let outputs =
        gate.contract.as_ref().map(|contract| judge::required_outputs(contract, &context));
    let edits = gate.edits.iter().chain(&gate.printing.file);
    let edits = edits.filter_map(|glob| glob.render_glob(&context).ok());
    let own_files = outputs.unwrap_or_default().into_iter().chain(edits).collect();
    Granted { permits, own_files, ..Granted::default() }
}

/// Adds what the agent is permitted, and what it needs.
pub fn add_agents(granted: &mut Granted, doer: &Doer) {
    let Doer::Agent(agent) = doer else { return };
    let settings = agent.settings();
    if let Some(permits) = settings.permits.clone() {
        granted.permits = std::mem::take(&mut granted.permits).and(permits);
    }
    let needs = settings.needs.clone().unwrap_or_default();
    (granted.home, granted.hosts) = (needs.home, needs.hosts);
}

/// Says that permits are not enforced on this system, where some are to be.
pub fn unenforced(driver: &Driver<'_>) -> Option<String> {
    let permits = &driver.project.config.permits;
    let is_meant = |gate: &Gate| {
        let tables = gate.permits.iter().map(PermitsTemplate::as_written);
        let acts = matches!(gate.work, Work::Agent(_) | Work::Command(_) | Work::Shell { .. });
        acts && tables.fold(permits.clone(), Permits::and).enforce() != Enforce::Off
    };
    if !driver.workflow.gates.iter().any(is_meant) {
        return None;
    }
    let why = work::try_sandbox(&driver.project.folder).err()?;
    Some(format!("permits are not enforced: {why}"))
}
