//! Operations as tools for agents, by the Model Context Protocol: on standard input and output, and as
//! a service that the HTTP face mounts. It translates; what a tool does is an operation, what it
//! answers is the JSON of the command line. The one home of `rmcp`.
//!
//! Who calls is never a person, whoever started the server: approvals, rejections, waivers and answers
//! for people are no tools here, and operations refuse to take a caller of this face for one.

mod address;
mod call;
mod calls;
mod client;
mod cut;
mod desk;
mod lines;
mod page;
mod prompts;
mod request;
mod resources;
mod schema;
mod server;
mod surface;
mod told;

pub use page::PageOf;
pub use surface::Surface;

use crate::ops::Caller;
use crate::ops::Error;
use crate::ops::Project;
use crate::process::GRACE;
use crate::process::Stop;
use lines::Lines;
use rmcp::ServiceExt;
use rmcp::transport::StreamableHttpServerConfig;
use rmcp::transport::StreamableHttpService;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use server::Server;
use std::io;
use std::io::BufRead;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime;
use tokio::time;

/// How long a call is waited for by default: clients give up after 60 seconds and more.
pub const PATIENCE: Duration = Duration::from_secs(45);

/// How often it is looked whether the server is to end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// What a server works for, and what its clients may do.
pub struct Host {
    /// Opens the project, for each call anew: its settings may have changed.
    pub open: Box<dyn Fn() -> Result<Project, Error> + Send + Sync>,
    /// Who started it.
    pub caller: Caller,
    /// The tools that clients see.
    pub surface: Surface,
    /// Whether they see only those that change nothing.
    pub is_read_only: bool,
    /// How long a call is waited for; the work goes on after that.
    pub patience: Duration,
    /// The page of a gate, where pages are served.
    pub page: Option<Box<PageOf>>,
}

/// Serves one client until its input ends, nobody reads the output, or it is stopped.
pub fn serve_lines(
    host: Host,
    stop: &Stop,
    input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        let (lines, end) = Lines::new(input, output);
        let served = async {
            // A client that leaves before it asks for anything is no error.
            if let Ok(service) = Server::new(host).serve(lines).await {
                let _ = service.waiting().await;
            }
        };
        tokio::select! {
            () = served => {}
            () = raised(stop) => {}
        }
        end.flush().await;
    });
    // What goes on behind a call that nobody can ask for any more.
    stop.raise();
    runtime.shutdown_timeout(GRACE);
    Ok(())
}

async fn raised(stop: &Stop) {
    while !stop.is_raised() {
        time::sleep(LOOK_EVERY).await;
    }
}

/// A service for `/mcp`, which answers each request by itself, in both eras of the protocol: sessions of
/// the transport are none, and what a client is at goes by the key of its session. `hosts` are the
/// values of `Host` that are let in, `origins` those of `Origin`, with scheme and port.
pub fn http_service(
    host: Host,
    hosts: &[String],
    origins: &[String],
) -> StreamableHttpService<Server, NeverSessionManager> {
    let server = Server::of_many(host);
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(hosts)
        .with_allowed_origins(origins)
        // No origin is let in that is not named.
        .enforce_origin_validation();
    StreamableHttpService::new(
        move || Ok(server.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    )
}
