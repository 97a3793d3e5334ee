//! One file for each shape that a workflow can take.

mod agents;
mod answers;
mod audits;
mod budget;
mod chain;
mod change;
mod course;
mod each;
mod environment;
mod guards;
mod informed;
mod interruption;
mod join;
mod on_fail;
mod packets;
mod parallel;
mod range;
mod retry;
mod redo;
mod reuse;
mod secrets;
mod templates;
mod time;
mod timeout;
mod unknown;
mod when;
