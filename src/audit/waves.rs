//! Waves and width: in which order gates come, and how many of them can be at work at once.

use super::order::in_order;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::counted;
use super::subject::listed;
use crate::workflow::Order;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("waves");
    let gates = &subject.workflow.gates;
    let mut levels = vec![0; gates.len()];
    for at in in_order(subject.workflow) {
        let needs = subject.workflow.needs_of(at).iter();
        levels[at] = needs.map(|need| levels[*need] + 1).max().unwrap_or_default();
    }
    let mut waves: Vec<Vec<&str>> = Vec::new();
    let mut places = Vec::new();
    for (at, gate) in subject.gates().filter(|(_, gate)| !gate.is_finally()) {
        waves.resize(waves.len().max(levels[at] + 1), Vec::new());
        waves[levels[at]].push(gate.id.as_str());
        places.push(at);
    }
    for (number, wave) in (1..).zip(waves.iter().filter(|wave| !wave.is_empty())) {
        row.say(None, format!("wave {number}: {}", listed(wave)));
    }
    let last: Vec<&str> =
        gates.iter().filter(|gate| gate.is_finally()).map(|gate| gate.id.as_str()).collect();
    if !last.is_empty() {
        row.say(None, format!("at every end of the run: {}", listed(&last)));
    }
    match subject.order.width(&places) {
        Some(width) => {
            row.say(None, format!("at most {} at once", counted(width, "gate runs", "gates run")));
        }
        None => row.leave_out(Certainty::Partial, "how many gates can run at once"),
    }
    let fans = subject.gates().filter_map(|(_, gate)| Some((gate, gate.each.as_ref()?)));
    for (gate, _) in fans.filter(|(_, each)| each.order == Order::Parallel) {
        row.say(Some(&gate.id), "its instances run in parallel");
        row.leave_out(Certainty::Partial, "instances of fan-outs; each counts as one gate here");
    }
    row
}
