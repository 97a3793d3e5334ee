//! The agents of a project: whether their programs are there, which versions they are, and whether
//! they can work.

use super::Symptom;
use crate::executor::Agent;
use crate::executor::Preset;
use crate::files::Beneath;
use crate::files::Log;
use crate::ops::Project;
use crate::process;
use crate::process::Ending;
use crate::suggestion::Advice;
use std::time::Duration;

/// The argument with which most programs tell its version.
const VERSION: &str = "--version";

/// How long a program may take to tell of itself: some load for seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much of what it says is read, in bytes.
const WORDS_BYTES: u64 = 4096;

/// Looks at each agent that `orch.toml` names, and at the default one, those that routes name and those
/// that take over; `calls` has them tell of
/// themselves.
pub(super) fn look(project: &Project, calls: bool) -> Vec<Symptom> {
    let default = project.config.agent("", None).ok().flatten();
    let mut agents: Vec<&Agent> = project.config.agents().collect();
    let names = agents.iter().map(|agent| agent.name.as_str());
    let mut others = project.config.with_fallbacks(names);
    others.extend(project.config.routed(None));
    let others = others.iter().filter_map(|name| project.config.known(name)).chain(default);
    for agent in others {
        if !agents.iter().any(|known| known.name == agent.name) {
            agents.push(agent);
        }
    }
    agents.into_iter().map(|agent| symptom(project, agent, calls)).collect()
}

fn symptom(project: &Project, agent: &Agent, calls: bool) -> Symptom {
    let what = format!("agent {}", agent.name);
    let program = agent.program();
    let Some(path) = process::resolve(program, project.folder.root()) else {
        let why = process::unresolved(program, project.folder.root());
        let help = format!("install it, or write another command in [agents.{}]", agent.name);
        return Symptom::ill(what, format!("`{program}` {why}")).advise(help.into());
    };
    let path = path.display().to_string();
    if !calls {
        return Symptom::well(what, path);
    }
    let version = match call(project, agent, &[VERSION.to_owned()]) {
        Ok(version) => version,
        // Not every program tells its version, and one that tells none may well work.
        Err(_) if !is_of_preset(agent) => "version unknown".to_owned(),
        Err(message) => {
            return Symptom::ill(what, format!("{path}: {message}"))
                .advise(tried(&[program, VERSION]));
        }
    };
    let probe = agent.probe();
    match probe.map(|arguments| (arguments, call(project, agent, arguments))) {
        Some((arguments, Err(message))) => {
            let words = std::iter::once(program).chain(arguments.iter().map(String::as_str));
            Symptom::ill(what, format!("{path} ({version}): {message}"))
                .advise(tried(&words.collect::<Vec<_>>()))
        }
        Some((_, Ok(_))) | None => Symptom::well(what, format!("{path} ({version})")),
    }
}

/// The command that failed, to be tried by hand.
fn tried(command: &[&str]) -> Advice {
    Advice::from("to try it: ").then(Advice::program(command))
}

/// Whether orch knows the program, and that it tells its version.
fn is_of_preset(agent: &Agent) -> bool {
    Preset::all().into_iter().any(|preset| preset.name == agent.definition)
}

/// The first line that the agent's program says to these arguments, or what is wrong with it.
fn call(project: &Project, agent: &Agent, arguments: &[String]) -> Result<String, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let log = |name| {
        let place = Beneath::new(folder.path()).join(name);
        Log::create(place).map_err(|error| error.to_string())
    };
    let set = &project.surroundings.variables;
    let mut environment = project.config.allowed.values(set);
    environment.extend(agent.environment(set));
    let argv = std::iter::once(agent.program().to_owned()).chain(arguments.iter().cloned());
    let command = process::ProgramCall {
        argv: argv.collect(),
        folder: project.folder.root().to_owned(),
        environment,
        stdin: None,
        stdout: log("stdout")?,
        stderr: log("stderr")?,
        timeout: Some(PATIENCE),
        register: None,
        sandbox: None,
    };
    let ending = process::run(&command, &project.stop).map_err(|error| error.to_string())?;
    let said = |log: &Log| {
        let text = log.tail(WORDS_BYTES).unwrap_or_default();
        let lines = text.lines().map(str::trim);
        lines.filter(|line| line.len() > 1).map(str::to_owned).next()
    };
    let line = said(&command.stdout).or_else(|| said(&command.stderr)).unwrap_or_default();
    let shown = ["`", agent.program(), " ", &arguments.join(" "), "`"].concat();
    match ending {
        Ending::Exited(0) => Ok(line),
        Ending::Exited(code) if line.is_empty() => Err(format!("{shown} exited with code {code}")),
        Ending::Exited(code) => Err(format!("{shown} exited with code {code}: {line}")),
        Ending::TimedOut => Err(format!("{shown} did not answer within {} s", PATIENCE.as_secs())),
        Ending::Signaled(signal) => Err(format!("{shown} was ended by signal {signal}")),
        Ending::Stopped | Ending::Halted => Err(format!("{shown} was stopped")),
    }
}
