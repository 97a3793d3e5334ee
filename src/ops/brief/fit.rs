//! Making a brief fit: the oldest is left out first, and how to go on never.

use super::content::Brief;
use crate::clock::Moment;
use crate::run::GateStatus;
use std::collections::BTreeSet;

/// Something that can be left out: the first one of its kind that is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Note,
    Decision,
    Act,
    Setback,
    Finding(usize),
    Change,
    Prompt,
    Input,
    Gate(usize),
}

/// How many tokens a text takes: four characters are one.
pub(super) fn tokens(text: &str) -> usize {
    text.chars().count().div_ceil(4)
}

/// The fullest brief whose text fits, with its text; else how many tokens the smallest one takes.
pub(super) fn fit<E>(
    brief: &Brief,
    tokens_max: Option<usize>,
    render: impl Fn(&Brief) -> Result<String, E>,
) -> Result<Result<(Brief, String), usize>, E> {
    let fits = |text: &str| tokens_max.is_none_or(|most| tokens(text) <= most);
    let whole = render(brief)?;
    if fits(&whole) {
        return Ok(Ok((brief.clone(), whole)));
    }
    let parts = parts(brief);
    let smallest = without(brief, &parts);
    let text = render(&smallest)?;
    if !fits(&text) {
        return Ok(Err(tokens(&text)));
    }
    let mut best = (smallest, text);
    let (mut too_few, mut enough) = (0, parts.len());
    while enough - too_few > 1 {
        let count = too_few.midpoint(enough);
        let shorter = without(brief, &parts[..count]);
        let text = render(&shorter)?;
        if fits(&text) {
            (best, enough) = ((shorter, text), count);
        } else {
            too_few = count;
        }
    }
    Ok(Ok(best))
}

/// Everything that can be left out, in the order in which it is: what has an age by its age, then
/// files, then what the work is about, then gates that are done.
fn parts(brief: &Brief) -> Vec<Part> {
    let mut aged: Vec<(Moment, Part)> = Vec::new();
    aged.extend(brief.notes.iter().map(|said| (said.at, Part::Note)));
    aged.extend(brief.decisions.iter().map(|said| (said.at, Part::Decision)));
    aged.extend(brief.acts.iter().map(|act| (act.at, Part::Act)));
    aged.extend(brief.setbacks.iter().map(|setback| (setback.at, Part::Setback)));
    for (index, gate) in brief.gates.iter().enumerate() {
        let at = gate.ended_at.unwrap_or(brief.started_at);
        aged.extend(gate.findings.iter().map(|_| (at, Part::Finding(index))));
    }
    aged.sort_unstable();
    let mut parts: Vec<Part> = aged.into_iter().map(|(_, part)| part).collect();
    parts.extend(brief.changes.files.iter().flatten().map(|_| Part::Change));
    parts.extend(brief.prompts.iter().map(|_| Part::Prompt));
    parts.extend(brief.inputs.iter().map(|_| Part::Input));
    let done = brief.gates.iter().enumerate().filter(|(_, gate)| is_idle(gate.line.status));
    parts.extend(done.map(|(index, _)| Part::Gate(index)));
    parts
}

/// Whether nothing is to be done at a gate now.
fn is_idle(status: GateStatus) -> bool {
    match status {
        GateStatus::Pass | GateStatus::Skipped | GateStatus::Waived | GateStatus::NotStarted => {
            true
        }
        GateStatus::Running | GateStatus::Waiting | GateStatus::Fail | GateStatus::Stale => false,
    }
}

/// The brief without these, and with their count.
fn without(brief: &Brief, parts: &[Part]) -> Brief {
    let mut brief = brief.clone();
    let count = |part: Part| parts.iter().filter(|other| **other == part).count();
    brief.notes.drain(..count(Part::Note));
    brief.decisions.drain(..count(Part::Decision));
    brief.acts.drain(..count(Part::Act));
    brief.setbacks.drain(..count(Part::Setback));
    if let Some(files) = &mut brief.changes.files {
        files.truncate(files.len() - count(Part::Change));
    }
    brief.prompts.drain(..count(Part::Prompt));
    brief.inputs.drain(..count(Part::Input));
    let mut findings = 0;
    for part in parts {
        if let Part::Finding(index) = part {
            brief.gates[*index].findings.remove(0);
            findings += 1;
        }
    }
    let gone: BTreeSet<usize> = parts
        .iter()
        .filter_map(|part| if let Part::Gate(index) = part { Some(*index) } else { None })
        .collect();
    let gates = std::mem::take(&mut brief.gates).into_iter().enumerate();
    brief.gates = gates.filter(|(at, _)| !gone.contains(at)).map(|(_, gate)| gate).collect();
    let left_out = [
        ("notes", count(Part::Note)),
        ("decisions", count(Part::Decision)),
        ("acts", count(Part::Act)),
        ("setbacks", count(Part::Setback)),
        ("findings", findings),
        ("files", count(Part::Change)),
        ("prompts", count(Part::Prompt)),
        ("inputs", count(Part::Input)),
        ("gates", gone.len()),
    ];
    brief.left_out = left_out.into_iter().filter(|(_, count)| *count > 0).collect();
    brief
}

#[cfg(test)]
mod tests;
