//! Executors: a known one, with the keys it needs and none of another's.

use super::Draft;
use crate::clock;
use crate::document::Placed;
use crate::executor::ExecutorKind;
use crate::source::Unsound;
use crate::source::suggest;
use crate::workflow::file::ApprovalFile;
use crate::workflow::file::GateFile;
use std::ops::Range;

pub(super) fn check(draft: &Draft<'_>) -> Vec<Box<Unsound>> {
    draft.each_gate(|gate| check_gate(draft, gate))
}

fn check_gate(draft: &Draft<'_>, gate: &GateFile) -> Result<(), Box<Unsound>> {
    let Some(named) = &gate.executor else {
        return if gate.end.is_some() { Ok(()) } else { Err(without_executor(draft, gate)) };
    };
    let name = named.get_ref().as_str();
    let Some(executor) = ExecutorKind::parse(name) else {
        return Err(draft
            .source
            .unsound(named.span(), format!("unknown executor `{name}`"))
            .advise(suggest(name, ExecutorKind::ALL.map(ExecutorKind::as_str))));
    };
    let owned: [(ExecutorKind, &str, Option<Range<usize>>); 13] = [
        (ExecutorKind::Command, "poll", gate.poll.as_ref().map(Placed::span)),
        (ExecutorKind::Command, "stdout", gate.stdout.as_ref().map(Placed::span)),
        (ExecutorKind::Command, "show", gate.show.as_ref().map(Placed::span)),
        (ExecutorKind::Agent, "agent", gate.agent.as_ref().map(Placed::span)),
        (ExecutorKind::Command, "command", gate.command.as_ref().map(Placed::span)),
        (ExecutorKind::Command, "shell", gate.shell.as_ref().map(Placed::span)),
        (ExecutorKind::Workflow, "workflow", gate.workflow.as_ref().map(Placed::span)),
        (ExecutorKind::Workflow, "key", gate.key.as_ref().map(Placed::span)),
        (ExecutorKind::Workflow, "with", gate.with.values().next().map(Placed::span)),
        (ExecutorKind::Workflow, "isolation", gate.isolation.as_ref().map(Placed::span)),
        (ExecutorKind::Workflow, "worktree", gate.worktree.as_ref().map(Placed::span)),
        (ExecutorKind::Workflow, "takes", gate.takes.first().map(Placed::span)),
        (ExecutorKind::Workflow, "labels", gate.labels.first().map(Placed::span)),
    ];
    for (owner, key, span) in owned {
        if let Some(span) = span.filter(|_| owner != executor) {
            return Err(draft
                .source
                .unsound(span, format!("`{key}` belongs to executor \"{owner}\""))
                .advise(format!("write executor = \"{owner}\", or remove `{key}`")));
        }
    }
    check_program_keys(draft, gate, executor)?;
    check_within(draft, gate, executor)?;
    let unsound =
        |message: &str, help: &str| Err(draft.source.unsound(named.span(), message).advise(help));
    match (executor, &gate.command, &gate.shell) {
        (ExecutorKind::Command, None, None) => unsound(
            "a command gate requires `command` or `shell`",
            "write command = [\"program\", \"argument\"]",
        ),
        (ExecutorKind::Command, Some(command), Some(shell)) => {
            let span = std::cmp::max_by_key(command.span(), shell.span(), |span| span.start);
            Err(draft
                .source
                .unsound(span, "a command gate must not have both `command` and `shell`")
                .advise("remove one of them"))
        }
        (ExecutorKind::Command, Some(command), None) if command.get_ref().is_empty() => Err(draft
            .source
            .unsound(command.span(), "`command` is empty")
            .advise("write command = [\"program\", \"argument\"]")),
        (ExecutorKind::Workflow, _, _) if gate.workflow.is_none() => {
            unsound("a workflow gate requires `workflow`", "write workflow = \"name\"")
        }
        (
            ExecutorKind::Human
            | ExecutorKind::Agent
            | ExecutorKind::Command
            | ExecutorKind::Workflow,
            _,
            _,
        ) => check_each(draft, gate),
    }
}

/// Its other keys say who works.
fn without_executor(draft: &Draft<'_>, gate: &GateFile) -> Box<Unsound> {
    let help = if gate.workflow.is_some() {
        "write executor = \"workflow\""
    } else if gate.command.is_some() || gate.shell.is_some() {
        "write executor = \"command\""
    } else if gate.agent.is_some() {
        "write executor = \"agent\""
    } else {
        "write executor = \"agent\", \"command\" or \"human\""
    };
    let message = format!("gate `{}` has no executor", gate.id.get_ref());
    draft.source.unsound(gate.id.span(), message).advise(help)
}

/// Keys of whoever works by a program: an agent or a command.
fn check_program_keys(
    draft: &Draft<'_>,
    gate: &GateFile,
    executor: ExecutorKind,
) -> Result<(), Box<Unsound>> {
    let answers_from = gate.answers_from.as_ref().map(|from| from.file.span());
    // One that is no duration is told where it is read.
    let timeout = gate.timeout.as_ref();
    let timeout = timeout.filter(|timeout| clock::parse_duration(timeout.get_ref()).is_ok());
    let timeout = timeout.filter(|_| executor != ExecutorKind::Human);
    let keys = [
        ("dir", gate.dir.as_ref().map(Placed::span)),
        ("answers_from", answers_from.clone()),
        ("timeout", timeout.map(Placed::span)),
    ];
    let has_program = matches!(executor, ExecutorKind::Agent | ExecutorKind::Command);
    if let Some((key, Some(span))) =
        keys.into_iter().find(|(_, span)| span.is_some() && !has_program)
    {
        return Err(draft
            .source
            .unsound(span, format!("`{key}` belongs to executor \"agent\" or \"command\""))
            .advise(format!("remove `{key}`: this gate runs no program")));
    }
    let pointer = gate.answers_from.as_ref().map(|from| from.pointer.as_str());
    if let (Some(pointer), Some(span)) = (pointer, &answers_from)
        && !pointer.is_empty()
        && !pointer.starts_with('/')
    {
        return Err(draft
            .source
            .unsound(span.clone(), format!("`{pointer}` is not a JSON pointer"))
            .advise(format!("write pointer = \"/{}\"", pointer.replace('.', "/"))));
    }
    match answers_from.filter(|_| gate.answers.is_empty()) {
        Some(span) => Err(draft
            .source
            .unsound(span, "`answers_from` requires `answers`")
            .advise("write answers = { NAME = { type = \"string\" } }")),
        None => Ok(()),
    }
}

/// Only a person is given days; a program has `timeout`.
fn check_within(
    draft: &Draft<'_>,
    gate: &GateFile,
    executor: ExecutorKind,
) -> Result<(), Box<Unsound>> {
    let waits = executor == ExecutorKind::Human
        || gate.approval.as_ref().is_some_and(|it| *it.get_ref() != ApprovalFile::None);
    match gate.within.as_ref().filter(|_| !waits) {
        Some(within) => Err(draft
            .source
            .unsound(within.span(), "`within` requires a person, and this gate waits for none")
            .advise("write timeout = \"45m\", or approval = \"person\"")),
        None => Ok(()),
    }
}

fn check_each(draft: &Draft<'_>, gate: &GateFile) -> Result<(), Box<Unsound>> {
    let Some(each) = &gate.each else { return Ok(()) };
    match (&each.list, &each.file) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (None, None) | (Some(_), Some(_)) => Err(draft
            .source
            .unsound(each.name.span(), "`each` requires exactly one of `in` and `file`")
            .advise("write each = { in = \"{{ chapters }}\", as = \"chapter\" }")),
    }
}
