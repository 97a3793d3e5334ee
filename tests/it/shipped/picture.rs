//! The picture of a first run that the README shows: what a terminal shows of a real one. What no two
//! runs share, times and digests, is put in by hand.

use super::made;
use crate::house::House;
use regex::Regex;
use std::fmt::Write as _;
use std::num::NonZero;
use vt100::Color;

/// How large the terminal is.
const ROWS: u16 = 40;
pub const COLUMNS: u16 = 84;

/// What differs from run to run, and what stands for it.
const PUT_IN: [(&str, &str); 4] = [
    (
        r"started( +)[\d:TZ.-]+, finished [\d:TZ.-]+ after \S+",
        "started${1}2026-01-19T14:30:12.480Z, finished 2026-01-19T14:30:12.601Z after 121ms",
    ),
    (r"run_\d+T\d+Z", "run_20260119T143012Z"),
    (r"( draft|attempt 2|print|attempts,|command,)( +)\d+(\.\d+)?m?s", "${1}${2}20ms"),
    (r"<sha256>", "5cf1a2e0…"),
];

#[test]
fn the_picture_shows_a_real_run() {
    let house = House::new();
    let mut shown = String::new();
    for words in ["run hello", "run show"] {
        let done = house.on_terminal_by_the_clock(words, COLUMNS, &[]).code(0);
        let _ = write!(shown, "\x1b[1m$ orch {words}\x1b[0m\n{}\n\n", screen(&done.stdout));
    }
    for (differs, put_in) in PUT_IN {
        shown = Regex::new(differs).unwrap().replace_all(&shown, put_in).into_owned();
    }
    let picture = anstyle_svg::Term::new().render_svg(shown.trim_end());
    made("docs/src/hello.svg", &format!("{}\n", picture.trim_end()));
}

/// What a terminal shows in the end, line by line, with its colours.
fn screen(printed: &str) -> String {
    let terminal = terminal(printed);
    let lines: Vec<String> = (0..ROWS).map(|row| line(terminal.screen(), row)).collect();
    lines.join("\n").trim_end().to_owned()
}

/// The same without colours.
pub fn plain(printed: &str) -> String {
    terminal(printed).screen().rows(0, COLUMNS).collect::<Vec<_>>().join("\n")
}

fn terminal(printed: &str) -> vt100::Parser {
    let mut terminal = vt100::Parser::new(whole(ROWS), whole(COLUMNS), 0);
    terminal.process(printed.as_bytes());
    terminal
}

fn line(screen: &vt100::Screen, row: u16) -> String {
    let mut text = String::new();
    let mut colour = Color::Default;
    for cell in (0..COLUMNS).filter_map(|column| screen.cell(row, column)) {
        if cell.fgcolor() != colour {
            colour = cell.fgcolor();
            let code = if let Color::Idx(number) = colour { 30 + number } else { 0 };
            let _ = write!(text, "\x1b[{code}m");
        }
        text.push_str(if cell.has_contents() { cell.contents() } else { " " });
    }
    text.truncate(text.trim_end().len());
    if colour != Color::Default {
        text.push_str("\x1b[0m");
    }
    text
}

fn whole(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}
