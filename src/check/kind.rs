//! A kind of check, whatever its parameters: what the registry holds of each.

use super::Check;
use crate::document;
use crate::source::Source;
use crate::source::Unsound;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::fmt;

/// What every check takes beside its own parameters; read by the contract.
const KEYS_OF_ALL: [&str; 4] = ["`severity`", "`when`", "`message`", "`verdict`"];

/// A check of whatever kind, as a contract holds it.
pub type AnyCheck = Box<dyn Check + Send + Sync>;

/// What somebody says about the work, so that a check of it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkRemark {
    /// What it comes to, which is handed in with it.
    Summary,
    /// How far it has come.
    Update,
}

type Read = fn(&Source, document::Value<'_>) -> Result<AnyCheck, Vec<Box<Unsound>>>;

/// A kind of check: its name, how its parameters are read, and its reference.
pub struct Kind {
    pub name: &'static str,
    /// Tells everything that is wrong with the parameters: at least one thing.
    pub read: Read,
    pub from_json: fn(Json) -> Result<AnyCheck, String>,
    /// Its parameters that are globs.
    pub globs: fn() -> &'static [&'static str],
    pub compares: fn() -> bool,
    pub reads_a_file: fn() -> bool,
    pub looks_at_work: fn() -> bool,
    pub starts_programs: fn() -> bool,
    pub asks_for: fn() -> Option<WorkRemark>,
    pub looks_at_attempt: fn() -> bool,
    pub states_existence: fn() -> bool,
    pub counts: fn() -> Option<&'static str>,
    pub schema: fn() -> Json,
}

impl Kind {
    pub(super) const fn of<T>(name: &'static str) -> Self
    where
        T: Check + DeserializeOwned + JsonSchema + Send + Sync + 'static,
    {
        Self {
            name,
            read: |source, value| {
                Ok(Box::new(document::read_rest::<T>(source, value, &KEYS_OF_ALL)?))
            },
            from_json: |value| {
                let check = serde_json::from_value::<T>(value);
                Ok(Box::new(check.map_err(|error| document::in_words(&error.to_string()))?))
            },
            globs: T::globs,
            compares: T::compares,
            reads_a_file: T::reads_a_file,
            looks_at_work: T::looks_at_work,
            starts_programs: T::starts_programs,
            asks_for: T::asks_for,
            looks_at_attempt: T::looks_at_attempt,
            states_existence: T::states_existence,
            counts: T::counts,
            schema: || document::schema_of::<T>().to_value(),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
