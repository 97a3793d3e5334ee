//! The course of a run: joins that can be met, gates that end it, gates that run at its end.

use super::Draft;
use crate::document::Placed;
use crate::source::Unsound;
use crate::workflow::file::GateFile;
use crate::workflow::file::Join;
use crate::workflow::file::OnFailFile;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    let needs = draft.needs();
    draft.each_gate(|gate| {
        let id = gate.id.get_ref().as_str();
        let count = needs.get(id).map_or(0, Vec::len);
        check_join(draft, gate, count)?;
        check_end(draft, gate)?;
        check_finally(draft, gate, needs.get(id).map_or(&[], Vec::as_slice))
    })
}

fn check_join(draft: &Draft<'_>, gate: &GateFile, needs: usize) -> Result<(), Box<Unsound>> {
    let Some(join) = &gate.join else { return Ok(()) };
    let Join::Passed(min) = *join.get_ref() else { return Ok(()) };
    let unsound = |message: String, help: String| {
        Err(draft.source.unsound(join.span(), message).advise(help))
    };
    let most = usize::try_from(min).unwrap_or(usize::MAX);
    if min == 0 {
        return unsound(
            "`passed_min` must be at least 1".to_owned(),
            "write passed_min = 1, or join = \"done\" to wait until all have ended".to_owned(),
        );
    }
    if most > needs {
        return unsound(
            format!("`passed_min` is {min}, but `needs` has {needs}"),
            format!("write at most {needs}, or add gates to `needs`"),
        );
    }
    Ok(())
}

/// A gate that ends the run may have work before; one without an executor has nothing to do with it.
fn check_end(draft: &Draft<'_>, gate: &GateFile) -> Result<(), Box<Unsound>> {
    if gate.end.is_none() {
        return Ok(());
    }
    let has_work = gate.executor.is_some();
    let answers = gate.answers.values().next().map(|answer| answer.kind.span());
    let retry = gate.retry.as_ref().map(|retry| retry.attempts.span());
    let keys = [
        ("each", gate.each.as_ref().map(|each| each.name.span())),
        ("finally", gate.finally.then(|| gate.id.span())),
        ("contract", gate.contract.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("prompt", gate.prompt.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("command", gate.command.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("shell", gate.shell.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("approval", gate.approval.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("audits", gate.audits.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("answers", answers.filter(|_| !has_work)),
        ("timeout", gate.timeout.as_ref().map(Placed::span).filter(|_| !has_work)),
        ("retry", retry.filter(|_| !has_work)),
        ("on_fail", gate.on_fail.as_ref().map(Placed::span).filter(|_| !has_work)),
    ];
    let Some((key, span)) = keys.into_iter().find_map(|(key, span)| Some((key, span?))) else {
        return Ok(());
    };
    let (message, help) = match key {
        "each" | "finally" => (
            format!("`end` and `{key}` exclude each other"),
            "move `end` to a separate gate".to_owned(),
        ),
        key => (
            format!("a gate with `end` and without executor must not have `{key}`"),
            format!("add an `executor`, or remove `{key}`"),
        ),
    };
    Err(draft.source.unsound(span, message).advise(help))
}

/// What runs at the end belongs to no way through the workflow.
fn check_finally(draft: &Draft<'_>, gate: &GateFile, needs: &[&str]) -> Result<(), Box<Unsound>> {
    let is_finally = |id: &&&str| draft.gate(id).is_some_and(|gate| gate.finally);
    if !gate.finally {
        return match needs.iter().find(is_finally) {
            None => Ok(()),
            Some(need) => Err(draft
                .source
                .unsound(
                    gate.id.span(),
                    format!("`{need}` runs at the end of the run, after this gate"),
                )
                .advise("remove it from `needs`, or write finally = true here too")),
        };
    }
    if let Some(on_fail) = &gate.on_fail
        && let OnFailFile::Goto(_) = on_fail.get_ref()
    {
        return Err(draft
            .source
            .unsound(on_fail.span(), "a `finally` gate must not use `goto`")
            .advise("put `goto` into the `on_fail` of the gate that fails"));
    }
    Ok(())
}
