//! What the programs of an attempt are granted: its permits, and what its work needs beside them.

use super::Workspace;
use super::home;
use super::mounts;
use super::planted::Before;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::permits::Enforce;
use crate::permits::Enforcement;
use crate::permits::HomeFolder;
use crate::permits::NetworkPermit;
use crate::permits::Permits;
use crate::permits::WholeNetwork;
use crate::process::Mount;
use crate::process::Sandbox;
use crate::process::SandboxNetwork;
use crate::process::Unavailable;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

/// What they are granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Granted {
    /// What project, workflow, gate and agent permit.
    pub permits: Permits,
    /// The files of the project that the gate names as its own to write, as globs: of a definition too.
    pub own_files: Vec<String>,
    /// The folders of the home that the agent cannot work without.
    pub home: Vec<HomeFolder>,
    /// The hosts that it cannot work without.
    pub hosts: Vec<String>,
}

/// What programs are shut up in, and what that holds them to.
pub(super) struct Confinement<'w> {
    /// The sandbox, and what was there before: what it cannot forbid is looked for afterwards.
    pub sandbox: Option<(Sandbox, Before<'w>)>,
    pub held: Enforcement,
}

/// The projects whose sandboxes were tried out and could be made, each with and without a network, and a
/// `/proc`. One that could not is tried again.
static TRIED: Mutex<BTreeSet<(PathBuf, bool, bool)>> = Mutex::new(BTreeSet::new());

/// Whether there are sandboxes here for the programs that work in a project.
pub fn try_sandbox(project: &ProjectFolder) -> Result<(), Unavailable> {
    let mounts = vec![Mount::Writable(project.root().to_owned())];
    Sandbox { mounts, network: SandboxNetwork::Any, has_proc: true }.try_out(project.root(), true)
}

impl Granted {
    /// What the programs of an attempt are shut up in here. Fails where that is required and cannot be.
    pub(super) fn confine<'w>(
        &self,
        attempt: &AttemptId,
        workspace: &'w Workspace,
    ) -> Result<Confinement<'w>, Unavailable> {
        let enforce = self.permits.enforce();
        if enforce == Enforce::Off {
            let held = Enforcement::to_nothing("`enforce` is off".to_owned());
            return Ok(Confinement { sandbox: None, held });
        }
        let before = Before::look(workspace, self);
        // Something that it is made of may go meanwhile: then it is made anew.
        let sandbox =
            self.sandbox(attempt, workspace).or_else(|_| self.sandbox(attempt, workspace));
        match sandbox {
            Ok(sandbox) => {
                // Without a home that can be told, nothing of it is kept from anyone.
                let home = home::home_of(workspace).and_then(|_| self.permits.home.clone());
                let held = Enforcement::by(&Permits { home, ..self.permits.clone() });
                Ok(Confinement { sandbox: Some((sandbox, before)), held })
            }
            // Where others can be made, something here stands in the way of this one, perhaps on purpose.
            Err(why) if enforce == Enforce::Required || try_sandbox(&workspace.project).is_ok() => {
                Err(why)
            }
            Err(why) => {
                Ok(Confinement { sandbox: None, held: Enforcement::to_nothing(why.to_string()) })
            }
        }
    }

    /// Says why programs cannot be held to the permits here, where they must be.
    pub fn refuse_unenforceable(
        &self,
        attempt: &AttemptId,
        workspace: &Workspace,
    ) -> Result<(), Unavailable> {
        if self.permits.enforce() < Enforce::Required {
            return Ok(());
        }
        self.confine(attempt, workspace).map(drop)
    }

    fn network(&self, workspace: &Workspace) -> Result<SandboxNetwork, Unavailable> {
        Ok(match &self.permits.network {
            None | Some(NetworkPermit::Whole(WholeNetwork::Any)) => SandboxNetwork::Any,
            Some(NetworkPermit::Whole(WholeNetwork::Off)) => SandboxNetwork::Off,
            Some(NetworkPermit::Hosts(hosts)) => {
                let program = workspace.program.clone().ok_or_else(|| {
                    let why = "the orch executable, which named hosts require, was not found";
                    Unavailable::Refused(why.to_owned())
                })?;
                let hosts = hosts.iter().chain(&self.hosts).cloned().collect();
                SandboxNetwork::Hosts { hosts, program }
            }
        })
    }

    fn sandbox(&self, attempt: &AttemptId, workspace: &Workspace) -> Result<Sandbox, Unavailable> {
        let mounts = mounts::of(self, attempt, workspace)
            .map_err(|error| Unavailable::Refused(error.to_string()))?;
        let network = self.network(workspace)?;
        let mut sandbox = Sandbox { mounts, network, has_proc: true };
        let root = workspace.project.root();
        if let Err(why) = self.try_out(&sandbox, root) {
            sandbox.has_proc = false;
            let is_required = self.permits.enforce() == Enforce::Required;
            if !is_required || self.try_out(&sandbox, root).is_err() {
                return Err(why);
            }
        }
        Ok(sandbox)
    }

    fn try_out(&self, sandbox: &Sandbox, root: &Path) -> Result<(), Unavailable> {
        let kind = (root.to_owned(), sandbox.network == SandboxNetwork::Any, sandbox.has_proc);
        let tried = || TRIED.lock().unwrap_or_else(PoisonError::into_inner);
        if !tried().contains(&kind) {
            let is_written = self.permits.write.is_none() && self.permits.readable().is_none();
            sandbox.try_out(root, is_written)?;
            tried().insert(kind);
        }
        Ok(())
    }
}
