//! The command `orch`: parse, execute, print, exit.

use std::process::ExitCode;

fn main() -> ExitCode {
    give_memory_back();
    let done = std::panic::catch_unwind(|| orch::cli::main(std::env::args_os()));
    // The panic has said where; what was reported as done before it is on the disk.
    ExitCode::from(done.unwrap_or(orch::cli::EXIT_BUG))
}

/// Has glibc return buffers of this size and more to the system when they are freed. By itself it
/// learns to keep them, and a long run, which holds a document and an index that grow with it for a
/// moment at each commit, would keep holes of all their sizes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the allocator's settings have no safe call")]
fn give_memory_back() {
    const LARGE_BYTES: libc::c_int = 128 * 1024;
    // The threads that come and go with each gate need no heaps of their own.
    const HEAPS: libc::c_int = 1;
    // SAFETY: mallopt takes two integers; no other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_memory_back() {}
