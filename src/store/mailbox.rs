//! The mailbox of a run: what is said about its work while another process holds the run.
//! Whoever holds it takes the letters in and writes the events; nobody else writes to a journal.

use crate::clock::Moment;
use crate::event::Author;
use crate::event::Note;
use crate::files;
use crate::files::Beneath;
use crate::id;
use serde::Deserialize;
use serde::Serialize;
use std::io;

/// More than anybody says between two looks; what lies beyond is taken at the next one.
const LETTERS_MAX: usize = 1000;

/// The largest letter that is read, in bytes.
const LETTER_BYTES_MAX: u64 = 256 * 1024;

/// Where the letters of one run lie.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: Beneath,
}

/// A letter that lies there.
#[derive(Debug)]
pub struct Letter {
    /// What was said.
    pub note: Note,
    place: Beneath,
}

/// A letter as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Written {
    #[serde(flatten)]
    note: Note,
    /// How its author is known to be an agent, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
}

impl Mailbox {
    /// The mailbox in this folder, which need not be there.
    pub fn new(folder: Beneath) -> Self {
        Self { folder }
    }

    /// Leaves a letter. When it returns, a power cut does not take it back.
    pub fn put(&self, at: Moment, note: &Note, author: &Author) -> io::Result<()> {
        let agent = match author {
            Author::Agent(sign) => Some(sign.clone()),
            Author::User(_) => None,
        };
        let written = Written { note: note.clone(), agent };
        let name = format!("{}-{}.json", at.compact(), id::random_suffix(None, 0));
        self.folder.join(name).write(&serde_json::to_vec(&written).unwrap_or_default())
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
                Read::Letter(written) => letters.push(Letter { note: by_letter(*written), place }),
                // What cannot be taken away, such as a folder, keeps nobody from working.
                Read::Garbage => drop(place.remove()),
                Read::Nothing => {}
            }
        }
        letters.sort_by_key(|letter| letter.note.said_at);
        Ok(letters)
    }
}

impl Letter {
    /// Takes the letter away, which is in the journal now.
    pub fn take(&self) -> io::Result<()> {
        self.place.remove()
    }
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
fn by_letter(Written { note, agent }: Written) -> Note {
    let by = match agent {
        Some(sign) => Author::Agent(sign).to_string(),
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
}
