//! How the pool fares, for Prometheus. Each request reads the pool anew, through the server of the engine
//! as a worker would: what it takes is what a worker waits for an answer.

use super::LOOK_EVERY;
use crate::clock::Clock;
use crate::clock::Moment;
use crate::engine::PoolClient;
use crate::engine::PoolView;
use crate::engine::Unanswered;
use crate::ops::Error;
use hyper::Request;
use hyper::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;
use std::time::Instant;
use tokio::net::TcpListener;

/// The text format of Prometheus.
const FORMAT: &str = "text/plain; version=0.0.4";

/// Where metrics are given, and of which pool.
#[derive(Debug, Clone)]
pub struct Metering {
    pub listen: SocketAddr,
    pub client: PoolClient,
}

/// Gives them from now on.
pub(super) async fn begin(metering: Metering) -> Result<(), Error> {
    let Metering { listen, client } = metering;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Error::environment(format!("cannot listen at {listen} for metrics: {error}"))
    })?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(LOOK_EVERY).await;
                continue;
            };
            let client = client.clone();
            tokio::spawn(async move {
                let answer = service_fn(move |request| answer(request, client.clone()));
                let http = hyper::server::conn::http1::Builder::new();
                let _ = http.serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    });
    Ok(())
}

async fn answer(
    request: Request<Incoming>,
    client: PoolClient,
) -> Result<Response<String>, Infallible> {
    let (status, body) = if request.uri().path() == "/metrics" {
        let looked = tokio::task::spawn_blocking(move || look(&client)).await;
        (200, looked.unwrap_or_default())
    } else {
        (404, "the metrics are at /metrics\n".to_owned())
    };
    let answer = Response::builder().status(status).header("content-type", FORMAT).body(body);
    Ok(answer.unwrap_or_default())
}

fn look(client: &PoolClient) -> String {
    let begun = Instant::now();
    let view = client.view();
    text(view, begun.elapsed(), Clock::System.now())
}

/// The metrics; where the engine did not answer, only that.
fn text(view: Result<PoolView, Unanswered>, took: Duration, now: Moment) -> String {
    let mut text = String::new();
    let is_up = f64::from(u8::from(view.is_ok()));
    gauge(&mut text, ("orch_engine_up", "Whether the engine answers."), &[(String::new(), is_up)]);
    let Ok(PoolView { dispatch, runs }) = view else { return text };
    let one = |number: f64| [(String::new(), number)];
    let took = one(took.as_secs_f64());
    gauge(&mut text, ("orch_engine_answer_seconds", "How long the engine took to answer."), &took);
    let mut by_status: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_wait: BTreeMap<String, usize> = BTreeMap::new();
    for run in &runs {
        *by_status.entry(run.status.map_or("NEW", |status| status.as_str())).or_default() += 1;
        if let Some(waits_for) = run.waits_for.filter(|_| !run.is_over()) {
            let name = serde_json::to_value(waits_for).unwrap_or_default();
            *by_wait.entry(name.as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }
    let by_status: Vec<_> = by_status
        .iter()
        .map(|(status, runs)| (format!("{{status=\"{status}\"}}"), count(*runs)))
        .collect();
    let by_wait: Vec<_> =
        by_wait.iter().map(|(what, runs)| (format!("{{for=\"{what}\"}}"), count(*runs))).collect();
    gauge(&mut text, ("orch_runs", "Runs that the pool knows of, by status."), &by_status);
    gauge(&mut text, ("orch_runs_waiting", "Runs that wait for somebody or something."), &by_wait);
    let is_ready = |at: Option<Moment>| at.is_none_or(|at| at <= now);
    let ready: Vec<_> = dispatch.waiting.iter().filter(|it| is_ready(it.not_before)).collect();
    let oldest = ready.iter().map(|it| now.since(it.queued_at)).max().unwrap_or_default();
    let slots = dispatch.offers.iter().map(|offer| offer.slots).sum();
    let rows = [
        ("orch_pool_queued", "Runs that wait for a worker.", count(ready.len())),
        (
            "orch_pool_delayed",
            "Runs that continue at a later moment.",
            count(dispatch.waiting.len() - ready.len()),
        ),
        (
            "orch_pool_oldest_seconds",
            "Age of the oldest waiting run, in seconds.",
            oldest.as_secs_f64(),
        ),
        ("orch_pool_leases", "Runs that workers have.", count(dispatch.granted.len())),
        ("orch_pool_stuck", "Stuck runs.", count(dispatch.refused.len())),
        ("orch_pool_idle_workers", "Workers that wait for runs.", count(dispatch.offers.len())),
        ("orch_pool_idle_slots", "Runs that those workers could take.", count(slots)),
    ];
    for (name, help, number) in rows {
        gauge(&mut text, (name, help), &one(number));
    }
    text
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn gauge(text: &mut String, (name, help): (&str, &str), rows: &[(String, f64)]) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
    for (labels, number) in rows {
        let _ = writeln!(text, "{name}{labels} {number}");
    }
}
