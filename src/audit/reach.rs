//! How far the programs of a gate reach while they are at work: the one place that every row asks.

use crate::workflow::Gate;

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
    /// Those that match these globs, relative to the project.
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
    /// How far the programs of a gate reach: nothing holds them back.
    pub(super) fn of(_gate: &Gate) -> Self {
        Self {
            network: NetworkReach::Any,
            writes: WriteReach::Anything,
            sees_home: true,
            is_boxed: false,
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
