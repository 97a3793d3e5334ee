//! A page of its own on which one passkey is made, for whoever has the address that the terminal shows.
//! The passkey counts nowhere: the terminal says which line makes it count, and a person adds it.

use super::Settings;
use super::api;
use super::guard;
use super::guard::Guard;
use super::pages;
use super::passkey;
use super::problem::Problem;
use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::ops::approver_add;
use crate::ops::approver_add::MadePasskey;
use crate::ops::approver_add::PasskeyOffer;
use crate::ops::decision::DecisionPage;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

const PAGE: &str = include_str!("enrol.html");
const SCRIPT: &str = include_str!("enrol.js");

/// How often it is looked whether the person gave up.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long the browser has to hear that it is done.
const PATIENCE: Duration = Duration::from_millis(500);

/// Paths that need no token: they say nothing of anybody.
const OPEN_PATHS: &[&str] = &["/", "/assets/page.css", "/enrol.js", "/passkey.js"];

/// What the page is about.
struct Desk {
    project: Project,
    offer: PasskeyOffer,
    made: mpsc::Sender<MadePasskey>,
}

/// Serves the page until a passkey was made; `ready` hears the address, as a browser is given it.
pub fn enrol(
    settings: &Settings,
    (project, caller): (Project, &Caller),
    request: &approver_add::Request,
    ready: &mut dyn FnMut(&str),
) -> Result<MadePasskey, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::environment(error.to_string()))?;
    let made = runtime.block_on(run(settings, (project, caller), request, ready));
    runtime.shutdown_timeout(Duration::ZERO);
    made
}

async fn run(
    settings: &Settings,
    (project, caller): (Project, &Caller),
    request: &approver_add::Request,
    ready: &mut dyn FnMut(&str),
) -> Result<MadePasskey, Error> {
    let listeners = super::listen(settings).await?;
    let port = listeners.first().and_then(|listener| listener.local_addr().ok());
    let port = port.map_or(settings.port, |address| address.port());
    let guard = Guard::new(settings, port).opening(OPEN_PATHS);
    let origin = guard.public_origin();
    let page = DecisionPage::of(&origin)?;
    let offer = approver_add::offer(&project, caller, request, &page)?;
    let (made, mut done) = mpsc::channel(1);
    let router = Router::new()
        .route("/", get(page_of_it))
        .route("/enrol.js", get(script))
        .route("/passkey.js", get(passkey::script))
        .route("/api/approver/offer", post(told))
        .route("/api/approver", post(accept))
        .merge(pages::assets())
        .with_state(Arc::new(Desk { project, offer, made }))
        .layer(middleware::from_fn_with_state(Arc::new(guard), guard::check));
    for listener in listeners {
        let server = axum::serve(listener, router.clone());
        tokio::spawn(std::future::IntoFuture::into_future(server));
    }
    ready(&origin);
    loop {
        if let Ok(made) = tokio::time::timeout(LOOK_EVERY, done.recv()).await {
            tokio::time::sleep(PATIENCE).await;
            return made.ok_or(Error::Interrupted);
        }
        if settings.stop.is_raised() {
            return Err(Error::Interrupted);
        }
    }
}

async fn page_of_it() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], SCRIPT).into_response()
}

async fn told(State(desk): State<Arc<Desk>>) -> Response {
    axum::Json(desk.offer.clone()).into_response()
}

async fn accept(State(desk): State<Arc<Desk>>, body: Bytes) -> Result<Response, Problem> {
    let registration = api::parsed(&body)?;
    let made = approver_add::accept(&desk.project, &desk.offer, &registration);
    let made = made.map_err(|error| Problem::of_bare(&error))?;
    // The first one is shown; there is no other.
    desk.made.try_send(made.clone()).map_err(|_| {
        Problem::of(StatusCode::GONE, "made", "a passkey was made on this page already")
    })?;
    Ok(axum::Json(made).into_response())
}
