//! `orch` runs workflows that people and agents carry out together, and keeps proof
//! of what was done.

pub mod id;
pub mod digest;
pub mod clock;
pub mod files;
pub mod secret;
pub mod process;
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
pub mod next;
pub mod journal;
pub mod record;
pub mod ops;
pub mod cli;
