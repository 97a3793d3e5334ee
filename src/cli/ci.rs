//! Automatic runs: typed answers from a file, JUnit XML, and annotations where GitHub
//! runs the job. An approval can be given by no file and no flag.

use super::answer::Face;
use super::door;
use super::junit;
use super::report;
use crate::document::Data;
use crate::document::Language;
use crate::files::Outlet;
use crate::files::ProjectFolder;
use crate::finding::Finding;
use crate::finding::Severity;
use crate::id::RunId;
use crate::ops::Error;
use crate::ops::Project;
use crate::page;
use crate::run::Run;
use crate::source::Source;
use crate::source::suggest;
use crate::standing;
use crate::workflow::Input;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Answers and reports of an unattended run.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct CiArguments {
    /// Write the gate results as JUnit XML.
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Typed answers for gates that ask: TOML or JSON, one table per gate.
    #[arg(long, value_name = "FILE")]
    pub answers: Option<PathBuf>,
}

/// The largest file of answers that is read.
const ANSWERS_BYTES_MAX: u64 = 1024 * 1024;

/// Answers by gate.
pub type Answers = BTreeMap<String, Values>;

/// Reads the answers of a file.
pub fn read_answers(path: Option<&Path>) -> Result<Answers, Error> {
    let Some(path) = path else { return Ok(Answers::new()) };
    let shown = path.display();
    let bytes = crate::files::read_small(path, ANSWERS_BYTES_MAX)
        .map_err(|error| Error::usage(format!("{shown}: {error}")))?
        .ok_or_else(|| {
            Error::usage(format!("--answers names `{shown}`, which does not exist"))
                .advise("write it, with one table per gate: [GATE], and below it name = \"value\"")
        })?;
    let source = Source::of_bytes(shown.to_string(), bytes)
        .map_err(|unsound| Error::usage(unsound.message))?;
    let is_json = path.extension().is_some_and(|ending| ending == "json");
    let language = if is_json { Language::Json } else { Language::Toml };
    let data = Data::read(language, &source.text)
        .map_err(|flaw| Error::usage(format!("{shown}:{}: {}", flaw.line, flaw.message)))?;
    serde_json::from_value(data.into_json()).map_err(|_| {
        Error::usage(format!("`{shown}` must contain one table per gate"))
            .advise("[GATE]\nname = \"value\"")
    })
}

/// Refuses answers that no gate of a workflow asks for, and forms that are not filled in, before
/// anything begins: `path` is the file that they were read from.
pub fn refuse_unfit(
    path: Option<&Path>,
    answers: &Answers,
    workflow: &Workflow,
    folder: &ProjectFolder,
) -> Result<(), Error> {
    let shown = path.map(|path| path.display().to_string()).unwrap_or_default();
    let mut wrong = Vec::new();
    for (id, given) in answers {
        let base = id.split('[').next().unwrap_or_default();
        let found = workflow.gates.iter().find(|gate| gate.id.as_str() == base);
        let Some(gate) = found else {
            let known = workflow.gates.iter().map(|gate| gate.id.as_str());
            let message = format!("{shown}: workflow `{}` has no gate `{id}`", workflow.name);
            wrong.push(Error::usage(message).advise(suggest(id, known)));
            continue;
        };
        wrong.extend(wrong_form(&format!("{shown}: "), (id, given), &gate.answers, folder));
    }
    Error::together(wrong).map_or(Ok(()), Err)
}

/// What is wrong with the answers to one gate's form.
fn wrong_form(
    place: &str,
    (id, given): (&str, &Values),
    form: &[Input],
    folder: &ProjectFolder,
) -> Vec<Error> {
    let mut accepted = Values::new();
    let mut wrong = Vec::new();
    for (name, value) in given {
        let Some(input) = form.iter().find(|input| input.name == *name) else {
            let error = Error::usage(format!("{place}gate `{id}` has no question `{name}`"));
            let known = form.iter().map(|input| input.name.as_str());
            wrong.push(if form.is_empty() {
                error.advise("approvals cannot be given in a file")
            } else {
                error.advise(suggest(name, known))
            });
            continue;
        };
        let value = match value.as_array() {
            Some(_) => input.check(value.clone(), folder),
            None => input.accept(&input::as_text(value), folder),
        };
        match value {
            Ok(value) => drop(accepted.insert(name.clone(), value)),
            Err(error) => {
                let told = Error::usage(format!("{place}answers for gate `{id}`: {error}"));
                wrong.push(match error {
                    input::Error::Wrong { help: Some(help), .. } => told.advise(help),
                    input::Error::Wrong { help: None, .. }
                    | input::Error::Missing { .. }
                    | input::Error::Unknown { .. } => told,
                });
            }
        }
    }
    let told = |error: input::Error| match error {
        input::Error::Missing { name, because, help, .. } => {
            let asked = if help.is_empty() { help } else { format!(": {help}") };
            let message =
                format!("{place}gate `{id}` requires an answer to `{name}`{because}{asked}");
            Error::usage(message).advise(format!("add `{name}` to the table `{id}`"))
        }
        other @ (input::Error::Wrong { .. } | input::Error::Unknown { .. }) => {
            Error::usage(format!("{place}answers for gate `{id}`: {other}"))
        }
    };
    let missing = input::resolve_all(form, &accepted, folder).err().unwrap_or_default();
    let is_new = |error: &input::Error| !given.contains_key(error.name());
    wrong.extend(missing.into_iter().filter(is_new).map(told));
    wrong
}

/// What CI looks at, named before anything is begun: what a gate puts there is not followed.
pub struct Reports {
    junit: Option<Outlet>,
    summary: Option<Outlet>,
    is_on_github: bool,
}

impl Reports {
    pub fn of(arguments: &CiArguments) -> Result<Self, Error> {
        let is_on_github = std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true");
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").map(PathBuf::from);
        let named = |path: Option<&Path>, name: fn(&Path) -> io::Result<Outlet>| {
            path.map(|path| name(path).map_err(|error| unwritten(path, &error))).transpose()
        };
        Ok(Self {
            junit: named(arguments.junit.as_deref(), Outlet::replacing)?,
            summary: named(summary.as_deref().filter(|_| is_on_github), Outlet::continuing)?,
            is_on_github,
        })
    }

    /// Leaves them behind.
    pub fn write(&self, face: &Face, project: &Project, id: &RunId) -> Result<(), Error> {
        if self.junit.is_none() && !self.is_on_github {
            return Ok(());
        }
        let run = project.store.read(id)?.run;
        let write = |outlet: &Outlet, text: &str| {
            outlet.write(text.as_bytes()).map_err(|error| unwritten(outlet.path(), &error))
        };
        if let Some(outlet) = &self.junit {
            let report = junit::report(&run);
            write(outlet, &report.map_err(|error| Error::environment(error.to_string()))?)?;
        }
        if self.is_on_github {
            annotate(face, &run);
        }
        self.summary.as_ref().map_or(Ok(()), |outlet| write(outlet, &summary(&run)))
    }
}

fn unwritten(path: &Path, error: &io::Error) -> Error {
    Error::environment(format!("{}: {error}", path.display()))
}

/// The findings of each gate's last attempt.
pub(super) fn last_findings(run: &Run) -> impl Iterator<Item = (&str, &Finding)> {
    run.gates.iter().flat_map(|(id, state)| {
        let attempts = state.attempts.last().into_iter();
        attempts.flat_map(move |attempt| {
            let checked = attempt.validations.iter().flat_map(|validation| &validation.findings);
            attempt.findings.iter().chain(checked).map(move |finding| (id.as_str(), finding))
        })
    })
}

/// GitHub annotations, with file and line; what is foreign in them cannot command the runner.
fn annotate(face: &Face, run: &Run) {
    for (gate, finding) in last_findings(run) {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = format!("title={}", property(&format!("{gate}: {}", finding.check)));
        if let Some(path) = &finding.path {
            let _ = write!(properties, ",file={}", property(path));
        }
        if let Some(line) = finding.line {
            let _ = write!(properties, ",line={line}");
        }
        let line = format!("::{command} {properties}::{}", message(&finding.to_string()));
        // GitHub reads both; one JSON object stays alone on standard output.
        door::command(&line, face.global.json);
    }
}

fn message(text: &str) -> String {
    door::clean(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

/// The gates as a table on the job's page.
fn summary(run: &Run) -> String {
    let mut text = format!(
        "### {} {}: {}\n\n| gate | status | attempts | |\n| --- | --- | --- | --- |\n",
        shown(&run.started.workflow),
        shown(&run.started.key),
        run.status
    );
    for line in standing::gates(run) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            shown(&report::named(&line.gate, &line.name)),
            line.status,
            line.attempts,
            shown(&line.reason.unwrap_or_default())
        );
    }
    text
}

/// A text as Markdown that shows it, without secrets.
fn shown(text: &str) -> String {
    page::markdown(&door::clean(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_foreign_is_a_command_or_a_property() {
        assert_eq!(message("a%0A\r\n::b\u{1b}"), "a%250A%0A::b");
        assert_eq!(property("a,line=1::x"), "a%2Cline=1%3A%3Ax");
    }
}
