//! Jumps back: bounded, and to the gate itself or one before it.

use super::Draft;
use crate::document::Placed;
use crate::source::Unsound;
use crate::workflow::file::OnFailFile;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        let Some(on_fail) = &gate.on_fail else { return Ok(()) };
        let OnFailFile::Goto(goto) = on_fail.get_ref() else { return Ok(()) };
        let target = goto.goto.get_ref().as_str();
        if goto.visits.is_none_or(|visits| visits == 0) {
            return Err(draft
                .source
                .unsound(on_fail.span(), "`goto` requires `visits`")
                .advise(format!("write on_fail = {{ goto = \"{target}\", visits = 3 }}")));
        }
        let id = gate.id.get_ref().as_str();
        let exists = draft.gate(target).is_some();
        if exists && target != id && !before(id, &needs).contains(target) {
            return Err(draft
                .source
                .unsound(goto.goto.span(), format!("`{target}` does not come before `{id}`"))
                .advise("write this gate or one that it needs"));
        }
        goto.per.iter().try_for_each(|per| {
            refuse_other_loop(draft, id, per.get_ref(), &needs)
                .map_err(|(message, help)| draft.source.unsound(per.span(), message).advise(help))
        })
    })
}

/// `per` names a gate whose jumps open this one again.
fn refuse_other_loop(
    draft: &Draft<'_>,
    id: &str,
    per: &str,
    needs: &BTreeMap<&str, Vec<&str>>,
) -> Result<(), (String, &'static str)> {
    let on_fail = draft.gate(per).and_then(|gate| gate.on_fail.as_ref());
    let goes_back = match on_fail.map(Placed::get_ref) {
        Some(OnFailFile::Goto(outer)) => {
            let outer = outer.goto.get_ref().as_str();
            outer == id || before(id, needs).contains(outer)
        }
        Some(OnFailFile::Stop | OnFailFile::Continue | OnFailFile::Ignore) | None => false,
    };
    if goes_back && before(per, needs).contains(id) {
        return Ok(());
    }
    Err((
        format!("`per` is `{per}`, whose jumps do not reopen `{id}`"),
        "write a later gate whose `on_fail` goes back to this gate or an earlier one",
    ))
}

/// All gates that a gate waits for, directly or through others.
pub(super) fn before<'g>(
    id: &'g str,
    needs: &BTreeMap<&'g str, Vec<&'g str>>,
) -> BTreeSet<&'g str> {
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
