//! Unreachable gates: one that is never ready is a mistake, not a plan.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::file::GateFile;
use crate::workflow::file::Join;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        refuse_false(draft, gate)?;
        let never = |help: String| {
            let message = format!("gate `{}` can never run", gate.id.get_ref());
            Err(draft.source.unsound(gate.id.span(), message).advise(help))
        };
        let joins_nothing = gate.join.as_ref().is_some_and(|join| *join.get_ref() == Join::Any)
            && gate.needs.as_ref().is_some_and(Vec::is_empty);
        if joins_nothing {
            return never("`join = \"any\"` needs at least one gate in `needs`".to_owned());
        }
        match never_met(draft, gate, &needs) {
            Some(why) => never(why),
            None => Ok(()),
        }
    })
}

fn refuse_false(draft: &Draft<'_>, gate: &GateFile) -> Result<(), Box<Unsound>> {
    let Some(when) = &gate.when else { return Ok(()) };
    if when.get_ref().replace(['{', '}', ' '], "") != "false" {
        return Ok(());
    }
    Err(draft
        .source
        .unsound(when.span(), format!("gate `{}` can never run", gate.id.get_ref()))
        .advise("its `when` is always false: change the condition or remove the gate"))
}

/// Why what a gate waits for never comes: a gate that does nothing but end the run never passes with
/// the run going on, and only one that may be skipped lets others begin.
fn never_met(
    draft: &Draft<'_>,
    gate: &GateFile,
    needs: &BTreeMap<&str, Vec<&str>>,
) -> Option<String> {
    let needs: BTreeSet<&str> = needs.get(gate.id.get_ref().as_str())?.iter().copied().collect();
    let ends = |id: &&str| {
        draft.gate(id).is_some_and(|need| need.end.is_some() && need.executor.is_none())
    };
    let passing = needs.iter().filter(|id| !ends(id)).count();
    let ending = needs.iter().find(|id| ends(id));
    let may_be_skipped = |id: &&str| draft.gate(id).is_some_and(|need| need.when.is_some());
    let join = gate.join.as_ref().map_or(&Join::All, |join| join.get_ref());
    match join {
        Join::Any => match ending {
            Some(end) if passing == 0 => Some(format!(
                "it waits for `{end}`, which ends the run: add another gate to `needs`"
            )),
            Some(_) | None => None,
        },
        Join::Passed(min) => {
            let min = usize::try_from(*min).unwrap_or(usize::MAX);
            let help = format!(
                "it waits for {min} gates to pass, but only {passing} can: add gates to `needs`"
            );
            // More than are named at all is told as that.
            (passing < min && (ending.is_some() || min <= gate.needs.as_ref()?.len()))
                .then_some(help)
        }
        Join::All => {
            let end = needs.iter().filter(|id| ends(id)).find(|id| !may_be_skipped(id))?;
            Some(format!("`{end}` always ends the run first: give `{end}` a `when`"))
        }
        Join::Done => None,
    }
}
