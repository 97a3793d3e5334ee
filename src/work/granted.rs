//! What the programs of an attempt are granted: its permits, and what its work needs beside them.

use super::Workspace;
use super::mounts;
use crate::files::ProjectFolder;
use crate::id::AttemptId;
use crate::permits::Enforce;
use crate::permits::Enforcement;
use crate::permits::NetworkPermit;
use crate::permits::Permits;
use crate::permits::WholeNetwork;
use crate::process::Mount;
use crate::process::Sandbox;
use crate::process::SandboxNetwork;
use crate::process::Unavailable;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Mutex;

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
    pub home: Vec<String>,
    /// The hosts that it cannot work without.
    pub hosts: Vec<String>,
}

/// What programs are shut up in, and what that holds them to.
#[derive(Debug, Clone, Default)]
pub(super) struct Confinement {
    pub sandbox: Option<Sandbox>,
    pub held: Enforcement,
}

/// What trying a sandbox out has shown, by whether it has a network: this system does not change its mind.
static TRIED: Mutex<BTreeMap<bool, Result<(), Unavailable>>> = Mutex::new(BTreeMap::new());

/// Whether there are sandboxes here for the programs that work in a project.
pub fn try_sandbox(project: &ProjectFolder) -> Result<(), Unavailable> {
    let mounts = vec![Mount::Writable(project.root().to_owned())];
    Sandbox { mounts, network: SandboxNetwork::Any }.try_out(project.root(), true)
}

impl Granted {
    /// What the programs of an attempt are shut up in here. Fails where that is required and cannot be.
    pub(super) fn confine(
        &self,
        attempt: &AttemptId,
        workspace: &Workspace,
    ) -> Result<Confinement, Unavailable> {
        let enforce = self.permits.enforce();
        if enforce == Enforce::Off {
            let held = Enforcement::to_nothing("`enforce` is off".to_owned());
            return Ok(Confinement { sandbox: None, held });
        }
        match self.sandbox(attempt, workspace) {
            Ok(sandbox) => {
                let held = Enforcement::by(&self.permits);
                Ok(Confinement { sandbox: Some(sandbox), held })
            }
            Err(why) if enforce == Enforce::Required => Err(why),
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
                    let why = "without its own program orch cannot let programs reach named hosts";
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
        let sandbox = Sandbox { mounts, network: self.network(workspace)? };
        let mut tried = TRIED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_written = self.permits.write.is_none() && self.permits.readable().is_none();
        let root = workspace.project.root();
        tried
            .entry(sandbox.network == SandboxNetwork::Any)
            .or_insert_with(|| sandbox.try_out(root, is_written))
            .clone()
            .map(|()| sandbox)
    }
}
