//! The list of a fan-out: one that can only be empty, or is no list, would skip or fail the gate when
//! the run has come that far.

use super::Draft;
use super::goto::before;
use crate::document::Placed;
use crate::document::quoted;
use crate::source::Unsound;
use crate::template;
use crate::template::Asked;
use crate::workflow::file::EachFile;
use crate::workflow::file::InputType;
use crate::workflow::file::OnFailFile;
use crate::workflow::names::GATES;
use serde_json::Value as Json;
use std::collections::BTreeMap;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        let Some(each) = &gate.each else { return Ok(()) };
        check_input(draft, each)?;
        check_pointer(draft, each)?;
        check_name(draft, each)?;
        let id = gate.id.get_ref().as_str();
        each.list.iter().chain(&each.file).try_for_each(|text| check_gates(draft, id, text, &needs))
    })
}

/// A lone input is the list itself.
fn check_input(draft: &Draft<'_>, each: &EachFile) -> Result<(), Box<Unsound>> {
    let Some(list) = &each.list else { return Ok(()) };
    let name = list.get_ref().trim_matches(['{', '}', ' ']);
    let input = draft.file.inputs.get(name);
    if !template::has_expressions(list.get_ref()) {
        return if is_written_out(list.get_ref()) { Ok(()) } else { Err(bare(draft, list)) };
    }
    if input.is_none_or(|input| *input.kind.get_ref() == InputType::List) {
        return Ok(());
    }
    Err(draft
        .source
        .unsound(list.span(), format!("input `{name}` is not a list"))
        .advise(format!("write type = \"list\" in [inputs.{name}]")))
}

/// Whether a text without expressions is a list: as JSON, or by its lines.
fn is_written_out(text: &str) -> bool {
    serde_json::from_str::<Vec<Json>>(text).is_ok() || text.trim().contains('\n')
}

/// A text that is neither has one item, and that is hardly what was meant.
fn bare(draft: &Draft<'_>, list: &Placed<String>) -> Box<Unsound> {
    let text = list.get_ref().trim();
    let name = text.trim_matches(['{', '}', ' ']);
    let first = name.split(['.', '[', ' ']).next().unwrap_or_default();
    let right = if draft.file.inputs.contains_key(first) || first == GATES {
        format!("\"{{{{ {name} }}}}\"")
    } else {
        let items = text.split(',').map(|item| item.trim_matches(['[', ']', '\'', '"', ' ']));
        let items = items.map(|item| if item.contains(['\'', '"']) { "…" } else { item });
        let items = items.map(|item| format!("'{item}'")).collect::<Vec<_>>();
        quoted(&format!("{{{{ [{}] }}}}", items.join(", ")))
    };
    let message = format!("`{text}` is not a list");
    draft.source.unsound(list.span(), message).advise(format!("write in = {right}"))
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

/// Templates name the item.
fn check_name(draft: &Draft<'_>, each: &EachFile) -> Result<(), Box<Unsound>> {
    let name = each.name.get_ref();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && name.chars().all(is_part)
    {
        return Ok(());
    }
    Err(draft
        .source
        .unsound(each.name.span(), format!("`{name}` is not a valid item name"))
        .advise("use letters, digits and `_`, starting with a letter or `_`"))
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
