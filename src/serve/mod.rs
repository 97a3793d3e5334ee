//! `orch serve`: the operations over HTTP on this machine, for other programs and for a browser. It
//! translates, and decides nothing about runs.
//!
//! - [`guard`]: which requests are answered at all;
//! - [`api`]: operations by name, and [`problem`] for what goes wrong with them;
//! - [`retries`]: the same request sent twice is carried out once;
//! - [`events`]: what happens, as it happens;
//! - `/mcp`: the same for agents, by [`mcp`];
//! - [`passkey`]: decisions that a person signs in a browser, and [`enrol`](mod@enrol): the passkey for it;
//! - [`pages`]: what a browser is shown;
//! - [`openapi`], [`metrics`]: what there is, and how much of it.
//!
//! Operations block, and run on threads of their own; only what waits for a connection is asynchronous.

mod api;
mod door;
mod enrol;
mod events;
mod guard;
mod login;
mod metrics;
mod openapi;
mod pages;
mod passkey;
mod problem;
mod questions;
mod retries;
mod token;

pub use door::Door;
pub use enrol::enrol;
pub use guard::host_name;
pub use token::Token;

use crate::definition::Reserved;
use crate::mcp;
use crate::mcp::Surface;
use crate::ops::Error;
use crate::process::Stop;
use crate::surroundings::Surroundings;
use axum::Router;
use axum::middleware;
use axum::response::Redirect;
use axum::routing::get;
use axum::routing::post;
use guard::Guard;
use std::future::IntoFuture;
use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How often it is looked whether the server should end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long what is being answered has to end.
const PATIENCE: Duration = Duration::from_millis(1500);

/// What a server is told before it begins.
#[derive(Debug)]
pub struct Settings {
    /// Folders of the projects.
    pub projects: Vec<PathBuf>,
    /// 0 for any that is free.
    pub port: u16,
    /// Where to listen, other than this machine.
    pub address: Option<IpAddr>,
    /// Names that the server is reached by, beside those of this machine.
    pub hosts: Vec<String>,
    /// Whether nothing can be changed.
    pub is_read_only: bool,
    /// The tools of MCP clients.
    pub surface: Surface,
    /// What a client shows.
    pub token: Token,
    /// Raised when it should end.
    pub stop: Stop,
    /// What the face found around the process.
    pub surroundings: Surroundings,
    /// Words that the face has taken for itself.
    pub reserved: Reserved,
    /// The name that the system knows the user by.
    pub user: Option<String>,
}

/// Serves until it is asked to stop; `ready` hears the address, as a browser is given it.
pub fn serve(settings: Settings, ready: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::environment(error.to_string()))?;
    let done = runtime.block_on(run(settings, ready));
    // What still blocks is an operation; it writes what it began, or is told as cut off.
    runtime.shutdown_timeout(Duration::ZERO);
    done
}

async fn run(settings: Settings, ready: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let stop = settings.stop.clone();
    let doors = door::open_all(&settings)?;
    let listeners = listen(&settings).await?;
    let port = listeners.first().and_then(|listener| listener.local_addr().ok());
    let port = port.map_or(settings.port, |address| address.port());
    let guard = Arc::new(Guard::new(&settings, port));
    let (end, ending) = watch::channel(false);
    let router = router(&doors, &guard, &ending);
    ready(&guard.origin());
    let servers = listeners.into_iter().map(|listener| {
        let mut ending = ending.clone();
        let server = axum::serve(listener, router.clone());
        let server = server.with_graceful_shutdown(async move {
            // Only a server that is gone cannot say that it ends.
            let _ = ending.wait_for(|ends| *ends).await;
        });
        tokio::spawn(server.into_future())
    });
    let servers: Vec<_> = servers.collect();
    while !stop.is_raised() {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let _ = end.send(true);
    let all = futures_util::future::join_all(servers);
    // What takes longer is left: a reader may never read.
    let _ = tokio::time::timeout(PATIENCE, all).await;
    Ok(())
}

/// Listens on this machine by both of its addresses, so that no other program is reached by the one
/// that is left; or elsewhere, where that is asked for.
async fn listen(settings: &Settings) -> Result<Vec<TcpListener>, Error> {
    let address = settings.address.unwrap_or(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));
    let wanted = SocketAddr::new(address, settings.port);
    let first = TcpListener::bind(wanted).await.map_err(|error| {
        Error::environment(format!("cannot listen on {wanted}: {error}"))
            .advise(crate::suggestion::Argument::option("port", "0"))
    })?;
    let port = first.local_addr().map_or(settings.port, |address| address.port());
    let mut listeners = vec![first];
    if settings.address.is_none() {
        match TcpListener::bind(SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port)).await {
            Ok(second) => listeners.push(second),
            // A machine without the other address has nobody there.
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                let message = format!("cannot listen on [::1]:{port}: {error}");
                return Err(Error::environment(message)
                    .advise(crate::suggestion::Argument::option("port", "0")));
            }
            Err(_) => {}
        }
    }
    Ok(listeners)
}

fn router(doors: &[Arc<Door>], guard: &Arc<Guard>, ending: &watch::Receiver<bool>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(metrics::healthz))
        .route("/session", post(login::log_in))
        .route("/passkey.js", get(passkey::script))
        .with_state(Arc::clone(guard))
        .merge(pages::assets());
    if doors.len() > 1 {
        let names: Vec<String> = doors.iter().map(|door| door.name.clone()).collect();
        router = router.route("/", get(|| async move { pages::list(&names) }));
    }
    for door in doors {
        tokio::spawn(Arc::clone(door).watch());
        let own = of_project(door, guard, ending);
        let path = format!("/p/{}", door.name);
        let slashed = Redirect::permanent(&path);
        router = router.route(&format!("{path}/"), get(|| async { slashed }));
        router = router.nest(&path, own.clone());
        if doors.len() == 1 {
            router = router.merge(own);
        }
    }
    let guarded = Arc::clone(guard);
    router
        .fallback(problem::not_found)
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(middleware::from_fn_with_state(guarded, guard::check))
}

fn of_project(door: &Arc<Door>, guard: &Guard, ending: &watch::Receiver<bool>) -> Router {
    Router::new()
        .route_service(
            "/mcp",
            mcp::http_service(door.host(&guard.origin()), guard.hosts(), guard.origins()),
        )
        .route("/api/{operation}", get(api::read).post(api::call))
        .route("/api/events", get(events::events))
        .route("/api/decision/question", post(passkey::question))
        .route("/api/decision", post(passkey::answer))
        .route("/openapi.json", get(openapi::document))
        .route("/metrics", get(metrics::metrics))
        .merge(pages::of_project())
        .layer(axum::Extension(ending.clone()))
        .with_state(Arc::clone(door))
}
