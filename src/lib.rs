//! `orch` runs workflows in which people, agents and commands work together, and keeps proof
//! of what was done.
//!
//! One idea carries the house: **a run is a list of events; code that decides is pure;
//! code that acts is thin; one loop joins them.** A [`workflow`] is a plan that is sound
//! by construction. A [`run`] is the fold of its [`event`]s, [`standing`] says how it stands, and
//! [`mod@next`] says what can be done now: modules without I/O and without a clock.
//!
//! Four seams let other hands, hosts and faces in:
//!
//! - **The planner decides, hands act.** `advance` folds what came in, appends events and gives out
//!   work orders; it never waits. [`work::perform`] carries an order out, in whatever workspace.
//! - **Orders and reports are data**: they go through JSON to another process and back.
//! - **The head of the hash chain is the token of writing.** [`store`] is the only door to a run; a
//!   [`store::Lease`] takes events from whoever knows where the chain stands.
//! - **Faces follow events.** [`ops`] holds one file for each operation; a face, such as [`cli`],
//!   translates, and shows a run by what is appended to its journal.
//!
//! # The law of floors
//!
//! The order of the `mod` lines below is the law: a module imports only modules above
//! it. A test keeps it, and another one that no circle of files runs through two folders.
//!
//! | floor | modules | what is absent |
//! | --- | --- | --- |
//! | faces | [`cli`], `mcp`, `serve`, `board`, which it shows a browser, and `objects`, the pool of many machines | decisions about runs |
//! | replies in JSON | [`envelope`], [`remote`] | terminals, connections |
//! | deeds | [`ops`] | terminals, the environment |
//! | other tools | `export`: a run in their formats | the working tree, the clock |
//! | paper | `page`: HTML and Markdown, from views | what a run is |
//! | who asks | `caller`: what a face found, and whether it is a person's word | what to do about it |
//! | other machines | `engine`: the pool that they share, and what lies in git for it | decisions about runs |
//! | loop | `drive`: orders to the hands of this process, reports back | decisions about runs |
//! | planner | `advance` | sleep, processes, who asks |
//! | project | [`project`]: what belongs to it, a run that is held, what is proved | decisions about runs |
//! | hands | [`work`], `delivery` | journals, decisions about runs |
//! | memory | [`store`] | knowledge of executors and checks at work |
//! | mind | [`event`], [`run`], [`spending`], [`mod@next`], [`standing`], [`notification`], `dispatch` | disk, clock, processes, git |
//! | plan | `suggestion` to [`audit`] | runs |
//! | ground | [`id`] to `internals` | words of `orch` |
//!
//! `files`, `process`, `http` and `git` are the only doors to the disk, to children, to the network
//! and to git. There are two traits, [`check::Check`] and [`executor::Executor`], since only
//! these have several real forms.
//!
//! # Where a new thing goes
//!
//! | new | file | registration |
//! | --- | --- | --- |
//! | check | `check/x.rs` | `mod x;`, a line in [`check::KINDS`] |
//! | executor | `executor/x.rs` | `mod x;`, a variant of [`executor::ExecutorKind`] |
//! | agent preset | `executor/presets/x.toml` | none |
//! | workflow rule | `workflow/lint/x.rs` | `mod x;`, a line in `RULES` |
//! | row of the audit | `audit/x.rs` | `mod x;`, a line in `ROWS` |
//! | operation | `ops/x.rs` | `mod x;`, a file in `cli/command/` |
//! | workflow | `workflows/x.toml` and its texts | none |

//!
//! # As a library
//!
//! Every command is a function of [`ops`], with a request and a reply; the command line is one
//! caller of them. A day with them:
//!
//! ```
//! use orch::ops::{Caller, Epic, Options, Project};
//! use orch::ops::{note, session_complete, session_pause, session_start, session_status};
//! use orch::event::{NoteKind, SessionStatus};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! std::fs::create_dir(folder.path().join("workflows"))?;
//! std::fs::write(
//!     folder.path().join("workflows/sketch.toml"),
//!     "name = 'sketch'\nversion = '1'\n[[gate]]\nid = 'ink'\nexecutor = 'human'\n",
//! )?;
//! let project = Project::open(Options { folder: folder.path().to_owned(), ..Options::default() })?;
//! let caller = Caller::default();
//! let epic = Epic { epic: Some("my-feature".to_owned()) };
//!
//! // Start a session: the run of this key begins. The closure is told what to know first.
//! let request = session_start::Request {
//!     epic: "my-feature".to_owned(),
//!     workflow: Some("sketch".to_owned()),
//!     budget: Some(5.0),
//!     ..Default::default()
//! };
//! let started = session_start::session_start(&project, &caller, &request, &mut |_| ())?;
//! assert_eq!((started.session, started.status), (1, SessionStatus::Running));
//!
//! // Work, and record progress; then pause.
//! let words = note::Request {
//!     kind: NoteKind::Update,
//!     text: vec!["half done".to_owned()],
//!     ..Default::default()
//! };
//! note::note(&project, &caller, &words)?;
//! let pause = session_pause::Request { epic: epic.clone(), reason: "end of day".to_owned() };
//! session_pause::session_pause(&project, &caller, &pause)?;
//!
//! // The next day.
//! let request = session_start::Request {
//!     epic: "my-feature".to_owned(),
//!     resume: true,
//!     ..Default::default()
//! };
//! let resumed = session_start::session_start(&project, &caller, &request, &mut |_| ())?;
//! assert_eq!(resumed.session, 2);
//! assert_eq!(session_status::session_status(&project, &caller, &epic)?.remaining_usd, Some(5.0));
//!
//! let request = session_complete::Request { epic, ..Default::default() };
//! let reply = session_complete::session_complete(&project, &caller, &request, None)?;
//! assert!(matches!(reply, session_complete::Reply::Complete(_)));
//! # Ok(())
//! # }
//! ```
//!
//! [`ops::REQUESTS`] lists every operation with the JSON Schema of its request, for a face that is
//! told in JSON what to do, and [`ops::read_request`] reads one. Such a face builds without the
//! feature `cli`, and with it without what only the command line needs.
//!
//! What `ops` speaks of is public: events, runs, workflows, and what they are made of. [`json`],
//! [`secret`] and [`template`] are, since a face tells people what is recorded and starts itself to
//! render; [`store`], [`project`] and [`work`], for who carries work orders out elsewhere. All else
//! may change at any time, and so may `internals`, which has what the tests and the benchmark try
//! without a run. What `ops` gives out may grow, and is marked so; requests are for callers to build,
//! and begin with their `Default`.
//!
//! Below the faces only what finds programs, and what runs git and the programs that sign, reads the
//! variables of this process; a test has the list. Programs of gates get those that
//! [`ops::Surroundings::variables`] has and `orch.toml` allows.
//!
//! Without a [`ops::Surroundings::program`] this process keeps the sessions that it begins: they live as
//! long as it does.

#![warn(missing_docs)]

pub mod id;
pub mod digest;
pub mod json;
pub(crate) mod uri;
pub(crate) mod sarif;
pub(crate) mod parallel;
pub mod clock;
#[cfg_attr(
    not(feature = "cli"),
    allow(dead_code, unused_imports, reason = "only the command line writes to outlets")
)]
pub(crate) mod files;
pub(crate) mod surroundings;
pub mod secret;
pub(crate) mod process;
pub(crate) mod http;
pub(crate) mod signature;
#[cfg_attr(
    not(feature = "cli"),
    allow(unused_imports, reason = "only the command line names some of what is compared")
)]
pub(crate) mod git;
#[doc(hidden)]
pub mod internals;
pub(crate) mod suggestion;
pub mod source;
pub(crate) mod document;
pub mod template;
pub mod finding;
pub(crate) mod packet;
pub(crate) mod check;
pub mod contract;
pub(crate) mod judge;
pub mod definition;
pub mod budget;
pub mod phase;
pub(crate) mod checkpoint_policy;
pub mod permits;
pub mod executor;
pub(crate) mod config;
pub mod workflow;
pub mod audit;
pub mod event;
pub mod run;
pub mod spending;
pub(crate) mod next;
pub mod standing;
pub mod notification;
#[cfg_attr(
    not(feature = "engine"),
    allow(dead_code, unused_imports, reason = "only the pool of many machines uses all of it")
)]
pub(crate) mod dispatch;
pub mod store;
pub mod work;
pub(crate) mod delivery;
pub mod project;
pub(crate) mod advance;
pub(crate) mod drive;
#[cfg(feature = "engine")]
pub(crate) mod engine;
pub(crate) mod caller;
pub(crate) mod page;
pub(crate) mod export;
pub mod ops;
pub mod envelope;
pub mod remote;
#[cfg(feature = "serve")]
pub(crate) mod mcp;
#[cfg(feature = "serve")]
pub(crate) mod board;
#[cfg(feature = "serve")]
pub(crate) mod serve;
#[cfg(feature = "engine")]
pub(crate) mod objects;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[allow(clippy::panic, reason = "a target says so that something is wrong")]
#[path = "../fuzz/targets.rs"]
pub mod fuzz;
