//! What orch.toml and the command line say of the engine, ready for use.

use super::client::PoolClient;
use crate::project::Error;
use crate::project::Project;

/// The pool where this project's runs wait when they are not driven on this machine alone.
const POOL: &str = "main";

/// The variable that has the token for the engine, where nothing else is said.
pub const TOKEN: &str = "ORCH_ENGINE_TOKEN";

/// The engine, and the remote that holds what its runs are.
#[derive(Debug, Clone)]
pub struct Engine {
    pub client: PoolClient,
    pub remote: String,
}

impl Engine {
    /// The engine that this project uses; `None` where it uses none.
    pub fn of(project: &Project) -> Result<Option<Self>, Error> {
        let settings = &project.config.engine;
        let Some(url) = project.surroundings.engine.as_ref().or(settings.url.as_ref()) else {
            return Ok(None);
        };
        let Some(repository) = project.repository()? else {
            let reason = project.uncommitted.clone().unwrap_or_default();
            return Err(Error::usage(format!("{reason}: the engine needs a remote to share runs")));
        };
        let remote = settings.remote.clone().unwrap_or_else(|| repository.usual_remote());
        if !repository.finds_remote(&remote) {
            let error = Error::usage(format!("no remote named `{remote}`"));
            return Err(error.advise("the engine shares runs through it: git remote add NAME URL"));
        }
        let token = settings.token.as_deref().unwrap_or(TOKEN);
        let token = project.surroundings.variables.text(token).map(str::to_owned);
        let pool = settings.pool.as_deref().unwrap_or(POOL);
        Ok(Some(Self { client: PoolClient::new(url, pool, token), remote }))
    }
}
