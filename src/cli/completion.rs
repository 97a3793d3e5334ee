//! Completion in a shell: commands and flags from the command line itself, names from the project.
//! The shell starts `orch` with a variable for it; what it takes then is no command of anyone's.

use super::Global;
use super::command;
use super::door;
use super::environment;
use super::run_choice::BARE_RUN;
use crate::config::NO_AGENT;
use crate::definition::Definition;
use crate::envelope::exit;
use crate::executor::Preset;
use crate::ops;
use crate::ops::Caller;
use crate::ops::Project;
use crate::ops::RunChoice;
use crate::ops::checkpoint_list;
use crate::ops::explain;
use crate::ops::run_list::ListedStatus;
use crate::ops::status;
use crate::project::runs;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use clap::Arg;
use clap::Command;
use clap::ValueHint;
use clap_complete::ArgValueCandidates;
use clap_complete::CompleteEnv;
use clap_complete::CompletionCandidate;
use clap_complete::env::Shells;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;

/// The variable by which a shell asks; `COMPLETE` alone may be anybody's.
const VARIABLE: &str = "ORCH_COMPLETE";

const PROGRAM: &str = "orch";

/// The script that has a shell ask.
pub fn script(shell: &str) -> io::Result<Vec<u8>> {
    let mut script = Vec::new();
    let shells = Shells::builtins();
    let shell = shells.completer(shell).ok_or(io::ErrorKind::NotFound)?;
    shell.write_registration(VARIABLE, PROGRAM, PROGRAM, PROGRAM, &mut script)?;
    Ok(script)
}

/// Answers a shell that asks; gives the exit code, or nothing where none does.
pub fn answer(arguments: &[OsString]) -> Option<u8> {
    std::env::var_os(VARIABLE).filter(|shell| !shell.is_empty())?;
    let folder = std::env::current_dir().ok();
    let typed = Typed::of(arguments);
    let environment = CompleteEnv::with_factory(|| commands(&typed)).var(VARIABLE);
    Some(match environment.try_complete(arguments, folder.as_deref()) {
        Ok(_) => exit::DONE,
        Err(error) => {
            door::err(&error.render().to_string());
            exit::USAGE
        }
    })
}

/// The words on the command line that is completed.
#[derive(Debug, Clone, Default)]
struct Typed(Vec<String>);

impl Typed {
    fn of(arguments: &[OsString]) -> Self {
        let words = arguments.iter().map(|word| word.to_string_lossy().into_owned());
        let mut words = words.skip_while(|word| word != "--");
        words.next();
        Self(words.collect())
    }

    fn option(&self, name: &str) -> Option<String> {
        let at = self.0.iter().position(|word| word == name)?;
        self.0.get(at + 1).filter(|value| !value.is_empty()).cloned()
    }

    fn project(&self) -> Option<Project> {
        let project = self.option("--project").map(Into::into);
        Global { project, ..Global::default() }.open(false).ok()
    }

    fn run(&self) -> RunChoice {
        RunChoice { run: self.option("--run") }
    }

    fn caller() -> Caller {
        environment::caller()
    }
}

/// What a value names.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Run,
    Key,
    Gate,
    Agent,
    Workflow,
    Contract,
    Checkpoint,
    Topic,
    Status,
    Attempt,
    Input,
    Answer,
}

impl Kind {
    /// What an argument of a command names, by its id.
    fn of(path: &str, argument: &str) -> Option<Self> {
        Some(match (path, argument) {
            (_, "run" | BARE_RUN) => Self::Run,
            (_, "epic" | "key") => Self::Key,
            (_, "gate" | "until" | "start_from") => Self::Gate,
            (_, "agent") => Self::Agent,
            ("run list" | "ls", "status") => Self::Status,
            (_, "workflow") | ("workflow show" | "workflow graph", "name") => Self::Workflow,
            ("workflow check", "names") => Self::Workflow,
            ("rehearse" | "workflow audit", "words") => Self::Workflow,
            ("contract test", "name") => Self::Contract,
            ("explain", "topic") => Self::Topic,
            ("logs" | "open", "attempt") => Self::Attempt,
            ("session start", "inputs") => Self::Input,
            ("done" | "gate finish", "answers") => Self::Answer,
            (path, "number" | "from" | "to") if path.starts_with("checkpoint ") => Self::Checkpoint,
            (_, _) => return None,
        })
    }

    /// The names that there are, each with a word about it.
    fn names(self, typed: &Typed) -> Vec<(String, String)> {
        let Some(project) = typed.project() else { return Vec::new() };
        let alone = |name: String| (name, String::new());
        match self {
            Self::Run => {
                // A key is what fingers type; an id ends in letters that mean nothing.
                let entries = runs::runs(&project).unwrap_or_default();
                let told = |entry: &runs::RunEntry| {
                    format!("{} {} {}", entry.status, entry.workflow, entry.key)
                };
                let ids = entries.iter().map(|entry| (entry.run_id.to_string(), told(entry)));
                Self::Key.names(typed).into_iter().chain(ids).collect()
            }
            Self::Key => {
                let entries = runs::runs(&project).unwrap_or_default();
                let keys = entries.into_iter().rev();
                let keys = keys.map(|entry| (entry.key, entry.status.to_string()));
                keys.collect::<BTreeMap<_, _>>().into_iter().collect()
            }
            Self::Gate => {
                let status = status::status(&project, &Typed::caller(), &typed.run());
                let gates = status.map(|reply| reply.gates).unwrap_or_default().into_iter();
                gates.map(|line| (line.gate.to_string(), line.status.to_string())).collect()
            }
            Self::Agent => {
                let presets = Preset::all().into_iter().map(|preset| preset.name);
                let mut names: Vec<String> = project.config.names().map(str::to_owned).collect();
                names.extend(presets.filter(|preset| project.config.definition(preset).is_none()));
                names.push(NO_AGENT.to_owned());
                names.into_iter().map(alone).collect()
            }
            Self::Workflow => {
                project.shelf.names("workflows", ".toml").into_iter().map(alone).collect()
            }
            Self::Contract => {
                project.shelf.names("contracts", ".toml").into_iter().map(alone).collect()
            }
            Self::Checkpoint => {
                let request = checkpoint_list::Request { run: typed.run() };
                let list = checkpoint_list::checkpoint_list(&project, &Typed::caller(), &request);
                let list = list.map(|reply| reply.checkpoints).unwrap_or_default().into_iter();
                list.map(|entry| (entry.checkpoint.checkpoint.to_string(), entry.checkpoint.reason))
                    .collect()
            }
            Self::Status => ListedStatus::all()
                .into_iter()
                .map(|status| alone(status.as_str().to_owned()))
                .collect(),
            Self::Topic => explain::all_topics().into_iter().map(alone).collect(),
            Self::Attempt => attempts(&project, typed),
            Self::Input => {
                let default = project.config.defaults.session_workflow.as_ref();
                let name = typed.option("--workflow").or(default.map(|it| it.text.clone()));
                let loaded = name.and_then(|name| Workflow::load(&name, &project.shelf).ok());
                loaded.map(|(workflow, _)| given(&workflow.inputs)).unwrap_or_default()
            }
            Self::Answer => answers(&project, typed).unwrap_or_default(),
        }
    }
}

/// The numbers of the attempts of the gate that was typed, or of the gate with most of them.
fn attempts(project: &Project, typed: &Typed) -> Vec<(String, String)> {
    let status = status::status(project, &Typed::caller(), &typed.run());
    let gates = status.map(|reply| reply.gates).unwrap_or_default();
    let named = gates.iter().filter(|line| typed.0.contains(&line.gate.to_string()));
    let most = named.map(|line| line.attempts).max();
    let most = most.or(gates.iter().map(|line| line.attempts).max()).unwrap_or_default();
    (1..=most).map(|number| (number.to_string(), String::new())).collect()
}

/// The questions of the gate that was typed, else of the one at hand.
fn answers(project: &Project, typed: &Typed) -> Option<Vec<(String, String)>> {
    let caller = Typed::caller();
    let run = status::status(project, &caller, &typed.run()).ok()?.run_id;
    let started = project.store.glance(&run).ok()?.run.started;
    let definition = Definition::thaw(&started.definition);
    let workflow = Workflow::parse(&started.workflow, &definition).ok()?;
    let at_hand = || ops::at_hand(project, &caller).gate.map(|gate| gate.to_string());
    let gate = typed.option("--gate").or_else(at_hand);
    let is_meant = |id: &str| gate.as_ref().is_none_or(|gate| gate.split('[').next() == Some(id));
    let gates = workflow.gates.iter().filter(|gate| is_meant(gate.id.as_str()));
    Some(gates.flat_map(|gate| given(&gate.answers)).collect())
}

/// Inputs as they are given by name.
fn given(inputs: &[Input]) -> Vec<(String, String)> {
    inputs.iter().map(|input| (format!("{}=", input.name), input.help.clone())).collect()
}

/// The commands, with what can stand for each value.
fn commands(typed: &Typed) -> Command {
    let whole = named(super::whole(), "", typed);
    let Some(project) = typed.project() else { return whole };
    let word = |at: usize| typed.0.get(at).map(String::as_str);
    match (word(1), word(2)) {
        (Some("run"), Some("start")) => whole
            .mut_subcommand("run", |run| run.mut_subcommand("start", |_| start(&project, typed))),
        (Some("run"), _) => whole.mut_subcommand("run", |run| {
            with_workflows(run, (&project, typed), 2, command::of_workflow)
        }),
        (Some("rehearse"), _) => whole.mut_subcommand("rehearse", |_| {
            let rehearse = Command::new("rehearse").disable_help_subcommand(true);
            with_workflows(rehearse, (&project, typed), 2, command::of_rehearsal)
        }),
        (Some("workflow"), Some("audit")) => whole.mut_subcommand("workflow", |workflow| {
            workflow.mut_subcommand("audit", |_| {
                let audit = Command::new("audit").disable_help_subcommand(true);
                with_workflows(audit, (&project, typed), 3, command::of_audit)
            })
        }),
        (_, _) => whole,
    }
}

/// A command with the workflows below it; the one that was typed as the word at a place with its
/// inputs.
fn with_workflows(
    mut command: Command,
    (project, typed): (&Project, &Typed),
    at: usize,
    of: fn(&Workflow) -> Command,
) -> Command {
    for name in project.shelf.names("workflows", ".toml") {
        if project.shelf.reserved().names.contains(&name) {
            continue;
        }
        let is_typed = typed.0.get(at) == Some(&name);
        let loaded = is_typed.then(|| Workflow::load(&name, &project.shelf).ok()).flatten();
        command = command.subcommand(match loaded {
            Some((workflow, _)) => with_choices(of(&workflow).name(name), &workflow, typed),
            None => Command::new(name),
        });
    }
    command
}

/// `orch run start`, with the inputs of the workflow that was typed.
fn start(project: &Project, typed: &Typed) -> Command {
    let name = typed.option("--workflow");
    let loaded = name.and_then(|name| Workflow::load(&name, &project.shelf).ok());
    match loaded {
        Some((workflow, _)) => {
            let command = command::of_start(Some(&workflow)).name("start");
            with_choices(command, &workflow, typed)
        }
        None => named(command::of_start(None).name("start"), "run start", typed),
    }
}

/// A command of a workflow that knows what each of its inputs takes.
fn with_choices(mut command: Command, workflow: &Workflow, typed: &Typed) -> Command {
    for input in &workflow.inputs {
        let choices = match input.kind {
            InputType::Choice => input.choices.clone(),
            InputType::Bool => vec!["true".to_owned(), "false".to_owned()],
            InputType::Path | InputType::File => {
                command = command.mut_arg(&input.name, |arg| arg.value_hint(ValueHint::AnyPath));
                continue;
            }
            InputType::String
            | InputType::Slug
            | InputType::Integer
            | InputType::Number
            | InputType::List => continue,
        };
        command = command.mut_arg(&input.name, |arg| offering(arg, choices));
    }
    let gates: Vec<String> = workflow.gates.iter().map(|gate| gate.id.to_string()).collect();
    let command = command.mut_args(|arg| {
        let is_gate = ["until", "start_from", "fail"].contains(&arg.get_id().as_str());
        if is_gate { offering(arg, gates.clone()) } else { arg }
    });
    named(command, "run NAME", typed)
}

fn offering(arg: Arg, names: Vec<String>) -> Arg {
    arg.add(ArgValueCandidates::new(move || {
        names.iter().map(|name| CompletionCandidate::new(door::clean(name))).collect()
    }))
}

/// A command whose arguments know what they name, and so do those of the commands below it.
fn named(mut command: Command, path: &str, typed: &Typed) -> Command {
    let below: Vec<String> =
        command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in below {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(&name, |inner| named(inner, path.trim(), typed));
    }
    command.mut_args(|arg| {
        let is_told = arg.get::<ArgValueCandidates>().is_some();
        let Some(kind) = Kind::of(path, arg.get_id().as_str()).filter(|_| !is_told) else {
            return arg;
        };
        let typed = typed.clone();
        arg.add(ArgValueCandidates::new(move || {
            kind.names(&typed).into_iter().map(|(name, told)| candidate(&name, &told)).collect()
        }))
    })
}

fn candidate(name: &str, told: &str) -> CompletionCandidate {
    let told = Some(door::clean(told)).filter(|told| !told.is_empty());
    CompletionCandidate::new(door::clean(name)).help(told.map(Into::into))
}
