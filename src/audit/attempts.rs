//! Attempts: how often each gate can be tried, counted over retries, jumps and fan-outs.

use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::counted;
use super::subject::rendered;
use crate::workflow::Each;
use crate::workflow::EachList;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use std::collections::BTreeMap;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("attempts");
    let rounds = rounds(subject);
    let mut total: u64 = 0;
    let mut is_bounded = true;
    for (_, gate) in subject.gates().filter(|(_, gate)| gate.end().is_none_or(|it| it.after_work)) {
        let rounds = rounds.get(gate.id.as_str()).copied().unwrap_or(1);
        let tries = rounds.saturating_mul(gate.retry.attempts.into());
        let items = gate.each.as_ref().map_or(Items::Known(1), |each| items(subject, each));
        let many = match items {
            Items::Known(count) => Some(tries.saturating_mul(count)),
            Items::Open => None,
        };
        is_bounded &= many.is_some();
        total = total.saturating_add(many.unwrap_or_default());
        row.say(Some(&gate.id), in_words(gate, rounds, items));
    }
    if is_bounded {
        row.say(None, format!("at most {total} attempts in a run"));
    } else {
        row.leave_out(Certainty::Partial, "how long the lists of fan-outs are");
    }
    row.leave_out(Certainty::Partial, "gates that a person redoes, and resumed runs");
    row
}

/// How many rounds each gate can have, by its id: a jump opens its target and all that follows from it,
/// and the visits of a jump count anew where another one opens it.
fn rounds(subject: &AuditSubject<'_>) -> BTreeMap<String, u64> {
    let mut rounds: BTreeMap<String, u64> = BTreeMap::new();
    for (_, gate) in subject.gates() {
        let OnFail::Goto { gate: goal, visits, .. } = &gate.on_fail else { continue };
        let followers = subject.workflow.followers(goal);
        for opened in followers.iter().chain([goal]) {
            let count = rounds.entry(opened.to_string()).or_insert(1);
            *count = count.saturating_mul(u64::from(*visits) + 1);
        }
    }
    rounds
}

/// How many instances a gate has.
#[derive(Debug, Clone, Copy)]
enum Items {
    Known(u64),
    Open,
}

/// How long the list of a fan-out is, where the inputs that are given decide it.
fn items(subject: &AuditSubject<'_>, each: &Each) -> Items {
    length(subject, each).map_or(Items::Open, Items::Known)
}

fn length(subject: &AuditSubject<'_>, each: &Each) -> Option<u64> {
    let EachList::Expression(list) = &each.list else { return None };
    // The value of an input is the list itself; rendered, it would be words.
    let name = list.text().trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let value = subject.inputs.get(name);
    let value = value.or_else(|| serde_json::from_str(&rendered(list, &subject.inputs)?).ok())?;
    value.as_array().map(Vec::len).and_then(|count| u64::try_from(count).ok())
}

fn in_words(gate: &Gate, rounds: u64, items: Items) -> String {
    let tries = gate.retry.attempts;
    let mut text = counted(usize::try_from(tries).unwrap_or(usize::MAX), "try", "tries");
    if rounds > 1 {
        text.push_str(&format!(" × {rounds} rounds"));
    }
    match (items, gate.each.as_ref()) {
        (_, None) => {}
        (Items::Known(count), Some(_)) => text.push_str(&format!(" × {count} items")),
        (Items::Open, Some(each)) => text.push_str(&format!(" × each {}", each.name)),
    }
    text
}
