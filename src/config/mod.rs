//! `orch.toml`: which agents there are, what they cost, and the limits of a project.
//! The project's file lies over the user's, and both over the shipped defaults.

mod agents;
mod cast;
mod pool;
mod notify;
mod programs;
mod route;
mod tables;
mod worktrees;

pub use cast::AGENTS;
pub use cast::CAST;
pub use cast::Cast;
pub use cast::Miscast;
pub use cast::Script;
pub use notify::Channel;
pub use notify::NAMES as NOTIFICATION_NAMES;
pub use notify::Notify;
pub use notify::Topic;
pub use pool::PoolSettings;
pub use programs::Finder;
pub use programs::Programs;
pub use programs::names_in;
pub use route::LEFT;
pub use route::Route;
pub use route::RoutedWork;
pub use tables::Stated;
pub use worktrees::Worktrees;

use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::executor::Agent;
use crate::executor::Prices;
use crate::files;
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
    /// How the working trees of child runs are made.
    pub worktrees: Worktrees,
    /// How many runs are at work at once.
    pub pool: PoolSettings,
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
    #[diagnostic(code("environment"))]
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
        for source in sources {
            layer = Layer::read(source)?.over(layer);
        }
        let (agents, known) = agents::resolve(&layer.agents, &layer.prices, project)?;
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
            worktrees: layer.worktrees.build(),
            pool: layer.pool.build(),
            notify: layer.notify,
            routes: Vec::new(),
            agents,
            known,
            project: project.canonicalize().unwrap_or_else(|_| project.to_owned()),
        };
        config.named(config.defaults.agent.as_ref())?;
        config.take_routes(layer.routes)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::Amount;

    fn config(text: &str) -> Config {
        Config::of([&Source::new(FILE, text)], Path::new("/none")).unwrap()
    }

    /// The message of an error, its line and column, and its help.
    fn told(error: &Unsound) -> (String, usize, usize, String) {
        let (_, line, column) = error.place();
        (error.message.clone(), line, column, error.help.clone().unwrap_or_default().to_string())
    }

    fn error(text: &str) -> (String, usize, usize, String) {
        told(&Config::of([&Source::new(FILE, text)], Path::new("/none")).unwrap_err())
    }

    fn playing(config: &Config, role: &str, given: Option<&str>) -> String {
        let agent = config.agent(role, given).unwrap();
        agent.map_or_else(|| "nobody".to_owned(), |agent| agent.name.clone())
    }

    #[test]
    fn a_role_is_played_by_its_own_agent_then_the_given_then_the_default() {
        let text =
            "[agents.editor]\nuse = 'claude'\nargs = ['--fast']\n[agents.mine]\ncommand = ['x']";
        let without = config(text);
        let with = config(&format!("[defaults]\nagent = 'mine'\n{text}"));
        assert_eq!(playing(&without, "editor", Some("mine")), "editor");
        assert_eq!(playing(&without, "writer", Some("mine")), "mine");
        assert_eq!(playing(&without, "writer", None), "nobody");
        assert_eq!(playing(&with, "writer", None), "mine");
        assert_eq!(playing(&with, "editor", Some("none")), "nobody");
        // A preset needs no entry, but a role of its name is not played unasked.
        assert_eq!(playing(&without, "writer", Some("codex")), "codex");
        assert_eq!(playing(&without, "codex", None), "nobody");
        let error = without.agent("editor", Some("min")).unwrap_err();
        let help = "did you mean `mine`?".to_owned();
        assert_eq!(told(&error), ("unknown agent `min`".to_owned(), 1, 1, help));
        assert_eq!(error.place().0, "agent");
    }

    #[test]
    fn agents_stand_on_agents_and_presets() {
        let config = config(
            "[agents.claude]\nuse = 'claude'\nmodel = 'large'\n\
             [agents.editor]\nuse = 'claude'\nbudget = { usd = 2 }\n\
             [agents.quick]\nuse = 'editor'\nmodel = 'small'",
        );
        let agent = |name| config.agent(name, None).unwrap().unwrap();
        assert_eq!(agent("editor").model.as_deref(), Some("large"));
        assert_eq!(agent("quick").model.as_deref(), Some("small"));
        assert_eq!(agent("quick").program(), "claude");
        let budget = agent("quick").budget.and_then(|budget| budget.usd);
        assert_eq!(budget.map(Amount::value), Some(2.0));
        assert_eq!(config.agents().count(), 3);
    }

    #[test]
    fn unknown_names_are_told_with_their_place_and_the_nearest() {
        let (message, line, column, help) = error("[agents.a]\npreset = 'cloude'");
        assert_eq!((message.as_str(), line, column), ("unknown preset `cloude`", 2, 10));
        assert_eq!(help, "did you mean `claude`?");
        let (message, line, _, help) = error("[agents.a]\nuse = 'bb'\n[agents.b]\ncommand = ['x']");
        assert_eq!((message.as_str(), line), ("unknown agent `bb`", 2));
        assert_eq!(help, "did you mean `b`?");
        let (message, line, column, help) = error("[defaults]\nagent = 'gemni'");
        assert_eq!((message.as_str(), line, column), ("unknown agent `gemni`", 2, 9));
        assert_eq!(help, "did you mean `gemini`?");
        let (message, line, _, help) = error("[agents.a]\ncommand = ['x']\npakcet = 'file'");
        assert_eq!((message.as_str(), line), ("unknown key `pakcet`", 3));
        assert_eq!(help, "did you mean `packet`?");
    }

    #[test]
    fn agents_that_cannot_be_are_refused() {
        let round = "[agents.a]\nuse = 'b'\n[agents.b]\nuse = 'c'\n[agents.c]\nuse = 'b'";
        let (message, line, ..) = error(round);
        assert_eq!((message.as_str(), line), ("agents use each other in a cycle: b → c → b", 6));
        assert!(error("[agents.a]\nuse = 'a'").0.ends_with("a → a"));
        let both = error("[agents.a]\nuse = 'claude'\npreset = 'claude'");
        assert!(both.0.contains("both `use` and `preset`") && both.1 == 2, "{both:?}");
        let (message, line, column, _) = error("[agents.a]\nmodel = 'm'");
        assert!(message.contains("requires `preset`"), "{message}");
        assert_eq!((line, column), (1, 9));
        assert!(error("[agents.none]\ncommand = ['x']").0.contains("must not be named `none`"));
    }

    #[test]
    fn the_project_lies_over_the_user() {
        let user = "[defaults]\nagent = 'mine'\nworkflow = 'essay'\n[agents.mine]\ncommand = ['x']\n\
            env = { A = '1' }\n[limits]\ntext_bytes = 10\n\
            [signing]\nkey = 'u'\napprovals = true\n[budget]\nusd = 5\ntokens = 9\n\
            [prices.m]\ninput_usd_per_million = 1\noutput_usd_per_million = 2\n\
            [prices.n]\ninput_usd_per_million = 1\noutput_usd_per_million = 2";
        let project = "[defaults]\nworkflow = 'book'\n[agents.mine]\ncommand = ['y']\n[budget]\n\
            usd = 1\n[checkpoint]\nevery = '15m'\n[record]\nbranch = 'never'\n\
            [signing]\nkey = 'k'\n[prices.m]\ninput_usd_per_million = 3\noutput_usd_per_million = 4\ndate = 2026-01-19";
        let (user, project) = (Source::new("user", user), Source::new(FILE, project));
        let config = Config::of([&user, &project], Path::new("/none")).unwrap();
        let text = |stated: &Option<Stated>| stated.as_ref().map(|stated| stated.text.clone());
        assert_eq!(text(&config.defaults.workflow).as_deref(), Some("book"));
        assert!(config.defaults.session_workflow.is_some());
        assert_eq!(config.agent("r", None).unwrap().unwrap().program(), "y");
        assert_eq!(config.limits.text_bytes, 10);
        assert_eq!(config.budget.usd.map(Amount::value), Some(1.0));
        assert_eq!(config.budget.tokens, Some(9));
        assert!(config.checkpoint.every.is_some());
        assert_eq!(config.record_branch, RecordBranch::Never);
        assert_eq!(config.signing.key.as_deref(), Some("k"));
        assert!(config.signing.approvals && !config.signing.heads);
        assert!(config.prices["m"].date.is_some() && config.prices["n"].date.is_none());
        assert!(config.prices["claude-sonnet-4-5"].date.is_some());
    }

    #[test]
    fn no_file_is_a_configuration_too_and_a_bad_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let config = Config::load(path, Some(path)).unwrap();
        assert_eq!(config.limits.text_bytes, TEXT_BYTES_MAX);
        files::write_view(&path.join(FILE), b"[record]\nbranch = 'main'").unwrap();
        let Error::Unsound(error) = Config::load(path, None).unwrap_err() else {
            panic!("another error");
        };
        assert_eq!(error.place(), (FILE, 2, 10));
        files::write_view(&path.join(FILE), b"\xff").unwrap();
        assert!(matches!(Config::load(path, None), Err(Error::Unsound(_))));
        assert_eq!(schema()["properties"]["limits"]["$ref"], "#/$defs/LimitsTable");
    }
}
