//! `orch serve`: the operations over HTTP, until it is stopped.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::environment;
use crate::cli::reserved;
use crate::envelope::exit;
use crate::files;
use crate::mcp::Surface;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::process::Stop;
use crate::serve;
use crate::serve::Settings;
use crate::serve::Token;
use serde_json::json;
use std::net::IpAddr;
use std::path::PathBuf;

/// What is served, and where.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folders of the projects; defaults to this one.
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Port; 0 for any free port.
    #[arg(long, default_value_t = 7717)]
    port: u16,
    /// Address to listen on; defaults to loopback only.
    #[arg(long, value_name = "IP")]
    address: Option<IpAddr>,
    /// Host name of an HTTPS proxy in front of the server; repeatable.
    #[arg(long = "host", value_name = "NAME", value_parser = serve::host_name)]
    hosts: Vec<String>,
    /// Refuse every operation that changes anything.
    #[arg(long)]
    read_only: bool,
    /// Tools to offer to MCP clients at /mcp: `agent` or `operator`, as for `orch mcp`.
    #[arg(long, value_enum, default_value_t)]
    surface: Surface,
    /// File with the token that clients must present; created if missing.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

pub fn execute(face: &Face, arguments: Arguments) -> Result<u8, Failure> {
    let Arguments { folders, port, address, hosts, read_only, surface, token_file } = arguments;
    let here = face.global.project.clone().unwrap_or_else(|| PathBuf::from("."));
    let token = token_file.as_deref().map_or_else(Token::new, Token::of_file)?;
    if let Some(file) = token_file.filter(|file| files::is_open_to_others(file)) {
        let file = file.display();
        face.say(&format!(
            "warning: others can read token file {file}; to fix it: chmod 600 {file}"
        ));
    }
    if let Some(address) = address.filter(|address| !address.is_loopback()) {
        face.say(&format!(
            "warning: anyone who can reach {address} and has the token can use this server; \
             traffic is not encrypted"
        ));
    }
    let settings = Settings {
        projects: if folders.is_empty() { vec![here] } else { folders },
        port,
        address,
        hosts,
        is_read_only: read_only,
        surface,
        token: token.clone(),
        stop: Stop::on_signals().map_err(|error| Error::environment(error.to_string()))?,
        surroundings: environment::surroundings(),
        reserved: reserved::noted(),
        user: face.caller.user.clone(),
    };
    serve::serve(settings, &mut |origin| {
        let url = format!("{origin}/#token={}", token.as_str());
        let data = json!({ "url": url, "origin": origin, "token": token.as_str() });
        face.answer(&data, &Instructions::default(), &format!("serving {url}"));
    })?;
    Ok(exit::DONE)
}
