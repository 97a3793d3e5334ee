//! The pool over HTTP. What was asked and not answered is asked again: each request may arrive twice,
//! and does no harm.

use super::wire::Beats;
use super::wire::Claimed;
use super::wire::Claiming;
use super::wire::Collected;
use super::wire::GivenBack;
use super::wire::PoolView;
use super::wire::Submission;
use super::wire::Submitted;
use super::wire::WorkerPoll;
use crate::dispatch::Heard;
use crate::http;
use crate::uri;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long an answer may take to a request that waits for nothing.
const ANSWERED_WITHIN: Duration = Duration::from_secs(15);

/// How many runs are submitted in one request: it stays far below what the engine takes.
const SUBMITTED_AT_ONCE: usize = 100;

/// A pool of the engine.
#[derive(Debug, Clone)]
pub struct PoolClient {
    url: String,
    pool: String,
    token: Option<String>,
}

/// Why the engine did not answer, or not as it should.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Unanswered {
    /// It may be there again soon.
    #[error("cannot reach the engine at {url}: {reason}")]
    Unreached { url: String, reason: String },
    /// It will say the same the next time.
    #[error("the engine at {url} answered with status {status}: {said}")]
    Refused { url: String, status: u16, said: String },
}

impl PoolClient {
    /// The pool of this name at the engine's address.
    pub fn new(url: &str, pool: &str, token: Option<String>) -> Self {
        Self { url: url.trim_end_matches('/').to_owned(), pool: pool.to_owned(), token }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// Has runs wait for workers, go on or stop; the answers are in the order of the requests.
    pub fn submit(&self, all: &[Submission]) -> Result<Vec<Submitted>, Unanswered> {
        let mut answers = Vec::with_capacity(all.len());
        for some in all.chunks(SUBMITTED_AT_ONCE) {
            answers.extend(self.call::<Vec<Submitted>>("submit", &some)?);
        }
        Ok(answers)
    }

    /// Waits for runs; gives none where none came in time.
    pub fn next(&self, poll: &WorkerPoll) -> Result<Collected, Unanswered> {
        let patience = ANSWERED_WITHIN + Duration::from_millis(poll.wait_ms);
        self.ask("Workers/next", Some(poll), patience)
    }

    /// Says that a worker waits no longer: nothing is given to a poll that nobody reads.
    pub fn leave(&self, worker: &str) -> Result<(), Unanswered> {
        let place = self.place("leave");
        self.post(&place, Some(&worker), ANSWERED_WITHIN).map(drop)
    }

    /// Asks for one run.
    pub fn claim(&self, claiming: &Claiming) -> Result<Claimed, Unanswered> {
        self.call("claim", claiming)
    }

    /// Keeps grants; says of each how it stands.
    pub fn beat(&self, beats: &Beats) -> Result<Vec<Heard>, Unanswered> {
        // One that nobody answers leaves time for another.
        let patience = Duration::from_millis(beats.lease_ms / 6).min(ANSWERED_WITHIN);
        self.ask(&self.place("beat"), Some(beats), patience.max(Duration::from_secs(1)))
    }

    /// Gives a run back; says whether it was held.
    pub fn give_back(&self, given: &GivenBack) -> Result<bool, Unanswered> {
        self.call("give_back", given)
    }

    /// All of the pool.
    pub fn view(&self) -> Result<PoolView, Unanswered> {
        self.ask(&self.place("view"), None::<&()>, ANSWERED_WITHIN)
    }

    fn call<T: DeserializeOwned>(
        &self,
        handler: &str,
        body: &impl Serialize,
    ) -> Result<T, Unanswered> {
        self.ask(&self.place(handler), Some(body), ANSWERED_WITHIN)
    }

    fn place(&self, handler: &str) -> String {
        format!("Pool/{}/{handler}", uri::segment(&self.pool))
    }

    fn ask<T: DeserializeOwned>(
        &self,
        place: &str,
        body: Option<&impl Serialize>,
        patience: Duration,
    ) -> Result<T, Unanswered> {
        let body = self.post(place, body, patience)?;
        serde_json::from_slice(&body).map_err(|_| self.refused(200, &body))
    }

    fn post(
        &self,
        place: &str,
        body: Option<&impl Serialize>,
        patience: Duration,
    ) -> Result<Vec<u8>, Unanswered> {
        let url = format!("{}/restate/call/{place}", self.url);
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        // A handler that takes nothing refuses what says that it is something.
        let mut headers: Vec<_> =
            body.map(|_| ("content-type", "application/json")).into_iter().collect();
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let body = body.map(|body| serde_json::to_vec(body).unwrap_or_default());
        let unreached = |reason| Unanswered::Unreached { url: self.url.clone(), reason };
        let answer = http::Client::new(patience, 0)
            .exchange(&url, &headers, &body.unwrap_or_default())
            .map_err(|trouble| unreached(trouble.words().to_owned()))?;
        match answer.status {
            200..300 => Ok(answer.body),
            // Restart, failover, a proxy in front of either.
            429 | 500.. => Err(unreached(format!("status {}", answer.status))),
            status => Err(self.refused(status, &answer.body)),
        }
    }

    fn refused(&self, status: u16, said: &[u8]) -> Unanswered {
        let said = String::from_utf8_lossy(said).chars().take(300).collect();
        Unanswered::Refused { url: self.url.clone(), status, said }
    }
}
