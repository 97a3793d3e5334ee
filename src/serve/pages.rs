//! The pages of a project for a browser, and what belongs to them: their styles, logs and reports to
//! download, and the form that starts a run. A decision of a person is none of it.

use super::door::Door;
use super::problem;
use crate::board::Board;
use crate::board::ChangesQuery;
use crate::board::GateQuery;
use crate::board::Overview;
use crate::board::RunQuery;
use crate::board::RunsQuery;
use crate::board::projects;
use crate::ops::Error;
use crate::ops::RunChoice;
use crate::ops::logs::LogKind;
use crate::ops::report;
use crate::ops::run;
use crate::ops::run_detach;
use crate::page;
use crate::page::Asset;
use crate::secret;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::Values;
use axum::Form;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::http::header::CONTENT_DISPOSITION;
use axum::http::header::CONTENT_TYPE;
use axum::http::header::LOCATION;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::MethodRouter;
use axum::routing::get;
use futures_util::stream;
use serde_json::Value as Json;
use std::io;
use std::sync::Arc;

/// What pages load, the same for all projects.
pub fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/assets/page.css", get(|| async { asset(page::style()) }))
        .route("/assets/page.js", get(|| async { asset(page::script()) }))
        .route("/assets/icon.svg", get(|| async { asset(page::icon()) }))
}

/// The pages of a project.
pub fn of_project() -> Router<Arc<Door>> {
    Router::new()
        .route("/", get(runs))
        .route("/runs/{run}", get(one_run))
        .route("/runs/{run}/changes", get(changes))
        .route("/runs/{run}/report", get(run_report))
        .route("/runs/{run}/gates/{gate}", get(gate))
        .route("/runs/{run}/gates/{gate}/logs/{attempt}/{stream}", get(log))
        .route("/escalations", overview(Overview::Escalations))
        .route("/workflows", overview(Overview::Workflows))
        .route("/workflows/{name}", get(workflow).post(start))
        .route("/workers", overview(Overview::Workers))
        .route("/convoys", overview(Overview::Convoys))
}

/// The first page of a server with several projects.
pub fn list(names: &[String]) -> Html<String> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Html(projects(&names))
}

fn asset(asset: &'static Asset) -> Response {
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, kept)], asset.text.as_str()).into_response()
}

async fn runs(State(door): State<Arc<Door>>, Query(query): Query<RunsQuery>) -> Response {
    show(door, move |board| board.runs(&query)).await
}

async fn one_run(
    State(door): State<Arc<Door>>,
    Path(run): Path<String>,
    Query(query): Query<RunQuery>,
) -> Response {
    show(door, move |board| board.run(&run, query)).await
}

async fn changes(
    State(door): State<Arc<Door>>,
    Path(run): Path<String>,
    Query(query): Query<ChangesQuery>,
) -> Response {
    show(door, move |board| board.changes(&run, &query)).await
}

async fn gate(
    State(door): State<Arc<Door>>,
    Path((run, gate)): Path<(String, String)>,
    Query(query): Query<GateQuery>,
) -> Response {
    show(door, move |board| board.gate(&run, &gate, &query)).await
}

/// A page that needs to be told nothing.
fn overview(overview: Overview) -> MethodRouter<Arc<Door>> {
    get(move |State(door): State<Arc<Door>>| show(door, move |board| board.overview(overview)))
}

async fn workflow(State(door): State<Arc<Door>>, Path(name): Path<String>) -> Response {
    show(door, move |board| board.workflow(&name, &[], None)).await
}

/// Starts a run with what the form of its workflow holds; a worker drives it.
async fn start(
    State(door): State<Arc<Door>>,
    Path(name): Path<String>,
    Form(form): Form<Vec<(String, String)>>,
) -> Response {
    if let Err(refused) = door.may_change() {
        return refused.into_response();
    }
    answer(door, move |board| match detach(board, &name, &form) {
        Ok(()) => {
            let to = format!("{}/workers", board.base);
            Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
        }
        Err(error) => {
            let html = board.workflow(&name, &form, Some(error.to_string()))?;
            Ok((problem::status(&error), Html(html)).into_response())
        }
    })
    .await
}

fn detach(board: &Board<'_>, name: &str, form: &[(String, String)]) -> Result<(), Error> {
    let (workflow, _) = Workflow::load(name, &board.project.shelf)?;
    let mut inputs = Values::new();
    for input in &workflow.inputs {
        let given = form.iter().find(|(field, _)| *field == input.name);
        let Some(text) = given.map(|(_, text)| text.as_str()).filter(|it| !it.is_empty()) else {
            continue;
        };
        let value = if input.kind == InputType::List {
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            input.check(Json::from(lines.collect::<Vec<_>>()), &board.project.folder)
        } else {
            input.accept(text, &board.project.folder)
        };
        let wrong = |error: input::Error| Error::usage(error.to_string());
        inputs.insert(input.name.clone(), value.map_err(wrong)?);
    }
    let run = run::Request { workflow: name.to_owned(), inputs, ..run::Request::default() };
    let request = run_detach::Request { run, ..run_detach::Request::default() };
    run_detach::run_detach(board.project, board.caller, &request).map(|_| ())
}

/// The report of a run, to keep: it is a document of its own, and no page of this server.
async fn run_report(State(door): State<Arc<Door>>, Path(run): Path<String>) -> Response {
    answer(door, move |board| {
        let choice = RunChoice { run: Some(run) };
        let request = report::Request { run: choice, ..report::Request::default() };
        let reply = report::report(board.project, board.caller, &request)?;
        let name = format!("attachment; filename=\"{}.html\"", reply.run_id);
        let text = secret::redact_known(&reply.text);
        Ok(([(CONTENT_DISPOSITION, name)], Html(text)).into_response())
    })
    .await
}

/// A log, to keep, as it is by now.
async fn log(
    State(door): State<Arc<Door>>,
    Path((run, gate, attempt, name)): Path<(String, String, u32, String)>,
) -> Response {
    let kind = match name.as_str() {
        "stdout" => LogKind::Stdout,
        "stderr" => LogKind::Stderr,
        _ => {
            let detail = format!("unknown log `{name}`; logs are `stdout` and `stderr`");
            return problem::Problem::of(StatusCode::NOT_FOUND, "not_found", detail)
                .into_response();
        }
    };
    answer(door, move |board| {
        let log = Arc::new(board.log((&run, &gate, attempt), kind)?);
        let name = format!("attachment; filename=\"{}-{name}.txt\"", gate.replace(['[', ']'], "-"));
        let headers =
            [(CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
        let parts = stream::unfold(0, move |from| {
            let log = Arc::clone(&log);
            async move {
                let read = tokio::task::spawn_blocking(move || log.after(from));
                let part = read.await.map_err(io::Error::other);
                match part.and_then(|part| part.map_err(io::Error::other)) {
                    Ok(part) => (!part.text.is_empty()).then_some((Ok(part.text), part.to)),
                    // The client is told by a body that is cut off.
                    Err(error) => Some((Err(error), from)),
                }
            }
        });
        Ok((headers, Body::from_stream(parts)).into_response())
    })
    .await
}

/// Shows a page.
async fn show(
    door: Arc<Door>,
    view: impl FnOnce(&Board<'_>) -> Result<String, Error> + Send + 'static,
) -> Response {
    answer(door, |board| Ok(Html(secret::redact_known(&view(board)?)).into_response())).await
}

/// Answers on a thread of its own, or shows what went wrong.
async fn answer(
    door: Arc<Door>,
    act: impl FnOnce(&Board<'_>) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let answered = tokio::task::spawn_blocking(move || {
        with_board(&door, |board| {
            act(board).or_else(|error| {
                let status = problem::status(&error);
                let title = status.canonical_reason().unwrap_or("Error");
                Ok((status, Html(board.problem(title, &error)?)).into_response())
            })
        })
        .unwrap_or_else(|error| problem::Problem::of_bare(&error).into_response())
    });
    answered.await.unwrap_or_else(|_| problem::Problem::bug().into_response())
}

fn with_board<T>(
    door: &Door,
    act: impl FnOnce(&Board<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let project = door.open(None)?;
    let caller = door.caller(None);
    let base = format!("/p/{}", door.name);
    act(&Board {
        project: &project,
        caller: &caller,
        base: &base,
        name: &door.name,
        is_read_only: door.is_read_only,
    })
}
