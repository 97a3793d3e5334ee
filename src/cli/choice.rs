//! A choice among a few items with the arrow keys, until it is settled elsewhere.

use super::door;
use super::keys::Keys;
use super::table;
use super::terminal;
use crate::ops::Error;
use dialoguer::console::Key;
use dialoguer::console::Term;
use dialoguer::console::measure_text_width;
use std::io;

/// What became of a choice.
pub enum Choice<T> {
    /// The item of this number.
    Item(usize),
    /// None: with Escape.
    Nothing,
    /// There is nothing to choose any more.
    Settled(T),
}

/// Lets choose one, until it is settled otherwise; the item at `at_hand` is the one that Enter alone
/// takes.
pub fn choose<T>(
    question: &str,
    items: &[&str],
    at_hand: usize,
    settled: &mut dyn FnMut() -> Result<Option<T>, Error>,
) -> Result<Choice<T>, Error> {
    let keys = Keys::begin().map_err(terminal::unreadable)?;
    let menu = Menu { term: Term::stderr(), question, items };
    let _hidden = Hidden::cursor().map_err(terminal::unreadable)?;
    let mut at = at_hand;
    let mut drawn = menu.draw(at).map_err(terminal::unreadable)?;
    let choice = loop {
        if !keys.is_pressed().map_err(terminal::unreadable)? {
            match settled()? {
                None => continue,
                Some(settled) => break Choice::Settled(settled),
            }
        }
        let key = menu.term.read_key().map_err(terminal::unreadable)?;
        if matches!(key, Key::Enter | Key::Char(' ')) {
            break Choice::Item(at);
        }
        if matches!(key, Key::Escape | Key::Char('q')) {
            break Choice::Nothing;
        }
        at = menu.moved(at, &key);
        menu.clear(&drawn).map_err(terminal::unreadable)?;
        drawn = menu.draw(at).map_err(terminal::unreadable)?;
    };
    menu.clear(&drawn).map_err(terminal::unreadable)?;
    if let Choice::Item(at) = choice {
        let chosen = format!("{} {}", menu.asked(), door::clean(items[at]));
        menu.term.write_line(&chosen).map_err(terminal::unreadable)?;
    }
    Ok(choice)
}

/// What is drawn.
struct Menu<'m> {
    term: Term,
    question: &'m str,
    items: &'m [&'m str],
}

impl Menu<'_> {
    /// The question, as it stands before an answer.
    fn asked(&self) -> String {
        let question = door::clean(self.question);
        if question.ends_with('?') { question } else { format!("{question}:") }
    }

    fn columns(&self) -> usize {
        usize::from(self.term.size().1).max(1)
    }

    /// Draws it; gives the lines.
    fn draw(&self, at: usize) -> io::Result<Vec<String>> {
        let items = self.items.iter().enumerate().map(|(number, item)| {
            let mark = if number == at { ">" } else { " " };
            format!("{mark} {}", door::clean(item))
        });
        let whole = std::iter::once(self.asked()).chain(items);
        let folded = whole.map(|line| table::fold(&line, self.columns())).collect::<Vec<_>>();
        let lines: Vec<String> = folded.join("\n").lines().map(str::to_owned).collect();
        lines.iter().try_for_each(|line| self.term.write_line(line))?;
        Ok(lines)
    }

    /// Clears what was drawn: on a terminal that is narrower by now it takes more lines.
    fn clear(&self, drawn: &[String]) -> io::Result<()> {
        let height = |line: &String| measure_text_width(line).div_ceil(self.columns()).max(1);
        self.term.clear_last_lines(drawn.iter().map(height).sum())
    }

    fn moved(&self, at: usize, key: &Key) -> usize {
        let count = self.items.len();
        if matches!(key, Key::ArrowDown | Key::Tab | Key::Char('j')) {
            (at + 1) % count
        } else if matches!(key, Key::ArrowUp | Key::BackTab | Key::Char('k')) {
            (at + count - 1) % count
        } else {
            at
        }
    }
}

/// Has the cursor out of the way; it is back when this is dropped.
struct Hidden;

impl Hidden {
    fn cursor() -> io::Result<Self> {
        Term::stderr().hide_cursor()?;
        Ok(Self)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let _ = Term::stderr().show_cursor();
    }
}
