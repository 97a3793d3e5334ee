//! `orch engine serve`: the objects of the engine, the one home of its SDK. An object is a state with a
//! single writer, and each of its handlers takes milliseconds: what is long, such as a run, is a
//! worker's. Only a worker's wait for runs lasts, for as long as its poll.

mod metrics;
mod pool;
mod workers;

pub use metrics::Metering;

use crate::clock::Clock;
use crate::clock::Moment;
use crate::http;
use crate::ops::Error;
use crate::process::Stop;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use restate_sdk::endpoint::Endpoint;
use restate_sdk::errors::HandlerResult;
use restate_sdk::hyper::HyperEndpoint;
use restate_sdk::serde::Json;
use serde_json::json;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often it is looked whether to stop.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long the engine's server may take to come up.
const REGISTERED_WITHIN: Duration = Duration::from_mins(2);

/// How long it may take to look at the objects.
const ANSWERED_WITHIN: Duration = Duration::from_secs(20);

/// How a process serves them.
#[derive(Debug, Clone)]
pub struct Serving {
    pub listen: SocketAddr,
    /// Where the engine's server finds this process.
    pub as_url: Option<String>,
    /// The server's own address for administration, where this process is to be made known to it.
    pub admin: Option<String>,
    /// Public keys of the servers that may call.
    pub identity_keys: Vec<String>,
    /// Where Prometheus finds how the pool fares.
    pub metering: Option<Metering>,
}

/// Serves the objects until it is asked to stop; `ready` is told where.
pub fn serve(
    serving: &Serving,
    stop: &Stop,
    ready: &mut dyn FnMut(SocketAddr),
) -> Result<(), Error> {
    let trouble = |error: std::io::Error| Error::environment(error.to_string());
    let mut endpoint = Endpoint::builder().bind(pool::PoolObject).bind(workers::Workers);
    for key in &serving.identity_keys {
        let known = endpoint.identity_key(key);
        endpoint = known.map_err(|error| {
            Error::usage(format!("`{key}` is not a valid identity key: {error}"))
        })?;
    }
    let endpoint = HyperEndpoint::new(endpoint.build());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(trouble)?.block_on(async {
        let listener = TcpListener::bind(serving.listen).await.map_err(|error| {
            Error::environment(format!("cannot listen at {}: {error}", serving.listen))
        })?;
        let listens_at = listener.local_addr().map_err(trouble)?;
        let accepting = tokio::spawn(accept(listener, endpoint));
        if let Some(admin) = &serving.admin {
            let url = serving.as_url.clone().unwrap_or_else(|| format!("http://{listens_at}"));
            let (admin, stop) = (admin.clone(), stop.clone());
            let registered =
                tokio::task::spawn_blocking(move || register(&admin, &url, &stop)).await;
            registered.map_err(|error| Error::environment(error.to_string()))??;
        }
        if let Some(metering) = serving.metering.clone() {
            metrics::begin(metering).await?;
        }
        ready(listens_at);
        while !stop.is_raised() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        accepting.abort();
        Ok(())
    })
}

/// The SDK's own server leaves small packets waiting for each other, which costs each step 30 ms.
async fn accept(listener: TcpListener, endpoint: HyperEndpoint) {
    loop {
        // What cannot be accepted now, such as beyond the open files that are allowed, may be later.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(LOOK_EVERY).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let endpoint = endpoint.clone();
        tokio::spawn(async move {
            let http = hyper::server::conn::http2::Builder::new(TokioExecutor::default());
            // Whoever broke the connection off asks again.
            let _ = http.serve_connection(TokioIo::new(stream), endpoint).await;
        });
    }
}

/// Makes this process known to the engine's server, as soon as that is up.
fn register(admin: &str, url: &str, stop: &Stop) -> Result<(), Error> {
    let begun = std::time::Instant::now();
    let place = format!("{}/deployments", admin.trim_end_matches('/'));
    // The same address may have served other objects before an upgrade.
    let body = json!({ "uri": url, "force": true }).to_string();
    let headers = [("content-type", "application/json")];
    loop {
        let client = http::Client::new(ANSWERED_WITHIN, 0);
        let said = match client.exchange(&place, &headers, body.as_bytes()) {
            Ok(answer) if (200..300).contains(&answer.status) => return Ok(()),
            Ok(answer) => {
                format!("status {}: {}", answer.status, String::from_utf8_lossy(&answer.body))
            }
            Err(trouble) => trouble.words().to_owned(),
        };
        if stop.is_raised() || begun.elapsed() > REGISTERED_WITHIN {
            return Err(Error::environment(format!("cannot register {url} at {admin}: {said}")));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// The time, for `run`: a handler that is done again finds it as it was.
async fn read_clock() -> HandlerResult<Json<Moment>> {
    Ok(Json(Clock::System.now()))
}
