//! The shape of a workflow file. Its doc comments are what the JSON Schema, the
//! editors and the reference say; what the words mean together is checked in `lint`.

mod approval;
mod audits;
mod condition;
mod course;
mod shell;
mod template;
mod word_or_table;

pub use approval::ApprovalFile;
pub use approval::ApprovalTable;
pub use approval::ApproversFile;
pub use audits::AuditsFile;
pub use condition::ConditionFile;
pub use course::EndFile;
pub use course::EndStatus;
pub use course::Join;
pub use course::OnFailFile;
pub use shell::ShellFile;
pub use template::TemplateFile;
pub use template::UseFile;

use super::secret_file::SecretFile;
use crate::budget::Budget;
use crate::checkpoint_policy::CheckpointPolicy;
use crate::document::Placed;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;

/// A workflow: inputs and gates.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowFile {
    /// Its name, equal to the file's stem.
    #[schemars(with = "String")]
    pub name: Placed<String>,
    /// Its version, as its authors count.
    pub version: String,
    /// What it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// What one run is about: names the run, its branch, its listing. A template over the inputs;
    /// the workflow's name by default.
    #[schemars(with = "Option<String>")]
    pub key: Option<Placed<String>>,
    /// What a run may spend.
    #[serde(default)]
    pub budget: Budget,
    /// When a run in progress is sealed.
    #[serde(default)]
    pub checkpoint: CheckpointPolicy,
    /// Typed parameters; each becomes a flag of `orch run`.
    #[serde(default)]
    pub inputs: IndexMap<String, InputFile>,
    /// The stops on the way, in order.
    #[serde(default)]
    pub gate: Vec<GateFile>,
    /// Keys that gates share: a gate takes them over with `use = "NAME"`.
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
    /// What it means, for `--help` and the form.
    #[serde(default)]
    pub help: String,
    /// What stands where nothing is given; a text may refer to other inputs.
    #[schemars(with = "Option<Json>")]
    pub default: Option<Placed<Json>>,
    /// Whether it may stay without a value.
    #[serde(default)]
    pub optional: bool,
    /// Another input: where that is true, or given, this one must be. `{ depth = "deep" }`: where those
    /// have these values. Elsewhere it may stay without a value.
    #[schemars(with = "Option<ConditionFile>")]
    pub required_if: Option<Placed<ConditionFile>>,
    /// The same turned round: it must be given except where that is so.
    #[schemars(with = "Option<ConditionFile>")]
    pub required_unless: Option<Placed<ConditionFile>>,
    /// The values to choose from, for type `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
}

/// The type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum InputType {
    String,
    /// Lower-case words joined by `-`.
    Slug,
    /// A path inside the project.
    Path,
    /// An existing file inside the project; what it holds goes into every packet.
    File,
    Choice,
    Integer,
    Number,
    Bool,
    /// Texts: one split at commas, or several, each an item as it stands.
    List,
}

impl InputType {
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

/// One stop on the way: packet, executor, contract.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateFile {
    /// Unique in the workflow.
    #[schemars(with = "String")]
    pub id: Placed<String>,
    /// The templates that it takes keys from, one or a list: what the gate says itself counts, then
    /// what the last one of them says.
    #[serde(default, rename = "use")]
    pub uses: UseFile,
    /// What to call it; its id by default.
    pub name: Option<String>,
    /// Who does the work: `human`, `agent`, `command` or `workflow`. Only a gate with `end` has none.
    #[schemars(with = "Option<String>")]
    pub executor: Option<Placed<String>>,
    /// The role of an agent gate: the agent of that name in `orch.toml`, else the default agent. As a
    /// template, such as `"{{ reviewer }}"`, it names an agent or a preset, which must exist: at the start of
    /// the run where inputs alone say which, else when the gate starts.
    #[schemars(with = "Option<String>")]
    pub agent: Option<Placed<String>>,
    /// The gate's instructions: a template below `prompts/`.
    #[schemars(with = "Option<String>")]
    pub prompt: Option<Placed<String>>,
    /// What it must leave behind: `a/b` is `contracts/a/b.toml`.
    #[schemars(with = "Option<String>")]
    pub contract: Option<Placed<String>>,
    /// Whose word is needed after a passing contract, and what they are shown before they give it.
    #[serde(default)]
    #[schemars(with = "ApprovalFile")]
    pub approval: Option<Placed<ApprovalFile>>,
    /// The gate whose work this one judges: never done by the same agent, under whatever role, nor
    /// in its session. With `{ gate, same_program = true }` another session of that agent will do.
    #[serde(default)]
    #[schemars(with = "AuditsFile")]
    pub audits: Option<Placed<AuditsFile>>,
    /// Tries before the gate has failed.
    pub retry: Option<RetryFile>,
    /// What happens when it has failed: `stop` (default) begins nothing more, `continue` lets go on
    /// what does not need it, `ignore` lets go on what needs it too, `{ goto, visits }` goes back.
    #[serde(default)]
    #[schemars(with = "OnFailFile")]
    pub on_fail: Option<Placed<OnFailFile>>,
    /// The longest time one attempt may take, such as `45m`; a person's too.
    #[schemars(with = "Option<String>")]
    pub timeout: Option<Placed<String>>,
    /// How long a person is waited for, such as `48h`, at a gate of theirs and for an approval: half of
    /// it over, whoever looks is reminded; all of it over, the attempt has failed.
    #[schemars(with = "Option<String>")]
    pub within: Option<Placed<String>>,
    /// The program and its arguments; each is a template, rendered by itself, never split.
    #[schemars(with = "Option<Vec<String>>")]
    pub command: Option<Placed<Vec<Placed<String>>>>,
    /// A script for `sh`, which stops at the first line that fails (`sh -e`); inputs reach it as
    /// `ORCH_INPUT_…`, a template in it is an error. With `{ script, with }` another program runs it.
    #[serde(default)]
    #[schemars(with = "ShellFile")]
    pub shell: Option<Placed<ShellFile>>,
    /// The folder of the project where its program works; a template. Outputs, globs and checks stay
    /// relative to the project.
    #[schemars(with = "Option<String>")]
    pub dir: Option<Placed<String>>,
    /// A file that keeps what a command prints to standard output, as an output of the gate; a
    /// template.
    #[schemars(with = "Option<String>")]
    pub stdout: Option<Placed<String>>,
    /// Whether the person is shown what a command printed to standard output.
    #[schemars(with = "Option<bool>")]
    pub show: Option<Placed<bool>>,
    /// Asks again until it is there: exit 75 of the command means "not yet".
    pub poll: Option<PollFile>,
    /// Locks that it holds while it is at work: gates that name the same one, in this and other runs of
    /// the project, are never at work together.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub locks: Vec<Placed<String>>,
    /// The gates it waits for; the one above it by default, none for `[]`.
    #[schemars(with = "Option<Vec<String>>")]
    pub needs: Option<Vec<Placed<String>>>,
    /// What must have become of `needs`: `all` (default) are satisfied, `any` has passed, all are
    /// `done`, passed or not, or so many have passed: `{ passed_min = 2 }`.
    #[serde(default)]
    #[schemars(with = "Join")]
    pub join: Option<Placed<Join>>,
    /// Runs once nothing else can, at every end of the run, and again when the run goes on after it:
    /// what cleans up. It needs no gate unless it names some.
    #[serde(default)]
    pub finally: bool,
    /// Ends the run when this gate is reached and not skipped, after its work where it has some:
    /// nothing but `finally` gates begins any more.
    pub end: Option<EndFile>,
    /// Renders `true` or `false` when the gate is ready; skipped where false.
    #[schemars(with = "Option<String>")]
    pub when: Option<Placed<String>>,
    /// Variables for the executor; templates.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, String>")]
    pub env: IndexMap<Placed<String>, Placed<String>>,
    /// Names of variables that hold secrets: passed through, blotted out of everything that is kept
    /// or shown, line by line and in every usual encoding. One shorter than 8 bytes is refused
    /// unless it is given as `{ name = "PIN", short = true }`; an empty one is none.
    #[serde(default)]
    #[schemars(with = "Vec<SecretFile>")]
    pub secrets: Vec<Placed<SecretFile>>,
    /// Globs of files that earlier gates left behind and this one makes new versions of: they belong
    /// to it from then on. Its own outputs need not be named. Templates.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub edits: Vec<Placed<String>>,
    /// Globs of what the gate reads, for `reuse`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub reads: Vec<Placed<String>>,
    /// Skip the work where all that decides it is as it was when the gate last passed, in this or an
    /// earlier run: inputs, packet, attached files, agent and model, variables and secrets, scripts and
    /// schemas of the project, what it `reads`, and its outputs.
    #[serde(default)]
    pub reuse: bool,
    /// One instance of the gate for each item of a list.
    pub each: Option<EachFile>,
    /// The workflow of a child run.
    #[schemars(with = "Option<String>")]
    pub workflow: Option<Placed<String>>,
    /// Inputs of the child run; templates.
    #[serde(default)]
    #[schemars(with = "IndexMap<String, Json>")]
    pub with: IndexMap<String, Placed<Json>>,
    /// Where a child run works.
    pub isolation: Option<Isolation>,
    /// Judged anew at each sitting.
    #[serde(default)]
    pub every_session: bool,
    /// After an interruption: `ask` (default of commands) or `rerun` (default of agents).
    pub on_interrupt: Option<OnInterrupt>,
    /// Helper files that are put into the packet whole; templates.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub attach: Vec<Placed<String>>,
    /// How long the work should take, such as `2h`.
    #[schemars(with = "Option<String>")]
    pub estimate: Option<Placed<String>>,
    /// What the gate may spend in a run, all its attempts together; each instance of a fan-out.
    #[serde(default)]
    pub budget: Budget,
    /// A form, checked like inputs. A person fills it in; an agent or a command writes its answers as
    /// a JSON object to the file that `ORCH_ANSWERS` names, or leaves them where `answers_from` says.
    #[serde(default)]
    pub answers: IndexMap<String, InputFile>,
    /// Where a program leaves its answers, if not in the file that `ORCH_ANSWERS` names.
    pub answers_from: Option<AnswersFromFile>,
}

/// A file with answers.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswersFromFile {
    /// A JSON, YAML or TOML file, relative to the project; a template.
    #[schemars(with = "String")]
    pub file: Placed<String>,
    /// A JSON pointer to the table of answers in the file; the whole file by default.
    #[serde(default)]
    pub pointer: String,
}

/// Tries of a gate.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryFile {
    /// All tries together, the first one included.
    #[schemars(with = "u32")]
    pub attempts: Placed<u32>,
    /// The pause before the second try, such as `10s`.
    #[schemars(with = "Option<String>")]
    pub delay: Option<Placed<String>>,
    /// What each further pause is multiplied by.
    #[schemars(with = "Option<f64>")]
    pub backoff: Option<Placed<f64>>,
}

/// A list to fan out over: `in`, or a JSON file with a pointer to the list in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EachFile {
    /// A template that is one expression, such as `{{ chapters }}`.
    #[serde(rename = "in")]
    #[schemars(with = "Option<String>")]
    pub list: Option<Placed<String>>,
    /// A JSON, YAML or TOML file, read when the gate is ready; a template.
    #[schemars(with = "Option<String>")]
    pub file: Option<Placed<String>>,
    /// A JSON pointer to the list in the file; the whole file by default.
    #[serde(default)]
    pub pointer: String,
    /// The name of one item in templates.
    #[serde(rename = "as")]
    #[schemars(with = "String")]
    pub name: Placed<String>,
    /// Whether the instances are at work side by side (`parallel`, the default) or one by one in the
    /// order of the list (`serial`).
    #[serde(default)]
    pub order: Order,
}

/// How the instances of a fan-out follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    #[default]
    Parallel,
    Serial,
}

/// How a command is asked again in the same attempt.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PollFile {
    /// The pause after each "not yet", such as `30s`.
    #[schemars(with = "String")]
    pub every: Placed<String>,
    /// How long it is asked before the attempt has failed, such as `2h`.
    #[schemars(with = "String")]
    pub deadline: Placed<String>,
}

/// What happens to an attempt that was cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnInterrupt {
    Ask,
    Rerun,
}

/// Where a child run works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Isolation {
    Worktree,
}
