//! Everything that is tested from outside: the real binary, in a repository of its own,
//! by what it prints, how it exits and what it leaves behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and tests prepare files and start the binary"
)]

mod bad_checks;
mod bad_input;
mod bad_paths;
mod bad_plans;
mod bad_shapes;
mod circles;
mod cmd;
mod contributing;
mod escapes;
mod faces;
mod flow;
mod hands;
mod harness;
mod house;
mod html;
mod links;
mod mcp;
mod mistakes;
mod noise;
mod passkey;
mod permits;
mod ports;
mod requests;
mod sarif;
mod serve;
mod shipped;
mod story;
mod strangers;
mod threats;
mod tidy;
mod wording;
mod workers;
