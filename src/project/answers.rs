//! Answers of people that were left to the process that drives a run. Anything with the account can write
//! a letter, so that one counts only while the process that left it can be looked at, and was not
//! started by what works at a run.

use super::Project;
use super::executors;
use crate::event::Event;
use crate::event::Reply;
use crate::event::WaitsFor;
use crate::files::LockHolder;
use crate::id::AttemptId;
use crate::process::Lineage;
use crate::run::Run;
use crate::store::mailbox::Letter;

/// What an answer comes to, where it is one to an open question, and a person's as far as can be told.
pub(super) fn accepted(project: &Project, run: &Run, letter: &Letter) -> Option<Event> {
    let AttemptId { gate, number } = letter.answers.clone()?;
    let state = run.gate(&gate).filter(|state| state.waits_for == Some(WaitsFor::Answer))?;
    let is_asked = state.attempt().is_some_and(|attempt| attempt.attempt == number);
    // Whoever is asked by name signs the answer, which no letter holds.
    let asks_by_name =
        run.question(&AttemptId::new(&gate, number)).is_some_and(|it| !it.to.is_empty());
    if !is_asked || asks_by_name || !is_of_person(project, letter) {
        return None;
    }
    let reply = Reply { text: letter.note.text.clone(), by: letter.note.by.clone() };
    Some(Event::GateReplied { gate, attempt: number, reply })
}

fn is_of_person(project: &Project, letter: &Letter) -> bool {
    let above = letter.sender().filter(LockHolder::is_of_this_namespace);
    let above = above.and_then(|sender| Lineage::of(sender.process));
    above.is_some_and(|above| {
        above.holds(|path| letter.is_lock(path))
            && executors::executor_in(project, &above).is_none()
    })
}
