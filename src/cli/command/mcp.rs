//! `orch mcp`: tools for an agent that speaks the Model Context Protocol.

use super::Failure;
use crate::board;
use crate::cli::answer::Face;
use crate::clock::parse_duration;
use crate::envelope::exit;
use crate::mcp;
use crate::mcp::Host;
use crate::mcp::PageOf;
use crate::mcp::Surface;
use crate::ops::Error;
use crate::process::Stop;
use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use url::Url;

/// Arguments of `mcp`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Tools to offer: `agent` for work at a gate, `operator` also to start, steer and verify runs.
    #[arg(long, value_enum, default_value_t)]
    surface: Surface,
    /// Address of `orch serve` for this project, such as `http://localhost:7717`; lets clients
    /// show a gate's page to the person it waits for.
    #[arg(long, value_name = "URL", value_parser = parse_pages)]
    pages: Option<String>,
    /// How long a call may take before it is answered that the work continues, for tests.
    #[arg(long, hide = true, value_parser = parse_patience)]
    patience: Option<Duration>,
}

fn parse_patience(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|error| error.to_string())
}

/// An address that lets nobody in: what clients are told, others may read.
fn parse_pages(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("use an address that begins with http:// or https://".to_owned());
    }
    let has_more = url.query().is_some() || url.fragment().is_some();
    if has_more || !url.username().is_empty() || url.password().is_some() {
        return Err("use the address without its token, such as http://localhost:7717".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

pub fn execute(face: &Face, arguments: &Arguments) -> Result<u8, Failure> {
    // What is wrong with the project is told at once, and not to a client that nobody sees.
    face.global.open(false)?;
    let stop = Stop::on_signals().map_err(|error| Error::environment(error.to_string()))?;
    let (global, stopping, opened) = (face.global.clone(), stop.clone(), AtomicU64::new(0));
    let page = arguments.pages.clone().map(|pages| -> Box<PageOf> {
        Box::new(move |run, gate| board::gate_page(&pages, run, gate))
    });
    let host = Host {
        open: Box::new(move || {
            global.open_again(&stopping, opened.fetch_add(1, Ordering::Relaxed))
        }),
        caller: face.caller.clone(),
        surface: arguments.surface,
        is_read_only: false,
        patience: arguments.patience.unwrap_or(mcp::PATIENCE),
        page,
    };
    let served = mcp::serve_lines(host, &stop, io::BufReader::new(io::stdin()), io::stdout());
    served.map_err(|error| Error::environment(error.to_string()))?;
    Ok(exit::DONE)
}
