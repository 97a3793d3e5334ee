//! Runs on more than one machine. The engine keeps the pool that all of them share, and nothing that
//! could not be lost: which run waits, who has it, until when. What a run is, and how far it has come,
//! is in git, on the refs of a remote that all machines reach; a worker pushes each attempt there
//! before it counts. Here is what workers and people need for that: plain HTTP, and git.

mod bring;
mod client;
mod keep;
mod order;
mod rebuild;
mod shared;
mod wire;

pub use bring::Brought;
pub use bring::bring;
pub use client::PoolClient;
pub use client::Unanswered;
pub use keep::Keep;
pub use keep::Losing;
pub use order::has_order;
pub use order::send as send_orders;
pub use order::withdraw as withdraw_orders;
pub use rebuild::remember;
pub use shared::Engine;
pub use shared::TOKEN;
pub use wire::Beats;
pub use wire::Claimed;
pub use wire::Claiming;
pub use wire::Collected;
pub use wire::GivenBack;
pub use wire::PoolView;
pub use wire::RunView;
pub use wire::Submission;
pub use wire::Submitted;
pub use wire::Submitting;
pub use wire::WorkerPoll;
