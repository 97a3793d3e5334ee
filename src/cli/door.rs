//! The one door to standard output and standard error. Whatever goes through it is a text that no
//! terminal acts on and that GitHub's runner finds no command in, and holds no secret that this
//! process knows of; colours are put in here. What did not get out is not forgotten.

use crate::envelope::exit;
use crate::json::harmless_text;
use crate::json::is_acted_on;
use crate::secret;
use dialoguer::console::measure_text_width;
use std::hash::BuildHasher;
use std::hash::Hasher;
use std::hash::RandomState;
use std::io;
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

/// A colour of a word.
#[derive(Debug, Clone, Copy)]
pub enum Colour {
    Red,
    Green,
    Yellow,
    Dim,
    Bold,
}

const COLOURS: [Colour; 5] =
    [Colour::Red, Colour::Green, Colour::Yellow, Colour::Dim, Colour::Bold];

impl Colour {
    fn letter(self) -> char {
        match self {
            Self::Red => 'r',
            Self::Green => 'g',
            Self::Yellow => 'y',
            Self::Dim => 'd',
            Self::Bold => 'b',
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Dim => 2,
            Self::Bold => 1,
        }
    }
}

/// What ends a colour.
const END: char = '.';

/// Why standard output did not take something, the first time.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// Whether standard output was closed from the beginning.
static IS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Tells that standard output was closed when the process began. By then something stands in for it
/// that takes everything.
pub fn note_closed_output() {
    IS_CLOSED.store(true, Ordering::Relaxed);
}

/// A word that the door gives a colour.
pub fn painted(word: &str, colour: Colour) -> String {
    let mark = mark();
    format!("{mark}{}{}{mark}{END}", colour.letter(), word.replace(mark, ""))
}

/// The character that stands before a colour on its way to the door: for private use, and another
/// one in each process, so that no text can colour itself.
fn mark() -> char {
    static MARK: OnceLock<char> = OnceLock::new();
    *MARK.get_or_init(|| {
        let offset = RandomState::new().build_hasher().finish() % 0xfffe;
        u32::try_from(offset)
            .ok()
            .and_then(|it| char::from_u32(0xf_0000 + it))
            .unwrap_or('\u{f0000}')
    })
}

/// A text as it may be shown: without secrets, without what a terminal would act on, and without
/// commands for GitHub's runner, but with its colours.
pub fn shown(text: &str) -> String {
    with_colours(&disarmed(&clean(text)))
}

/// How many columns a text takes, its colours none.
pub fn width(text: &str) -> usize {
    let mut parts = text.split(mark());
    let plain = measure_text_width(parts.next().unwrap_or_default());
    let painted = parts.map(|part| measure_text_width(part.get(1..).unwrap_or_default()));
    plain + painted.sum::<usize>()
}

/// The same without colours, for what is drawn by others.
pub fn clean(text: &str) -> String {
    // What is taken out may have stood between the parts of a secret.
    let text = secret::redact_known(text);
    // One by one: an escape that is never ended must not swallow what stands behind it.
    let text: String = text.chars().filter(|character| !is_acted_on(*character)).collect();
    secret::redact_known(&text)
}

fn with_colours(text: &str) -> String {
    let mut parts = text.split(mark());
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let colour = COLOURS.into_iter().find(|colour| part.starts_with(colour.letter()));
        let code = colour.map_or(0, Colour::code);
        shown.push_str(&format!("\u{1b}[{code}m"));
        shown.extend(part.chars().skip(1));
    }
    shown
}

/// A text in which GitHub's runner finds no command: what a program printed stands in findings and
/// packets, and a line of it could mask, stop or forge what the job says.
fn disarmed(text: &str) -> String {
    if std::env::var_os("GITHUB_ACTIONS").is_none() {
        return text.to_owned();
    }
    without_commands(text)
}

fn without_commands(text: &str) -> String {
    let line = |line: &str| {
        let begin = line.trim_start_matches(|letter: char| letter.is_whitespace());
        let mark = if begin.starts_with("::") { "| " } else { "" };
        format!("{mark}{line}")
    };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    lines.join("\n").replace("##[", "## [")
}

/// Writes to standard output.
pub fn out(text: &str) {
    write_out(&shown(text));
}

/// Writes one JSON object to standard output.
pub fn out_json(json: &impl ToString) {
    write_out(&secret::redact_known(&format!("{}\n", harmless_text(json))));
}

/// Writes to standard error; no run ends because a log is full or nobody reads it.
pub fn err(text: &str) {
    let _ = io::stderr().lock().write_all(shown(text).as_bytes());
}

/// Says something to the runner of a job: on standard error where data is on standard output.
pub fn command(line: &str, is_data_out: bool) {
    let line = format!("{}\n", clean(line));
    if is_data_out {
        let _ = io::stderr().lock().write_all(line.as_bytes());
    } else {
        write_out(&line);
    }
}

/// Has the terminal put a text on the clipboard, over ssh too (OSC 52).
pub fn to_clipboard(bytes: &[u8]) {
    write_out(&format!("\u{1b}]52;c;{}\u{7}", secret::base64(bytes)));
}

fn write_out(text: &str) {
    let mut output = io::stdout().lock();
    let written = if IS_CLOSED.load(Ordering::Relaxed) {
        Err(io::Error::other("it is closed"))
    } else {
        output.write_all(text.as_bytes()).and_then(|()| output.flush())
    };
    if let Err(error) = written {
        UNWRITTEN.get_or_init(|| error);
    }
}

/// The exit code, where what was to be said has been said; else why not, and no success. A reader
/// that has gone away has read what they wanted.
pub fn code(code: u8) -> u8 {
    match UNWRITTEN.get() {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let told = format!("error: cannot write to standard output: {error}\n");
            err(&crate::files::in_words(&told));
            if code == exit::DONE { exit::FAILED } else { code }
        }
        Some(_) | None => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_a_command_of_the_runner() {
        assert_eq!(
            without_commands("a\n::add-mask::b\n  ::error::c\nd ##[error]e\nstd::fs"),
            "a\n| ::add-mask::b\n|   ::error::c\nd ## [error]e\nstd::fs"
        );
    }

    #[test]
    fn colours_are_the_doors_own() {
        let text = format!("{} \u{1b}[31mb\u{1b}[0m", painted("a\u{1b}[32mc", Colour::Red));
        assert_eq!(width(&format!("{} b", painted("a", Colour::Red))), 3);
        assert_eq!(shown(&text), "\u{1b}[31ma[32mc\u{1b}[0m [31mb[0m");
        assert_eq!(clean("a\u{9b}2Jb\u{7}c\u{202e}d\r\u{7f}"), "a2Jbcd");
    }
}
