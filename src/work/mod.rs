//! The hands: they carry out a [`WorkOrder`] in a [`Workspace`] and give a [`WorkReport`]. They know
//! no journal and no run; an order and a report are plain data, so that the hands may be those of
//! another process, or of another machine.

mod barred;
mod definition;
mod granted;
mod hand_in;
mod home;
mod judging;
mod mounts;
mod order;
mod packed;
mod perform;
mod planted;
mod report;
mod repositories;
mod watch;
mod watched;
mod worked;
mod workspace;

pub use barred::Barred;
pub use granted::Granted;
pub use granted::try_sandbox;
pub use hand_in::ask;
pub use hand_in::asked;
pub use hand_in::give_up;
pub use judging::Judging;
pub use order::Doer;
pub use order::OrderPaths;
pub use order::WorkOrder;
pub use perform::perform;
pub use report::WorkReport;
pub use report::WorkResult;
pub use watch::AgentFiles;
pub use watch::WatchedFiles;
pub use worked::Worked;
pub use workspace::FollowUsage;
pub use workspace::Workspace;
pub use workspace::attempt_folder;
