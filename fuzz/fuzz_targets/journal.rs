#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| orch::fuzz::journal(bytes));
