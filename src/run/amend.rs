//! The transition of an amendment: other texts, and gates that are open again.

use super::GateStatus;
use super::IllegalEvent;
use super::Run;
use super::attempt;
use super::illegal;
use crate::clock::Moment;
use crate::definition;
use crate::definition::Frozen;
use crate::event::Amended;
use crate::event::Event;
use crate::event::PauseCause;
use crate::event::RunStatus;

/// Why the run stands still after it.
const REASON: &str = "its definition was amended";

impl Run {
    pub(super) fn amend(
        &mut self,
        at: Moment,
        event: &Event,
        amended: &Amended,
    ) -> Result<(), IllegalEvent> {
        self.refuse_ended(event)?;
        if amended.before != definition::digest_of(&self.started.definition) {
            return Err(illegal(event, "it amends a definition that is not the run's"));
        }
        let (retired, mut texts): (Vec<Frozen>, Vec<Frozen>) =
            self.started.definition.iter().cloned().partition(|text| {
                let gone = |change: &&crate::event::TextChange| change.path == text.path;
                amended.changes.iter().find(gone).is_some_and(|change| change.after.is_none())
            });
        texts.retain(|text| amended.texts.iter().all(|new| new.path != text.path));
        texts.extend(amended.texts.iter().cloned());
        if amended.after != definition::digest_of(&texts) {
            return Err(illegal(event, "its texts do not match the definition it names"));
        }
        self.retired.retain(|text| amended.texts.iter().all(|new| new.path != text.path));
        self.retired.extend(retired);
        self.started.definition = texts;
        self.amendments += 1;
        self.started.version.clone_from(&amended.version);
        self.started.gates.clone_from(&amended.gates);
        self.phases = attempt::phases(&amended.gates);
        self.started.inputs.clone_from(&amended.inputs);
        self.range.keep(|gate| amended.gates.iter().any(|planned| planned.gate == *gate));
        for (key, baseline) in &amended.baselines {
            self.baselines.entry(key.clone()).or_insert_with(|| baseline.clone());
        }
        self.reopen(at, &amended.reopened, REASON);
        for gate in &amended.reopened {
            let attempts = self.gates.get(gate).map_or(0, |state| state.attempts.len());
            self.amended.insert(gate.clone(), attempts);
            // What it refused by other words, it may take by these.
            self.state(gate).refused_at = 0;
        }
        let waits = self.gates_in(GateStatus::Waiting).next().is_some();
        if self.status == RunStatus::Failed || self.status == RunStatus::Waiting && !waits {
            self.pause(at, event, (PauseCause::Amendment, &REASON.to_owned()))?;
            self.finished_at = None;
        }
        Ok(())
    }
}
