//! `orch engine rebuild`: have an engine that lost its data know again of the runs that the remote holds.

use super::Error;
use super::Project;
use super::shared_runs::unanswered;
use crate::engine;
use crate::engine::Engine;
use crate::engine::Submitted;
use serde::Serialize;

/// What the engine was told.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct EngineRebuilt {
    /// Runs that it did not know of.
    pub submitted: usize,
    /// Runs that it knew of.
    pub known: usize,
    /// Runs that are over.
    pub over: usize,
}

/// Submits the runs that are not over. What the engine knows already stays as it is.
pub fn engine_rebuild(project: &Project) -> Result<EngineRebuilt, Error> {
    let Some(engine) = Engine::of(project)? else {
        return Err(Error::usage("no engine is set").advise("write [engine] url in orch.toml"));
    };
    let found = engine::remember(project, &engine)?;
    let answers = engine.client.submit(&found.open).map_err(unanswered)?;
    let is_new = |answer: &&Submitted| matches!(answer, Submitted::Accepted);
    let submitted = answers.iter().filter(is_new).count();
    Ok(EngineRebuilt { submitted, known: answers.len() - submitted, over: found.over })
}
