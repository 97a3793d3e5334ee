//! One file for each group of commands: text and JSON, exit codes, and errors that
//! name the candidates.

mod amend;
mod approval;
mod checkpoint;
mod checkpoint_restore;
mod brief;
mod by_hand;
mod contract;
mod cost;
mod current;
mod doctor;
mod done;
mod gate;
mod hook;
mod instructions;
mod keeper;
mod logs;
mod man;
mod invocation;
mod note;
mod output;
mod project;
mod projects;
mod rehearse;
mod reports;
mod run;
pub mod session;
mod show;
mod signed;
mod signed_forged;
mod signed_taken_up;
mod suggestions;
mod terminal;
mod verify;
mod workflow;
mod workflow_warnings;
mod words;
