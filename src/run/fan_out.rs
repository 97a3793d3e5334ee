//! The transitions of fan-outs: their instances become known, and are gathered.

use super::GateState;
use super::GateStatus;
use super::Run;
use crate::event::Event;
use crate::id::GateId;

impl Run {
    pub(super) fn expand(&mut self, event: &Event) {
        let Event::GateExpanded { gate, items, jobs, added_by } = event else { return };
        self.state(gate).expand(items, *jobs, added_by.is_some());
        for item in items {
            self.state(&item.gate);
        }
    }

    /// A fan-out comes to what its instances have come to.
    pub(super) fn gather(&mut self, gate: &GateId, passed: bool) {
        let items = self.gates.get(gate).and_then(|state| state.items.as_ref());
        let items = items.into_iter().flatten().map(|item| &item.gate);
        let instances: Vec<(&GateId, &GateState)> =
            items.filter_map(|id| Some((id, self.gates.get(id)?))).collect();
        let is_skipped = |state: &GateState| state.status == GateStatus::Skipped;
        let (status, reason) = if !passed {
            let mut failed = instances.iter().filter(|(_, state)| state.status == GateStatus::Fail);
            let first = failed.next().map_or_else(String::new, |(id, state)| {
                format!("{id}: {}", state.why_it_failed().unwrap_or("it failed"))
            });
            let reason = match failed.count() {
                0 => first,
                more => format!("{first} (and {more} more)"),
            };
            (GateStatus::Fail, reason)
        } else if !instances.is_empty() && instances.iter().all(|(_, state)| is_skipped(state)) {
            (GateStatus::Skipped, "all its instances were skipped".to_owned())
        } else {
            (GateStatus::Pass, "its instances are done".to_owned())
        };
        self.set(gate, status, &reason);
    }
}
