//! How far the programs of a gate reach while they are at work: the one place that every row asks.

use crate::config::Config;
use crate::permits::Enforce;
use crate::permits::NetworkPermit;
use crate::permits::Permits;
use crate::permits::WholeNetwork;
use crate::permits::folder_of;
use crate::workflow::Gate;
use crate::workflow::PermitsTemplate;
use std::collections::BTreeSet;

/// Which hosts programs can talk to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkReach {
    /// Any.
    Any,
    /// None.
    Off,
    /// These.
    Hosts(Vec<String>),
}

/// Which files programs can write.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteReach {
    /// All that the account can.
    Anything,
    /// Those below these folders, as globs relative to the project.
    Only(Vec<String>),
}

/// How far the programs of a gate reach.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateReach {
    /// Which hosts they can talk to.
    pub network: NetworkReach,
    /// Which files they can write.
    pub writes: WriteReach,
    /// Whether they see files outside of the project that the account keeps to itself.
    pub sees_home: bool,
    /// Whether the kernel holds them to it.
    pub is_boxed: bool,
}

impl GateReach {
    /// How far the programs of a gate reach: as far as `orch.toml`, workflow and gate permit where that must
    /// be enforced, else as far as the account does. What an agent is permitted can only be less, but for the
    /// hosts that it `needs`.
    pub(super) fn of(gate: &Gate, config: &Config, needs: BTreeSet<String>) -> Self {
        let tables = gate.permits.iter().map(PermitsTemplate::as_written);
        let permits = tables.fold(config.permits.clone(), Permits::and);
        let is_boxed = permits.enforce() == Enforce::Required;
        let network = match permits.network {
            Some(NetworkPermit::Whole(WholeNetwork::Off)) if is_boxed => NetworkReach::Off,
            Some(NetworkPermit::Hosts(hosts)) if is_boxed => {
                let more = needs.into_iter().filter(|host| !hosts.contains(host));
                NetworkReach::Hosts(hosts.iter().cloned().chain(more).collect())
            }
            Some(NetworkPermit::Whole(_) | NetworkPermit::Hosts(_)) | None => NetworkReach::Any,
        };
        Self {
            network,
            sees_home: !is_boxed || permits.home.is_none(),
            writes: match permits.write {
                Some(globs) if is_boxed => WriteReach::Only(globs.iter().map(held).collect()),
                Some(_) | None => WriteReach::Anything,
            },
            is_boxed,
        }
    }

    /// Whether they can talk to anything outside of this machine.
    pub(super) fn is_online(&self) -> bool {
        match &self.network {
            NetworkReach::Any => true,
            NetworkReach::Off => false,
            NetworkReach::Hosts(hosts) => !hosts.is_empty(),
        }
    }
}

/// What a glob is held to: all of the folder that it begins with.
fn held(glob: &String) -> String {
    match folder_of(glob).as_str() {
        folder if folder == glob => folder.to_owned(),
        "" => "**".to_owned(),
        folder => format!("{folder}/**"),
    }
}
