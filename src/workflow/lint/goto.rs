//! Jumps back: bounded, and to the gate itself or one before it.

use super::Draft;
use crate::source::Unsound;
use crate::workflow::file::OnFailFile;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        let Some(on_fail) = &gate.on_fail else { return Ok(()) };
        let OnFailFile::Goto(goto) = on_fail.get_ref() else { return Ok(()) };
        if goto.visits.is_none_or(|visits| visits == 0) {
            return Err(draft
                .source
                .unsound(on_fail.span(), "a `goto` without a bound could go on for ever")
                .advise(format!("write on_fail = {{ goto = \"{}\", visits = 3 }}", goto.goto)));
        }
        let id = gate.id.get_ref().as_str();
        if goto.goto != id && !before(id, &needs).contains(goto.goto.as_str()) {
            return Err(draft
                .source
                .unsound(on_fail.span(), format!("`{}` does not come before `{id}`", goto.goto))
                .advise("jump to the gate itself or to one that it needs"));
        }
        Ok(())
    })
}

/// All gates that a gate waits for, directly or through others.
fn before<'g>(id: &'g str, needs: &BTreeMap<&'g str, Vec<&'g str>>) -> BTreeSet<&'g str> {
    let mut found = BTreeSet::new();
    let mut open = vec![id];
    while let Some(id) = open.pop() {
        for need in needs.get(id).into_iter().flatten() {
            if found.insert(*need) {
                open.push(need);
            }
        }
    }
    found
}
