//! `[engine]`: where runs are that other machines drive, too.

use crate::clock::Period;
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// How long a worker may be silent before its run is another's, where nothing else is said.
const LEASE: Duration = Duration::from_mins(2);

/// The engine that machines share runs through. Needs an orch that was built with the feature `engine`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EngineTable {
    /// URL of the engine's ingress, such as `http://engine.internal:8080`.
    pub(super) url: Option<String>,
    /// Git remote that holds the runs; by default the current branch's remote, or else `origin`.
    pub(super) remote: Option<String>,
    /// Name of the environment variable with the token to show to the engine; `ORCH_ENGINE_TOKEN` by
    /// default.
    pub(super) token: Option<String>,
    /// Pool where this project's runs wait; `main` by default. Its workers are of this project.
    pub(super) pool: Option<String>,
    /// How long a worker may be silent before its run goes to another; `2m` by default.
    pub(super) lease: Option<Period>,
}

/// How the engine is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineSettings {
    pub url: Option<String>,
    pub remote: Option<String>,
    /// The variable that has the token.
    pub token: Option<String>,
    pub pool: Option<String>,
    /// How long a worker may be silent.
    pub lease: Duration,
}

impl EngineTable {
    pub(super) fn over(self, below: Self) -> Self {
        Self {
            url: self.url.or(below.url),
            remote: self.remote.or(below.remote),
            token: self.token.or(below.token),
            pool: self.pool.or(below.pool),
            lease: self.lease.or(below.lease),
        }
    }

    pub(super) fn build(self) -> EngineSettings {
        let Self { url, remote, token, pool, lease } = self;
        let lease = lease.map_or(LEASE, Period::duration);
        EngineSettings { url, remote, token, pool, lease }
    }
}
