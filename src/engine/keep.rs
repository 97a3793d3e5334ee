//! Keeping a run that was granted: it lets itself be heard of while the work goes on. When the run is
//! lost, or the engine was not reached for as long as it waits, the work ends.

use super::client::PoolClient;
use super::client::Unanswered;
use super::wire::Beats;
use crate::dispatch::Heard;
use crate::process::Stop;
use crate::project::share::SharedRun;
use std::sync::Arc;
use std::sync::mpsc;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::Sender;
use std::thread;
use std::thread::JoinHandle;
use std::time::Duration;
use std::time::Instant;

/// How often in the time of a lease it is heard of.
const BEATS: u32 = 3;

/// How soon it is tried again when the engine was not reached.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A run that is kept until this value goes.
pub struct Keep {
    ends: Option<Sender<()>>,
    beating: Option<JoinHandle<()>>,
}

/// What is done where a run is lost or to stop.
#[derive(Debug, Clone)]
pub struct Losing {
    pub share: Arc<SharedRun>,
    pub stop: Stop,
}

impl Keep {
    /// Keeps a grant from now on; `None` where it is lost already.
    pub fn begin(
        client: &PoolClient,
        (grant, lease): (u64, Duration),
        losing: Losing,
    ) -> Result<Option<Self>, Unanswered> {
        let mut heard = beat(client, (grant, lease));
        let begun = Instant::now();
        while let (Err(Unanswered::Unreached { .. }), true) = (&heard, begun.elapsed() < lease) {
            thread::sleep(AGAIN_AFTER);
            heard = beat(client, (grant, lease));
        }
        match heard? {
            Heard::Lost => return Ok(None),
            Heard::Stop => losing.stop.raise(),
            Heard::Kept => {}
        }
        let (ends, ended) = mpsc::channel();
        let client = client.clone();
        let beating = thread::spawn(move || {
            let mut heard_at = Instant::now();
            let mut pause = lease / BEATS;
            let mut is_told = losing.stop.is_raised();
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = lease / BEATS;
                match beat(&client, (grant, lease)) {
                    Ok(Heard::Kept) => heard_at = Instant::now(),
                    Ok(Heard::Stop) => {
                        heard_at = Instant::now();
                        // A second time would end the work at once.
                        if !std::mem::replace(&mut is_told, true) {
                            losing.stop.raise();
                        }
                    }
                    Err(_) if heard_at.elapsed() + pause < lease => {
                        pause = pause.min(AGAIN_AFTER);
                    }
                    Ok(Heard::Lost) | Err(_) => {
                        losing.share.lose();
                        losing.stop.raise();
                        return;
                    }
                }
            }
        });
        Ok(Some(Self { ends: Some(ends), beating: Some(beating) }))
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        drop(self.ends.take());
        if let Some(beating) = self.beating.take() {
            let _ = beating.join();
        }
    }
}

fn beat(client: &PoolClient, (grant, lease): (u64, Duration)) -> Result<Heard, Unanswered> {
    let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
    let heard = client.beat(&Beats { grants: vec![grant], lease_ms })?;
    Ok(heard.first().copied().unwrap_or(Heard::Lost))
}
