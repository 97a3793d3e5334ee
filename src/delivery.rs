//! One try to deliver a notification: by a program, a request, or a notice on the screen.

use crate::config::Channel;
use crate::digest::Digest;
use crate::files;
use crate::files::Beneath;
use crate::files::Log;
use crate::http::Client;
use crate::notification::Notification;
use crate::process;
use crate::process::Ending;
use crate::process::ProgramCall;
use crate::process::Stop;
use crate::surroundings::Allowed;
use crate::surroundings::Variables;
use crate::template::Template;
use std::io;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// How long a receiver may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a program may take.
const PROGRAM_TIMEOUT: Duration = Duration::from_secs(30);

/// How many of a program's last bytes are told.
const PRINTED_BYTES_MAX: u64 = 1000;

/// Statuses of a request that may be another one later.
const PASSING: [u16; 3] = [408, 425, 429];

/// What a try finds around it.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryPlace<'a> {
    /// Where programs are called.
    pub folder: &'a Path,
    /// The variables that are set.
    pub variables: &'a Variables,
    /// What programs get of them.
    pub allowed: &'a Allowed,
    /// Raised where all is to end.
    pub stop: &'a Stop,
}

/// Why a notification was not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryFailure {
    /// The reason. It tells nothing that a secret may be a part of.
    pub reason: String,
    /// The end of what the program printed, which may tell anything.
    pub printed: String,
    /// Whether another try would fail too.
    pub is_final: bool,
}

impl DeliveryFailure {
    fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), printed: String::new(), is_final: false }
    }

    fn lasting(reason: impl Into<String>) -> Self {
        Self { is_final: true, ..Self::passing(reason) }
    }
}

/// A channel as people know it. Of a URL the rest may be a secret.
pub fn name(channel: &Channel) -> String {
    match channel {
        Channel::Command(command) => {
            let program = command.first().map(|program| program.text().to_owned());
            format!("command {}", program.unwrap_or_default())
        }
        Channel::Webhook { url, .. } => {
            let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
            format!("webhook {}", host.unwrap_or_default())
        }
        Channel::Desktop => "desktop".to_owned(),
    }
}

/// The program that a channel calls, if it calls one.
pub fn program(channel: &Channel) -> Option<&str> {
    match channel {
        Channel::Command(command) => command.first().map(Template::text),
        Channel::Webhook { .. } => None,
        Channel::Desktop if cfg!(target_os = "macos") => Some("osascript"),
        Channel::Desktop => Some("notify-send"),
    }
}

/// Tries once.
pub fn deliver(
    notification: &Notification,
    channel: &Channel,
    around: &DeliveryPlace<'_>,
) -> Result<(), DeliveryFailure> {
    let body = serde_json::to_vec(notification).map_err(|error| {
        DeliveryFailure::lasting(format!("it cannot be written as JSON: {error}"))
    })?;
    match channel {
        Channel::Webhook { url, secret } => {
            post(url, secret.as_deref(), notification, &body, around.variables)
        }
        Channel::Command(command) => {
            let argv = notification.argv(command);
            let argv = argv.map_err(|error| DeliveryFailure::lasting(error.message))?;
            call(argv, &body, around.allowed, around)
        }
        // It shows a notice on the user's own screen, which other variables lead to.
        Channel::Desktop => call(notice(notification), &body, &Allowed::everything(), around),
    }
}

fn post(
    url: &str,
    secret: Option<&str>,
    notification: &Notification,
    body: &[u8],
    variables: &Variables,
) -> Result<(), DeliveryFailure> {
    let signature = secret.map(|name| {
        let secret = variables.text(name).filter(|secret| !secret.is_empty());
        let secret = secret.ok_or_else(|| {
            DeliveryFailure::lasting(format!("the secret `{name}` is not set in the environment"))
        })?;
        Ok(format!("sha256={}", Digest::keyed(secret.as_bytes(), body)))
    });
    let signature = signature.transpose()?;
    let event = notification.event.to_string();
    let mut headers = vec![
        ("Content-Type", "application/json"),
        ("Orch-Event", event.as_str()),
        ("Orch-Notification", &notification.id),
    ];
    headers.extend(signature.as_deref().map(|signature| ("Orch-Signature", signature)));
    match Client::new(REQUEST_TIMEOUT, 0).post(url, &headers, body) {
        Ok(200..300) => Ok(()),
        Ok(status) if status >= 500 || PASSING.contains(&status) => {
            Err(DeliveryFailure::passing(format!("status {status}")))
        }
        Ok(status) => Err(DeliveryFailure::lasting(format!("status {status}"))),
        Err(trouble) => Err(DeliveryFailure::passing(trouble.words())),
    }
}

/// A call of the system's own program. What is told is an argument, never a part of a script.
fn notice(notification: &Notification) -> Vec<String> {
    let title = format!("orch: {}", notification.event);
    let text = notification.text.clone();
    let fixed: &[&str] = if cfg!(target_os = "macos") {
        let script = "display notification (item 2 of argv) with title (item 1 of argv)";
        &["osascript", "-e", "on run argv", "-e", script, "-e", "end run"]
    } else {
        &["notify-send", "--app-name=orch", "--"]
    };
    fixed.iter().map(|&word| word.to_owned()).chain([title, text]).collect()
}

fn call(
    argv: Vec<String>,
    body: &[u8],
    allowed: &Allowed,
    around: &DeliveryPlace<'_>,
) -> Result<(), DeliveryFailure> {
    let disk = |error: io::Error| DeliveryFailure::passing(format!("temporary folder: {error}"));
    let passing = files::passing_folder().map_err(disk)?;
    let place = |name| Beneath::new(passing.path()).join(name);
    let stdin = place("notification.json");
    stdin.write_view(body).map_err(disk)?;
    let printed = Log::create(place("stderr")).map_err(disk)?;
    let command = ProgramCall {
        argv,
        folder: around.folder.to_owned(),
        environment: allowed.values(around.variables),
        stdin: Some(stdin),
        stdout: Log::create(place("stdout")).map_err(disk)?,
        stderr: printed,
        timeout: Some(PROGRAM_TIMEOUT),
        register: None,
        sandbox: None,
    };
    let failed = match process::run(&command, around.stop) {
        Ok(Ending::Exited(0)) => return Ok(()),
        Ok(Ending::Exited(code)) => DeliveryFailure::passing(format!("exit code {code}")),
        Ok(Ending::Signaled(signal)) => {
            DeliveryFailure::passing(format!("killed by signal {signal}"))
        }
        Ok(Ending::TimedOut) => {
            DeliveryFailure::passing(format!("no end after {} s", PROGRAM_TIMEOUT.as_secs()))
        }
        Ok(Ending::Stopped | Ending::Halted) => DeliveryFailure::passing("interrupted"),
        Err(error) => DeliveryFailure::lasting(error.to_string()),
    };
    let printed = command.stderr.tail(PRINTED_BYTES_MAX).unwrap_or_default();
    Err(DeliveryFailure { printed: printed.trim().to_owned(), ..failed })
}
