//! What a program hands in beside its outputs: what it printed, where the gate keeps that, and the
//! answers to its form.

use super::Doer;
use super::WorkOrder;
use super::Workspace;
use crate::check;
use crate::document::Data;
use crate::document::Language;
use crate::event::Question;
use crate::executor;
use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::files::ProjectPath;
use crate::files::Stat;
use crate::finding::Finding;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::io;

/// The file in an attempt's folder that `ORCH_ANSWERS` names.
pub(super) const ANSWERS: &str = "answers.json";

/// The file in an attempt's folder that says why its executor gave up.
const GIVEN_UP: &str = "given-up.txt";

/// The file in an attempt's folder that holds its question for a person.
const QUESTION: &str = "question.json";

/// The most that is read of why an executor gave up.
const REASON_BYTES_MAX: u64 = 64 * 1024;

/// The most that a file with answers may hold.
const ANSWERS_BYTES_MAX: u64 = 1024 * 1024;

/// Leaves the word that whoever works at an attempt cannot do it, which counts when they have ended.
pub fn give_up(logs: &Beneath, reason: &str) -> io::Result<()> {
    logs.join(GIVEN_UP).write(reason.as_bytes())
}

/// Leaves a question for a person, which counts when whoever works at the attempt has ended.
pub fn ask(logs: &Beneath, question: &Question) -> io::Result<()> {
    logs.join(QUESTION).write(&serde_json::to_vec(question).unwrap_or_default())
}

/// The question that was left for a person.
pub fn asked(logs: &Beneath) -> Option<Question> {
    let bytes = logs.join(QUESTION).read_at_most(REASON_BYTES_MAX).ok().flatten()?;
    serde_json::from_slice(&bytes).ok()
}

/// What is taken from a program when it has ended.
pub(super) struct HandIn<'w> {
    order: &'w WorkOrder,
    workspace: &'w Workspace,
    logs: &'w Beneath,
    /// How the file that holds its answers lay there before it began.
    before: Option<Stat>,
}

impl<'w> HandIn<'w> {
    pub(super) fn new(order: &'w WorkOrder, workspace: &'w Workspace, logs: &'w Beneath) -> Self {
        let file = order.paths.answers_from.as_ref();
        let before =
            file.and_then(|(file, _)| files::stat_of(&workspace.project.root().join(file)));
        Self { order, workspace, logs, before }
    }

    /// What lies there was not written by this call.
    pub(super) fn clear(&self) {
        let _ = self.logs.join(ANSWERS).remove();
        let _ = self.logs.join(GIVEN_UP).remove();
        let _ = self.logs.join(QUESTION).remove();
    }

    /// Why the executor says that it cannot do the work, where it did.
    pub(super) fn given_up(&self) -> Option<String> {
        let bytes = self.logs.join(GIVEN_UP).read_at_most(REASON_BYTES_MAX).ok().flatten()?;
        Some(self.workspace.secrets.redact(&String::from_utf8_lossy(&bytes)))
    }

    /// What the executor asks a person, where it does.
    pub(super) fn question(&self) -> Option<Question> {
        asked(self.logs)
    }

    /// Keeps what was printed, and gives the answers.
    pub(super) fn take(&self) -> Result<Values, Finding> {
        self.keep_stdout().map_err(|message| Finding::of("stdout", message))?;
        self.answers().map_err(|message| Finding::of("answers", message))
    }

    fn keep_stdout(&self) -> Result<(), String> {
        let Some(path) = &self.order.paths.stdout else { return Ok(()) };
        let path = self.path(path)?;
        let kept = Log::open(self.logs.join(executor::STDOUT)).and_then(|log| {
            let place = Beneath::new(self.workspace.project.root()).join(path.as_str());
            log.map_or(Ok(()), |log| log.copy_to(&place))
        });
        kept.map_err(|error| format!("cannot write {path}: {error}"))
    }

    fn answers(&self) -> Result<Values, String> {
        let has_program = matches!(self.order.doer, Doer::Command(_) | Doer::Agent(_));
        if self.order.answers.is_empty() || !has_program {
            return Ok(Values::new());
        }
        let given = match &self.order.paths.answers_from {
            Some((file, pointer)) => self.answers_in(file, pointer)?,
            None => self.answers_of_variable()?,
        };
        let given = serde_json::from_value(given)
            .map_err(|error| format!("the answers are not a table: {error}"))?;
        let resolved = input::resolve(&self.order.answers, &given, &self.workspace.project);
        resolved.map_err(|error| error.to_string())
    }

    /// The answers in the file that `ORCH_ANSWERS` names.
    fn answers_of_variable(&self) -> Result<Json, String> {
        let place = self.logs.join(ANSWERS);
        let bytes = place.read_at_most(ANSWERS_BYTES_MAX).map_err(|error| error.to_string())?;
        let redacted = self.workspace.secrets.redact_file(&place);
        redacted.map_err(|error| format!("cannot store the answers: {error}"))?;
        let bytes = bytes.ok_or("no answers were written to the file named by ORCH_ANSWERS")?;
        let text = std::str::from_utf8(&bytes).map_err(|error| error.to_string())?;
        let data = Data::read(Language::Json, text).map_err(|flaw| flaw.message);
        let data = data.map_err(|error| format!("the answers are not a JSON object: {error}"))?;
        Ok(data.into_json())
    }

    /// The answers in a file of the project.
    fn answers_in(&self, file: &str, pointer: &str) -> Result<Json, String> {
        let project = &self.workspace.project;
        let path = self.path(file)?;
        let text =
            project.read_text(&path, ANSWERS_BYTES_MAX).map_err(|error| error.to_string())?;
        if files::stat_of(&project.absolute(&path)) == self.before {
            return Err(format!(
                "{path} was not written in this attempt; it contains earlier answers"
            ));
        }
        let document =
            check::parse_document(&path, &text).map_err(|finding| finding.to_string())?;
        let answers = document.pointer(pointer).cloned().map(Data::into_json);
        answers.ok_or_else(|| format!("{path} has no value at `{pointer}`"))
    }

    fn path(&self, text: &str) -> Result<ProjectPath, String> {
        self.workspace.project.path(text).map_err(|error| error.to_string())
    }
}
