//! `orch` runs workflows that people and agents carry out together, and keeps proof
//! of what was done.
//!
//! One idea carries the house: **a run is a list of events; code that decides is pure;
//! code that acts is thin; one loop joins them.** A [`workflow`] is a plan that is sound
//! by construction. A [`run`] is the fold of its [`event`]s, and [`mod@next`] says what
//! can be done now: three modules without I/O and without a clock. [`ops`] holds the
//! deeds; its drive loop performs steps, appends what became of them to the [`journal`],
//! and has the [`record`] committed. A face, now only [`cli`], translates.
//!
//! # The law of floors
//!
//! The order of the `mod` lines below is the law: a module imports only modules above
//! it. A test keeps it.
//!
//! | floor | modules | what is absent |
//! | --- | --- | --- |
//! | faces | [`cli`] | decisions about runs |
//! | deeds | [`ops`] | terminals, words for people |
//! | memory | [`journal`], [`checkpoint`], [`record`], [`mailbox`] | knowledge of executors and checks at work |
//! | mind | [`event`], [`run`], [`spending`], [`mod@next`] | disk, clock, processes, git |
//! | plan | [`source`] to [`workflow`] | runs |
//! | ground | [`id`] to [`git`] | words of `orch` |
//!
//! [`files`], [`process`] and [`git`] are the only doors to the disk, to children and to
//! git. There are two traits, [`check::Check`] and [`executor::Executor`], since only
//! these have several real forms.
//!
//! # Where a new thing goes
//!
//! | new | file | registration |
//! | --- | --- | --- |
//! | check | `check/x.rs` | `mod x;`, a line in [`check::KINDS`] |
//! | executor | `executor/x.rs` | `mod x;`, a line in [`executor::KINDS`] |
//! | agent preset | `executor/presets/x.toml` | none |
//! | workflow rule | `workflow/lint/x.rs` | `mod x;`, a line in `RULES` |
//! | operation | `ops/x.rs` | `mod x;`, a file in `cli/command/` |
//! | workflow | `workflows/x.toml` and its texts | none |

pub mod id;
pub mod digest;
pub mod json;
pub mod clock;
pub mod files;
pub mod secret;
pub mod surroundings;
pub mod process;
pub mod signature;
pub mod git;
pub mod source;
pub mod document;
pub mod template;
pub mod finding;
pub mod packet;
pub mod check;
pub mod contract;
pub mod judge;
pub mod definition;
pub mod budget;
pub mod checkpoint_policy;
pub mod executor;
pub mod config;
pub mod workflow;
pub mod event;
pub mod run;
pub mod spending;
pub mod next;
pub mod journal;
pub mod checkpoint;
pub mod record;
pub mod mailbox;
pub mod ops;
pub mod cli;
