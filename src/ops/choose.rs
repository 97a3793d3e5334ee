//! Which run and which gate is meant: named in full or in part, or the current one.
//! An ambiguous name lists the candidates; nothing is ever guessed.

use super::Caller;
use super::Driver;
use super::Error;
use super::GateChoice;
use super::Project;
use super::RunChoice;
use super::Standing;
use super::current::Current;
use crate::event::RunStatus;
use crate::files;
use crate::id::GateId;
use crate::id::RunId;
use crate::id::slug_of;
use crate::project::refuse_other_project;
use crate::project::runs;
use crate::project::runs::RunEntry;
use crate::run::GateStatus;
use crate::run::Run;
use crate::source::suggest;
use crate::source::suggest_of;
use crate::store::pool::Ticket;
use crate::store::record::Foreign;
use crate::suggestion::Advice;
use crate::suggestion::Argument;
use crate::suggestion::AtHand;
use crate::suggestion::OPEN_WORDS;
use crate::suggestion::Suggestion;
use crate::workflow::Workflow;
use std::path::PathBuf;

/// How many runs an error lists.
const RUNS_SHOWN_MAX: usize = 8;

/// The run that is meant.
pub fn run(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<RunId, Error> {
    let ids =
        project.store.runs().map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    if let Some(name) = &choice.run {
        if name.is_empty() {
            return Err(Error::usage("the run's name is empty"));
        }
        return named(project, name, &ids);
    }
    if let Some(name) = &caller.run {
        return named(project, name, &ids).map_err(|error| error.named_by("ORCH_RUN"));
    }
    let mut chosen = Current::read(project, caller)?.stack.into_iter().map(|place| place.run);
    if let Some(id) = chosen.find(|id| ids.contains(id)) {
        return Ok(id);
    }
    if let Some(key) = &caller.session {
        return named(project, key, &ids).map_err(|error| error.named_by("the session key"));
    }
    if ids.is_empty() {
        return Err(Error::usage("there are no runs")
            .advise_command(Suggestion::new("run").word("WORKFLOW")));
    }
    let entries = runs::runs(project)?;
    let open: Vec<&RunId> =
        entries.iter().filter(|entry| entry.status.is_open()).map(|entry| &entry.run_id).collect();
    match (open.as_slice(), ids.as_slice()) {
        ([only], _) => Ok((*only).clone()),
        ([], [only]) => Ok(only.clone()),
        ([], _) => Err(all_over(&entries)),
        (_, _) => Err(ambiguous("several runs are unfinished; choose one", open.into_iter())),
    }
}

/// The folder where a run works, if that is another one than the project's and is there.
pub fn home(
    project: &Project,
    caller: &Caller,
    choice: &RunChoice,
) -> Result<Option<PathBuf>, Error> {
    let folder = project.workspace_of(&run(project, caller, choice)?);
    Ok(Some(folder).filter(|folder| folder != project.folder.root() && files::exists(folder)))
}

/// The run that is meant by a command which writes to it: one that is over is refused.
pub fn open_run(project: &Project, caller: &Caller, choice: &RunChoice) -> Result<RunId, Error> {
    let id = run(project, caller, choice)?;
    let status = project.store.glance(&id)?.run.status;
    if !status.is_final() {
        return Ok(id);
    }
    let open = runs::runs(project)?.into_iter().filter(|entry| entry.status.is_open());
    let open: Vec<RunId> = open.map(|entry| entry.run_id).collect();
    let message = format!("run {id} is {status}");
    if open.is_empty() {
        return Err(Error::usage(message).advise_command(Suggestion::new("run").word("WORKFLOW")));
    }
    Err(ambiguous(&format!("{message}; choose an unfinished run"), open.iter()))
}

/// All runs of a key.
pub fn runs_of(project: &Project, key: &str) -> Result<Vec<RunId>, Error> {
    let ids =
        project.store.runs().map_err(|source| Error::disk(&project.store.runs_folder(), source))?;
    let mark = format!("_{}_", slug_of(key));
    let mut keyed = Vec::new();
    for id in ids.into_iter().filter(|id| id.as_str().contains(&mark)) {
        // One that cannot be read may be open: nobody begins another beside it unawares.
        if project.store.glance(&id)?.run.started.key == key {
            keyed.push(id);
        }
    }
    Ok(keyed)
}

/// The run of a key that is not over.
pub fn open_run_of(project: &Project, key: &str) -> Result<Option<RunId>, Error> {
    let mut open = runs_of(project, key)?;
    open.retain(|id| {
        let status = project.store.glance(id).map(|reading| reading.run.status);
        status.is_ok_and(|status| !status.is_final())
    });
    match open.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        _ => Err(ambiguous(
            &format!("several runs of `{key}` are unfinished; choose one"),
            open.iter(),
        )),
    }
}

/// The run of a name among these.
pub fn named(project: &Project, name: &str, ids: &[RunId]) -> Result<RunId, Error> {
    // A session's key is its run's key and its number.
    let name = match name.rsplit_once('@') {
        Some((key, number)) if number.parse::<u32>().is_ok() => key,
        Some(_) | None => name,
    };
    if let Some(id) = ids.iter().find(|id| id.as_str() == name) {
        return Ok(id.clone());
    }
    let mark = format!("_{}_", slug_of(name));
    let keyed = ids.iter().filter(|id| id.as_str().contains(&mark));
    let mut matches: Vec<&RunId> =
        keyed.filter(|id| key_of(project, id).as_deref() == Some(name)).collect();
    if matches.is_empty() {
        refuse_queued(project, name)?;
        matches = ids.iter().filter(|id| id.has_part(name)).collect();
    }
    match matches.as_slice() {
        [only] => Ok((*only).clone()),
        [] if foreign(project, name)?.is_some() => Err(Error::usage(format!(
            "`{name}` is the record of another tool; orch can only show it"
        ))
        .advise_command(Suggestion::new("run show").option("run", name))),
        [] => {
            refuse_of_other_project(project, name, &mark)?;
            if ids.is_empty() {
                return Err(Error::not_found(format!("run `{name}` not found: there are no runs"))
                    .advise_command(Suggestion::new("run").word("WORKFLOW")));
            }
            let known = ids.iter().map(RunId::as_str);
            Err(Error::not_found(format!("run `{name}` not found")).advise(suggest_of(
                name,
                known,
                Suggestion::new("run list"),
            )))
        }
        _ => Err(ambiguous(&format!("`{name}` matches several runs"), matches.into_iter())),
    }
}

/// A run that waits for a worker has begun nothing that could be acted on.
fn refuse_queued(project: &Project, name: &str) -> Result<(), Error> {
    let tickets = project.store.pool().tickets();
    let waiting = tickets.map(|tickets| tickets.waiting).unwrap_or_default();
    let is_meant = |ticket: &&Ticket| {
        ticket.run.as_str() == name || ticket.order().is_some_and(|order| order.key == name)
    };
    match waiting.iter().find(is_meant) {
        Some(ticket) => Err(Error::usage(format!("run {} has not begun", ticket.run))
            .advise_command_that(Suggestion::new("get").word(name), " says what it waits for")),
        None => Ok(()),
    }
}

/// A name that fits a run of another project in the repository: who typed it is in the wrong folder.
fn refuse_of_other_project(project: &Project, name: &str, mark: &str) -> Result<(), Error> {
    let all = project.store.runs_of_all_projects().unwrap_or_default();
    let fits = |id: &&RunId| id.as_str().contains(name) || id.as_str().contains(mark);
    let mut others = all.iter().filter(fits).filter(|id| !project.store.is_of_project(id));
    others.next_back().map_or(Ok(()), |id| refuse_other_project(project, id))
}

/// The record of another tool that has this name, or the only one that has it as a part of its own.
pub fn foreign(project: &Project, name: &str) -> Result<Option<Foreign>, Error> {
    let mut all = project.foreign()?;
    if let Some(at) = all.iter().position(|foreign| foreign.name == name) {
        return Ok(Some(all.swap_remove(at)));
    }
    all.retain(|foreign| foreign.name.contains(name));
    Ok(if all.len() == 1 { all.pop() } else { None })
}

/// The key as the id carries it decides fast; the journal decides for sure.
fn key_of(project: &Project, id: &RunId) -> Option<String> {
    Some(project.store.glance(id).ok()?.run.started.key)
}

/// Which run is meant is typed where all are over: the newest, and those that can be taken up.
fn all_over(entries: &[RunEntry]) -> Error {
    let shown = |entry: &RunEntry| of_run(&entry.run_id).then(format!("  {}", entry.status));
    let mut lines: Vec<Advice> = entries.iter().take(RUNS_SHOWN_MAX).map(shown).collect();
    if entries.len() > RUNS_SHOWN_MAX {
        let more = format!("and {} more: ", entries.len() - RUNS_SHOWN_MAX);
        lines.push(Advice::from(more).then(Suggestion::new("run list")));
    }
    let lines = Advice::joined(lines, "\n      ");
    Error::usage("no run is unfinished; choose one (newest first)").advise(lines)
}

fn ambiguous<'i>(message: &str, ids: impl Iterator<Item = &'i RunId>) -> Error {
    Error::usage(message).advise(Advice::joined(ids.map(of_run), "\n      "))
}

/// What names a run.
fn of_run(id: &RunId) -> Advice {
    Argument::option("run", id.as_str()).into()
}

/// What names one of these gates.
fn one_of<'g>(gates: impl IntoIterator<Item = &'g str>) -> Advice {
    Advice::joined(gates.into_iter().map(|gate| Argument::option("gate", gate)), " or ")
}

/// The run that is meant, held, and the gate of it.
pub fn held<'p>(
    project: &'p Project,
    caller: &Caller,
    choice: &GateChoice,
) -> Result<(Driver<'p>, GateId), Error> {
    let driver = Driver::take(project, &run(project, caller, &choice.run)?)?;
    let gate = gate(&driver, caller, choice.gate.as_deref())?;
    Ok((driver, gate))
}

/// The gate that is meant, in a run that is held.
pub fn gate(driver: &Driver<'_>, caller: &Caller, name: Option<&str>) -> Result<GateId, Error> {
    gate_of(driver.project, caller, driver.run(), name)
}

/// The gate that is meant, among the gates of a plan and their instances: the one that is named,
/// else the one that was chosen, else the only one at work.
pub fn gate_of(
    project: &Project,
    caller: &Caller,
    run: &Run,
    name: Option<&str>,
) -> Result<GateId, Error> {
    let planned = run.started.gates.iter().map(|planned| planned.gate.as_str());
    let mut known: Vec<&str> = planned.collect();
    let instances = run.gates.keys().map(GateId::as_str).filter(|id| !known.contains(id));
    known.extend(instances.collect::<Vec<_>>());
    if let Some(name) = name {
        return match known.iter().find(|known| **known == name) {
            Some(_) => GateId::parse(name).map_err(|error| Error::usage(error.to_string())),
            None => Err(Error::not_found(format!("gate `{name}` not found in this run"))
                .advise(suggest(name, known))),
        };
    }
    if let Some(chosen) = own_gate(caller, run).or_else(|| chosen_gate(project, caller, run)) {
        return Ok(chosen);
    }
    let open = gates_at_work(run);
    match open.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(none_at_work(run, &known)),
        _ => Err(Error::usage("several gates are RUNNING or WAITING; choose one")
            .advise(one_of(open.into_iter().map(GateId::as_str)))),
    }
}

/// Whether a gate stands for its instances, each of which is a gate to work at.
pub(super) fn is_fan_out(workflow: &Workflow, gate: &GateId) -> bool {
    workflow.gate(gate).is_some_and(|plan| plan.each.is_some() && plan.id == *gate)
}

/// A fan-out is named where one of its instances is meant.
pub(super) fn no_instance(run: &Run, gate: &GateId) -> Error {
    let items = run.gate(gate).and_then(|state| state.items.as_ref());
    let ids: Vec<&str> = items.into_iter().flatten().map(|item| item.gate.as_str()).collect();
    let error = Error::usage(format!("gate {gate} fans out; choose one of its instances"));
    if ids.is_empty() {
        return error.advise_command(Suggestion::new("status").of(&run.started.run_id));
    }
    error.advise(one_of(ids))
}

/// No gate is at work: in a run that is over, naming one seldom helps.
fn none_at_work(run: &Run, known: &[&str]) -> Error {
    let (id, status) = (&run.started.run_id, run.status);
    match status {
        RunStatus::Passed | RunStatus::Canceled => {
            Error::usage(format!("run {id} is {status}; no gate is running or waiting"))
                .advise_command(Suggestion::new("run show").of(id))
        }
        RunStatus::Failed => {
            Error::usage(format!("run {id} is {status}; no gate is running or waiting"))
                .advise_command_that(
                    Suggestion::new("run resume").of(id),
                    tries_again(Suggestion::new("gate redo")),
                )
        }
        RunStatus::Running | RunStatus::Waiting | RunStatus::Paused => {
            let error = Error::usage(format!("no gate of run {id} is RUNNING or WAITING"));
            let failed = run.gates_in(GateStatus::Fail).next();
            match failed.filter(|_| run.started.driven) {
                Some(failed) => error.advise_command(
                    Suggestion::new("gate redo").of(id).at(failed).option("reason", OPEN_WORDS),
                ),
                None => {
                    error.advise(Advice::from("choose one: ").then(one_of(known.iter().copied())))
                }
            }
        }
    }
}

/// What resuming does, and what else there is that a gate is named for.
fn tries_again(one: Suggestion) -> Advice {
    Advice::from("tries its failed gates again; to choose one: ")
        .then(one.option("gate", "GATE").option("reason", OPEN_WORDS))
}

/// The gate that words about the work belong to, where it is clear which one that is.
pub fn gate_at_hand(project: &Project, caller: &Caller, run: &Run) -> Option<GateId> {
    let chosen = own_gate(caller, run).or_else(|| chosen_gate(project, caller, run));
    chosen.or_else(|| match gates_at_work(run).as_slice() {
        [only] => Some((*only).clone()),
        [] | [_, _, ..] => None,
    })
}

/// What a command means that names neither run nor gate.
pub fn at_hand(project: &Project, caller: &Caller) -> AtHand {
    let Ok(id) = run(project, caller, &RunChoice::default()) else { return AtHand::default() };
    match project.store.glance(&id) {
        Ok(reading) => at_hand_beside(project, caller, &reading.run),
        Err(_) => AtHand { run: Some(id), gate: None },
    }
}

/// The same after a drive that leads to this standing. No gate of a run that is over is at hand, and a
/// long one takes time to read again.
pub fn at_hand_after(project: &Project, caller: &Caller, standing: &Standing) -> AtHand {
    match standing.status {
        RunStatus::Passed | RunStatus::Canceled => {
            let id = run(project, caller, &RunChoice::default()).ok();
            if id.as_ref() == Some(&standing.run_id) {
                return AtHand { run: id, gate: None };
            }
        }
        RunStatus::Running | RunStatus::Waiting | RunStatus::Paused | RunStatus::Failed => {}
    }
    at_hand(project, caller)
}

/// The same, where the fold of one run is there already.
pub fn at_hand_beside(project: &Project, caller: &Caller, known: &Run) -> AtHand {
    let run = run(project, caller, &RunChoice::default()).ok();
    let is_known = run.as_ref() == Some(&known.started.run_id);
    let gate = if is_known { gate_at_hand(project, caller, known) } else { None };
    AtHand { run, gate }
}

fn gates_at_work(run: &Run) -> Vec<&GateId> {
    let at_work = [GateStatus::Running, GateStatus::Waiting];
    at_work.iter().flat_map(|status| run.gates_in(*status)).collect()
}

/// The gate that this process was started to work on.
pub(super) fn own_gate(caller: &Caller, run: &Run) -> Option<GateId> {
    let is_own_run = caller.run.as_deref() == Some(run.started.run_id.as_str());
    let own = caller.gate.as_ref().filter(|_| is_own_run)?;
    let at_work = gates_at_work(run);
    at_work.into_iter().find(|gate| gate.as_str() == own).cloned()
}

/// The gate that was chosen in this run, as long as it is not done.
fn chosen_gate(project: &Project, caller: &Caller, run: &Run) -> Option<GateId> {
    let id = &run.started.run_id;
    // What a gate's own program says is about that gate, whatever else is at work.
    let own = caller.gate.as_ref().filter(|_| caller.run.as_deref() == Some(id.as_str()));
    let own = own.and_then(|gate| GateId::parse(gate).ok());
    let chosen = own.or_else(|| Current::read(project, caller).ok()?.gate_in(id).cloned())?;
    (!run.status_of(&chosen).satisfies()).then_some(chosen)
}
