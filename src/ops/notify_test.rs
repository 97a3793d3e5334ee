//! Send a notification to everyone that orch.toml names, once and at once.

use super::Error;
use super::Project;
use crate::config::FILE;
use crate::config::Topic;
use crate::delivery;
use crate::delivery::DeliveryPlace;
use crate::notification::Notification;
use schemars::JsonSchema;
use serde::Serialize;

/// One `[[notify]]` that was tried.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct NotificationTest {
    /// Who was notified.
    pub to: String,
    /// What they are notified of.
    #[schemars(with = "Vec<Topic>")]
    pub on: Vec<String>,
    /// Whether the notification was delivered.
    pub sent: bool,
    /// Why not.
    pub reason: Option<String>,
    /// The end of what the program wrote to stderr, if it failed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub printed: String,
}

/// Tries each of them, the user's own first.
pub fn notify_test(project: &Project) -> Result<Vec<NotificationTest>, Error> {
    let entries = &project.config.notify;
    if entries.is_empty() {
        let help = "add one to it, such as [[notify]] with on = [\"waiting\"] and desktop = true";
        return Err(Error::not_found(format!("{FILE} has no [[notify]]")).advise(help));
    }
    let around = DeliveryPlace {
        folder: project.folder.root(),
        variables: &project.surroundings.variables,
        allowed: &project.config.allowed,
        stop: &project.stop,
    };
    let tried = entries.iter().map(|entry| {
        let at = project.clock.now();
        let topic = entry.on.first().copied().unwrap_or(Topic::Waiting);
        let notification = Notification::test(topic, at, project.new_run_id(at, "test"));
        let failure = delivery::deliver(&notification, &entry.channel, &around).err();
        NotificationTest {
            to: delivery::name(&entry.channel),
            on: entry.on.iter().map(ToString::to_string).collect(),
            sent: failure.is_none(),
            reason: failure.as_ref().map(|failure| failure.reason.clone()),
            printed: failure.map(|failure| failure.printed).unwrap_or_default(),
        }
    });
    Ok(tried.collect())
}
