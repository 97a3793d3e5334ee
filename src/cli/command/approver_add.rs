//! `orch approver add`: has a browser make a passkey, and prints the line that lets it count.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::environment;
use crate::cli::reserved;
use crate::cli::terminal;
use crate::envelope::exit;
use crate::mcp::Surface;
use crate::ops::Error;
use crate::ops::Instructions;
use crate::ops::approver_add;
use crate::process::Stop;
use crate::serve;
use crate::serve::Settings;
use crate::serve::Token;

/// Whose passkey is made, and where.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    request: approver_add::Request,
    /// Port of the page; 0 for any free port.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Host name of an HTTPS proxy in front of the page and `orch serve`.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

pub fn execute(face: &Face, arguments: Arguments) -> Result<u8, Failure> {
    let Arguments { request, port, host } = arguments;
    let project = face.global.open(false)?;
    terminal::person(&project, &face.caller, face.global.is_ci())?;
    let token = Token::new()?;
    let settings = Settings {
        projects: Vec::new(),
        port,
        address: None,
        hosts: host.into_iter().collect(),
        is_read_only: true,
        surface: Surface::default(),
        token: token.clone(),
        stop: Stop::on_signals().map_err(|error| Error::environment(error.to_string()))?,
        surroundings: environment::surroundings(),
        reserved: reserved::noted(),
        user: face.caller.user.clone(),
    };
    let made = serve::enrol(&settings, (project, &face.caller), &request, &mut |origin| {
        face.say(&format!("open {origin}/#token={} in your browser", token.as_str()));
    })?;
    let mut instructions = Instructions::default();
    let file = made.file.as_deref().unwrap_or("allowed_signers");
    instructions.say(format!(
        "Add this line to {file}, then review and commit it. It counts in runs that begin then."
    ));
    if made.file.is_none() {
        instructions.suggest_other("git config gpg.ssh.allowedSignersFile allowed_signers");
    }
    face.answer(&made, &instructions, &made.line);
    Ok(exit::DONE)
}
