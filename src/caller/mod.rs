//! Who asks for an operation, as a face found them. Nothing below the faces reads the environment for
//! it, nor can make a person of whoever asks; nothing below this floor knows who it is.

pub mod asker;

use crate::event::Author;
use crate::project::Error;
use crate::project::Project;
use std::fmt;

/// Whoever asks: a person, an agent, or a program of either.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// The run that was chosen for this shell, by `ORCH_RUN`.
    pub run: Option<String>,
    /// The gate of it, by `ORCH_GATE`.
    pub gate: Option<String>,
    /// The key of the session, by `ORCH_SESSION`: it has a stack of its own.
    pub session: Option<String>,
    /// The mark of an agent that was found around the process.
    pub agent_mark: Option<Mark>,
    /// The name that the system knows the user by.
    pub user: Option<String>,
}

/// What tells that an agent asks, or what works at a gate, by the name of the sign.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// It is set for what works at a gate.
    AtWork(String),
    /// An agent's program sets it.
    Agent(String),
    /// A program asks over a connection, which proves no person: what connects, such as
    /// `an HTTP client`.
    Client(&'static str),
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtWork(sign) | Self::Agent(sign) => f.write_str(sign),
            Self::Client(what) => f.write_str(what),
        }
    }
}

impl Caller {
    /// The same user, who has chosen nothing: for what is done on their behalf elsewhere.
    pub fn elsewhere(&self) -> Self {
        Self { user: self.user.clone(), ..Self::default() }
    }

    /// Whether this is the work of a gate that somebody drives.
    pub fn is_at_work(&self) -> bool {
        matches!(self.agent_mark, Some(Mark::AtWork(_)))
    }

    /// Who the user is: for git, else for the system.
    pub fn identity(&self, project: &Project) -> Result<String, Error> {
        let by = project.repository()?.and_then(|repository| repository.identity());
        let number = || format!("user {}", rustix::process::getuid().as_raw());
        Ok(by.or_else(|| self.user.clone()).unwrap_or_else(number))
    }

    /// Who says something here: the agent whose marks were found, what works at a gate, else the user.
    pub fn who(&self, project: &Project) -> Result<Author, Error> {
        match &self.agent_mark {
            Some(mark) => Ok(Author::Agent(mark.to_string())),
            None if asker::is_executor(project) => {
                Ok(Author::Agent("doing the work of a gate".to_owned()))
            }
            None => self.identity(project).map(Author::User),
        }
    }
}
