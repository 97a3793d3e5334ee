//! How much there is, for whoever watches over machines: the text format of Prometheus.

use super::door::Door;
use super::door::STREAMS_MAX;
use super::problem::Problem;
use crate::ops::Project;
use crate::project::runs;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Whether the server answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The numbers of a project.
pub async fn metrics(State(door): State<Arc<Door>>) -> Result<Response, Problem> {
    let streams = STREAMS_MAX - door.streams.available_permits();
    let told = tokio::task::spawn_blocking(move || {
        let project = door.open(None).map_err(|error| Problem::of_bare(&error))?;
        text(&project, &door.name, streams).map_err(|error| Problem::of_bare(&error))
    });
    let text = told.await.map_err(|_| Problem::bug())??;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn text(project: &Project, name: &str, streams: usize) -> Result<String, crate::ops::Error> {
    let mut by_status: BTreeMap<String, usize> = BTreeMap::new();
    let mut cost = 0.0;
    for run in runs::runs(project)? {
        *by_status.entry(run.status.to_string()).or_default() += 1;
        cost += run.cost_usd.unwrap_or_default();
    }
    let pool = project.store.pool();
    let at_work = pool.at_work().map(|tickets| tickets.len()).unwrap_or_default();
    let mut text = String::new();
    let mut family = |metric: &str, help: &str, rows: &[(String, String)]| {
        let _ = writeln!(text, "# HELP {metric} {help}\n# TYPE {metric} gauge");
        for (labels, value) in rows {
            let _ = writeln!(text, "{metric}{{project=\"{name}\"{labels}}} {value}");
        }
    };
    let one = |value: String| vec![(String::new(), value)];
    let runs: Vec<(String, String)> = by_status
        .iter()
        .map(|(status, count)| (format!(",status=\"{status}\""), count.to_string()))
        .collect();
    family("orch_runs", "Runs by status.", &runs);
    family("orch_cost_usd", "Known cost of all runs, in US dollars.", &one(cost.to_string()));
    family("orch_pool_waiting", "Runs that wait for a worker.", &one(pool.length().to_string()));
    family("orch_pool_at_work", "Runs that workers drive.", &one(at_work.to_string()));
    family("orch_event_streams", "Open event streams.", &one(streams.to_string()));
    Ok(text)
}
