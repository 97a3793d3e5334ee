//! Where the keys of a workflow's gates stand, for findings to point at.

use crate::document::Placed;
use crate::source::Source;
use crate::workflow::Gate;
use crate::workflow::WorkflowFile;
use std::ops::Range;

/// A key of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Id,
    Agent,
    /// An element of `command`.
    Argument(usize),
    Shell,
    OnFail,
    Approval,
    Edits,
    /// A name in `secrets`.
    Secret(usize),
}

/// A place in a text of the definition.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub source: Source,
    pub span: Range<usize>,
}

impl Spot {
    /// The line and the column, both from 1.
    pub(super) fn line_and_column(&self) -> (usize, usize) {
        let before = self.source.text.get(..self.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The first place of these words in a text; its beginning where they stand nowhere.
    pub(super) fn find(source: &Source, words: &str) -> Self {
        let start = source.text.find(words);
        let span = start.map_or(0..0, |start| start..start + words.len());
        Self { source: source.clone(), span }
    }
}

/// The texts as they are written.
#[derive(Debug)]
pub(super) struct Places {
    pub source: Source,
    pub file: Option<WorkflowFile>,
}

impl Places {
    /// Where a key of a gate stands; its id where the gate does not have the key.
    pub(super) fn of(&self, gate: &Gate, key: Key) -> Spot {
        let span = self.span(gate, key).unwrap_or(0..0);
        Spot { source: self.source.clone(), span }
    }

    fn span(&self, gate: &Gate, key: Key) -> Option<Range<usize>> {
        let gates = &self.file.as_ref()?.gate;
        let file = gates.iter().find(|file| file.id.get_ref() == gate.id.as_str())?;
        let span = match key {
            Key::Id => None,
            Key::Agent => file.agent.as_ref().map(Placed::span),
            Key::Argument(number) => {
                let argument = file.command.as_ref().and_then(|argv| argv.get_ref().get(number));
                argument.map(Placed::span)
            }
            Key::Shell => file.shell.as_ref().map(Placed::span),
            Key::OnFail => file.on_fail.as_ref().map(Placed::span),
            Key::Approval => file.approval.as_ref().map(Placed::span),
            Key::Edits => file.edits.first().map(Placed::span),
            Key::Secret(number) => file.secrets.get(number).map(Placed::span),
        };
        Some(span.unwrap_or_else(|| file.id.span()))
    }
}
