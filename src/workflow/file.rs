//! The shape of a workflow file. Its doc comments are what the JSON Schema, the
//! editors and the reference say; what the words mean together is checked in `lint`.

mod approval;
mod audits;
mod condition;
mod course;
mod each;
mod isolation;
mod shell;
mod template;
mod word_or_table;
mod worktree;

pub use approval::ApprovalFile;
pub use approval::ApprovalTable;
pub use approval::ApproversFile;
pub use audits::AuditsFile;
pub use condition::ConditionFile;
pub use course::EndFile;
pub use course::EndStatus;
pub use course::Join;
pub use course::OnFailFile;
pub use each::EachFile;
pub use each::JobsFile;
pub use each::Order;
pub use isolation::Isolation;
pub use shell::ShellFile;
pub use template::TemplateFile;
pub use template::UseFile;
pub use worktree::WorktreeFile;

use super::secret_file::SecretFile;
use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::document::Placed;
use crate::permits::Permits;
use crate::phase::Phase;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// A workflow: inputs and gates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowFile {
    /// The name of the workflow; must equal the file name without `.toml`.
    #[schemars(with = "String")]
    pub name: Placed<String>,
    /// The version of the workflow, in any scheme.
    pub version: String,
    /// The purpose of the workflow, in one sentence.
    #[serde(default)]
    pub description: String,
    /// The subject of a run, used in its name, its branch and listings. A template over the inputs;
    /// the workflow's name by default.
    #[schemars(with = "Option<String>")]
    pub key: Option<Placed<String>>,
    /// The budget of a run.
    #[serde(default)]
    pub budget: Budget,
    /// When to seal checkpoints during a run.
    #[serde(default)]
    pub checkpoint: CheckpointPolicy,
    /// What the programs of all gates are permitted. Globs are templates.
    #[schemars(with = "Option<Permits>")]
    pub permits: Option<Placed<Permits>>,
    /// What an agent must ask a person before it decides, such as `["auth", "security"]`. It stands in
    /// every packet.
    #[serde(default)]
    pub must_ask: Vec<String>,
    /// Typed parameters, given when a run starts.
    #[serde(default)]
    pub inputs: IndexMap<String, InputFile>,
    /// The gates of the workflow, in order.
    #[serde(default)]
    pub gate: Vec<GateFile>,
    /// Keys shared by several gates. A gate includes them with `use = "NAME"`.
    #[serde(default)]
    pub template: IndexMap<String, TemplateFile>,
}

/// A typed parameter, or a field of a form.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InputFile {
    #[serde(rename = "type")]
    #[schemars(with = "InputType")]
    pub kind: Placed<InputType>,
    /// A description, shown where the value is asked for.
    #[serde(default)]
    pub help: String,
    /// The value if none is given. A string may refer to other inputs.
    #[schemars(with = "Option<Json>")]
    pub default: Option<Placed<Json>>,
    /// Whether the value may be omitted.
    #[serde(default)]
    pub optional: bool,
    /// The value is required if this other input is true or given, or, with `{ depth = "deep" }`,
    /// if these inputs have these values. Otherwise it is optional.
    #[schemars(with = "Option<ConditionFile>")]
    pub required_if: Option<Placed<ConditionFile>>,
    /// The value is required unless this condition holds. Written like `required_if`.
    #[schemars(with = "Option<ConditionFile>")]
    pub required_unless: Option<Placed<ConditionFile>>,
    /// The allowed values, for type `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// The type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
pub enum InputType {
    String,
    /// Lower-case words joined by `-`.
    Slug,
    /// A path inside the project.
    Path,
    /// An existing file inside the project; every packet includes its content.
    File,
    Choice,
    Integer,
    Number,
    Bool,
    /// A list of strings: a single value is split at commas, several values are taken as they are.
    List,
}

impl InputType {
    /// A value of a type whose values are not texts.
    pub fn example(self) -> Option<&'static str> {
        match self {
            Self::Integer => Some("3"),
            Self::Number => Some("2.5"),
            Self::String
            | Self::Slug
            | Self::Path
            | Self::File
            | Self::Choice
            | Self::Bool
            | Self::List => None,
        }
    }

    /// What an error calls a value of this type.
    pub fn words(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Slug => "slug",
            Self::Path => "path",
            Self::File => "file",
            Self::Choice => "choice",
            Self::Integer => "whole number",
            Self::Number => "number",
            Self::Bool => "true or false",
            Self::List => "list",
        }
    }
}

/// A gate: packet, executor, contract.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateFile {
    /// The id of the gate, unique in the workflow.
    #[schemars(with = "String")]
    pub id: Placed<String>,
    /// A template or a list of templates to take keys from. Keys of the gate itself take
    /// precedence, then those of the last template.
    #[serde(default, rename = "use")]
    pub uses: UseFile,
    /// The title of the gate; its id by default.
    pub name: Option<String>,
    /// Who does the work: `human`, `agent`, `command` or `workflow`. Only a gate with `end` may
    /// omit it.
    #[schemars(with = "Option<String>")]
    pub executor: Option<Placed<String>>,
    /// The role of an agent gate: the agent with that name in `orch.toml`, otherwise the default
    /// agent. A template, such as `"{{ reviewer }}"`, names an agent or a preset, which must exist:
    /// at the start of the run if the inputs alone decide it, otherwise when the gate starts.
    #[schemars(with = "Option<String>")]
    pub agent: Option<Placed<String>>,
    /// The gate's instructions: a template in `prompts/`.
    #[schemars(with = "Option<String>")]
    pub prompt: Option<Placed<String>>,
    /// The contract of the gate: `a/b` is `contracts/a/b.toml`.
    #[schemars(with = "Option<String>")]
    pub contract: Option<Placed<String>>,
    /// Who must approve after the contract passes, and what they are shown first.
    #[serde(default)]
    #[schemars(with = "ApprovalFile")]
    pub approval: Option<Placed<ApprovalFile>>,
    /// The gate whose work this gate reviews. The review is never done by the same agent, under any
    /// role, nor in its session. `{ gate, same_program = true }` allows another session of that
    /// agent.
    #[serde(default)]
    #[schemars(with = "AuditsFile")]
    pub audits: Option<Placed<AuditsFile>>,
    /// How many attempts to make before the gate fails.
    pub retry: Option<RetryFile>,
    /// What to do when the gate has failed. `stop` (default) starts no further gate, `continue`
    /// runs the gates that do not need it, `ignore` also runs those that need it, and
    /// `{ goto, visits }` goes back.
    #[serde(default)]
    #[schemars(with = "OnFailFile")]
    pub on_fail: Option<Placed<OnFailFile>>,
    /// Timeout of one attempt, such as `45m`; applies to people too.
    #[schemars(with = "Option<String>")]
    pub timeout: Option<Placed<String>>,
    /// How long to wait for a person, such as `48h`, both for their work and for an approval. A
    /// reminder is shown after half the time; after all of it the attempt fails.
    #[schemars(with = "Option<String>")]
    pub within: Option<Placed<String>>,
    /// The program and its arguments. Each is a template that is rendered separately and never
    /// split.
    #[schemars(with = "Option<Vec<String>>")]
    pub command: Option<Placed<Vec<Placed<String>>>>,
    /// A script for `sh -e`, which stops at the first failing line. Inputs are available as
    /// `ORCH_INPUT_…`; templates in the script are an error. `{ script, with }` runs it with
    /// another program.
    #[serde(default)]
    #[schemars(with = "ShellFile")]
    pub shell: Option<Placed<ShellFile>>,
    /// The project folder in which the program runs. A template. Outputs, globs and checks stay
    /// relative to the project.
    #[schemars(with = "Option<String>")]
    pub dir: Option<Placed<String>>,
    /// A file for the standard output of a command; it is an output of the gate. A template.
    #[schemars(with = "Option<String>")]
    pub stdout: Option<Placed<String>>,
    /// Whether to show the standard output of a command to the person who runs the workflow.
    #[schemars(with = "Option<bool>")]
    pub show: Option<Placed<bool>>,
    /// Run the command again as long as it exits with code 75, which means "not yet".
    #[schemars(with = "Option<PollFile>")]
    pub poll: Option<Placed<PollFile>>,
    /// Locks to hold while the gate is running. Gates with a common lock never run at the same
    /// time, in this or any other run of the project.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub locks: Vec<Placed<String>>,
    /// The gates to wait for; the previous gate by default, none for `[]`.
    #[schemars(with = "Option<Vec<String>>")]
    pub needs: Option<Vec<Placed<String>>>,
    /// When the gate may start: `all` (default) of `needs` are satisfied, `any` of them has passed,
    /// all are `done`, passed or not, or a number of them have passed: `{ passed_min = 2 }`.
    #[serde(default)]
    #[schemars(with = "Join")]
    pub join: Option<Placed<Join>>,
    /// Run this gate, for cleanup, when nothing else can run: at every end of the run, and again if
    /// the run is resumed after that. It needs no other gate unless `needs` lists some.
    #[serde(default)]
    pub finally: bool,
    /// End the run at this gate, after its work if it has any, unless it is skipped. Only `finally`
    /// gates start after that.
    pub end: Option<EndFile>,
    /// A template that renders `true` or `false` when the gate is ready; `false` skips the gate.
    #[schemars(with = "Option<String>")]
    pub when: Option<Placed<String>>,
    /// Environment variables for the executor. Templates.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, String>")]
    pub env: IndexMap<Placed<String>, Placed<String>>,
    /// Names of environment variables that hold secrets. They are passed to the executor and
    /// redacted in everything that is stored or shown, line by line and in all common encodings;
    /// lines shorter than 8 bytes are not. A secret without a longer line is an error unless given as
    /// `{ name = "PIN", short = true }`; an empty one is ignored.
    #[serde(default)]
    #[schemars(with = "Vec<SecretFile>")]
    pub secrets: Vec<Placed<SecretFile>>,
    /// What the programs of this gate are permitted, at most what `orch.toml`, the workflow and the agent
    /// permit. Globs are templates.
    #[schemars(with = "Option<Permits>")]
    pub permits: Option<Placed<Permits>>,
    /// Globs of files that earlier gates wrote and this gate replaces with new versions; they
    /// belong to this gate from then on. The gate's own outputs need not be listed. Templates.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub edits: Vec<Placed<String>>,
    /// The inputs that the gate uses; all of them by default. Its templates, packet and programs see no
    /// others, so that `reuse` works across runs that differ in those.
    #[schemars(with = "Option<Vec<String>>")]
    pub inputs: Option<Vec<Placed<String>>>,
    /// Globs of the files that the gate reads, for `reuse`. Templates.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub reads: Vec<Placed<String>>,
    /// Skip the work if nothing it depends on has changed since the gate last passed, in this or an
    /// earlier run: inputs, packet, attached files, agent and model, variables and secrets, scripts
    /// and schemas of the project, the files that its command and checks name, those in `reads`, and
    /// the outputs.
    #[serde(default)]
    pub reuse: bool,
    /// Run one instance of the gate for each item of a list.
    pub each: Option<EachFile>,
    /// The workflow of a child run. A template, such as `"{{ workflow }}"`, is checked when the run
    /// starts if the inputs alone decide it, otherwise when the gate starts.
    #[schemars(with = "Option<String>")]
    pub workflow: Option<Placed<String>>,
    /// The key of the child run: the value of the input that its workflow's `key` names. A template.
    #[schemars(with = "Option<String>")]
    pub key: Option<Placed<String>>,
    /// Inputs of the child run. Templates.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, Json>")]
    pub with: IndexMap<String, Placed<Json>>,
    /// Where a child run works: in a git worktree of its own (`worktree`, the default) or in the
    /// folder of this run (`shared`).
    #[schemars(with = "Option<Isolation>")]
    pub isolation: Option<Placed<Isolation>>,
    /// What the worktree of the child run has of its own, instead of what `orch.toml` says.
    #[schemars(with = "Option<WorktreeFile>")]
    pub worktree: Option<Placed<WorktreeFile>>,
    /// Files to copy from the workspace of a child run that passed. A file that is already here and
    /// differs fails the gate. Templates, which may use `child.key`, `child.run` and `child.branch`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub takes: Vec<Placed<String>>,
    /// Labels that a worker must have to take the child run.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub labels: Vec<Placed<String>>,
    /// The phase of the work from this gate on, shown in the list of runs that workers drive.
    pub phase: Option<Phase>,
    /// Check the gate again in each session.
    #[serde(default)]
    pub every_session: bool,
    /// What to do after an interruption: `ask` (default for commands) or `rerun` (default for
    /// agents).
    pub on_interrupt: Option<OnInterrupt>,
    /// Files to include in full in the packet. Templates.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub attach: Vec<Placed<String>>,
    /// Estimated working time, such as `2h`.
    #[schemars(with = "Option<String>")]
    pub estimate: Option<Placed<String>>,
    /// The budget of the gate for all attempts in a run; with `each`, per instance.
    #[serde(default)]
    pub budget: Budget,
    /// A form, validated like inputs. A person fills it in; an agent or a command writes the
    /// answers as a JSON object to the file in `ORCH_ANSWERS`, or to the file in `answers_from`.
    #[serde(default)]
    pub answers: IndexMap<String, InputFile>,
    /// The file that a program writes its answers to, instead of the file in `ORCH_ANSWERS`.
    pub answers_from: Option<AnswersFromFile>,
}

/// A file with answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersFromFile {
    /// A JSON, YAML or TOML file, relative to the project. A template.
    #[schemars(with = "String")]
    pub file: Placed<String>,
    /// A JSON pointer to the table of answers in the file; the whole file by default.
    #[serde(default)]
    pub pointer: String,
}

/// How many attempts to make.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryFile {
    /// Number of attempts, including the first.
    #[schemars(with = "u32")]
    pub attempts: Placed<u32>,
    /// Delay before the second attempt, such as `10s`.
    #[schemars(with = "Option<String>")]
    pub delay: Option<Placed<String>>,
    /// The factor by which the delay grows with each further attempt.
    #[schemars(with = "Option<f64>")]
    pub backoff: Option<Placed<f64>>,
}

/// How to poll a command within one attempt.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollFile {
    /// Delay after each "not yet", such as `30s`.
    #[schemars(with = "String")]
    pub every: Placed<String>,
    /// How long to poll before the attempt fails, such as `2h`.
    #[schemars(with = "String")]
    pub deadline: Placed<String>,
}

/// What to do with an interrupted attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and schemas would repeat them")]
pub enum OnInterrupt {
    Ask,
    Rerun,
}
