//! The mailbox of a run: what is said about its work while another process holds the run.
//! Whoever holds it takes the letters in and writes the events; nobody else writes to a journal.

use crate::clock::Moment;
use crate::event::Author;
use crate::event::Note;
use crate::files;
use crate::files::Beneath;
use crate::files::Lock;
use crate::files::LockHolder;
use crate::id;
use crate::id::AttemptId;
use serde::Deserialize;
use serde::Serialize;
use std::io;
use std::path::Path;
use std::time::Duration;

/// More than anybody says between two looks; what lies beyond is taken at the next one.
const LETTERS_MAX: usize = 1000;

/// The largest letter that is read, in bytes.
const LETTER_BYTES_MAX: u64 = 256 * 1024;

/// Where the letters of one run lie.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: Beneath,
    /// Whether nobody but what works at an attempt leaves letters there.
    is_of_work: bool,
}

/// A letter that lies there.
#[derive(Debug)]
pub struct Letter {
    /// What was said.
    pub note: Note,
    /// The attempt whose question it answers.
    pub answers: Option<AttemptId>,
    place: Beneath,
    lock: Beneath,
}

/// An answer that was left, by a process that holds its lock until it is taken.
#[derive(Debug)]
pub struct SentAnswer {
    place: Beneath,
    lock_place: Beneath,
    _lock: Lock,
}

/// A letter as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    note: Note,
    /// How its author is known to be an agent, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answers: Option<AttemptId>,
}

impl Mailbox {
    /// The mailbox in this folder, which need not be there.
    pub fn new(folder: Beneath) -> Self {
        Self { folder, is_of_work: false }
    }

    /// The one that what works at an attempt has to itself: no letter there is a person's.
    pub(super) fn of_work(folder: Beneath) -> Self {
        Self { folder, is_of_work: true }
    }

    /// Leaves a letter. When it returns, a power cut does not take it back.
    pub fn put(&self, at: Moment, note: &Note, author: &Author) -> io::Result<()> {
        let agent = match author {
            Author::Agent(sign) => Some(sign.clone()),
            Author::User(_) => None,
        };
        let written = Written { note: note.clone(), agent, answers: None };
        self.folder.join(new_name(at)).write(&serde_json::to_vec(&written).unwrap_or_default())
    }

    /// Leaves a person's answer to the question of an attempt. Whoever takes it looks at who holds its
    /// lock: a letter itself can be written by anything.
    pub fn answer(&self, at: Moment, note: &Note, attempt: &AttemptId) -> io::Result<SentAnswer> {
        let name = new_name(at);
        let (place, lock_place) = (self.folder.join(&name), self.folder.join(lock_name(&name)));
        let lock = Lock::take(&lock_place, &at.to_string(), Duration::ZERO)?;
        let lock = lock.map_err(|held| io::Error::other(held.to_string()))?;
        let answers = Some(attempt.clone());
        let written = Written { note: note.clone(), agent: None, answers };
        place.write(&serde_json::to_vec(&written).unwrap_or_default())?;
        Ok(SentAnswer { place, lock_place, _lock: lock })
    }

    /// What lies there, in the order in which it was said. What is no letter is taken away: it came
    /// from nobody who could say so in another way.
    pub fn letters(&self) -> io::Result<Vec<Letter>> {
        let mut letters = Vec::new();
        // A name with a dot in front is being written.
        for name in self.folder.names()?.iter().filter(|name| !name.starts_with('.')) {
            if letters.len() == LETTERS_MAX {
                break;
            }
            let place = self.folder.join(name);
            match read(&place) {
                Read::Letter(written) => {
                    let written = if self.is_of_work { written.of_work() } else { *written };
                    let (answers, lock) =
                        (written.answers.clone(), self.folder.join(lock_name(name)));
                    letters.push(Letter { note: by_letter(written), answers, place, lock });
                }
                // What cannot be taken away, such as a folder, keeps nobody from working.
                Read::Garbage => drop(place.remove()),
                Read::Nothing => {}
            }
        }
        letters.sort_by_key(|letter| letter.note.said_at);
        Ok(letters)
    }
}

impl Written {
    /// The same by what works at an attempt, which answers nobody's question, whoever it says it is.
    fn of_work(self) -> Self {
        let agent = self.agent.or_else(|| Some("at work".to_owned()));
        Self { agent, answers: None, ..self }
    }
}

impl Letter {
    /// Whether both are one letter, found in two ways.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.place.path().file_name() == other.place.path().file_name()
    }

    /// Takes the letter away, which is in the journal now.
    pub fn take(&self) -> io::Result<()> {
        self.place.remove()
    }

    /// Who holds the lock of an answer.
    pub fn sender(&self) -> Option<LockHolder> {
        Lock::holder(&self.lock)
    }

    /// Whether a path is that of the lock.
    pub fn is_lock(&self, path: &Path) -> bool {
        path.file_name().is_some() && path.file_name() == self.lock.path().file_name()
    }
}

impl SentAnswer {
    /// Whether somebody took it.
    pub fn is_taken(&self) -> bool {
        !self.place.exists()
    }
}

/// An answer that nobody took is withdrawn.
impl Drop for SentAnswer {
    fn drop(&mut self) {
        // What cannot be removed is refused by whoever takes it, since nothing holds its lock.
        let _ = self.place.remove();
        let _ = self.lock_place.remove();
    }
}

fn new_name(at: Moment) -> String {
    format!("{}-{}.json", at.compact(), id::random_suffix(None, 0))
}

/// A name with a dot in front is no letter.
fn lock_name(letter: &str) -> String {
    format!(".{letter}.lock")
}

/// What lies in a mailbox under one name.
enum Read {
    Letter(Box<Written>),
    Garbage,
    /// It was taken meanwhile, or cannot be read now: it may be a letter, and is left for the next look.
    Nothing,
}

fn read(place: &Beneath) -> Read {
    match place.read_at_most(LETTER_BYTES_MAX) {
        Ok(Some(bytes)) => serde_json::from_slice(&bytes).map_or(Read::Garbage, Read::Letter),
        Ok(None) => Read::Nothing,
        Err(error) if files::in_the_way(&error).is_some() => Read::Garbage,
        Err(_) if place.size().is_ok_and(|size| size > Some(LETTER_BYTES_MAX)) => Read::Garbage,
        Err(_) => Read::Nothing,
    }
}

/// Whoever has the account can write a letter, and sign it as anybody: while agents are at work, their
/// author is who it says and no more. To pass for an agent is of no use to anyone.
fn by_letter(Written { note, agent, answers }: Written) -> Note {
    let by = match agent {
        Some(sign) => Author::Agent(sign).to_string(),
        None if answers.is_some() => note.by,
        None => format!("{} (unverified)", note.by),
    };
    Note { by, ..note }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test breaks its own letters")]
mod tests {
    use super::*;
    use crate::event::NoteKind;

    fn note(text: &str, said_at: &str) -> (Moment, Note) {
        let said_at = Moment::parse(said_at);
        let text = text.to_owned();
        let note = Note { kind: NoteKind::Note, gate: None, text, by: "Ada".to_owned(), said_at };
        (said_at.unwrap(), note)
    }

    #[test]
    fn letters_come_in_their_order_and_leave_when_they_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(Beneath::new(folder.path()).join("mailbox"));
        assert!(mailbox.letters().unwrap().is_empty());
        for (text, at) in [("b", "2026-01-19T14:00:00.002Z"), ("a", "2026-01-19T14:00:00.001Z")] {
            let (at, note) = note(text, at);
            mailbox.put(at, &note, &Author::User(note.by.clone())).unwrap();
        }
        let (at, claim) = note("c", "2026-01-19T14:00:00.003Z");
        mailbox.put(at, &claim, &Author::Agent("MARK".to_owned())).unwrap();
        std::fs::write(folder.path().join("mailbox/x.json"), "no letter").unwrap();
        std::fs::create_dir(folder.path().join("mailbox/folder")).unwrap();
        std::fs::write(folder.path().join("mailbox/large"), " ".repeat(300 * 1024)).unwrap();
        let letters = mailbox.letters().unwrap();
        let texts: Vec<&str> = letters.iter().map(|letter| letter.note.text.as_str()).collect();
        assert_eq!(texts, ["a", "b", "c"]);
        assert_eq!(letters[0].note.by, "Ada (unverified)");
        assert_eq!(letters[2].note.by, "an agent (MARK)");
        letters[0].take().unwrap();
        assert_eq!(mailbox.letters().unwrap().len(), 2);
        let left = mailbox.folder.names().unwrap();
        assert!(left.len() == 3 && left[2] == "folder", "{left:?}");
    }

    #[test]
    fn an_answer_has_a_sender_until_it_is_withdrawn() {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(Beneath::new(folder.path()).join("mailbox"));
        let (at, note) = note("yes", "2026-01-19T14:00:00.001Z");
        let attempt = AttemptId::new(&crate::id::GateId::parse("ask").unwrap(), 1);
        let sent = mailbox.answer(at, &note, &attempt).unwrap();
        let letters = mailbox.letters().unwrap();
        assert_eq!(letters[0].answers, Some(attempt));
        assert_eq!(letters[0].note.by, "Ada");
        assert_eq!(letters[0].sender().unwrap().process, std::process::id());
        assert!(!sent.is_taken());
        drop(sent);
        assert!(letters[0].sender().is_none() && mailbox.folder.names().unwrap().is_empty());
    }
}
