//! Notifications: whether the programs are there that are called, and the secrets that sign requests, so
//! that it shows before somebody waits for one.

use super::Remedy;
use super::Symptom;
use crate::config::Channel;
use crate::delivery;
use crate::files::Lock;
use crate::id::RunId;
use crate::ops::Project;
use crate::process;

/// What is wrong with the entries; nothing where there are none.
pub fn look(project: &Project) -> Vec<Symptom> {
    let symptom = |channel: &Channel| {
        let what = format!("notifications by {}", delivery::name(channel));
        match problem(project, channel) {
            None => Symptom::well(what, "ready"),
            Some(problem) => Symptom::ill(what, problem),
        }
    };
    let ready = project.config.notify.iter().map(|entry| symptom(&entry.channel));
    let unsent = project.store.unsent().unwrap_or_default().into_iter();
    ready.chain(unsent.filter_map(|id| left(project, id))).collect()
}

/// What is left to send of a run.
fn left(project: &Project, id: RunId) -> Option<Symptom> {
    let outbox = project.store.outbox(&id);
    let count = outbox.due().ok().map(|due| due.len()).filter(|count| *count > 0)?;
    let what = format!("notifications of run {id}");
    if Lock::is_held(&outbox.lock_place()) {
        return Some(Symptom::well(what, format!("{count} being sent")));
    }
    Some(Symptom::ill(what, format!("{count} not sent")).with(Remedy::SendNotifications(id)))
}

fn problem(project: &Project, channel: &Channel) -> Option<String> {
    if let Channel::Webhook { secret: Some(name), .. } = channel {
        let is_set = project.surroundings.variables.text(name).is_some_and(|it| !it.is_empty());
        return (!is_set).then(|| format!("the secret `{name}` is not set in the environment"));
    }
    let folder = project.folder.root();
    let program = delivery::program(channel).filter(|it| !it.contains("{{"))?;
    let is_missing = process::resolve(program, folder).is_none();
    is_missing.then(|| format!("`{program}` {}", process::unresolved(program, folder)))
}
