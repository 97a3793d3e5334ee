//! Who plays a role in a run: by the cast that it keeps since its start. A run that began
//! before casts were kept takes its agents from `orch.toml` as it is.

use super::role;
use crate::config::Cast;
use crate::config::Miscast;
use crate::config::NO_AGENT;
use crate::event::Author;
use crate::event::Event;
use crate::executor::Agent;
use crate::finding::Finding;
use crate::id;
use crate::id::RunId;
use crate::project::Driver;
use crate::project::Error;
use crate::project::Project;
use crate::run::Run;
use crate::surroundings::Allowed;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;
use crate::workflow::input::Values;
use std::collections::BTreeSet;

/// The agent that plays a role, nobody, or what is wrong with it. `given` was chosen for this sitting.
pub fn player(
    project: &Project,
    run: &Run,
    (role, given): (&str, Option<&str>),
) -> Result<Result<Option<Agent>, Finding>, Error> {
    if role == NO_AGENT {
        return Ok(Ok(None));
    }
    let given = given.or(run.started.agent.as_deref());
    let cast = match Cast::thaw(&run.started.definition) {
        Ok(Some(cast)) => cast,
        Ok(None) => return Ok(Ok(project.config.agent(role, given)?.cloned())),
        Err(miscast) => return Ok(Err(finding(&miscast))),
    };
    let Some(name) = cast.player(role, given) else { return Ok(Ok(None)) };
    Ok(named(project, run, name)?.map(Some))
}

/// The agent of a run that has this name, or what is wrong with it.
pub fn named(project: &Project, run: &Run, name: &str) -> Result<Result<Agent, Finding>, Error> {
    let cast = match Cast::thaw(&run.started.definition) {
        Ok(cast) => cast.unwrap_or_default(),
        Err(miscast) => return Ok(Err(finding(&miscast))),
    };
    let key = key(project, &run.started.run_id)?;
    let agent = cast.agent(name, &project.config, key.as_deref());
    Ok(agent.map_err(|miscast| finding(&miscast)))
}

fn finding(miscast: &Miscast) -> Finding {
    let finding = Finding::of("agents", miscast.to_string());
    match miscast {
        Miscast::Environment { .. } => finding
            .expected("the same values; a person can accept the new ones by amending the run"),
        Miscast::Program { .. } => {
            finding.expected("the same file; a person can accept the new one by amending the run")
        }
        Miscast::Unreadable { .. } => finding,
    }
}

/// The names of the agents that a run may choose from.
pub fn names(project: &Project, run: &Run) -> Vec<String> {
    match Cast::thaw(&run.started.definition).ok().flatten() {
        Some(cast) => cast.names().map(str::to_owned).collect(),
        None => project.config.names().map(str::to_owned).collect(),
    }
}

/// The definition that an agent of this name ends in, in a run.
pub fn definition(project: &Project, run: &Run, name: &str) -> Option<String> {
    let cast = Cast::thaw(&run.started.definition).ok().flatten();
    let kept = cast.as_ref().and_then(|cast| cast.definition(name));
    kept.or_else(|| project.config.definition(name)).map(str::to_owned)
}

/// Which of the variables that are set the programs of a run get: what `orch.toml` allowed when it
/// began. Where that was lost, none that nobody can vouch for.
pub fn allowed(project: &Project, run: &Run) -> Allowed {
    match Cast::thaw(&run.started.definition) {
        Ok(cast) => {
            let kept = cast.as_ref().and_then(Cast::allowed);
            kept.unwrap_or(&project.config.allowed).clone()
        }
        Err(_) => Allowed::default(),
    }
}

/// The cast of a workflow as `orch.toml` has it now, for a run that keeps it.
pub fn cast(
    project: &Project,
    (workflow, inputs): (&Workflow, &Values),
    given: Option<&str>,
    run: &RunId,
) -> Result<Cast, Error> {
    let mut roles = role::chosen(&project.config, workflow, inputs)?;
    for gate in &workflow.gates {
        if let Work::Agent(Role::Named(name)) = &gate.work
            && project.config.agents().any(|agent| agent.name == *name)
        {
            roles.insert(name.clone());
        }
    }
    let key = if project.config.sets_variables() { Some(made_key(project, run)?) } else { None };
    Ok(Cast::of(&project.config, (&workflow.name, roles), given, key.as_deref()))
}

/// A cast with those agents beside it that a run knows already, as they are now.
pub fn recast(project: &Project, run: &RunId, cast: Cast, kept: &Cast) -> Result<Cast, Error> {
    let key = key(project, run)?;
    Ok(kept.names().fold(cast, |cast, name| cast.with(&project.config, name, key.as_deref())))
}

/// Somebody chose who plays roles in a run that began before: whom, and what that agent is.
pub fn give(driver: &mut Driver<'_>, name: &str, by: &Author) -> Result<(), Error> {
    let (project, run) = (driver.project, driver.run());
    let kept = Cast::thaw(&run.started.definition).ok().flatten();
    let Some(kept) = kept else {
        return Ok(project.config.refuse_unknown_agent(name)?);
    };
    let mut texts = Vec::new();
    if name != NO_AGENT && !kept.knows(name) {
        project.config.refuse_unknown_agent(name)?;
        let key = if project.config.sets_variables() {
            Some(made_key(project, driver.id())?)
        } else {
            None
        };
        let cast = kept.clone().with(&project.config, name, key.as_deref());
        let new = cast.names().filter(|name| !kept.knows(name)).filter_map(|name| cast.path(name));
        let new: BTreeSet<String> = new.collect();
        texts.extend(cast.freeze().into_iter().filter(|text| new.contains(&text.path)));
    }
    let given = Event::AgentGiven { agent: name.to_owned(), by: by.to_string(), texts };
    driver.append(&[given])
}

fn key(project: &Project, run: &RunId) -> Result<Option<Vec<u8>>, Error> {
    let path = project.store.key_of(run);
    path.read().map_err(|source| Error::disk(&path, source))
}

/// The key of a run, made where there is none.
fn made_key(project: &Project, run: &RunId) -> Result<Vec<u8>, Error> {
    if let Some(key) = key(project, run)? {
        return Ok(key);
    }
    let path = project.store.key_of(run);
    let key = id::random_key()
        .ok_or_else(|| Error::environment("the system provides no random numbers".to_owned()))?;
    path.write(&key).map_err(|source| Error::disk(&path, source))?;
    Ok(key.to_vec())
}
