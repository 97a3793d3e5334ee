//! Questions to the person at the terminal, and the one door to it: what was typed before a question
//! shows was no answer to it, whoever typed it, and is thrown away.

use super::choice;
use super::choice::Choice;
use super::line;
use crate::ops::Error;
use rustix::termios::QueueSelector;

/// Looks up while nobody types, again and again: an error ends the question.
pub type LookUp<'l> = &'l mut dyn FnMut() -> Result<(), Error>;

/// Nothing that happens elsewhere matters to the question.
#[expect(clippy::unnecessary_wraps, reason = "it stands where others end the question")]
pub fn unwatched() -> Result<(), Error> {
    Ok(())
}

/// Throws away what waits to be read; what cannot be asked fails by itself right after.
fn forget_what_was_typed() {
    let _ = rustix::termios::tcflush(std::io::stdin(), QueueSelector::IFlush);
}

/// Lets choose one; the item at `at_hand` is the one that Enter alone takes, and Escape chooses none.
pub fn choose(
    question: &str,
    items: &[&str],
    at_hand: usize,
    look: LookUp<'_>,
) -> Result<Option<usize>, Error> {
    let mut settled = || look().map(|()| None::<()>);
    Ok(match choose_until(question, items, at_hand, &mut settled)? {
        Choice::Item(chosen) => Some(chosen),
        Choice::Nothing | Choice::Settled(()) => None,
    })
}

/// The same, until something else settles it; that is asked for again and again.
pub fn choose_until<T>(
    question: &str,
    items: &[&str],
    at_hand: usize,
    settled: &mut dyn FnMut() -> Result<Option<T>, Error>,
) -> Result<Choice<T>, Error> {
    forget_what_was_typed();
    choice::choose(question, items, at_hand, settled)
}

/// Asks for a line; `None` where nothing is said.
pub fn line(question: &str, look: LookUp<'_>) -> Result<Option<String>, Error> {
    let line = line_that(question, &|_| Ok(()), look)?.unwrap_or_default();
    Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
}

/// Asks for a line until it is one that is taken; Escape gives none.
pub fn line_that(
    question: &str,
    accept: &dyn Fn(&str) -> Result<(), String>,
    look: LookUp<'_>,
) -> Result<Option<String>, Error> {
    forget_what_was_typed();
    line::ask(question, accept, look)
}

/// Asks why; `None` where nothing is said.
pub fn reason(look: LookUp<'_>) -> Result<Option<String>, Error> {
    line("reason (Enter to go back)", look)
}

/// Whether a person gives their word: one of these is typed, and Enter. Nothing is taken for granted.
pub fn word(question: &str, words: &[&str], look: LookUp<'_>) -> Result<bool, Error> {
    let said = line(question, look)?;
    Ok(said.is_some_and(|said| words.iter().any(|word| said.eq_ignore_ascii_case(word))))
}
