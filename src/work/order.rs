//! Work orders: all that a pair of hands needs for one attempt, as data.

use super::Barred;
use super::Judging;
use super::WatchedFiles;
use super::WorkReport;
use super::WorkResult;
use crate::budget::Amount;
use crate::budget::Budget;
use crate::budget::Measure;
use crate::clock::Moment;
use crate::event::WaitsFor;
use crate::event::Worker;
use crate::executor::Agent;
use crate::executor::CommandExecutor;
use crate::executor::ExecutorKind;
use crate::executor::Usage;
use crate::id::AttemptId;
use crate::id::InvocationId;
use crate::id::RunId;
use crate::spending::Amounts;
use crate::workflow::Input;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Duration;

/// The work of one attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct WorkOrder {
    /// The run.
    pub run: RunId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The executor's call.
    pub invocation_id: InvocationId,
    /// Time of the attempt's beginning.
    pub started_at: Moment,
    /// The kind of the gate's executor.
    pub executor: ExecutorKind,
    /// Who does it.
    pub doer: Doer,
    /// Who does it, as the record names them.
    pub agent: Option<String>,
    /// Which agent and program that is.
    pub worker: Worker,
    /// What the executor is handed; a command gets none.
    pub packet: String,
    /// How long a call may take.
    pub timeout: Option<Duration>,
    /// Whether the command is asked again when it says "not yet".
    pub is_polled: bool,
    /// What earlier calls of the run used, by the agent's session.
    pub earlier: BTreeMap<String, Usage>,
    /// The most that it may use, where nobody follows what it uses.
    pub reserved: Budget,
    /// What is left for it of the budgets in US dollars: its program may be told.
    #[serde(default)]
    pub left_usd: Option<Amount>,
    /// Where its program works and leaves things.
    pub paths: OrderPaths,
    /// The form that an agent or a command fills in.
    pub answers: Vec<Input>,
    /// The sessions that may not do this work.
    pub barred: Barred,
    /// Files that it has no business with.
    pub watch: WatchedFiles,
    /// How its outputs are judged.
    pub judging: Judging,
}

/// Where the program of an attempt works, and what it leaves where; paths relative to the project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OrderPaths {
    /// The folder where it works.
    pub dir: Option<String>,
    /// The file that keeps what it prints.
    pub stdout: Option<String>,
    /// The file that holds its answers, and the pointer to them there.
    pub answers_from: Option<(String, String)>,
}

/// Who does the work of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Doer {
    /// Nobody: what lies there is judged.
    Nobody,
    /// Somebody outside, who says when it is done.
    Outside(WaitsFor),
    /// A command.
    Command(CommandExecutor),
    /// An agent's program.
    Agent(Box<Agent>),
}

impl WorkOrder {
    /// The report of an attempt that waits for somebody outside; `None` where the hands have something
    /// to do.
    pub fn outside(&self) -> Option<WorkReport> {
        let Doer::Outside(waits_for) = self.doer else { return None };
        let result = WorkResult::Waiting(waits_for);
        Some(WorkReport { attempt: self.attempt.clone(), invocation: None, result })
    }

    /// Whom the attempt waits for where the executor does not do the work itself.
    pub(super) fn waits_for(&self) -> WaitsFor {
        match self.doer {
            Doer::Outside(waits_for) => waits_for,
            Doer::Nobody | Doer::Command(_) | Doer::Agent(_) => WaitsFor::Person,
        }
    }

    /// Why a call must end that has used so much, if what was reserved for it is used up.
    pub(super) fn overspent(&self, used: &Usage, took: Duration) -> Option<String> {
        let spent = Amounts::used(used, took);
        Measure::ALL.into_iter().find_map(|measure| {
            let bound = self.reserved.bound(measure)?;
            let is_over = spent.get(measure) >= bound;
            is_over.then(|| format!("its budget of {} is spent", measure.show(bound)))
        })
    }
}
