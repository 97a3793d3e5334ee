//! Points between two states of the disk, at which a test has this process killed: before and after
//! every act that changes it. A sync is none; what it adds, no kill shows. They are part of builds
//! with debug assertions only.

/// Kills the process if this is the point that `ORCH_CRASH_AT` counts to; the first one is 1.
#[cfg(debug_assertions)]
pub(super) fn point() {
    use std::sync::OnceLock;
    use std::sync::atomic::AtomicU64;
    use std::sync::atomic::Ordering;
    static AT: OnceLock<Option<u64>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let at = AT.get_or_init(|| std::env::var("ORCH_CRASH_AT").ok()?.parse().ok());
    let Some(at) = at else { return };
    if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *at {
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}

#[cfg(not(debug_assertions))]
#[inline]
pub(super) fn point() {}
