//! Who asks for an operation, as a face found them. Nothing below the faces reads the environment for
//! it, nor can make a person of whoever asks.

use super::Error;
use super::Project;
use super::asker;
use crate::event::Author;
use std::path::PathBuf;

/// Whoever asks: a person, an agent, or a program of either.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The run that was chosen for this shell, by `ORCH_RUN`.
    pub run: Option<String>,
    /// The gate of it, by `ORCH_GATE`.
    pub gate: Option<String>,
    /// The key of the session, by `ORCH_SESSION`: it has a stack of its own.
    pub session: Option<String>,
    /// The mark of an agent that was found in the environment.
    pub agent_mark: Option<String>,
    /// The name that the system knows the user by.
    pub user: Option<String>,
    pub home: Option<PathBuf>,
    /// The folder of the user's own settings and workflows.
    pub settings: Option<PathBuf>,
    /// The program that keeps sessions beyond the end of this process: `orch`. Without one this
    /// process keeps them itself, until it ends.
    pub program: Option<PathBuf>,
}

impl Caller {
    /// The same user, who has chosen nothing: for what is done on their behalf elsewhere.
    pub fn elsewhere(&self) -> Self {
        Self {
            run: None,
            gate: None,
            session: None,
            agent_mark: None,
            program: None,
            ..self.clone()
        }
    }
}

impl Project {
    /// Who the user is: for git, else for the system.
    pub fn identity(&self) -> Result<String, Error> {
        let by = self.repository()?.and_then(|repository| repository.identity());
        let number = || format!("user {}", rustix::process::getuid().as_raw());
        Ok(by.or_else(|| self.caller.user.clone()).unwrap_or_else(number))
    }

    /// Who says something here: the agent whose marks were found, what works at a gate, else the user.
    pub fn who(&self) -> Result<Author, Error> {
        match &self.caller.agent_mark {
            Some(mark) => Ok(Author::Agent(mark.clone())),
            None if asker::is_executor(self) => Ok(Author::Agent("at work at a gate".to_owned())),
            None => self.identity().map(Author::User),
        }
    }
}
