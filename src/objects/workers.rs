//! The wait of workers for runs: a poll is over when runs were given to it, or its time is.

use super::pool::Offering;
use super::pool::PoolObjectClient;
use crate::engine::Collected;
use crate::engine::WorkerPoll;
use restate_sdk::prelude::Context;
use restate_sdk::prelude::ContextAwakeables;
use restate_sdk::prelude::ContextClient;
use restate_sdk::prelude::ContextTimers;
use restate_sdk::prelude::HandlerError;
use restate_sdk::prelude::Json;
use restate_sdk::prelude::TerminalError;
use std::time::Duration;

/// How long beyond the end of an offer its answer may take.
const GRACE: Duration = Duration::from_secs(2);

pub struct Workers;

#[restate_sdk::service(
    journal_retention = "0s",
    idempotency_retention = "5s",
    inactivity_timeout = "10m",
    client_visibility = "pub(crate)"
)]
impl Workers {
    /// Waits until the pool has runs for a worker.
    #[handler]
    async fn next(
        &self,
        context: Context<'_>,
        poll: Json<WorkerPoll>,
    ) -> Result<Json<Collected>, HandlerError> {
        let Json(WorkerPoll { pool, worker, labels, slots, wait_ms }) = poll;
        let wait = Duration::from_millis(wait_ms);
        let (name, answer) = context.awakeable::<Json<Collected>>();
        let offering = Offering { name, worker, labels, slots, wait_ms };
        context.object_client::<PoolObjectClient>(pool).offer(Json(offering)).send();
        restate_sdk::select! {
            given = answer => Ok(given?),
            _ = context.sleep(wait + GRACE) => Ok(Json(Collected::default())),
        }
    }
}
