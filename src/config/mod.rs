//! `orch.toml`: which agents there are, what they cost, and the limits of a project.
//! The project's file lies over the user's, and both over the shipped defaults.

mod agents;
mod cast;
mod engine;
mod pool;
mod notify;
mod programs;
mod route;
mod tables;
#[cfg(test)]
mod tests;
mod topic;
mod worktrees;

pub use cast::AGENTS;
pub use cast::CAST;
pub use cast::Cast;
pub use cast::Miscast;
pub use cast::Script;
pub use engine::EngineSettings;
pub use notify::Channel;
pub use notify::NAMES as NOTIFICATION_NAMES;
pub use notify::Notify;
pub use pool::PoolSettings;
pub use programs::Finder;
pub use programs::Programs;
pub use programs::names_in;
pub use route::LEFT;
pub use route::Route;
pub use route::RoutedWork;
pub use tables::Stated;
pub use topic::Topic;
pub use worktrees::Worktrees;

use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::executor::Agent;
use crate::executor::Prices;
use crate::files;
use crate::permits::Permits;
use crate::source::Source;
use crate::source::Unsound;
use crate::surroundings::Allowed;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use tables::Layer;

/// The name of the file, in a project and in the user's folder.
pub const FILE: &str = "orch.toml";

/// Given as an agent, it means that a person hands the packet on: the run waits.
pub const NO_AGENT: &str = "none";

/// The largest text that a text check reads where nothing else is said, in bytes.
const TEXT_BYTES_MAX: u64 = 16 * 1024 * 1024;

const SHIPPED: &str = include_str!("../defaults.toml");

/// What `orch.toml` says, of all layers together.
#[derive(Debug, Clone)]
pub struct Config {
    pub defaults: Defaults,
    pub prices: Prices,
    pub limits: Bounds,
    pub record_branch: RecordBranch,
    /// What programs get of the variables that are set.
    pub allowed: Allowed,
    /// Those of them that somebody named, and not the program itself.
    pub passed: Allowed,
    pub signing: Signing,
    pub budget: Budget,
    pub checkpoint: CheckpointPolicy,
    /// What the programs of gates are permitted.
    pub permits: Permits,
    /// How the working trees of child runs are made.
    pub worktrees: Worktrees,
    /// How many runs are at work at once.
    pub pool: PoolSettings,
    /// How runs are shared with other machines.
    pub engine: EngineSettings,
    /// Whom to notify: the user's entries and then the project's.
    pub notify: Vec<Notify>,
    routes: Vec<Route>,
    /// The agents that `orch.toml` names.
    agents: BTreeMap<String, Agent>,
    /// Those and the presets, which need no entry.
    known: BTreeMap<String, Agent>,
    /// Where their commands are called.
    project: PathBuf,
}

/// When to commit a run's record to its branch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordBranch {
    /// At every stop: when the run waits, is paused or ends.
    #[default]
    Stops,
    /// Also after every attempt. Each of these commits takes longer the larger the record and the
    /// project are, because git rewrites its whole index.
    Attempts,
    /// Never: only the run's own ref has the record, not the working tree.
    Never,
}

/// Names that are taken where none is given; what they name is looked up by who needs it.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    pub agent: Option<Stated>,
    pub workflow: Option<Stated>,
    pub session_workflow: Option<Stated>,
    pub spawn_workflow: Option<Stated>,
    pub convoy_workflow: Option<Stated>,
}

/// Bounds of what the program takes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The largest text that a text check reads, in bytes.
    pub text_bytes: u64,
}

/// With what approvals are signed, and whose signatures count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signing {
    pub key: Option<String>,
    pub allowed_signers: Option<String>,
    /// Whether approvals are signed that need not be.
    pub approvals: bool,
    /// Whether what a run came to is signed at its end.
    pub heads: bool,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unsound(#[from] Box<Unsound>),
    #[error("{}: {source}", path.display())]
    #[diagnostic(
        code("environment"),
        help("make it a file that you can read, or remove it; without one the defaults apply")
    )]
    Io { path: PathBuf, source: io::Error },
}

impl Config {
    /// Reads the project's file and the user's; neither need be there.
    pub fn load(project: &Path, user_folder: Option<&Path>) -> Result<Self, Error> {
        let user = user_folder.map(|folder| folder.join(FILE));
        let user = user.map(|path| read(&path, &path.display().to_string())).transpose()?.flatten();
        // Shown as people know it: relative to the project.
        let source = read(&project.join(FILE), FILE)?;
        Ok(Self::of(user.iter().chain(&source), project)?)
    }

    /// Reads files, each of which lies over those before it. Commands are those of a project.
    pub fn of<'s>(
        sources: impl IntoIterator<Item = &'s Source>,
        project: &Path,
    ) -> Result<Self, Box<Unsound>> {
        let mut layer = Layer::shipped(&Source::new("defaults.toml", SHIPPED))?;
        let mut errors = Vec::new();
        for source in sources {
            match Layer::read(source) {
                Ok(upper) => layer = upper.over(layer),
                Err(wrong) => errors.extend(from_top(wrong)),
            }
        }
        refuse(errors)?;
        let (agents, known) = agents::resolve(&layer.agents, &layer.prices, project)
            .map_err(|errors| Unsound::together(from_top(errors)))?;
        let mut config = Self {
            defaults: layer.defaults,
            prices: layer.prices,
            limits: Bounds { text_bytes: layer.text_bytes.unwrap_or(TEXT_BYTES_MAX) },
            record_branch: layer.record_branch.unwrap_or_default(),
            allowed: layer.allowed,
            passed: layer.passed,
            signing: Signing {
                key: layer.signing.key,
                allowed_signers: layer.signing.allowed_signers,
                approvals: layer.signing.approvals.unwrap_or(false),
                heads: layer.signing.heads.unwrap_or(false),
            },
            budget: layer.budget.unwrap_or_default(),
            checkpoint: layer.checkpoint.unwrap_or_default(),
            permits: layer.permits,
            worktrees: layer.worktrees.build(),
            pool: layer.pool.build(&known)?,
            engine: layer.engine.build(),
            notify: layer.notify,
            routes: Vec::new(),
            agents,
            known,
            project: project.canonicalize().unwrap_or_else(|_| project.to_owned()),
        };
        let mut errors: Vec<Box<Unsound>> =
            config.named(config.defaults.agent.as_ref()).err().into_iter().collect();
        errors.extend(config.take_routes(layer.routes));
        refuse(from_top(errors))?;
        Ok(config)
    }

    /// Who plays `role`: the agent of that name, else the one given at the start, else the
    /// default one. `None` where nobody does, so that the run waits and shows the packet.
    pub fn agent(&self, role: &str, given: Option<&str>) -> Result<Option<&Agent>, Box<Unsound>> {
        let given = given.map(|name| Stated::given("agent", name));
        let given_agent = self.named(given.as_ref())?;
        if given.as_ref().is_some_and(|given| given.text == NO_AGENT) {
            return Ok(None);
        }
        if let Some(agent) = self.agents.get(role).or(given_agent) {
            return Ok(Some(agent));
        }
        self.named(self.defaults.agent.as_ref())
    }

    /// Says whether an agent can be given by this name; `none` can.
    pub fn refuse_unknown_agent(&self, name: &str) -> Result<(), Box<Unsound>> {
        self.named(Some(&Stated::given("agent", name))).map(|_| ())
    }

    /// The definition that an agent of this name ends in: another entry, or a preset.
    pub fn definition(&self, name: &str) -> Option<&str> {
        self.known.get(name).map(|agent| agent.definition.as_str())
    }

    /// Whether any agent has variables set for it.
    pub fn sets_variables(&self) -> bool {
        self.known.values().any(|agent| !agent.settings().env.is_empty())
    }

    /// The agents that `orch.toml` names, by name.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values()
    }

    /// The names that an agent can be called by: those of `orch.toml` and the presets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    fn named(&self, name: Option<&Stated>) -> Result<Option<&Agent>, Box<Unsound>> {
        match name {
            None => Ok(None),
            Some(name) if name.text == NO_AGENT => Ok(None),
            Some(name) => {
                let names = self.names().chain([NO_AGENT]);
                let agent = self.known.get(&name.text);
                agent.map(Some).ok_or_else(|| name.unknown("agent", names))
            }
        }
    }
}

/// Errors from top to bottom of each file.
fn from_top(mut errors: Vec<Box<Unsound>>) -> Vec<Box<Unsound>> {
    errors.sort_by_key(|error| (error.place().0.to_owned(), error.span().start));
    errors
}

fn refuse(errors: Vec<Box<Unsound>>) -> Result<(), Box<Unsound>> {
    if errors.is_empty() { Ok(()) } else { Err(Unsound::together(errors)) }
}

/// The largest orch.toml that is read.
const BYTES_MAX: u64 = 1024 * 1024;

fn read(path: &Path, name: &str) -> Result<Option<Source>, Error> {
    let bytes = files::read_small(path, BYTES_MAX)
        .map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let Some(bytes) = bytes else {
        // What a link leads to is missing: nobody means to have no settings then.
        if files::exists(path) {
            let source = io::Error::other("it is a symbolic link that leads nowhere");
            return Err(Error::Io { path: path.to_owned(), source });
        }
        return Ok(None);
    };
    Ok(Some(Source::of_bytes(name, bytes)?))
}

/// The JSON Schema of `orch.toml`, for editors and the reference.
pub fn schema() -> serde_json::Value {
    crate::document::schema_of::<tables::Tables>().to_value()
}
