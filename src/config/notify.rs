//! `[[notify]]`: who is told of what happens in a run, and how.

use super::topic::Topic;
use crate::digest::Digest;
use crate::document::Placed;
use crate::executor::Backoff;
use crate::process;
use crate::source::Source;
use crate::source::Unsound;
use crate::template::Names;
use crate::template::Shape;
use crate::template::Template;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use url::Url;

/// What templates of a notification can name.
pub const NAMES: [&str; 11] =
    ["id", "event", "at", "run", "key", "workflow", "status", "gate", "reason", "next", "text"];

/// Who is told of what.
#[derive(Debug, Clone)]
pub struct Notify {
    pub on: Vec<Topic>,
    pub channel: Channel,
    pub backoff: Backoff,
}

/// How somebody is told.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A program, by its arguments.
    Command(Vec<Template>),
    /// A request, and the variable that holds the secret which signs it.
    Webhook { url: String, secret: Option<String> },
    /// The system's own program for notices on the screen.
    Desktop,
}

impl Notify {
    /// What an entry is known by, wherever it stands in the file: a changed one is another.
    pub fn id(&self) -> Digest {
        Digest::of(serde_json::to_vec(&(&self.on, &self.channel)).unwrap_or_default())
    }
}

/// Whom to notify of what. Exactly one of `command`, `webhook` and `desktop` says how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifyTable {
    /// What to notify of.
    #[schemars(with = "Vec<Topic>")]
    on: Placed<Vec<Topic>>,
    /// The program to call and its arguments, each a template that can name `id`, `event`, `at`,
    /// `run`, `key`, `workflow`, `status`, `gate`, `reason`, `next` and `text`. It reads the
    /// notification as JSON on standard input.
    #[schemars(with = "Option<Vec<String>>")]
    command: Option<Placed<Vec<Placed<String>>>>,
    /// The URL to post the notification to, as JSON.
    #[schemars(with = "Option<String>")]
    webhook: Option<Placed<String>>,
    /// Name of the environment variable with the secret that signs the request: the header
    /// `Orch-Signature` is then `sha256=` and the HMAC-SHA256 of the body in hex.
    #[schemars(with = "Option<String>")]
    secret: Option<Placed<String>>,
    /// Show it on the desktop, with `notify-send`, or `osascript` on macOS.
    #[serde(default)]
    desktop: bool,
    /// The pauses before a notification that was not delivered is sent again.
    backoff: Option<Backoff>,
}

impl NotifyTable {
    pub(super) fn build(self, source: &Source) -> Result<Notify, Box<Unsound>> {
        let place = self.on.span();
        if self.on.get_ref().is_empty() {
            let error = source.unsound(place, "`on` is empty: nothing would be sent");
            return Err(error.advise("write on = [\"waiting\", \"failed\"]"));
        }
        if let (Some(secret), None) = (&self.secret, &self.webhook) {
            let message = "`secret` signs a webhook, and this entry has none";
            return Err(source.unsound(secret.span(), message).advise("remove `secret`"));
        }
        let channel = match (self.command, self.webhook, self.desktop) {
            (Some(command), None, false) => self::command(source, &command)?,
            (None, Some(webhook), false) => {
                refuse_bad_url(source, &webhook)?;
                let secret = self.secret.map(|name| variable(source, name)).transpose()?;
                Channel::Webhook { url: webhook.into_inner(), secret }
            }
            (None, None, true) => Channel::Desktop,
            (None, None, false) => {
                let message = "this entry does not say how to notify";
                let help = "add `command`, `webhook` or `desktop = true`";
                return Err(source.unsound(place, message).advise(help));
            }
            (Some(_), _, _) | (None, Some(_), true) => {
                let message = "this entry has more than one of `command`, `webhook` and `desktop`";
                return Err(source.unsound(place, message).advise("write one [[notify]] for each"));
            }
        };
        Ok(Notify { on: self.on.into_inner(), channel, backoff: self.backoff.unwrap_or_default() })
    }
}

fn command(
    source: &Source,
    command: &Placed<Vec<Placed<String>>>,
) -> Result<Channel, Box<Unsound>> {
    if command.get_ref().first().is_none_or(|program| program.get_ref().is_empty()) {
        let error = source.unsound(command.span(), "`command` does not name a program");
        return Err(error.advise("write command = [\"PROGRAM\", \"{{ text }}\"]"));
    }
    let mut names = Names::default();
    for name in NAMES {
        names.insert(name, Shape::Single);
    }
    let parse = |argument: &Placed<String>| {
        Template::parse(argument.get_ref(), source, argument.span(), &names)
    };
    command.get_ref().iter().map(parse).collect::<Result<_, _>>().map(Channel::Command)
}

fn refuse_bad_url(source: &Source, webhook: &Placed<String>) -> Result<(), Box<Unsound>> {
    let message = match Url::parse(webhook.get_ref()) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) => return Ok(()),
        Ok(url) => format!("`webhook` has the scheme `{}`", url.scheme()),
        Err(error) => format!("`webhook` is not a URL: {error}"),
    };
    Err(source.unsound(webhook.span(), message).advise("write webhook = \"https://…\""))
}

fn variable(source: &Source, name: Placed<String>) -> Result<String, Box<Unsound>> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if process::is_variable(name.get_ref()) && name.get_ref().chars().all(is_name) {
        return Ok(name.into_inner());
    }
    let message = "`secret` takes the name of an environment variable, never the secret itself";
    Err(source.unsound(name.span(), message).advise("write secret = \"WEBHOOK_SECRET\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::path::Path;

    fn read(text: &str) -> Result<Vec<Notify>, (String, usize, String)> {
        let source = Source::new("orch.toml", text);
        let told = |error: Box<Unsound>| {
            let help = error.help.clone().unwrap_or_default().to_string();
            (error.message.clone(), error.place().1, help)
        };
        Config::of([&source], Path::new("/none")).map(|config| config.notify).map_err(told)
    }

    fn wrong(text: &str) -> (String, usize, String) {
        read(&format!("[[notify]]\n{text}")).unwrap_err()
    }

    #[test]
    fn entries_say_whom_to_tell_of_what() {
        let text = "[[notify]]\non = ['waiting', 'budget']\ncommand = ['tell', '{{ text }}']\n\
                    [[notify]]\non = ['failed']\nwebhook = 'https://a.org/x'\nsecret = 'A_B'\n\
                    [[notify]]\non = ['passed']\ndesktop = true\nbackoff = { delay = '1s' }";
        let entries = read(text).unwrap();
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].on, [Topic::Waiting, Topic::Budget]);
        let Channel::Webhook { url, secret } = &entries[1].channel else { panic!("no webhook") };
        assert_eq!((url.as_str(), secret.as_deref()), ("https://a.org/x", Some("A_B")));
        let again = read(&text.replace("delay = '1s'", "delay = '2s'")).unwrap();
        assert_eq!(again[2].id(), entries[2].id());
        assert_ne!(entries[0].id(), entries[1].id());
    }

    #[test]
    fn unsound_entries_are_told_with_their_place() {
        let told = |message: &str, line, help: &str| (message.to_owned(), line, help.to_owned());
        let unknown = |word: &str| {
            format!(
                "unknown value `{word}`, expected one of `waiting`, `escalated`, `failed`, `passed`, \
                 `budget`"
            )
        };
        let nearest = told(&unknown("wating"), 2, "did you mean `waiting`?");
        assert_eq!(wrong("on = ['wating']\ndesktop = true"), nearest);
        assert_eq!(wrong("on = ['escalate']\ndesktop = true").0, unknown("escalate"));
        let phase = wrong("on = ['phase:x']\ndesktop = true").2;
        assert!(phase.ends_with("\"phase:cancelled\" or \"phase:deletion_failed\""), "{phase}");
        let help = "did you mean `text`?";
        let unknown = told("unknown name `txt` in a template", 3, help);
        assert_eq!(wrong("on = ['failed']\ncommand = ['a', '{{ txt }}']"), unknown);
        assert!(wrong("on = []\ndesktop = true").0.contains("`on` is empty"));
        assert!(wrong("on = ['failed']").2.contains("add `command`"));
        assert!(wrong("on = ['failed']\ndesktop = false").2.contains("add `command`"));
        assert!(
            wrong("on = ['failed']\ndesktop = true\ncommand = ['x']").0.contains("more than one")
        );
        assert!(wrong("on = ['failed']\ncommand = []").0.contains("does not name a program"));
        assert!(wrong("on = ['failed']\nwebhook = 'ftp://a'").0.contains("scheme `ftp`"));
        assert!(wrong("on = ['failed']\nwebhook = 'a'").0.contains("not a URL"));
        let both = "on = ['failed']\nwebhook = 'https://a'\nsecret = 'p@ss word'";
        assert!(wrong(both).0.contains("never the secret itself"));
        assert!(
            wrong("on = ['failed']\ndesktop = true\nsecret = 'A'").0.contains("signs a webhook")
        );
    }
}
