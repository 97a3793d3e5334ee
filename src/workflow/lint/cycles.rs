//! Cycles: no gate waits for itself, not even through others.

use super::Draft;
use crate::source::Unsound;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    first(draft).err().into_iter().collect()
}

fn first(draft: &Draft<'_>) -> Result<(), Box<Unsound>> {
    // Of two gates with one id, which is told elsewhere, the second seems to need itself.
    if draft.has_duplicates() {
        return Ok(());
    }
    let mut needs = draft.needs();
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
    let mut followers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, needs) in &open {
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
    let Some(path) = circle(&open) else { return Ok(()) };
    let gate = path.first().and_then(|id| draft.gate(id));
    let span = gate.map_or(0..0, |gate| {
        let first = gate.needs.as_ref().and_then(|needs| needs.first());
        first.unwrap_or(&gate.id).span()
    });
    let message = match path[..] {
        [id, _] => format!("gate `{id}` needs itself"),
        _ => format!("gates wait for each other: {}", path.join(" needs ")),
    };
    Err(draft.source.unsound(span, message).advise(way_out(draft, &path)))
}

/// What breaks a circle: a need that is written is taken away, and one that is not is written.
fn way_out(draft: &Draft<'_>, path: &[&str]) -> String {
    let links = || path.iter().zip(path.iter().skip(1));
    let is_written = |(id, need): &(&&str, &&str)| {
        let needs = draft.gate(id).and_then(|gate| gate.needs.as_ref());
        needs.is_some_and(|needs| needs.iter().any(|written| written.get_ref() == **need))
    };
    let written = links().find(is_written);
    let written =
        written.map(|(id, need)| format!("remove \"{need}\" from `needs` of gate `{id}`"));
    let follows = |id: &str| draft.gate(id).is_some_and(|gate| gate.needs.is_none());
    let unwritten = links().filter(|link| !is_written(link)).find(|(id, _)| follows(id));
    let unwritten = unwritten.map(|(id, above)| {
        format!("write needs = [] in gate `{id}`, which follows `{above}` without it")
    });
    let ways: Vec<String> = written.into_iter().chain(unwritten).collect();
    if ways.is_empty() { "change one of these gates".to_owned() } else { ways.join("; or ") }
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
