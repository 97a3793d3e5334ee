//! The tables of one `orch.toml`, as written, and how one file lies over another.

use super::Defaults;
use super::RecordBranch;
use super::agents::AgentEntry;
use super::engine::EngineTable;
use super::notify::Notify;
use super::notify::NotifyTable;
use super::pool::PoolLayer;
use super::pool::PoolTable;
use super::route::RouteEntry;
use super::route::RouteTable;
use super::worktrees::WorktreeLayer;
use super::worktrees::WorktreeTable;
use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::document;
use crate::document::Placed;
use crate::executor::AgentSettings;
use crate::executor::Price;
use crate::executor::Prices;
use crate::permits::Permits;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::surroundings::Allowed;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::ops::Range;

/// A name that somebody wrote somewhere, for errors that show where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub text: String,
    source: Source,
    /// What was typed on the command line stands in no text.
    span: Option<Range<usize>>,
}

/// What one or several files say.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) defaults: Defaults,
    pub(super) agents: BTreeMap<String, AgentEntry>,
    pub(super) prices: Prices,
    pub(super) text_bytes: Option<u64>,
    pub(super) record_branch: Option<RecordBranch>,
    pub(super) allowed: Allowed,
    /// Those that files which people write name.
    pub(super) passed: Allowed,
    pub(super) signing: SigningTable,
    pub(super) budget: Option<Budget>,
    pub(super) checkpoint: Option<CheckpointPolicy>,
    pub(super) permits: Permits,
    pub(super) worktrees: WorktreeLayer,
    pub(super) pool: PoolLayer,
    pub(super) engine: EngineTable,
    pub(super) notify: Vec<Notify>,
    pub(super) routes: Vec<RouteEntry>,
}

/// The configuration file `orch.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Tables {
    /// Defaults for what the command line does not set.
    defaults: DefaultsTable,
    /// The agents, by name or role.
    #[schemars(with = "BTreeMap<String, AgentSettings>")]
    agents: BTreeMap<Placed<String>, AgentSettings>,
    /// Prices of models, for agents that report tokens but no cost.
    prices: BTreeMap<String, Price>,
    /// Limits.
    limits: LimitsTable,
    /// When to commit records.
    record: RecordTable,
    /// Which of orch's own environment variables programs receive.
    environment: EnvironmentTable,
    /// The key that signs approvals, and the allowed signers.
    signing: SigningTable,
    /// The budget of a run.
    budget: Option<Budget>,
    /// When to seal checkpoints.
    checkpoint: Option<CheckpointPolicy>,
    /// What the programs of gates are permitted.
    permits: Permits,
    /// The git worktrees of child runs.
    worktree: WorktreeTable,
    /// The pool of runs that wait for a worker.
    pool: PoolTable,
    /// The engine that machines share runs through.
    engine: EngineTable,
    /// Whom to notify of what happens in runs.
    notify: Vec<NotifyTable>,
    /// Agents for some of the work, instead of those that roles name.
    route: Vec<RouteTable>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct DefaultsTable {
    /// The agent for roles without an agent of their own; `none` waits for a person.
    #[schemars(with = "Option<String>")]
    agent: Option<Placed<String>>,
    /// The workflow to use if none is given.
    #[schemars(with = "Option<String>")]
    workflow: Option<Placed<String>>,
    /// The workflow that a session starts if none is given.
    #[schemars(with = "Option<String>")]
    session_workflow: Option<Placed<String>>,
    /// The workflow of spawned runs if none is given.
    #[schemars(with = "Option<String>")]
    spawn_workflow: Option<Placed<String>>,
    /// The workflow of convoys. It takes the inputs `workflow` and `keys`.
    #[schemars(with = "Option<String>")]
    convoy_workflow: Option<Placed<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct LimitsTable {
    /// Maximum size in bytes of a file that a text check reads.
    text_bytes: Option<NonZeroU64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct RecordTable {
    /// When to commit a run's record to its branch. The run's own ref gets every attempt
    /// regardless.
    branch: Option<RecordBranch>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct EnvironmentTable {
    /// Names of environment variables to pass on, in addition to those that are always passed on. A
    /// name that ends in `*` stands for all variables with that prefix.
    #[schemars(with = "Vec<String>")]
    pass: Vec<Placed<String>>,
}

impl EnvironmentTable {
    fn allowed(self, source: &Source, errors: &mut Vec<Box<Unsound>>) -> Allowed {
        let mut allowed = Allowed::default();
        for name in self.pass {
            let span = name.span();
            match Allowed::new(vec![name.into_inner()]) {
                Ok(one) => allowed.extend(&one),
                Err(message) => {
                    errors.push(source.unsound(span, message).advise(Allowed::NAME_RULE));
                }
            }
        }
        allowed
    }
}

/// Paths are relative to the project, or to the home folder if they start with `~/`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SigningTable {
    /// The SSH key: the file of its private or public half; git's `user.signingkey` by default.
    pub(super) key: Option<String>,
    /// The allowed-signers file, in the format of `ssh-keygen`; git's `gpg.ssh.allowedSignersFile`
    /// by default. A run keeps a copy from its start.
    pub(super) allowed_signers: Option<String>,
    /// Sign approvals even where the gate does not require it.
    pub(super) approvals: Option<bool>,
    /// Sign the result of a run at its end. Requires a key that does not prompt.
    pub(super) heads: Option<bool>,
}

impl Stated {
    pub(super) fn placed(source: &Source, name: Placed<String>) -> Self {
        let span = name.span();
        Self { text: name.into_inner(), source: source.clone(), span: Some(span) }
    }

    /// Where a text stands below the agent of this name in the same file, under a key of it or any.
    pub(super) fn agent_text(&self, key: Option<&str>, text: &str) -> Option<Self> {
        let is_meant = |keys: &[String]| match keys {
            [table, agent, own, ..] => {
                table == "agents" && *agent == self.text && key.is_none_or(|key| key == own)
            }
            [] | [_] | [_, _] => false,
        };
        let written = document::texts(&self.source);
        let found = written.into_iter().filter(|written| is_meant(&written.keys));
        let spans = found.filter_map(|written| {
            let at = self.source.text.get(written.span.clone())?.find(text)?;
            Some(written.span.start + at..written.span.start + at + text.len())
        });
        let span = spans.min_by_key(|span| span.start);
        Some(Self { text: text.to_owned(), source: self.source.clone(), span: Some(span?) })
    }

    /// A value that was given for an option; errors show it as it was given.
    pub fn given(option: &str, text: &str) -> Self {
        Self { text: text.to_owned(), source: Source::new(option, text), span: None }
    }

    /// Another name in the same file.
    pub(super) fn at(&self, name: &Placed<String>) -> Self {
        Self::placed(&self.source, name.clone())
    }

    /// An error at the place of this name.
    pub fn unsound(&self, message: impl Into<String>) -> Box<Unsound> {
        match self.span.clone() {
            Some(span) => self.source.unsound(span, message),
            None => self.source.unsound(0..0, message).without_place(),
        }
    }

    /// The error that nothing of this `kind` has the name, with the nearest of the names there are.
    pub fn unknown<'n>(
        &self,
        kind: &str,
        names: impl IntoIterator<Item = &'n str>,
    ) -> Box<Unsound> {
        self.unsound(format!("unknown {kind} `{}`", self.text)).advise(suggest(&self.text, names))
    }
}

/// What can be built of some entries; what is wrong with the others is told together.
fn all<T, B>(
    entries: Vec<T>,
    errors: &mut Vec<Box<Unsound>>,
    build: impl Fn(T) -> Result<B, Box<Unsound>>,
) -> Vec<B> {
    let read = entries.into_iter().map(build);
    read.filter_map(|read| read.map_err(|error| errors.push(error)).ok()).collect()
}

impl Layer {
    /// Reads one file.
    pub(super) fn read(source: &Source) -> Result<Self, Vec<Box<Unsound>>> {
        Self::of(source, document::read_all(source)?)
    }

    /// Reads the file that the program brings with it.
    pub(super) fn shipped(source: &Source) -> Result<Self, Box<Unsound>> {
        Self::of(source, document::read_shipped(source)?).map_err(Unsound::together)
    }

    fn of(source: &Source, tables: Tables) -> Result<Self, Vec<Box<Unsound>>> {
        let mut errors = Vec::new();
        let stated = |name: Option<Placed<String>>| name.map(|name| Stated::placed(source, name));
        let entry = |(name, settings): (Placed<String>, AgentSettings)| {
            let name = Stated::placed(source, name);
            (name.text.clone(), AgentEntry { name, settings })
        };
        let agents: BTreeMap<String, AgentEntry> = tables.agents.into_iter().map(entry).collect();
        errors.extend(agents.get(super::NO_AGENT).map(|entry| {
            let message = "an agent must not be named `none`, which means no agent";
            entry.name.unsound(message).advise("give it another name")
        }));
        let allowed = tables.environment.allowed(source, &mut errors);
        let notify = all(tables.notify, &mut errors, |entry| entry.build(source));
        let routes = all(tables.route, &mut errors, |entry| entry.build(source));
        let worktrees = tables.worktree.read(source);
        let worktrees = match worktrees {
            Ok(worktrees) if errors.is_empty() => worktrees,
            worktrees => {
                errors.extend(worktrees.err());
                return Err(errors);
            }
        };
        Ok(Self {
            defaults: Defaults {
                agent: stated(tables.defaults.agent),
                workflow: stated(tables.defaults.workflow),
                session_workflow: stated(tables.defaults.session_workflow),
                spawn_workflow: stated(tables.defaults.spawn_workflow),
                convoy_workflow: stated(tables.defaults.convoy_workflow),
            },
            agents,
            prices: tables.prices,
            text_bytes: tables.limits.text_bytes.map(NonZeroU64::get),
            record_branch: tables.record.branch,
            passed: Allowed::default(),
            allowed,
            signing: tables.signing,
            budget: tables.budget,
            checkpoint: tables.checkpoint,
            permits: tables.permits,
            worktrees,
            pool: tables.pool.read(source),
            engine: tables.engine,
            notify,
            routes,
        })
    }

    /// This file over those below: each name, and each bound, is the upper one's where it has it.
    pub(super) fn over(mut self, below: Self) -> Self {
        for (name, entry) in below.agents {
            self.agents.entry(name).or_insert(entry);
        }
        for (model, price) in below.prices {
            self.prices.entry(model).or_insert(price);
        }
        let defaults = Defaults {
            agent: self.defaults.agent.or(below.defaults.agent),
            workflow: self.defaults.workflow.or(below.defaults.workflow),
            session_workflow: self.defaults.session_workflow.or(below.defaults.session_workflow),
            spawn_workflow: self.defaults.spawn_workflow.or(below.defaults.spawn_workflow),
            convoy_workflow: self.defaults.convoy_workflow.or(below.defaults.convoy_workflow),
        };
        let mut passed = self.allowed.clone();
        passed.extend(&below.passed);
        self.allowed.extend(&below.allowed);
        // Neither file replaces what the other one says: each has its own readers.
        let mut notify = below.notify;
        notify.append(&mut self.notify);
        // The first route that fits is taken, and the upper file has its say first.
        self.routes.extend(below.routes);
        Self {
            defaults,
            passed,
            notify,
            routes: self.routes,
            allowed: self.allowed,
            agents: self.agents,
            prices: self.prices,
            text_bytes: self.text_bytes.or(below.text_bytes),
            record_branch: self.record_branch.or(below.record_branch),
            signing: SigningTable {
                key: self.signing.key.or(below.signing.key),
                allowed_signers: self.signing.allowed_signers.or(below.signing.allowed_signers),
                approvals: self.signing.approvals.or(below.signing.approvals),
                heads: self.signing.heads.or(below.signing.heads),
            },
            budget: match (self.budget, below.budget) {
                (Some(upper), Some(lower)) => Some(upper.or(lower)),
                (upper, lower) => upper.or(lower),
            },
            permits: self.permits.and(below.permits),
            checkpoint: match (self.checkpoint, below.checkpoint) {
                (Some(upper), Some(lower)) => Some(upper.or(lower)),
                (upper, lower) => upper.or(lower),
            },
            worktrees: self.worktrees.over(below.worktrees),
            pool: self.pool.over(below.pool),
            engine: self.engine.over(below.engine),
        }
    }
}
