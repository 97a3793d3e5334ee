//! The command `orch`: parse, execute, print, exit.

use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

fn main() -> ExitCode {
    give_memory_back();
    // Before anything else: no other thread may look at the environment meanwhile.
    hide_environment();
    if OUTPUT_WAS_CLOSED.load(Ordering::Relaxed) {
        orch::cli::note_closed_output();
    }
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

/// Whether standard output was closed when the process began.
static OUTPUT_WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Looks at standard output before the runtime of Rust does, which opens the null device in the
/// place of what is closed: what is written there is lost, and nobody is told.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "only the loader runs before the runtime")]
#[unsafe(link_section = ".init_array")]
#[used]
static LOOK_AT_OUTPUT: extern "C" fn() = {
    extern "C" fn look_at_output() {
        // SAFETY: fcntl with F_GETFD takes any number, and changes nothing.
        let flags = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_GETFD) };
        OUTPUT_WAS_CLOSED.store(flags == -1, Ordering::Relaxed);
    }
    look_at_output
};

/// Takes the environment out of the sight of others: the system shows them the block that a process
/// was started with, and that holds secrets that no gate of the run is to have. The variables stay
/// what they are, in memory that is not shown; the block is overwritten. This needs to know neither
/// the workflow nor who is allowed what, works against the account that is root, too, and leaves
/// the process open to whoever traces it for a good reason.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "the block has no safe calls")]
fn hide_environment() {
    unsafe extern "C" {
        static mut environ: *mut *mut libc::c_char;
    }
    // The system takes names with `=` in them, and nobody can set one.
    let is_name = |name: &std::ffi::OsString| !name.as_encoded_bytes().contains(&b'=');
    let variables: Vec<_> = std::env::vars_os().filter(|(name, _)| is_name(name)).collect();
    // SAFETY: no other thread runs yet; what the pointers lead to was written by the system when
    // the process began, is the process's own, and ends with a zero, as does their list.
    unsafe {
        let mut block = Vec::new();
        let mut next = environ;
        while !next.is_null() && !(*next).is_null() {
            block.push(*next);
            next = next.add(1);
        }
        // Of several with one name the first counts.
        for (name, value) in variables.into_iter().rev() {
            // A variable that is set anew is written to new memory.
            std::env::remove_var(&name);
            std::env::set_var(&name, &value);
        }
        for text in block {
            std::ptr::write_bytes(text, 0, libc::strlen(text));
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn hide_environment() {}
