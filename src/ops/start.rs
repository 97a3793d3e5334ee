//! Beginning a run: the definition is read and frozen, inputs are resolved, the
//! first event is written. Runs that are driven and those that are
//! worked through by hand share it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Project;
use super::current;
use super::missing_input;
use super::missing_input::Command;
use crate::advance;
use crate::budget::Budget;
use crate::check::Since;
use crate::clock::Moment;
use crate::definition::Definition;
use crate::definition::Frozen;
use crate::definition::TextKind;
use crate::digest::Digest;
use crate::event::GitFacts;
use crate::event::PlannedGate;
use crate::event::RunStarted;
use crate::files::Lock;
use crate::id::RunId;
use crate::id::slug_of;
use crate::project::runs;
use crate::project::runs::RunEntry;
use crate::project::signing;
use crate::secret::Secrets;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::suggestion::OPEN;
use crate::suggestion::Suggestion;
use crate::workflow;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use std::io;
use std::time::Duration;

/// How long another process that begins a run is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest key, in bytes.
const KEY_BYTES_MAX: usize = 200;

/// The largest `file` input that goes into packets, in bytes.
const FILE_INPUT_BYTES_MAX: u64 = 1024 * 1024;

/// How a run begins.
#[derive(Debug, Clone, Default)]
pub struct Begin {
    /// The inputs that were given.
    pub inputs: Values,
    /// Who does agent gates whose role is not configured.
    pub agent: Option<String>,
    /// Whether it is driven, or taken through by hand.
    pub driven: bool,
    /// Whether nobody will do its work: then the agents' programs need not be there.
    pub rehearsed: bool,
    /// Whether it may begin beside an unfinished run of its key.
    pub again: bool,
    /// Its key, where that is not the workflow's to say.
    pub key: Option<String>,
    /// What it is begun as, where a gate or a person ordered it before.
    pub ordered: Option<Ordered>,
}

/// What was decided of a run before it begins.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// Its id.
    pub run: RunId,
    /// The run that it is a part of.
    pub parent: Option<RunId>,
    /// What bounds its own budget.
    pub budget: Budget,
}

/// Begins a run of a workflow; nothing is written before everything is known to be sound.
pub fn begin<'p>(
    project: &'p Project,
    caller: &Caller,
    (workflow, definition): (Workflow, Definition),
    request: Begin,
) -> Result<Driver<'p>, Error> {
    if let Some(agent) = &request.agent {
        project.config.refuse_unknown_agent(agent)?;
    }
    let set = &project.surroundings.variables;
    workflow.secrets().try_for_each(|secret| secret.refuse_unfit(set))?;
    let command = match &request.key {
        Some(key) => Command::SessionStart(key),
        None if request.rehearsed => Command::Rehearse,
        None if request.driven => Command::Run,
        None => Command::RunStart,
    };
    let inputs = input::resolve(&workflow.inputs, &request.inputs, &project.folder);
    let inputs = inputs
        .map_err(|error| missing_input::advised(error, &command, (&workflow, &request.inputs)))?;
    refuse_secret_inputs(project, &workflow, &inputs)?;
    if request.driven && !request.rehearsed {
        advance::refuse_missing(project, (&workflow, &inputs), request.agent.as_deref())?;
    }
    workflow::refuse_unfit(&workflow, &definition, &inputs, &project.shelf)?;
    let key = request.key.map_or_else(|| key(&workflow, &inputs), Ok)?;
    refuse_unfit_key(&key)?;
    let parent = match &request.ordered {
        Some(ordered) => ordered.parent.clone(),
        None => current::session_run(project, caller),
    };
    advance::refuse_depth(project, parent.as_ref())?;
    let at = project.clock.now();
    // Of two who begin at once, the second finds the run of the first.
    let _begins = if request.again { None } else { Some(begin_lock(project, &key, at)?) };
    if !request.again {
        refuse_unfinished(project, &key, parent.as_ref(), true)?;
    }
    let repository = project.repository()?;
    let baselines = advance::record_baselines(project, &workflow, None, &inputs, &Since::Run);
    let ordered = request.ordered.as_ref();
    let run_id = ordered.map_or_else(|| project.new_run_id(at, &key), |it| it.run.clone());
    let mut texts = freeze(project, &workflow, &definition, &inputs)?;
    texts.extend(
        advance::player::cast(project, (&workflow, &inputs), request.agent.as_deref(), &run_id)?
            .freeze(),
    );
    let started = RunStarted {
        run_id,
        project: project.store.project_path().map(str::to_owned),
        workflow: workflow.name.clone(),
        version: workflow.version.clone(),
        key,
        driven: request.driven,
        agent: request.agent,
        gates: workflow.gates.iter().map(PlannedGate::of).collect(),
        definition: texts,
        orch: env!("CARGO_PKG_VERSION").to_owned(),
        environment: project.config.allowed.values(set).into_keys().collect(),
        git: repository
            .map(|repository| GitFacts { head: repository.head(), branch: repository.branch() }),
        parent,
        budget: workflow
            .budget
            .or(project.config.budget)
            .narrowed(ordered.map(|it| it.budget).unwrap_or_default()),
        baselines: baselines.map_err(Error::environment)?,
        inputs,
    };
    Driver::create(project, workflow, at, started)
}

/// The key of a run with these inputs.
pub(super) fn key(workflow: &Workflow, inputs: &Values) -> Result<String, Error> {
    let key = workflow.key.render(&input::context(inputs));
    let key = key.map_err(|error| Error::usage(format!("cannot render `key`: {error}")))?;
    refuse_unfit_key(&key)?;
    Ok(key)
}

/// Takes the lock of whoever begins the run of a key.
pub(super) fn begin_lock(project: &Project, key: &str, at: Moment) -> Result<Lock, Error> {
    let path = project.store.begin_lock();
    let taken = Lock::take(&path, &at.to_string(), PATIENCE);
    let lock = taken.map_err(|source| {
        if source.kind() != io::ErrorKind::ReadOnlyFilesystem {
            return Error::disk(&path, source);
        }
        let problem =
            "the program of a gate cannot start runs: orch's own files are read-only for it";
        Error::usage(problem).advise(
            "write a gate with `executor = \"workflow\"`, or `permits = { enforce = \"off\" }` for this \
             one",
        )
    })?;
    lock.map_err(|held| Error::Held { what: format!("the run of `{key}`"), run: None, held })
}

/// One unfinished run of a key is enough; some commands can be told to start another.
pub(super) fn refuse_unfinished(
    project: &Project,
    key: &str,
    parent: Option<&RunId>,
    takes_again: bool,
) -> Result<(), Error> {
    let open = unfinished(project, key, parent)?;
    let Some(entry) = open.first() else { return Ok(()) };
    let (id, status) = (&entry.run_id, entry.status);
    let another = if takes_again {
        Advice::from("continues it; to start another one, add ").then(Argument::Flag("again"))
    } else {
        "continues it".into()
    };
    let error = Error::usage(format!("run {id} of `{key}` is {status}"));
    if project.store.holder(id).is_some() {
        let more = if takes_again {
            Advice::from("shows how far it has come; to start another one, add ")
                .then(Argument::Flag("again"))
        } else {
            "shows how far it has come".into()
        };
        let watch = Suggestion::new("status").of(id).flag("watch");
        return Err(error.advise_command_that(watch, more));
    }
    Err(error.advise_command_that(Suggestion::new("run resume").of(id), another))
}

/// The runs of a key that have not come to an end, the newest first; without the one that a new run is
/// a part of.
pub(super) fn unfinished(
    project: &Project,
    key: &str,
    parent: Option<&RunId>,
) -> Result<Vec<RunEntry>, Error> {
    let mark = format!("_{}_", slug_of(key));
    let ids = project.store.runs().map(|mut ids| {
        ids.retain(|id| id.as_str().contains(&mark) && Some(id) != parent);
        ids.retain(|id| !project.store.is_over(id));
        ids
    });
    let mut entries = runs::entries(project, ids)?;
    entries.retain(|entry| entry.key == key && entry.status.is_open());
    Ok(entries)
}

/// Inputs are recorded, and a run goes by them: what they hold cannot be kept out of sight.
fn refuse_secret_inputs(
    project: &Project,
    workflow: &Workflow,
    inputs: &Values,
) -> Result<(), Error> {
    let secrets = Secrets::of_those_set(workflow.secrets(), &project.surroundings.variables)?;
    match inputs.iter().find(|(_, value)| secrets.are_in(&input::as_text(value))) {
        None => Ok(()),
        Some((name, _)) => Err(Error::usage(format!(
            "input `{name}` contains one of the workflow's secrets, but inputs are recorded"
        ))
        .advise("programs can read the secret from the variable named in `secrets`")),
    }
}

/// A key names the run in listings and commit messages: one line, not too long.
fn refuse_unfit_key(key: &str) -> Result<(), Error> {
    if key.trim().is_empty() || key.len() > KEY_BYTES_MAX || key.chars().any(char::is_control) {
        return Err(Error::usage(format!("`key` renders to {key:?}, which is not a valid key"))
            .advise(format!(
                "use one line of 1 to {KEY_BYTES_MAX} bytes; see `key` in the workflow"
            )));
    }
    Ok(())
}

/// The workflow's texts, what its `file` inputs hold, and whose signatures count.
pub(super) fn freeze(
    project: &Project,
    workflow: &Workflow,
    definition: &Definition,
    inputs: &Values,
) -> Result<Vec<Frozen>, Error> {
    let mut frozen = definition.freeze();
    for input in workflow.inputs.iter().filter(|input| input.kind == InputType::File) {
        let Some(path) = inputs.get(&input.name).and_then(|value| value.as_str()) else { continue };
        let path = project.folder.path(path)?;
        let text = project
            .folder
            .read_text(&path, FILE_INPUT_BYTES_MAX)
            .map_err(|error| Error::usage(format!("input `{}`: {error}", input.name)))?;
        let sha256 = Digest::of(&text);
        frozen.push(Frozen { path: TextKind::Input.path(&input.name), sha256, text });
    }
    frozen.extend(signing::freeze(project, workflow)?);
    Ok(frozen)
}

impl From<input::Error> for Error {
    /// What is wrong with an input, and what to type.
    fn from(error: input::Error) -> Self {
        let message = error.to_string();
        match error {
            input::Error::Missing { name, help, .. } => {
                let help = if help.is_empty() { help } else { format!("  ({help})") };
                let option = Argument::option(name.replace('_', "-"), OPEN);
                Self::usage(message).advise(Advice::from(option).then(help))
            }
            input::Error::Unknown { help, .. } | input::Error::Wrong { help: Some(help), .. } => {
                Self::usage(message).advise(help)
            }
            input::Error::Wrong { help: None, .. } => Self::usage(message),
        }
    }
}
