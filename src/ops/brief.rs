//! The text that brings a new session up to date; every resume shows it too.

mod acts;
mod child_runs;
mod content;
mod fit;
mod paper;
mod spending;

pub use acts::Act;
pub use acts::Setback;
pub use child_runs::ChildRun;
pub use child_runs::WaitingGate;
pub use content::Brief;
pub use content::BriefGate;
pub use content::BriefSession;
pub use content::Changes;
pub use content::GivenValue;
pub use content::PausedAt;
pub use content::Prompt;
pub use content::Remark;
pub use spending::BriefSpending;

use super::Caller;
use super::DrivenBy;
use super::Driver;
use super::Error;
use super::Here;
use super::Instructions;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::choose;
use super::note;
use super::run_amend;
use crate::advance;
use crate::definition::Definition;
use crate::git::Changed;
use crate::project::proof;
use crate::project::sitting_budget;
use crate::run::Run;
use crate::secret::Secrets;
use crate::store::journal::Reading;
use crate::store::record::Head;
use crate::store::record::RUNS;
use crate::suggestion::Argument;
use crate::workflow::Workflow;
use content::Facts;
use paper::Paper;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `brief`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Token limit, at four characters per token; drops the oldest entries first, never the next
    /// steps.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N"))]
    pub max_tokens: Option<usize>,
    /// Output format.
    #[cfg_attr(feature = "cli", arg(long, value_enum, default_value_t))]
    #[serde(default)]
    pub format: BriefFormat,
}

/// Output format of a brief.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum BriefFormat {
    #[default]
    Text,
    Markdown,
}

/// A brief, and its text.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The content, field by field.
    #[serde(flatten)]
    pub brief: Brief,
    /// Size of the text in tokens, at four characters per token.
    pub tokens: usize,
    /// The content as text, rendered by the template.
    #[serde(skip)]
    pub text: String,
}

/// Summarizes the state and history of a run; changes nothing.
pub fn brief(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &request.run)?;
    let pending = note::pending(project, &id);
    let mut reading = proof::read(project, &id)?;
    let notes = &mut reading.run.notes;
    for (at, note) in pending {
        if notes.iter().all(|(_, known)| *known != note) {
            notes.push((at, note));
        }
    }
    let definition = Definition::thaw(&reading.run.started.definition);
    let workflow = Workflow::parse(&reading.run.started.workflow, &definition)?;
    let mut standing = advance::standing_of(project, &workflow, &reading.run, Head::of(&reading));
    run_amend::tell(project, &mut standing);
    write(project, caller, (&workflow, &reading, &standing), request)
}

/// The brief of a run that is held, whole, for whoever goes on with it.
pub(super) fn brief_of(driver: &Driver<'_>, caller: &Caller) -> Result<Reply, Error> {
    let reading = driver.project.store.read(driver.id())?;
    let standing = advance::standing(driver);
    let here = Here { driver: DrivenBy::This, ..standing.here };
    let standing = Standing { here, ..standing };
    let request = Request::default();
    write(driver.project, caller, (&driver.workflow, &reading, &standing), &request)
}

fn write(
    project: &Project,
    caller: &Caller,
    (workflow, reading, standing): (&Workflow, &Reading, &Standing),
    request: &Request,
) -> Result<Reply, Error> {
    let (run, now) = (&reading.run, project.clock.now());
    let mut changes = changes(project, run);
    // What the journal says was redacted when it was written; names of files come from git.
    let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
    for file in changes.files.iter_mut().flatten() {
        file.path = secrets.redact(&file.path);
    }
    let mut whole = Brief::of(Facts {
        run,
        workflow,
        history: &reading.history(),
        child_runs: child_runs::open(project, run)?,
        changes,
        instructions: Instructions::of(standing, choose::at_hand_beside(project, caller, run)),
        tally: sitting_budget::tally(project, run, now)?,
        bound_by: sitting_budget::binding(project, run)?.map(|(_, key)| key),
        now,
    });
    for gate in &mut whole.gates {
        let waiting = standing.waiting.iter().find(|waiting| waiting.gate == gate.line.gate);
        gate.line.deadline = waiting.and_then(|waiting| waiting.deadline);
        gate.line.shows = waiting.map(|waiting| waiting.shows.clone()).unwrap_or_default();
    }
    let paper = Paper::find(&project.shelf, request.format, &whole)?;
    let fitted = fit::fit(&whole, request.max_tokens, |brief| paper.render(brief));
    let fitted =
        fitted.map_err(|error| Error::usage(format!("cannot render the brief: {error}")))?;
    match fitted {
        Ok((brief, text)) => Ok(Reply { brief, tokens: fit::tokens(&text), text }),
        Err(smallest) => Err(Error::usage(format!(
            "`max_tokens` is too small: the shortest brief has {smallest} tokens"
        ))
        .advise(Argument::option("max-tokens", smallest.to_string()))),
    }
}

/// The files of the project that changed since the last sitting before this one began, or the run.
fn changes(project: &Project, run: &Run) -> Changes {
    let (since, commit) = base(run);
    let known = match (&run.started.git, project.repository()) {
        (Some(_), Ok(Some(repository))) => {
            let root = repository.path_of(project.folder.root()).unwrap_or_default();
            let changed = repository.changed_since(commit.as_deref());
            changed.map(|files| within(files, &root)).map_err(|error| error.to_string())
        }
        (None, Ok(Some(_))) => Err("the run started outside a git repository".to_owned()),
        (Some(_) | None, Ok(None)) => Err(project.uncommitted.clone().unwrap_or_default()),
        (Some(_) | None, Err(error)) => Err(error.to_string()),
    };
    match known {
        Ok(files) => Changes { since, files: Some(files), unknown: None },
        Err(reason) => Changes { since, files: None, unknown: Some(reason) },
    }
}

/// The moment to compare with, in words, and the commit that was checked out then.
fn base(run: &Run) -> (String, Option<String>) {
    let ended = run.sessions.iter().rev().find(|session| !session.status.is_live());
    let sealed = ended.and_then(|session| {
        let within = |sealed: Option<u32>| sealed == Some(session.number);
        let (_, first) = run.checkpoints.iter().find(|(_, sealed)| within(sealed.session))?;
        Some((format!("session {} started", session.number), first.git_head.clone()))
    });
    sealed.unwrap_or_else(|| {
        let head = run.started.git.as_ref().and_then(|git| git.head.clone());
        ("the run started".to_owned(), head)
    })
}

/// Those below the project's folder, relative to it, but for the runs.
fn within(files: Vec<Changed>, root: &str) -> Vec<Changed> {
    let own = files.into_iter().filter_map(|file| {
        let path = match root {
            "" => file.path.clone(),
            root => file.path.strip_prefix(root)?.strip_prefix('/')?.to_owned(),
        };
        let is_record = path.strip_prefix(RUNS).is_some_and(|rest| rest.starts_with('/'));
        (!is_record).then_some(Changed { path, ..file })
    });
    own.collect()
}
