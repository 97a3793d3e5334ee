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
    /// Those of the project.
    Project,
    /// Those below these folders, as globs relative to the project.
    Only(Vec<String>),
}

/// How far the programs of a gate are permitted to reach.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateReach {
    /// Which hosts they can talk to.
    pub network: NetworkReach,
    /// Which files they can write.
    pub writes: WriteReach,
    /// Whether they see, and may write, what the account keeps in its home.
    pub sees_home: bool,
    /// Whether the kernel always holds them to it, since nothing runs where it cannot.
    pub is_boxed: bool,
}

impl GateReach {
    /// How far `orch.toml`, workflow and gate permit the programs of a gate to reach. What an agent is
    /// permitted can only be less, but for the hosts that it `needs`.
    pub(super) fn of(gate: &Gate, config: &Config, needs: BTreeSet<String>) -> Self {
        let tables = gate.permits.iter().map(PermitsTemplate::as_written);
        let permits = tables.fold(config.permits.clone(), Permits::and);
        let is_boxed = match permits.enforce() {
            Enforce::Off => return Self::UNLIMITED,
            Enforce::Auto => false,
            Enforce::Required => true,
        };
        let network = match permits.network {
            Some(NetworkPermit::Whole(WholeNetwork::Off)) => NetworkReach::Off,
            Some(NetworkPermit::Hosts(hosts)) => {
                let more = needs.into_iter().filter(|host| !hosts.contains(host));
                NetworkReach::Hosts(hosts.iter().cloned().chain(more).collect())
            }
            Some(NetworkPermit::Whole(WholeNetwork::Any)) | None => NetworkReach::Any,
        };
        let writes = permits.write.map_or(WriteReach::Project, |globs| {
            WriteReach::Only(globs.iter().map(held).collect())
        });
        Self { network, writes, sees_home: permits.home.is_none(), is_boxed }
    }

    const UNLIMITED: Self = Self {
        network: NetworkReach::Any,
        writes: WriteReach::Anything,
        sees_home: true,
        is_boxed: false,
    };

    /// Whether they can talk to anything outside of this machine.
    pub(super) fn is_online(&self) -> bool {
        match &self.network {
            NetworkReach::Any => true,
            NetworkReach::Off => !self.is_boxed,
            NetworkReach::Hosts(hosts) => !self.is_boxed || !hosts.is_empty(),
        }
    }

    /// Whether they can see files outside of the project that the account keeps to itself.
    pub(super) fn is_private(&self) -> bool {
        self.sees_home || !self.is_boxed
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
