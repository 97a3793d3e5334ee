//! The command: parse, execute, print, exit.
fn main() {}
