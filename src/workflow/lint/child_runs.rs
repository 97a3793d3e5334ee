//! Child runs: a gate that starts one has no work of its own, and takes nothing out of its own folder.

use super::Draft;
use crate::document::Placed;
use crate::executor::ExecutorKind;
use crate::source::Unsound;
use crate::workflow::file::GateFile;
use crate::workflow::file::Isolation;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| {
        let name = gate.executor.as_ref().map(|executor| executor.get_ref().as_str());
        if name != Some(ExecutorKind::Workflow.as_str()) {
            return Ok(());
        }
        if let Some((key, span)) = idle_key(gate) {
            let message = format!("`{key}` does nothing on a gate that starts a child run");
            let help = format!("write `{key}` in the workflow of the child run, or remove it");
            return Err(draft.source.unsound(span, message).advise(help));
        }
        let own = gate.workflow.as_ref().filter(|it| it.get_ref() == draft.file.name.get_ref());
        if let Some(own) = own.filter(|_| gate.when.is_none()) {
            let message = format!("gate `{}` starts its own workflow endlessly", gate.id.get_ref());
            let help = "start another workflow, or add a `when` that becomes false";
            return Err(draft.source.unsound(own.span(), message).advise(help));
        }
        let is_shared =
            gate.isolation.as_ref().is_some_and(|it| *it.get_ref() == Isolation::Shared);
        let takes = gate.takes.first().map(Placed::span);
        let takes = takes.map(|span| (span, "takes", "a shared child run writes its files here"));
        let worktree = gate.worktree.as_ref().map(Placed::span);
        let worktree = worktree.map(|span| (span, "worktree", "a shared child run has none"));
        match takes.or(worktree).filter(|_| is_shared) {
            Some((span, key, why)) => Err(draft
                .source
                .unsound(span, format!("`{key}` requires isolation = \"worktree\""))
                .advise(format!("remove `{key}`: {why}"))),
            None => Ok(()),
        }
    })
}

/// A key of whoever does the work of a gate: the child run has its own.
fn idle_key(gate: &GateFile) -> Option<(&'static str, std::ops::Range<usize>)> {
    let keys = [
        ("prompt", gate.prompt.as_ref().map(Placed::span)),
        ("env", gate.env.keys().next().map(Placed::span)),
        ("secrets", gate.secrets.first().map(Placed::span)),
        ("attach", gate.attach.first().map(Placed::span)),
        ("reads", gate.reads.first().map(Placed::span)),
        ("locks", gate.locks.first().map(Placed::span)),
    ];
    keys.into_iter().find_map(|(key, span)| Some((key, span?)))
}
