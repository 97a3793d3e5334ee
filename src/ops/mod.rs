//! Operations: one file each, with its request, its reply and one function.
//! The command line calls them; other faces will call the same ones.

mod amendment;
mod amendment_diff;
mod approval_question;
mod attempt_choice;
#[cfg(feature = "engine")]
mod children;
mod choose;
mod current;
mod foreword;
#[cfg(feature = "engine")]
mod granted;
mod instructions;
#[cfg(not(feature = "engine"))]
mod missing_engine;
mod missing_input;
mod reason;
#[cfg(feature = "serve")]
pub(crate) mod file_versions;
mod file_schemas;
mod replies;
mod requests;
mod route_slips;
mod run_choice;
mod run_phase;
mod session;
mod session_state;
#[cfg(feature = "engine")]
pub(crate) mod shared_pause;
#[cfg(feature = "engine")]
mod shared_runs;
mod signed_decision;
#[cfg(feature = "engine")]
mod source;
mod stand_ins;
mod start;

pub mod ack;
pub mod audit_notice;
pub mod approver_add;
pub mod back;
pub mod cancel;
pub mod checkpoint_create;
pub mod checkpoint_diff;
pub mod checkpoint_list;
pub mod checkpoint_restore;
pub mod checkpoint_show;
#[cfg(feature = "engine")]
pub(crate) mod borrow;
pub mod brief;
pub mod clean;
pub mod contract_test;
pub mod convoy_add;
pub mod convoy_cancel;
pub mod convoy_start;
pub mod convoy_status;
pub mod cost;
pub mod decision;
pub mod delete;
pub mod doctor;
pub mod errand;
pub mod escalate;
pub mod done;
#[cfg(feature = "engine")]
pub(crate) mod engine_rebuild;
pub mod explain;
pub mod export;
pub mod follow;
pub mod forward;
pub mod gate_approve;
pub mod gate_check;
pub mod gate_estimate;
pub mod gate_fail;
pub mod gate_finish;
pub mod gate_form;
pub mod gate_hook;
pub mod gate_redo;
pub mod gate_reject;
pub mod gate_start;
pub mod gate_waive;
pub mod get;
pub mod init;
pub mod invocation_record;
pub mod list;
pub mod log;
pub mod logs;
pub mod next;
pub mod note;
pub mod notify_send;
pub mod notify_test;
pub mod open;
pub mod phase_set;
pub mod pooled;
pub mod record_fetch;
pub mod record_push;
pub mod record_rebuild;
pub mod rehearse;
pub mod report;
pub mod restart;
pub mod run;
pub mod run_amend;
pub mod run_cancel;
pub mod run_complete;
pub mod run_detach;
pub mod run_list;
pub mod run_pause;
pub mod run_resume;
pub mod run_show;
pub mod run_start;
pub mod session_complete;
pub mod session_keep;
pub mod session_list;
pub mod session_pause;
pub mod session_start;
pub mod session_status;
pub mod spawn;
pub mod status;
pub mod take_over;
pub mod use_run;
pub mod verify;
mod waiting_steps;
pub mod watch;
pub mod witness;
pub mod worker;
pub mod workflow_audit;
pub mod workflow_check;
pub mod workflow_graph;
pub mod workflow_list;
pub mod workflow_new;
pub mod workflow_schema;
pub mod workflow_show;

pub use crate::advance::Advance;
pub use crate::advance::Held;
pub use crate::advance::Limits;
pub use crate::advance::advance;
pub use crate::advance::workspace_held;
pub use crate::caller::Caller;
pub use crate::caller::Mark;
pub use crate::files::LockHolder;
pub use crate::git::Changed;
pub use crate::git::Fate;
pub use crate::project::Driver;
pub use crate::project::Error;
pub use crate::project::Options;
pub use crate::project::Project;
pub use crate::standing::DrivenBy;
pub use crate::standing::FailedGate;
pub use crate::standing::Here;
pub use crate::standing::Standing;
pub use crate::standing::State;
pub use crate::standing::Waiting;
pub use crate::suggestion::Advice;
pub use crate::suggestion::Argument;
pub use crate::suggestion::AtHand;
pub use crate::suggestion::OPEN;
pub use crate::suggestion::OPEN_WORDS;
pub use crate::suggestion::Suggestion;
pub use crate::surroundings::Surroundings;
pub use crate::surroundings::Variables;
pub use attempt_choice::AttemptChoice;
pub use choose::at_hand;
pub use choose::at_hand_after;
pub use choose::home as home_of;
pub use choose::run as run_of;
pub use foreword::Foreword;
pub use instructions::Instructions;
pub use replies::REPLIES;
pub use replies::ReplyKind;
pub use replies::reply_schema;
pub use requests::Nothing;
pub use requests::REQUESTS;
pub use requests::RequestKind;
pub use requests::read_request;
pub use run_choice::RunChoice;
pub use session::Epic;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;

/// The gate that an operation applies to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct GateChoice {
    /// Which run.
    #[cfg_attr(feature = "cli", command(flatten))]
    #[serde(flatten)]
    pub run: RunChoice,
    /// Gate id; defaults to the gate that is running or waiting.
    #[cfg_attr(feature = "cli", arg(long, value_name = "GATE"))]
    pub gate: Option<String>,
}

/// A person, as the face that asked found them.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// Name and address.
    pub by: String,
    /// How they were asked, such as `terminal /dev/pts/3`.
    pub how: String,
    /// What they signed the statement of the question with, if they were asked in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<crate::event::Signed>,
}

/// What became of one gate.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[non_exhaustive]
pub struct GateReply {
    /// The run's id.
    pub run_id: crate::id::RunId,
    /// The gate.
    pub gate: crate::id::GateId,
    /// The number of its last attempt.
    pub attempt: u32,
    /// The gate's status.
    pub status: crate::run::GateStatus,
    /// Whether the contract holds: the attempt has passed, or waits for an approval.
    pub passed: bool,
    /// The findings of the attempt.
    pub findings: Vec<crate::finding::Finding>,
    /// Path of the packet, if there is one.
    pub packet: Option<String>,
    /// Files that differ from the run's frozen definition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
    /// The state of the run afterwards.
    pub run: Standing,
}
