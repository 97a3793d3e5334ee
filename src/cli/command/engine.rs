//! `orch engine`: what the machines that share runs need beside their workers.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::environment;
use crate::engine::PoolClient;
use crate::engine::TOKEN;
use crate::envelope::exit;
use crate::objects;
use crate::objects::Metering;
use crate::objects::Serving;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::engine_rebuild;
use crate::ops::engine_rebuild::EngineRebuilt;
use crate::process::Stop;
use serde_json::json;
use std::net::SocketAddr;

#[derive(Debug, clap::Subcommand)]
pub enum EngineCommand {
    /// Serve the pool to a Restate server, which keeps it.
    #[command(after_help = "Example:\n  \
        orch engine serve --admin http://127.0.0.1:9070    register with the server on this machine")]
    Serve(ServeArguments),
    /// Submit the runs that the remote holds to an engine that lost its data.
    #[command(after_help = "Example:\n  \
        orch engine rebuild    submit what the engine does not know of")]
    Rebuild,
}

/// What is served, and to whom.
#[derive(Debug, clap::Args)]
pub struct ServeArguments {
    /// Address to listen on.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:9080")]
    listen: SocketAddr,
    /// Admin URL of the Restate server to register with.
    #[arg(long, value_name = "URL")]
    admin: Option<String>,
    /// URL at which the server reaches this process; by default where it listens.
    #[arg(long, value_name = "URL", requires = "admin")]
    as_url: Option<String>,
    /// Public key of a server whose requests are accepted; repeatable. By default all are.
    #[arg(long = "identity-key", value_name = "KEY")]
    identity_keys: Vec<String>,
    /// Address to serve Prometheus metrics on; requires `--engine`.
    #[arg(long, value_name = "IP:PORT", requires = "engine")]
    metrics: Option<SocketAddr>,
    /// Pool to report metrics for.
    #[arg(long, value_name = "NAME", default_value = "main", requires = "metrics")]
    pool: String,
}

pub fn execute(face: &Face, command: EngineCommand) -> Result<u8, Failure> {
    match command {
        EngineCommand::Serve(arguments) => execute_serve(face, arguments),
        EngineCommand::Rebuild => execute_rebuild(face),
    }
}

fn execute_rebuild(face: &Face) -> Result<u8, Failure> {
    let project = face.global.open(true)?;
    let rebuilt = engine_rebuild::engine_rebuild(&project)?;
    let EngineRebuilt { submitted, known, over, .. } = rebuilt;
    let runs = |count: usize| if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
    let text = format!("{} submitted, {known} known, {over} over", runs(submitted));
    face.answer(&rebuilt, &Instructions::default(), &text);
    Ok(exit::DONE)
}

fn execute_serve(face: &Face, arguments: ServeArguments) -> Result<u8, Failure> {
    let ServeArguments { listen, admin, as_url, identity_keys, metrics, pool } = arguments;
    if !listen.ip().is_loopback() && identity_keys.is_empty() {
        face.say(&format!("warning: anyone who can reach {listen} can change the pool"));
    }
    let stop = Stop::on_signals().map_err(|error| Error::environment(error.to_string()))?;
    let metering = metrics.zip(face.global.engine.as_deref()).map(|(listen, url)| {
        let token = environment::surroundings().variables.text(TOKEN).map(str::to_owned);
        Metering { listen, client: PoolClient::new(url, &pool, token) }
    });
    let serving = Serving { listen, as_url, admin, identity_keys, metering };
    objects::serve(&serving, &stop, &mut |address| {
        let data = json!({ "address": address.to_string() });
        face.answer(&data, &Instructions::default(), &format!("serving the pool at {address}"));
    })?;
    Ok(exit::DONE)
}
