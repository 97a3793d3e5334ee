//! The table of an agent: the same in the shipped presets and in `[agents.NAME]` of
//! `orch.toml`, so that a preset holds nothing that a person could not write.

use super::escapes::Escapes;
use super::output::AgentOutput;
use super::transient::Backoff;
use crate::budget::Budget;
use crate::clock::Period;
use crate::document::Placed;
use crate::permits::HomeFolder;
use crate::permits::Permits;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// The settings of an agent. Omitted ones are taken from its `use` or `preset`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    /// The agent or preset that the command comes from; found out, not written.
    #[serde(skip)]
    #[schemars(skip)]
    pub definition: Option<String>,
    /// A description for listings.
    pub description: Option<String>,
    /// The built-in preset to build on.
    #[serde(skip_serializing)]
    #[schemars(with = "Option<String>")]
    pub preset: Option<Placed<String>>,
    /// Another agent in `orch.toml`, or a preset, to build on.
    #[serde(rename = "use", skip_serializing)]
    #[schemars(with = "Option<String>")]
    pub stands_on: Option<Placed<String>>,
    /// The program and its arguments. `{packet}`, `{packet_path}` and `{model}` are replaced and
    /// never split.
    pub command: Option<Vec<String>>,
    /// The model to request.
    pub model: Option<String>,
    /// Arguments to add if a model is set, such as `["--model", "{model}"]`.
    pub model_arguments: Option<Vec<String>>,
    /// Arguments to add if a budget in US dollars applies, such as
    /// `["--max-budget-usd", "{budget_usd}"]`; `{budget_usd}` is what is left of it.
    pub budget_arguments: Option<Vec<String>>,
    /// More arguments, added last.
    pub args: Option<Vec<String>>,
    /// How to pass the packet to the program.
    pub packet: Option<PacketBy>,
    /// Characters that the program acts on in a packet, such as `"@"`: each gets a backslash before it
    /// where the packet is passed on standard input or as an argument. The packet that is recorded
    /// stays as it is.
    pub escape: Option<Escapes>,
    /// How packets name orch: as `name`, or by its `path` for a program whose shell does not find it.
    pub orch: Option<OrchBy>,
    /// Arguments of a call that costs nothing and fails if the agent cannot work, to find out
    /// beforehand.
    pub probe: Option<Vec<String>>,
    /// Where the program's output reports its usage.
    pub output: Option<AgentOutput>,
    /// Environment variables to set for the program.
    #[serde(default, skip_serializing)]
    pub env: BTreeMap<String, String>,
    /// Environment variables to pass on to the program, in addition to those that every program
    /// gets. A name that ends in `*` stands for all variables with that prefix.
    pub pass: Option<Vec<String>>,
    /// What the program is permitted, at most what `orch.toml`, workflow and gate permit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permits: Option<Permits>,
    /// What the program needs to work, whatever else it is permitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<AgentNeeds>,
    /// Timeout of one call, such as `45m`.
    pub timeout: Option<Period>,
    /// Exit codes that mean an interruption from outside, which does not count toward `retry`.
    pub interrupted: Option<Vec<i32>>,
    /// The pauses after transient failures, which do not count toward `retry`: see
    /// `output.transient`.
    pub backoff: Option<Backoff>,
    /// Agents that take over, one after the other, if the program is missing or transient failures last
    /// longer than `backoff.within`; without them the gate waits for a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Vec<String>>,
    /// Explanations of exit codes.
    #[serde(default)]
    pub exits: BTreeMap<String, String>,
    /// The budget of this agent in one run, in all its roles. An agent without a budget that builds
    /// on another one shares that agent's budget.
    pub budget: Option<Budget>,
    /// Whose budget it is; found out, not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub purse: Option<String>,
}

/// What the program of an agent needs to work at all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AgentNeeds {
    /// Folders of the user's home with its login and its sessions, such as `[".claude"]`.
    pub home: Vec<HomeFolder>,
    /// Hosts that it talks to, such as `["api.anthropic.com"]`.
    pub hosts: Vec<String>,
}

/// How to pass the packet to a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PacketBy {
    /// On standard input.
    #[default]
    Stdin,
    /// As the path of a file: at `{packet_path}`, or as the last argument.
    File,
    /// As an argument: at `{packet}`, or as the last argument.
    Argument,
}

/// How packets name orch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OrchBy {
    /// `orch`, found on the program's PATH.
    #[default]
    Name,
    /// Its full path.
    Path,
}

impl AgentSettings {
    /// These settings, with what they leave open taken from `below`; tables are filled up by name.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let fill = |mut table: BTreeMap<String, String>, below: BTreeMap<String, String>| {
            for (name, value) in below {
                table.entry(name).or_insert(value);
            }
            table
        };
        let definition = if self.command.is_some() { self.definition } else { below.definition };
        let purse = if self.budget.is_some() { self.purse } else { below.purse };
        Self {
            definition,
            purse,
            description: self.description.or(below.description),
            preset: self.preset.or(below.preset),
            stands_on: self.stands_on,
            command: self.command.or(below.command),
            model: self.model.or(below.model),
            model_arguments: self.model_arguments.or(below.model_arguments),
            budget_arguments: self.budget_arguments.or(below.budget_arguments),
            args: self.args.or(below.args),
            packet: self.packet.or(below.packet),
            escape: self.escape.or(below.escape),
            orch: self.orch.or(below.orch),
            probe: self.probe.or(below.probe),
            output: self.output.or(below.output),
            env: fill(self.env, below.env),
            pass: self.pass.or(below.pass),
            permits: match (self.permits, below.permits) {
                (Some(own), Some(below)) => Some(own.and(below)),
                (own, below) => own.or(below),
            },
            needs: self.needs.or(below.needs),
            timeout: self.timeout.or(below.timeout),
            interrupted: self.interrupted.or(below.interrupted),
            backoff: match (self.backoff, below.backoff) {
                (Some(own), Some(below)) => Some(own.over(below)),
                (own, below) => own.or(below),
            },
            fallback: self.fallback.or(below.fallback),
            exits: fill(self.exits, below.exits),
            budget: self.budget.or(below.budget),
        }
    }
}
