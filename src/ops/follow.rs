//! Following a run: a face shows what happens to it by the events that are appended to its journal.

use super::Caller;
use super::Error;
use super::Project;
use super::RunChoice;
use super::choose;
use crate::check::plain_text;
use crate::definition::Definition;
use crate::executor;
use crate::files::Beneath;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::RunId;
use crate::store::journal::Follow;
use crate::work;
use crate::workflow::Workflow;
use std::collections::BTreeSet;

/// The most of what a command printed that a person is shown.
const SHOWN_BYTES: u64 = 64 * 1024;

/// Follows a run from where it stands now; whoever asks [`Follow::news`] gets what was appended since,
/// by this process or another one.
pub fn follow(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Follow, Error> {
    let id = choose::run(project, caller, choice)?;
    Ok(project.store.follow(&id)?)
}

/// What a person is shown of what the commands of a run print.
#[derive(Debug, Clone)]
pub struct Printed {
    /// The gates whose commands print for the person.
    gates: BTreeSet<String>,
    logs: Beneath,
}

/// What the gates of a run show with `show = true`.
pub fn printed(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<Printed, Error> {
    let id = choose::run(project, caller, choice)?;
    let run = project.store.glance(&id)?.run;
    let workflow =
        Workflow::parse(&run.started.workflow, &Definition::thaw(&run.started.definition))?;
    Ok(Printed::of(project, &workflow, &id))
}

impl Printed {
    /// The same where the run's workflow is at hand.
    pub(super) fn of(project: &Project, workflow: &Workflow, run: &RunId) -> Self {
        let shows = workflow.gates.iter().filter(|gate| gate.printing.is_shown);
        let gates = shows.map(|gate| gate.id.to_string()).collect();
        Self { gates, logs: project.store.logs(run) }
    }

    /// The last of what a gate printed in an attempt, where it is to be shown.
    pub fn text(&self, gate: &GateId, attempt: u32) -> Option<String> {
        if !self.gates.contains(gate.base()) {
            return None;
        }
        let folder = work::attempt_folder(&self.logs, &AttemptId::new(gate, attempt));
        let printed = folder.join(executor::STDOUT).read_tail(SHOWN_BYTES).ok()?;
        let text = plain_text(printed.trim_end());
        (!text.is_empty()).then_some(text)
    }
}
