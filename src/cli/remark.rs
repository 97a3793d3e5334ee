//! What a person at the terminal says about their work, where that is all that is missing.

use super::answer::Face;
use super::progress;
use super::question;
use crate::check::WorkRemark;
use crate::event::NoteKind;
use crate::ops::Error;
use crate::ops::GateChoice;
use crate::ops::OPEN_WORDS;
use crate::ops::Project;
use crate::ops::Suggestion;
use crate::ops::done::Missing;
use crate::ops::note;

/// What was said.
pub enum Remarked {
    Nothing,
    /// It is handed in with the work.
    Summary(String),
    /// It is recorded.
    Update,
}

/// The item of a menu that lets say it.
pub fn item(remark: WorkRemark) -> &'static str {
    match remark {
        WorkRemark::Summary => "add a summary",
        WorkRemark::Update => "report progress",
    }
}

/// Where something is said: at which gate of which run.
pub type At<'a> = (&'a Face, &'a Project, &'a GateChoice);

/// Asks for it.
pub fn ask(
    (face, project, gate): At<'_>,
    remark: WorkRemark,
    look: question::LookUp<'_>,
) -> Result<Remarked, Error> {
    let question = match remark {
        WorkRemark::Summary => "summary of the work (Enter to go back)",
        WorkRemark::Update => "progress so far (Enter to go back)",
    };
    let Some(text) = question::line(question, look)? else { return Ok(Remarked::Nothing) };
    match remark {
        WorkRemark::Summary => Ok(Remarked::Summary(text)),
        WorkRemark::Update => {
            let (kind, text, gate) = (NoteKind::Update, vec![text], gate.clone());
            note::note(project, &face.caller, &note::Request { kind, text, gate })?;
            Ok(Remarked::Update)
        }
    }
}

/// Lists what is missing, and asks for it where words are all that is; `None` where it is still
/// missing, else the summary that was given.
pub fn ask_for(
    at: At<'_>,
    missing: &Missing,
    look: question::LookUp<'_>,
) -> Result<Option<Vec<String>>, Error> {
    let (face, project, _) = at;
    progress::differs(face, project, &missing.run_id, &missing.differs);
    face.say("not done yet:");
    for finding in &missing.missing {
        progress::finding(face, &missing.gate, finding);
    }
    if missing.asks_for.len() < missing.missing.len() {
        return Ok(None);
    }
    let mut given = Vec::new();
    for remark in &missing.asks_for {
        match ask(at, *remark, look)? {
            Remarked::Nothing => return Ok(None),
            Remarked::Summary(summary) => given.push(summary),
            Remarked::Update => {}
        }
    }
    Ok(Some(given))
}

/// The commands that say what is missing, the last of which hands the work in; none where nothing
/// can be said.
pub fn commands(
    asks_for: &[WorkRemark],
    update: Suggestion,
    (hand_in, with_summary): (Suggestion, Suggestion),
) -> Vec<Suggestion> {
    if asks_for.is_empty() {
        return Vec::new();
    }
    let update = asks_for.contains(&WorkRemark::Update).then(|| update.word(OPEN_WORDS));
    let last = if asks_for.contains(&WorkRemark::Summary) { with_summary } else { hand_in };
    update.into_iter().chain([last]).collect()
}
