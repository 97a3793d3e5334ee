//! The cast of a run: who plays its roles, frozen when it begins, so that what an agent
//! writes into `orch.toml` changes nothing in a run that goes on; and what its programs get of the
//! environment, which is frozen for the same reason. Of variables that are
//! set for an agent the names are kept, and of the values a digest that nobody can guess
//! from: records are committed, and values may be secrets.

use super::Config;
use super::NO_AGENT;
use super::programs::Finder;
use super::programs::Programs;
use super::route::Route;
use crate::definition::Frozen;
use crate::digest::Digest;
use crate::executor::Agent;
use crate::executor::AgentSettings;
use crate::executor::Prices;
use crate::json;
use crate::surroundings::Allowed;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

/// The text that says who plays which role, among the texts of a run.
pub const CAST: &str = "agents.json";

/// The folder of the texts that say what each agent is.
pub const AGENTS: &str = "agents/";

/// The longest name of an agent that its text is called by, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// With what digests of values are made, so that they tell nothing; `None` where it was lost.
pub type Key<'k> = Option<&'k [u8]>;

/// Who plays the roles of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cast {
    /// Who plays the roles that have no agent of their own.
    default: Option<String>,
    /// The roles that have an agent of their own, which has their name.
    roles: BTreeSet<String>,
    prices: Prices,
    /// What programs get of the variables that are set; a run that began before this was kept goes by
    /// `orch.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed: Option<Allowed>,
    /// The routes that its work may go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    routes: Vec<Route>,
    #[serde(skip)]
    agents: BTreeMap<String, Player>,
}

/// An agent as a run keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Player {
    name: String,
    definition: String,
    /// The names of the variables that are set for it.
    environment: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment_sha256: Option<Digest>,
    settings: AgentSettings,
    /// The scripts and programs of the project that its command names. A run that began before they
    /// were kept does not look at them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    programs: Option<BTreeMap<String, Digest>>,
}

/// A script of the project that the command of an agent names, and that is another one than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub agent: String,
    pub path: String,
    pub before: Option<Digest>,
}

/// Why an agent of a run is not at hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Miscast {
    /// Its text was changed, or comes from another version.
    #[error("cannot read agent `{agent}` from the run: {message}")]
    Unreadable { agent: String, message: String },
    /// The values of its variables lie in `orch.toml` alone.
    #[error(
        "the variables that orch.toml sets for agent `{agent}` have changed since the run started"
    )]
    Environment { agent: String },
    /// Whoever works in the project may have put something else there.
    #[error("`{path}`, used by the command of agent `{agent}`, has changed since the run started")]
    Program { agent: String, path: String },
}

impl Cast {
    /// Who would play these roles now, each of which has an agent of its own. `given` plays the others.
    pub fn of(
        config: &Config,
        (workflow, roles): (&str, BTreeSet<String>),
        given: Option<&str>,
        key: Key<'_>,
    ) -> Self {
        let named = |name: &&str| *name != NO_AGENT;
        let default = config.defaults.agent.as_ref().map(|stated| stated.text.as_str());
        let all = roles.iter().map(String::as_str).chain(default.filter(named));
        let mut all = config.with_fallbacks(all.chain(given.filter(named)));
        all.extend(config.routed(Some(workflow)));
        let players = all.iter().filter_map(|name| config.known.get(name));
        let agents = players
            .map(|agent| (agent.name.clone(), Player::of(agent, key, &config.project)))
            .collect();
        Self {
            default: default.map(str::to_owned),
            roles,
            prices: config.prices.clone(),
            allowed: Some(config.allowed.clone()),
            routes: config.routes.iter().filter(|route| route.is_of(workflow)).cloned().collect(),
            agents,
        }
    }

    /// One more agent of this name, as it is now, with those who take over from it.
    #[must_use]
    pub fn with(mut self, config: &Config, name: &str, key: Key<'_>) -> Self {
        for name in config.with_fallbacks([name]) {
            if let Some(agent) = config.known.get(&name) {
                self.agents.entry(name).or_insert_with(|| Player::of(agent, key, &config.project));
            }
        }
        self
    }

    /// The texts that a run keeps of it.
    pub fn freeze(&self) -> Vec<Frozen> {
        let players = self.agents.values().map(|player| frozen(player.path(), player));
        std::iter::once(frozen(CAST.to_owned(), self)).chain(players).collect()
    }

    /// The cast that a run keeps; none in one that began before casts were kept.
    pub fn thaw(texts: &[Frozen]) -> Result<Option<Self>, Miscast> {
        let unreadable = |agent: &str, error: &serde_json::Error| Miscast::Unreadable {
            agent: agent.to_owned(),
            message: error.to_string(),
        };
        let Some(text) = texts.iter().find(|text| text.path == CAST) else { return Ok(None) };
        let mut cast: Self =
            serde_json::from_str(&text.text).map_err(|error| unreadable(CAST, &error))?;
        for text in texts.iter().filter(|text| text.path.starts_with(AGENTS)) {
            let player: Player =
                serde_json::from_str(&text.text).map_err(|error| unreadable(&text.path, &error))?;
            cast.agents.insert(player.name.clone(), player);
        }
        Ok(Some(cast))
    }

    /// The scripts that are others in the second texts than in the first.
    pub fn changed_scripts(before: &[Frozen], after: &[Frozen]) -> Vec<Script> {
        let thaw = |texts| Self::thaw(texts).ok().flatten().unwrap_or_default();
        let (before, after) = (thaw(before), thaw(after));
        let mut changed = Vec::new();
        for player in after.agents.values() {
            let kept = before.agents.get(&player.name).and_then(|kept| kept.programs.as_ref());
            for (path, now) in player.programs.iter().flatten() {
                let then = kept.and_then(|kept| kept.get(path)).copied();
                if then != Some(*now) {
                    let (agent, path) = (player.name.clone(), path.clone());
                    changed.push(Script { agent, path, before: then });
                }
            }
        }
        changed
    }

    /// Who plays `role`, by the rules of [`Config::agent`].
    pub fn player<'n>(&'n self, role: &str, given: Option<&'n str>) -> Option<&'n str> {
        if given == Some(NO_AGENT) {
            return None;
        }
        let own = self.roles.get(role).map(String::as_str);
        let default = self.default.as_deref().filter(|name| *name != NO_AGENT);
        own.or(given).or(default)
    }

    /// The routes that work may go, the first that fits before the others.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Who takes over from an agent where its surroundings fail.
    pub fn fallback(&self, name: &str) -> &[String] {
        let player = self.agents.get(name);
        player.and_then(|player| player.settings.fallback.as_deref()).unwrap_or_default()
    }

    /// The settings of an agent that was kept.
    pub fn settings(&self, name: &str) -> Option<&AgentSettings> {
        self.agents.get(name).map(|player| &player.settings)
    }

    /// What programs get of the variables that are set.
    pub fn allowed(&self) -> Option<&Allowed> {
        self.allowed.as_ref()
    }

    /// The agents that were kept.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.agents.keys().map(String::as_str)
    }

    /// Whether what an agent is was kept.
    pub fn knows(&self, name: &str) -> bool {
        self.agents.contains_key(name)
    }

    /// The definition that an agent of this name ends in.
    pub fn definition(&self, name: &str) -> Option<&str> {
        self.agents.get(name).map(|player| player.definition.as_str())
    }

    /// The text of the agent of this name.
    pub fn path(&self, name: &str) -> Option<String> {
        self.agents.get(name).map(Player::path)
    }

    /// The agent of this name, ready to be called. The values of its variables are those of
    /// `orch.toml`, where they are the ones that the run began with.
    pub fn agent(&self, name: &str, config: &Config, key: Key<'_>) -> Result<Agent, Miscast> {
        let unreadable = |message: String| Miscast::Unreadable { agent: name.to_owned(), message };
        let player = self.agents.get(name).ok_or_else(|| unreadable("it is missing".to_owned()))?;
        let now = config.known.get(name).map(|agent| &agent.settings().env);
        let env: BTreeMap<String, String> = now
            .into_iter()
            .flatten()
            .filter(|(name, _)| player.environment.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let is_whole = env.len() == player.environment.len();
        let is_same = match (player.environment_sha256, key) {
            (Some(sealed), Some(key)) => sealed == digest(&env, key),
            (None, _) | (_, None) => true,
        };
        if !is_whole || !is_same {
            return Err(Miscast::Environment { agent: name.to_owned() });
        }
        let definition = Some(player.definition.clone());
        let settings = AgentSettings { definition, env, ..player.settings.clone() };
        let agent =
            Agent::new(name, settings, &self.prices).map_err(|unfit| unreadable(unfit.message))?;
        let Some(kept) = &player.programs else { return Ok(agent) };
        let now = programs(&agent, &config.project);
        let mut paths = kept.keys().chain(now.keys());
        match paths.find(|path| kept.get(*path) != now.get(*path)) {
            None => Ok(agent),
            Some(path) => Err(Miscast::Program { agent: agent.name.clone(), path: path.clone() }),
        }
    }
}

fn programs(agent: &Agent, project: &Path) -> BTreeMap<String, Digest> {
    Programs::of(agent.command(), &Finder::new(project)).of_project()
}

impl Player {
    fn of(agent: &Agent, key: Key<'_>, project: &Path) -> Self {
        let settings = agent.settings().clone();
        Self {
            name: agent.name.clone(),
            definition: agent.definition.clone(),
            environment: settings.env.keys().cloned().collect(),
            environment_sha256: key
                .filter(|_| !settings.env.is_empty())
                .map(|key| digest(&settings.env, key)),
            settings: AgentSettings { env: BTreeMap::new(), definition: None, ..settings },
            programs: Some(programs(agent, project)),
        }
    }

    /// What its text is called. Anything can be a name in `orch.toml`, and not in a folder.
    fn path(&self) -> String {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
        let is_short = self.name.len() <= NAME_BYTES_MAX && !self.name.is_empty();
        if is_short && self.name.chars().all(is_plain) {
            return format!("{AGENTS}{}.json", self.name);
        }
        format!("{AGENTS}{}.json", Digest::of(&self.name))
    }
}

/// Of an environment, in a form that has one reading.
fn digest(environment: &BTreeMap<String, String>, key: &[u8]) -> Digest {
    let mut bytes = key.to_vec();
    for (name, value) in environment {
        for text in [name, value] {
            bytes.extend(text.len().to_le_bytes());
            bytes.extend(text.as_bytes());
        }
    }
    Digest::of(bytes)
}

fn frozen(path: String, value: &impl Serialize) -> Frozen {
    let text = json::pretty_text(value);
    Frozen { path, sha256: Digest::of(&text), text }
}
