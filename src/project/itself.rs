//! How `orch` starts itself: processes of its own that outlive the one that needs them.

use super::Error;
use super::Project;
use crate::id::RunId;
use crate::process;

/// What such a process is for.
#[derive(Debug, Clone, Copy)]
pub enum Task<'t> {
    /// Keep a session of a run.
    Session(&'t RunId, u32),
    /// Send the notifications of a run.
    Notifications(&'t RunId),
    /// Give out the slots of the pool until nothing is left to do.
    Worker,
    /// Do what the ticket of a run asks for, in a slot.
    Errand(&'t RunId, usize),
}

impl Task<'_> {
    fn arguments(self) -> Vec<String> {
        let words: &[&str] = match self {
            Self::Session(run, session) => {
                &["session", "keep", "--run", run.as_str(), "--session", &session.to_string()]
            }
            Self::Notifications(run) => &["notify", "send", "--run", run.as_str()],
            Self::Worker => &["worker", "--until-idle"],
            Self::Errand(run, slot) => {
                &["errand", "--run", run.as_str(), "--slot", &slot.to_string()]
            }
        };
        words.iter().map(|&word| word.to_owned()).collect()
    }
}

/// Starts the process, and returns when it has what it needs. `false` where there is no program to
/// start.
pub fn start(project: &Project, task: Task<'_>) -> Result<bool, Error> {
    let Some(program) = &project.surroundings.program else { return Ok(false) };
    let mut arguments = task.arguments();
    if let Some(now) = project.clock.fixed_at() {
        arguments.extend(["--now".to_owned(), now.to_string()]);
    }
    if let Some(engine) = &project.surroundings.engine {
        arguments.extend(["--engine".to_owned(), engine.clone()]);
    }
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::start_detached(program, &words, project.folder.root())
        .map(|_| true)
        .map_err(|error| Error::environment(format!("cannot start {}: {error}", words[0])))
}
