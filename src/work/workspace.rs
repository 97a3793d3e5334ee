//! The workspace: the folder in which orders are carried out, and what only the process there knows.

use super::WorkOrder;
use crate::executor::Usage;
use crate::files::Beneath;
use crate::files::NestedWalk;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::id::GateId;
use crate::id::InvocationId;
use crate::id::RunId;
use crate::process::Register;
use crate::process::Stop;
use crate::secret::Secrets;
use crate::store::Store;
use crate::surroundings::Variables;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Takes down what a call has used so far; says why it must end, where it must.
pub type FollowUsage = Arc<dyn Fn(&InvocationId, &Usage, Duration) -> Option<String> + Send + Sync>;

/// Where orders are carried out.
#[derive(Clone)]
pub struct Workspace {
    /// The folder.
    pub project: ProjectFolder,
    /// The repositories in it that the last look found.
    pub nested: NestedWalk,
    /// The folder for what is printed, each attempt's below it.
    pub logs: Beneath,
    /// What nothing that is kept may hold.
    pub secrets: Secrets,
    /// Tells programs at work there to end.
    pub stop: Stop,
    /// Where programs are named while they run; for whoever holds the run.
    pub at_work: Option<Beneath>,
    /// The folder that all worktrees of the repository share.
    pub git_folder: Option<PathBuf>,
    /// The user's own settings.
    pub user_folder: Option<PathBuf>,
    /// The variables that are set there, of which programs get those that are allowed.
    pub variables: Variables,
    /// Where words about the run arrive while the work goes on.
    pub said: Option<(Store, RunId)>,
    /// The program that this process runs, which a sandbox with hosts needs inside.
    pub program: Option<PathBuf>,
    /// Who follows what the calls use; without one each call has what is reserved for it.
    pub follow: Option<FollowUsage>,
}

/// The folder of an attempt among the logs of its run.
pub fn attempt_folder(logs: &Beneath, attempt: &AttemptId) -> Beneath {
    logs.join("gates").join(attempt.gate.as_str()).join(format!("attempt-{}", attempt.number))
}

impl Workspace {
    /// A folder that holds no run, and a folder for what is printed.
    pub fn new(project: ProjectFolder, logs: Beneath) -> Self {
        Self {
            project,
            nested: NestedWalk::default(),
            logs,
            secrets: Secrets::default(),
            stop: Stop::default(),
            at_work: None,
            git_folder: None,
            user_folder: None,
            variables: Variables::default(),
            said: None,
            program: None,
            follow: None,
        }
    }

    /// The folder of an attempt's packet and of what is printed in it.
    pub fn attempt(&self, attempt: &AttemptId) -> Beneath {
        attempt_folder(&self.logs, attempt)
    }

    pub(super) fn register(&self, gate: &GateId) -> Option<Register> {
        let folder = self.at_work.clone()?;
        Some(Register { folder, what: gate.to_string() })
    }

    /// Says why a call must end, where it must.
    pub(super) fn follow(&self, order: &WorkOrder, used: &Usage, took: Duration) -> Option<String> {
        match &self.follow {
            Some(follow) => follow(&order.invocation_id, used, took),
            None => order.overspent(used, took),
        }
    }
}
