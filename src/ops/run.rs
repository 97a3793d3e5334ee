//! Begin a run and drive it.

use super::Caller;
use super::Driver;
use super::Error;
use super::Foreword;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::current;
use super::missing_input;
use super::run_resume;
use super::start;
use super::start::Begin;
use crate::advance;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::definition::Definition;
use crate::drive;
use crate::event::Event;
use crate::event::Range;
use crate::id::RunId;
use crate::project::runs::RunEntry;
use crate::project::signing;
use crate::workflow::TO_THE_END;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::thread;

/// The workflow to run, its inputs, and how to drive the run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Request {
    /// Workflow name.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub workflow: String,
    /// Inputs of the workflow, by name.
    #[cfg_attr(feature = "cli", arg(skip))]
    #[serde(default)]
    pub inputs: Values,
    /// How to start the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub begin: BeginRequest,
    /// Budget of the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub budget: BudgetRequest,
    /// How to drive the run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub drive: DriveRequest,
}

impl Request {
    /// The same for a run that has begun.
    pub fn resume(&self, run: RunId) -> run_resume::Request {
        run_resume::Request {
            run: RunChoice { run: Some(run.to_string()) },
            budget: self.budget,
            drive: self.drive.clone(),
        }
    }
}

/// How to start a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct BeginRequest {
    /// Start another run of this key even if one is unfinished.
    #[cfg_attr(feature = "cli", arg(long))]
    #[serde(default)]
    pub again: bool,
}

/// Budget of a run.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct BudgetRequest {
    /// Budget for the whole run, in US dollars, counted from its start.
    #[cfg_attr(feature = "cli", arg(long, value_name = "USD", value_parser = usd, allow_negative_numbers = true))]
    pub budget: Option<Amount>,
}

impl BudgetRequest {
    /// The event that says it, where it was typed.
    pub fn event(self, project: &Project, caller: &Caller) -> Result<Option<Event>, Error> {
        let Some(usd) = self.budget else { return Ok(None) };
        Ok(Some(Event::BudgetSet { budget: Budget::of_usd(usd), by: caller.identity(project)? }))
    }
}

#[cfg(feature = "cli")]
pub(super) fn usd(text: &str) -> Result<Amount, String> {
    let amount: f64 = text.parse().map_err(|_| "expected an amount, such as 2.50".to_owned())?;
    Amount::try_from(amount)
}

/// How to drive a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct DriveRequest {
    /// Agent for gates whose role is not in orch.toml; `none` for no agent.
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub agent: Option<String>,
    /// Maximum number of gates to run in parallel; defaults to the number of cores.
    #[cfg_attr(feature = "cli", arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..)))]
    #[schemars(range(min = 1))]
    pub jobs: Option<u16>,
    /// Pause after this gate; the limit persists, and `end` removes it.
    #[cfg_attr(feature = "cli", arg(long, value_name = "GATE"))]
    pub until: Option<String>,
    /// Start at this gate; earlier gates are judged by their existing outputs, never run.
    #[cfg_attr(feature = "cli", arg(long, value_name = "GATE"))]
    pub start_from: Option<String>,
    /// Have a worker drive the run, and return at once.
    #[cfg_attr(feature = "cli", arg(long, conflicts_with = "jobs"))]
    #[serde(default)]
    pub detach: bool,
}

/// Starts a run of a workflow and drives it until a person is needed; `greet` is called once, in
/// between.
pub fn run(
    project: &Project,
    caller: &Caller,
    request: &Request,
    greet: &mut dyn FnMut(&Foreword),
) -> Result<Standing, Error> {
    run_loaded(project, caller, Workflow::load(&request.workflow, &project.shelf)?, request, greet)
}

/// The same where the workflow that the request names was loaded already, to know its inputs.
pub fn run_loaded(
    project: &Project,
    caller: &Caller,
    loaded: (Workflow, Definition),
    request: &Request,
    greet: &mut dyn FnMut(&Foreword),
) -> Result<Standing, Error> {
    let limits = limits(&request.drive)?;
    let range = range(&loaded.0, &Range::default(), &request.drive)?;
    signing::refuse_unsignable(project, &loaded.0)?;
    let begin = Begin {
        inputs: request.inputs.clone(),
        agent: request.drive.agent.clone(),
        driven: true,
        again: request.begin.again,
        ..Begin::default()
    };
    let mut driver = start::begin(project, caller, loaded, begin)?;
    current::begin(project, caller, driver.id());
    let bounds = request.budget.event(project, caller)?.into_iter().chain(range);
    driver.append(&bounds.collect::<Vec<_>>())?;
    greet(&Foreword::at_the_start(&driver, limits.agent.as_deref())?);
    let standing = drive::drive(&mut driver, &limits)?;
    current::end(project, caller, driver.run());
    Ok(standing)
}

/// The unfinished runs with the key that these inputs would give.
pub fn unfinished(
    project: &Project,
    caller: &Caller,
    workflow: &Workflow,
    inputs: &Values,
) -> Result<Vec<RunEntry>, Error> {
    let given = inputs;
    let inputs = input::resolve(&workflow.inputs, given, &project.folder).map_err(|error| {
        missing_input::advised(error, &missing_input::Command::Run, (workflow, given))
    })?;
    let parent = current::session_run(project, caller);
    start::unfinished(project, &start::key(workflow, &inputs)?, parent.as_ref())
}

/// Writes down the agent that somebody chose for a run which began before.
pub(super) fn give_agent(
    driver: &mut Driver<'_>,
    caller: &Caller,
    request: &DriveRequest,
) -> Result<(), Error> {
    let Some(agent) = &request.agent else { return Ok(()) };
    let by = caller.who(driver.project)?;
    advance::player::give(driver, agent, &by)
}

/// What was typed, as the drive needs it.
pub(super) fn limits(request: &DriveRequest) -> Result<advance::Limits, Error> {
    if request.jobs == Some(0) {
        return Err(Error::usage("`jobs` is 0; use 1 or more"));
    }
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Ok(advance::Limits {
        jobs: request.jobs.map_or(cores, usize::from),
        agent: request.agent.clone(),
        sits_down: false,
        follows: true,
        leaves: false,
    })
}

/// The event that bounds the run anew, where bounds were typed; what is not, stays as it was.
pub(super) fn range(
    workflow: &Workflow,
    before: &Range,
    request: &DriveRequest,
) -> Result<Option<Event>, Error> {
    let gate = |name: &str| {
        let found = workflow.gates.iter().find(|gate| gate.id.as_str() == name);
        found.map(|gate| gate.id.clone()).ok_or_else(|| {
            let known = workflow.gates.iter().map(|gate| gate.id.as_str());
            Error::not_found(format!("gate `{name}` not found"))
                .advise(crate::source::suggest(name, known))
        })
    };
    let mut range = before.clone();
    if let Some(name) = &request.until {
        range.until = if name == TO_THE_END { None } else { Some(gate(name)?) };
    }
    if let Some(name) = &request.start_from {
        let start = gate(name)?;
        range.adopted = advance::before(workflow, Some(&start));
        range.start_from = Some(start);
    }
    Ok((range != *before).then_some(Event::RangeSet(range)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::testing::gate;
    use crate::run::testing::id;
    use crate::run::testing::workflow;

    #[test]
    fn as_many_gates_are_at_work_as_there_are_cores_unless_a_number_is_typed() {
        let jobs = |jobs| limits(&DriveRequest { jobs, ..DriveRequest::default() });
        assert!(jobs(None).unwrap().jobs >= 1);
        assert_eq!(jobs(Some(3)).unwrap().jobs, 3);
        assert_eq!(jobs(Some(0)).unwrap_err().to_string(), "`jobs` is 0; use 1 or more");
    }

    #[test]
    fn only_bounds_that_are_typed_and_new_are_an_event() {
        let workflow = workflow(&["a", "b", "c"].map(|id| gate(id, "")).concat());
        let until_b = Range { until: Some(id("b")), ..Range::default() };
        let ranged = |before: &Range, until: Option<&str>, start_from: Option<&str>| {
            let (until, start_from) = (until.map(str::to_owned), start_from.map(str::to_owned));
            let request = DriveRequest { until, start_from, ..DriveRequest::default() };
            range(&workflow, before, &request).map(|event| match event {
                Some(Event::RangeSet(range)) => Some(range),
                None => None,
                Some(other) => panic!("{other:?}"),
            })
        };
        assert_eq!(ranged(&until_b, None, None).unwrap(), None);
        assert_eq!(ranged(&until_b, Some("b"), None).unwrap(), None);
        assert_eq!(ranged(&Range::default(), Some("b"), None).unwrap(), Some(until_b.clone()));
        assert_eq!(ranged(&until_b, Some("end"), None).unwrap(), Some(Range::default()));
        // The other bound stays, and what comes before the start is only judged.
        let both = ranged(&until_b, None, Some("b")).unwrap().unwrap();
        assert_eq!((both.until, both.start_from), (Some(id("b")), Some(id("b"))));
        assert_eq!(both.adopted, [id("a")].into());
        for (until, start_from) in [(Some("d"), None), (None, Some("d"))] {
            let refused = ranged(&until_b, until, start_from).unwrap_err();
            assert_eq!(refused.to_string(), "gate `d` not found");
        }
    }
}
