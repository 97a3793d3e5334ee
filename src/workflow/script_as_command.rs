//! Commands that were meant for a shell: a whole line as the name of a program, and signs of shells as
//! arguments.

use super::Gate;
use super::Work;
use crate::document::as_script;
use crate::document::is_script;
use crate::document::quoted_list;
use crate::document::words;
use crate::suggestion;
use crate::template::Template;

/// Arguments that only shells give a meaning. A lone `;` also ends a command of `find`.
const SIGNS: [&str; 7] = ["&&", "||", "|", ">", ">>", "<", "2>&1"];

/// Those of them that programs take for separators and patterns as well.
const ONE_LETTER: [&str; 3] = ["|", ">", "<"];

/// What is unlikely to be meant in the command of a gate.
pub(super) fn told(gate: &Gate) -> Option<String> {
    let Work::Command(argv) = &gate.work else { return None };
    let program = argv.first()?.text();
    let is_line = words(program).len() > 1 && (!program.contains('/') || is_script(program));
    if is_line {
        let right = match argv.as_slice() {
            [_] if is_script(program) => format!("shell = {}", as_script(program)),
            _ => format!("command = {}", quoted_list(words(program))),
        };
        return Some(format!("gate {} runs a program named `{program}`; write {right}", gate.id));
    }
    let line: Vec<&str> = argv.iter().map(Template::text).collect();
    let sign = line.windows(2).find_map(|pair| match pair {
        // It may be the value of an option, such as a separator.
        [before, sign] if before.starts_with('-') && ONE_LETTER.contains(sign) => None,
        [_, sign] => SIGNS.contains(sign).then_some(sign),
        _ => None,
    })?;
    let script: Vec<String> = line.iter().map(|word| in_script(word)).collect();
    Some(format!(
        "gate {} passes `{sign}` to `{program}` as an argument; for a script, write shell = {}",
        gate.id,
        as_script(&script.join(" "))
    ))
}

/// An argument in a script, where its signs are meant as such; one with blanks or quotes stays one.
fn in_script(word: &str) -> String {
    let is_open = word.contains([' ', '\t', '\n', '\'', '"']) && !word.contains("{{");
    if is_open || word.is_empty() { suggestion::shell_word(word) } else { word.to_owned() }
}
