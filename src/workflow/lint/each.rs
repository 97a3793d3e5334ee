//! The list of a fan-out: one that can only be empty, or is no list, would skip or fail the gate when
//! the run has come that far.

use super::Draft;
use super::goto::before;
use crate::document::Placed;
use crate::source::Unsound;
use crate::template::Asked;
use crate::workflow::file::EachFile;
use crate::workflow::file::InputType;
use crate::workflow::file::OnFailFile;
use crate::workflow::names::GATES;
use std::collections::BTreeMap;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        let Some(each) = &gate.each else { return Ok(()) };
        check_input(draft, each)?;
        check_pointer(draft, each)?;
        let id = gate.id.get_ref().as_str();
        each.list.iter().chain(&each.file).try_for_each(|text| check_gates(draft, id, text, &needs))
    })
}

/// A lone input is the list itself.
fn check_input(draft: &Draft<'_>, each: &EachFile) -> Result<(), Box<Unsound>> {
    let Some(list) = &each.list else { return Ok(()) };
    let name = list.get_ref().trim_matches(['{', '}', ' ']);
    let input = draft.file.inputs.get(name);
    if input.is_none_or(|input| *input.kind.get_ref() == InputType::List) {
        return Ok(());
    }
    Err(draft
        .source
        .unsound(list.span(), format!("input `{name}` is not a list"))
        .advise(format!("write type = \"list\" in [inputs.{name}]")))
}

fn check_pointer(draft: &Draft<'_>, each: &EachFile) -> Result<(), Box<Unsound>> {
    let Some(placed) = &each.pointer else { return Ok(()) };
    let pointer = placed.get_ref();
    if pointer.is_empty() || pointer.starts_with('/') {
        return Ok(());
    }
    Err(draft
        .source
        .unsound(placed.span(), format!("`{pointer}` is not a JSON pointer"))
        .advise(format!("write pointer = \"/{}\"", pointer.replace('.', "/"))))
}

/// The gates that it looks at have ended when it is read, unless a jump comes back to this one.
fn check_gates(
    draft: &Draft<'_>,
    id: &str,
    text: &Placed<String>,
    needs: &BTreeMap<&str, Vec<&str>>,
) -> Result<(), Box<Unsound>> {
    let mut asked = Asked::default();
    asked.take(text.get_ref(), GATES);
    let past = before(id, needs);
    let comes_back = |other: &str| {
        let jump = draft.gate(other).and_then(|gate| gate.on_fail.as_ref());
        match jump.map(Placed::get_ref) {
            Some(OnFailFile::Goto(goto)) => {
                let target = goto.goto.get_ref().as_str();
                target == id || past.contains(target)
            }
            Some(OnFailFile::Stop | OnFailFile::Continue | OnFailFile::Ignore) | None => false,
        }
    };
    for other in asked.fields.iter().map(String::as_str) {
        let message = if other == id {
            format!("the list of gate `{id}` is made from its own results, which are not there yet")
        } else if before(other, needs).contains(id) && !comes_back(other) {
            format!("gate `{other}` comes after `{id}`, whose list is made from its results")
        } else {
            continue;
        };
        return Err(draft
            .source
            .unsound(text.span(), message)
            .advise("use the results of a gate that this one needs"));
    }
    Ok(())
}
