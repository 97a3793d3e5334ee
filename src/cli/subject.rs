//! The run that a command would change: what an error of it reminds of.

use crate::ops::Caller;
use crate::ops::Epic;
use crate::ops::Project;
use crate::ops::RunChoice;

/// The run that a command would change, as it names it.
#[derive(Debug)]
pub enum Subject {
    Run(RunChoice),
    Epic(Epic),
}

impl Subject {
    /// The run, where it can be told which one is meant.
    pub fn run(&self, project: &Project, caller: &Caller) -> Option<RunChoice> {
        match self {
            Self::Run(choice) => Some(choice.clone()),
            Self::Epic(epic) => {
                let run = epic.run(project, caller).ok()?;
                Some(RunChoice { run: Some(run.to_string()) })
            }
        }
    }
}
