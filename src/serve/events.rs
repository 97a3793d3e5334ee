//! What happens, as server-sent events. With a run, the events of its journal, each under its number:
//! who comes back names the last one that they have, and misses none. Without one, which runs changed.
//!
//! Nothing is queued for a reader: one that is slow reads on in the journal from where it is.

use super::door::Door;
use super::door::Heads;
use super::problem::Problem;
use crate::json::harmless_text;
use crate::ops::RunChoice;
use crate::ops::follow;
use crate::ops::follow::FollowFrom;
use crate::remote;
use crate::secret;
use crate::store::journal::Follow;
use crate::store::journal::JournalEntry;
use axum::Extension;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use futures_util::Stream;
use futures_util::stream;
use serde::Deserialize;
use serde_json::json;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::watch;

/// How often a silent stream says that it lives.
const BEAT_EVERY: Duration = Duration::from_secs(15);

/// How soon a browser comes back.
const BACK_AFTER: Duration = Duration::from_millis(500);

/// What a stream is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// A run; without one, all of them.
    run: Option<String>,
    /// The number of the last event that is known; 0 for none. `Last-Event-ID` stands above it.
    after: Option<u64>,
}

/// A stream and what it has to say next.
struct Feed {
    source: Source,
    changes: watch::Receiver<Arc<Heads>>,
    next: VecDeque<Event>,
    ending: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
}

enum Source {
    Run(Box<Follow>),
    Project { told: Arc<Heads> },
}

/// Begins a stream.
pub async fn events(
    State(door): State<Arc<Door>>,
    Extension(ending): Extension<watch::Receiver<bool>>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = Arc::clone(&door.streams).try_acquire_owned().map_err(|_| {
        let detail = "too many event streams are open";
        Problem::of(StatusCode::SERVICE_UNAVAILABLE, "streams", detail)
    })?;
    let last = last_event(&headers)?.or(wanted.after);
    let mut changes = door.changes.subscribe();
    let told = Arc::clone(&changes.borrow_and_update());
    let source = match wanted.run {
        Some(run) => Source::Run(Box::new(begin(Arc::clone(&door), run, last).await?)),
        None => Source::Project { told },
    };
    let begun = Event::default().retry(BACK_AFTER).comment("connected");
    let next = VecDeque::from([begun]);
    let feed = Feed { source, changes, next, ending, _permit: permit };
    let alive = KeepAlive::new().interval(BEAT_EVERY);
    Ok(Sse::new(stream_of(feed)).keep_alive(alive).into_response())
}

/// The number of the last event that a client has, if it comes back.
fn last_event(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse().ok());
    let detail = "`Last-Event-ID` takes the number of an event";
    number.map(Some).ok_or_else(|| Problem::of(StatusCode::BAD_REQUEST, "usage", detail))
}

async fn begin(door: Arc<Door>, run: String, last: Option<u64>) -> Result<Follow, Problem> {
    let begun = tokio::task::spawn_blocking(move || {
        let project = door.open(None).map_err(|error| Problem::of_bare(&error))?;
        let caller = door.caller(None);
        let choice = RunChoice { run: Some(run) };
        let from = last.map_or(FollowFrom::Now, FollowFrom::Event);
        follow::follow(&project, &caller, &choice, from)
            .map_err(|error| Problem::of_error(&error, remote::failure(&project, &caller, &error)))
    });
    begun.await.map_err(|_| Problem::bug())?
}

fn stream_of(feed: Feed) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(feed, |mut feed| async move {
        loop {
            if let Some(event) = feed.next.pop_front() {
                return Some((Ok(event), feed));
            }
            if *feed.ending.borrow() {
                return None;
            }
            let heads = Arc::clone(&feed.changes.borrow_and_update());
            feed.source = look(feed.source, heads, &mut feed.next).await?;
            if feed.next.is_empty() {
                tokio::select! {
                    changed = feed.changes.changed() => changed.ok()?,
                    ended = feed.ending.changed() => ended.ok()?,
                }
            }
        }
    })
}

/// Looks for news; `None` where there can be none.
async fn look(source: Source, heads: Arc<Heads>, next: &mut VecDeque<Event>) -> Option<Source> {
    match source {
        Source::Run(mut follow) => {
            let (follow, news) = tokio::task::spawn_blocking(move || {
                let news = follow.news();
                (follow, news)
            })
            .await
            .ok()?;
            next.extend(news.ok()?.iter().map(of_entry));
            Some(Source::Run(follow))
        }
        Source::Project { told } => {
            let new = heads.iter().filter(|(run, bytes)| told.get(*run) != Some(bytes));
            next.extend(new.map(|(run, _)| {
                Event::default().event("run").data(json!({ "run_id": run }).to_string())
            }));
            Some(Source::Project { told: heads })
        }
    }
}

fn of_entry(entry: &JournalEntry) -> Event {
    let told = json!({
        "seq": entry.seq, "at": entry.at, "head": entry.head, "event": entry.event,
    });
    let text = secret::redact_known(&harmless_text(&told));
    Event::default().id(entry.seq.to_string()).data(text)
}
