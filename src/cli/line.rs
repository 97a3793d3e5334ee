//! A line of text that is typed, until the question is settled elsewhere.

use super::door;
use super::keys::Keys;
use super::question::LookUp;
use super::terminal;
use crate::ops::Error;
use dialoguer::console::Key;
use dialoguer::console::Term;
use dialoguer::console::measure_text_width;
use std::io;

/// Keys of a shell's line: the rest before the cursor, and the word there, are deleted.
const DELETE_ALL: char = '\u{15}';
const DELETE_WORD: char = '\u{17}';

/// The key that ends what is typed.
const END: char = '\u{4}';

/// Asks for a line until it is one that is taken; `look` looks up while nobody types. Escape, and the
/// end of an empty line, give none.
pub fn ask(
    question: &str,
    accept: &dyn Fn(&str) -> Result<(), String>,
    look: LookUp<'_>,
) -> Result<Option<String>, Error> {
    loop {
        let Some(text) = typed(question, look)? else { return Ok(None) };
        match accept(&text) {
            Ok(()) => return Ok(Some(text)),
            Err(message) => door::err(&format!("error: {message}\n")),
        }
    }
}

fn typed(question: &str, look: LookUp<'_>) -> Result<Option<String>, Error> {
    let keys = Keys::begin().map_err(terminal::unreadable)?;
    let prompt = format!("{}: ", door::clean(question));
    let mut line = Line { term: Term::stderr(), prompt, text: Vec::new(), at: 0, row: 0 };
    line.draw().map_err(terminal::unreadable)?;
    loop {
        if !keys.is_pressed().map_err(terminal::unreadable)? {
            if let Err(error) = look() {
                line.leave().map_err(terminal::unreadable)?;
                return Err(error);
            }
            continue;
        }
        let key = line.term.read_key().map_err(terminal::unreadable)?;
        let is_end = matches!(key, Key::Char(END)) && line.text.is_empty();
        if matches!(key, Key::Enter | Key::Escape) || is_end {
            line.leave().map_err(terminal::unreadable)?;
            return Ok(matches!(key, Key::Enter).then(|| line.text.iter().collect()));
        }
        line.take(&key);
        if !keys.are_more().map_err(terminal::unreadable)? {
            line.draw().map_err(terminal::unreadable)?;
        }
    }
}

/// What was typed so far.
struct Line {
    term: Term,
    prompt: String,
    text: Vec<char>,
    /// How many letters stand before the cursor.
    at: usize,
    /// In which row below the first one the cursor stands.
    row: usize,
}

impl Line {
    fn take(&mut self, key: &Key) {
        if let Key::Char(letter) = key {
            match *letter {
                DELETE_ALL => self.delete_back_to(0),
                DELETE_WORD => self.delete_back_to(self.word_begin()),
                letter if letter.is_control() => {}
                letter => {
                    self.text.insert(self.at, letter);
                    self.at += 1;
                }
            }
        } else if matches!(key, Key::Backspace) {
            self.delete_back_to(self.at.saturating_sub(1));
        } else if matches!(key, Key::Del) && self.at < self.text.len() {
            self.text.remove(self.at);
        } else if matches!(key, Key::ArrowLeft) {
            self.at = self.at.saturating_sub(1);
        } else if matches!(key, Key::ArrowRight) {
            self.at = (self.at + 1).min(self.text.len());
        } else if matches!(key, Key::Home) {
            self.at = 0;
        } else if matches!(key, Key::End) {
            self.at = self.text.len();
        }
    }

    fn delete_back_to(&mut self, begin: usize) {
        self.text.drain(begin..self.at);
        self.at = begin;
    }

    fn word_begin(&self) -> usize {
        let before = &self.text[..self.at];
        let end = before.iter().rposition(|letter| *letter != ' ').map_or(0, |last| last + 1);
        before[..end].iter().rposition(|letter| *letter == ' ').map_or(0, |blank| blank + 1)
    }

    /// Draws it over what was drawn before, with the cursor where it belongs.
    fn draw(&mut self) -> io::Result<()> {
        let columns = usize::from(self.term.size().1).max(1);
        let before: String = self.text[..self.at].iter().collect();
        let whole: String = self.text.iter().collect();
        let width = |text: &str| measure_text_width(&self.prompt) + measure_text_width(text);
        let (cursor, end) = (width(&before), width(&whole));
        self.term.move_cursor_up(self.row)?;
        self.term.write_str("\r")?;
        self.term.clear_to_end_of_screen()?;
        self.term.write_str(&format!("{}{}", self.prompt, door::clean(&whole)))?;
        if end % columns == 0 {
            // A terminal goes to the next line only with the letter that stands there.
            self.term.write_str("\r\n")?;
        }
        self.row = cursor / columns;
        self.term.move_cursor_up(end / columns - self.row)?;
        self.term.write_str("\r")?;
        self.term.move_cursor_right(cursor % columns)
    }

    /// Goes on below it.
    fn leave(&mut self) -> io::Result<()> {
        self.at = self.text.len();
        self.draw()?;
        self.term.write_line("")
    }
}
