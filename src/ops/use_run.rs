//! Make a run the current one, and a gate of it, until another is selected or the one before it is
//! returned to.

use super::Caller;
use super::Error;
use super::Instructions;
use super::Project;
use super::RunChoice;
use super::choose;
use super::current::ChosenRun;
use super::current::Current;
use crate::suggestion::Suggestion;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// Arguments of `use`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Run id, a unique part of it, or key; may be omitted if a gate is given.
    #[cfg_attr(feature = "cli", arg(value_name = "RUN", required_unless_present = "gate"))]
    pub run: Option<String>,
    /// Gate to work on.
    #[cfg_attr(feature = "cli", arg(long, value_name = "GATE"))]
    pub gate: Option<String>,
}

/// The current run, and those to go back to.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct Reply {
    /// The current run; `None` if none is selected.
    pub current: Option<ChosenRun>,
    /// The runs to go back to, next one first.
    pub before: Vec<ChosenRun>,
}

impl Reply {
    /// Where the current run stands; without one, what can be chosen.
    pub fn instructions(&self, project: &Project, caller: &Caller) -> Instructions {
        let Some(place) = &self.current else {
            return Instructions::to("Choose a run.", [Suggestion::new("run list")]);
        };
        Instructions::of_run(project, caller, &RunChoice { run: Some(place.run.to_string()) })
    }
}

/// Selects a run, and the named gate.
pub fn use_run(project: &Project, caller: &Caller, request: &Request) -> Result<Reply, Error> {
    let id = choose::run(project, caller, &RunChoice { run: request.run.clone() })
        .map_err(Error::with_runs_as_words)?;
    let gate = match &request.gate {
        None => None,
        Some(name) => {
            let run = project.store.read(&id)?.run;
            Some(choose::gate_of(project, caller, &run, Some(name))?)
        }
    };
    let mut current = Current::read(project, caller)?;
    current.choose(&id, gate);
    current.write(project, caller)?;
    Ok(reply(current))
}

pub(super) fn reply(current: Current) -> Reply {
    let mut stack = current.stack.into_iter();
    Reply { current: stack.next(), before: stack.collect() }
}
