//! Across commands: a whole essay, interruptions, and every crash there can be.

mod baseline;
mod branches;
mod checkpoints;
mod clones;
mod crash;
mod crowd;
mod day;
mod essay;
mod essay_texts;
mod every_call;
pub mod every_crash;
mod fetched;
mod git_actions;
mod hello;
mod kills;
mod intruders;
mod orphans;
mod persons;
mod records;
mod sessions;
mod signals;
mod stopping;
