//! The run that a command would change: what an error of it reminds of.

use crate::ops::Epic;
use crate::ops::RunChoice;
use crate::ops::Site;

/// The run that a command would change, as it names it.
#[derive(Debug)]
pub enum Subject {
    Run(RunChoice),
    Epic(Epic),
}

impl Subject {
    /// The run, where it can be told which one is meant.
    pub fn run(&self, site: &Site) -> Option<RunChoice> {
        match self {
            Self::Run(choice) => Some(choice.clone()),
            Self::Epic(epic) => {
                let run = epic.run(site).ok()?;
                Some(RunChoice { run: Some(run.to_string()) })
            }
        }
    }
}
