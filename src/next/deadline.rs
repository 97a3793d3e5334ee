//! Until when a person is waited for.

use crate::clock;
use crate::clock::Moment;
use crate::event::WaitsFor;
use crate::executor::ExecutorKind;
use crate::run::GateState;
use crate::workflow::Gate;
use serde::Serialize;
use std::time::Duration;

/// The time that a person is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Deadline {
    pub at: Moment,
    /// What is left of it, in seconds.
    pub left_s: u64,
    /// Whether half of it is over.
    pub is_near: bool,
    #[serde(skip)]
    is_over: bool,
    #[serde(skip)]
    within: Duration,
}

impl Deadline {
    /// The deadline of a gate that waits for a person, as it stands now; the time is asked for only
    /// where there is one.
    pub fn of(gate: &Gate, state: &GateState, now: impl FnOnce() -> Moment) -> Option<Self> {
        let within = match state.waits_for? {
            WaitsFor::Person => {
                let is_human = gate.work.executor() == ExecutorKind::Human;
                let timeout = gate.timeout.filter(|_| is_human);
                [timeout, gate.within].into_iter().flatten().min()?
            }
            WaitsFor::Approval => gate.asking.within?,
            WaitsFor::Agent | WaitsFor::Decision | WaitsFor::ChildRun | WaitsFor::Answer => {
                return None;
            }
        };
        let since = state.waits_since?;
        let (at, now) = (since.plus(within), now());
        let left_s = at.since(now).as_secs();
        let is_near = now.since(since) >= within / 2;
        Some(Self { at, left_s, is_near, is_over: at <= now, within })
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Why the attempt has failed when it is over.
    pub fn reason(&self, waits_for: WaitsFor) -> String {
        let within = clock::in_words(self.within);
        match waits_for {
            WaitsFor::Approval => format!("not approved within {within}"),
            WaitsFor::Person
            | WaitsFor::Agent
            | WaitsFor::Decision
            | WaitsFor::ChildRun
            | WaitsFor::Answer => {
                format!("not done within {within}")
            }
        }
    }

    /// What is left, as people are told.
    pub fn words(&self) -> String {
        let left = match self.left_s {
            0 => "overdue".to_owned(),
            seconds => format!("{} left", clock::in_words(Duration::from_secs(seconds))),
        };
        let reminder =
            if self.is_near && self.left_s > 0 { ", more than half has passed" } else { "" };
        format!("until {} ({left}{reminder})", self.at)
    }
}
