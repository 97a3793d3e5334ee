//! The table of an agent: the same in the shipped presets and in `[agents.NAME]` of
//! `orch.toml`, so that a preset holds nothing that a person could not write.

use super::output::Output;
use crate::budget::Budget;
use crate::clock::Period;
use crate::document::Placed;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is said of an agent; what is not said comes from what it stands on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSettings {
    /// The agent or preset that the command comes from; found out, not written.
    #[serde(skip)]
    #[schemars(skip)]
    pub definition: Option<String>,
    /// What this agent is, for lists.
    pub description: Option<String>,
    /// The shipped preset that this agent stands on.
    #[serde(skip_serializing)]
    #[schemars(with = "Option<String>")]
    pub preset: Option<Placed<String>>,
    /// Another agent of `orch.toml`, or a preset, that this one stands on.
    #[serde(rename = "use", skip_serializing)]
    #[schemars(with = "Option<String>")]
    pub stands_on: Option<Placed<String>>,
    /// The program and its arguments; `{packet}`, `{packet_path}` and `{model}` in them are
    /// replaced, never split.
    pub command: Option<Vec<String>>,
    /// The model to ask for.
    pub model: Option<String>,
    /// What is added to the command when a model is named, such as `["--model", "{model}"]`.
    pub model_arguments: Option<Vec<String>>,
    /// More arguments, after all others.
    pub args: Option<Vec<String>>,
    /// How the packet reaches the program.
    pub packet: Option<PacketBy>,
    /// Where the program's output tells what it used.
    pub output: Option<Output>,
    /// Variables set for the program.
    #[serde(default, skip_serializing)]
    pub env: BTreeMap<String, String>,
    /// Variables of the surroundings that the program gets beside those that every program gets; one
    /// that ends in `*` stands for all that begin so.
    pub pass: Option<Vec<String>>,
    /// The longest that one call may take, such as `45m`.
    pub timeout: Option<Period>,
    /// Exit codes that mean it was cut short from outside, beside 75: no try is spent.
    pub interrupted: Option<Vec<i32>>,
    /// What exit codes mean, in words.
    #[serde(default)]
    pub exits: BTreeMap<String, String>,
    /// What this agent may spend in one run, under whatever roles. One that stands on another and
    /// states no budget draws on the other's, and all that do so share it.
    pub budget: Option<Budget>,
    /// Whose budget it is; found out, not written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(skip)]
    pub purse: Option<String>,
}

/// How a packet reaches a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PacketBy {
    /// By standard input.
    #[default]
    Stdin,
    /// By the path of its file: at `{packet_path}`, or as the last argument.
    File,
    /// As an argument: at `{packet}`, or as the last one.
    Argument,
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
            args: self.args.or(below.args),
            packet: self.packet.or(below.packet),
            output: self.output.or(below.output),
            env: fill(self.env, below.env),
            pass: self.pass.or(below.pass),
            timeout: self.timeout.or(below.timeout),
            interrupted: self.interrupted.or(below.interrupted),
            exits: fill(self.exits, below.exits),
            budget: self.budget.or(below.budget),
        }
    }
}
