//! Cycles: no gate waits for itself, not even through others.

use super::Draft;
use crate::document::Placed;
use crate::source::Unsound;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// More circles than anybody reads of at once.
const ERRORS_MAX: usize = 20;

/// The gates that each gate needs, written or not.
type Needs<'g> = BTreeMap<&'g str, Vec<&'g str>>;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    // Of two gates with one id, which is told elsewhere, the second seems to need itself.
    if draft.has_duplicates() {
        return Vec::new();
    }
    let needed = draft.needs();
    let mut needs = needed.clone();
    for gate in &draft.file.gate {
        // Which gate audits itself is told elsewhere.
        let audited = gate.audits.iter().map(|audits| audits.get_ref().gate.as_str());
        let audited = audited.filter(|audited| audited != gate.id.get_ref());
        needs.entry(gate.id.get_ref()).or_default().extend(audited);
    }
    // Take away what waits for nothing that is left; what then remains goes in a circle.
    let mut open: BTreeMap<&str, BTreeSet<&str>> = needs
        .iter()
        .map(|(id, needs)| {
            (*id, needs.iter().copied().filter(|need| draft.gate(need).is_some()).collect())
        })
        .collect();
    let mut errors = Vec::new();
    while errors.len() < ERRORS_MAX {
        take_away_free(&mut open);
        let Some(path) = circle(&open) else { break };
        errors.push(told(draft, &needed, &path));
        // Others may be among what is left.
        for id in &path {
            open.remove(id);
        }
        for needs in open.values_mut() {
            needs.retain(|need| !path.contains(need));
        }
    }
    errors
}

/// Takes away what waits for nothing that is left.
fn take_away_free<'g>(open: &mut BTreeMap<&'g str, BTreeSet<&'g str>>) {
    let mut followers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, needs) in &*open {
        for need in needs {
            followers.entry(need).or_default().push(id);
        }
    }
    let mut free: Vec<&str> =
        open.iter().filter(|(_, needs)| needs.is_empty()).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        open.remove(id);
        for follower in followers.remove(id).into_iter().flatten() {
            let Some(needs) = open.get_mut(follower) else { continue };
            needs.remove(id);
            if needs.is_empty() {
                free.push(follower);
            }
        }
    }
}

/// A circle in words, at what makes it one.
fn told(draft: &Draft<'_>, needed: &Needs<'_>, path: &[&str]) -> Box<Unsound> {
    let audits = links(path).find(|link| link.why(draft, needed) == Why::Audits);
    let audits = audits.and_then(|link| draft.gate(link.gate)?.audits.as_ref());
    let gate = path.first().and_then(|id| draft.gate(id));
    let span = gate.map_or(0..0, |gate| {
        let first = gate.needs.as_ref().and_then(|needs| needs.first());
        first.unwrap_or(&gate.id).span()
    });
    let span = audits.map_or(span, Placed::span);
    let message = match path {
        [id, _] => format!("gate `{id}` needs itself"),
        path => format!("gates wait for each other: {}", path.join(" needs ")),
    };
    draft.source.unsound(span, message).advise(way_out(draft, needed, path))
}

/// A gate that waits for another.
struct Link<'g> {
    gate: &'g str,
    other: &'g str,
}

/// Why a gate waits for another.
#[derive(PartialEq, Eq)]
enum Why {
    /// It names it in `needs`.
    Needs,
    /// It has no `needs` and stands below it.
    Follows,
    /// It audits it.
    Audits,
}

fn links<'g>(path: &[&'g str]) -> impl Iterator<Item = Link<'g>> {
    path.iter().zip(path.iter().skip(1)).map(|(gate, other)| Link { gate, other })
}

impl Link<'_> {
    fn why(&self, draft: &Draft<'_>, needed: &Needs<'_>) -> Why {
        let needs = draft.gate(self.gate).and_then(|gate| gate.needs.as_ref());
        let is_needed = needed.get(self.gate).is_some_and(|needs| needs.contains(&self.other));
        match (is_needed, needs) {
            (true, Some(_)) => Why::Needs,
            (true, None) => Why::Follows,
            (false, _) => Why::Audits,
        }
    }
}

/// What breaks a circle: a need that is written is taken away, one that is not is written, and what audits a
/// gate comes after it.
fn way_out(draft: &Draft<'_>, needed: &Needs<'_>, path: &[&str]) -> String {
    let of = |wanted: Why| links(path).find(|link| link.why(draft, needed) == wanted);
    let audits = of(Why::Audits)
        .map(|Link { gate, other }| format!("move gate `{gate}` below gate `{other}`"));
    let needs = of(Why::Needs)
        .map(|Link { gate, other }| format!("remove \"{other}\" from `needs` of gate `{gate}`"));
    let follows = of(Why::Follows).map(|Link { gate, other }| {
        format!("write needs = [] in gate `{gate}`, which follows `{other}` without it")
    });
    audits.into_iter().chain(needs).chain(follows).collect::<Vec<_>>().join("; or ")
}

/// One circle among gates that all wait for another of them.
fn circle<'g>(open: &BTreeMap<&'g str, BTreeSet<&'g str>>) -> Option<Vec<&'g str>> {
    let mut path = vec![*open.keys().next()?];
    loop {
        let next = *open.get(path.last()?)?.first()?;
        if let Some(start) = path.iter().position(|id| *id == next) {
            let mut circle = path.split_off(start);
            circle.push(next);
            return Some(circle);
        }
        path.push(next);
    }
}
