//! Commands that were meant for a shell: a whole line as the name of a program, and signs of shells as
//! arguments.

use super::Gate;
use super::Work;
use crate::document::as_script;
use crate::document::is_script;
use crate::document::words;
use crate::template::Template;

/// Arguments that only shells give a meaning. A lone `;` also ends a command of `find`.
const SIGNS: [&str; 7] = ["&&", "||", "|", ">", ">>", "<", "2>&1"];

/// What is unlikely to be meant in the command of a gate.
pub(super) fn told(gate: &Gate) -> Option<String> {
    let Work::Command(argv) = &gate.work else { return None };
    let program = argv.first()?.text();
    let is_line = words(program).len() > 1 && (!program.contains('/') || is_script(program));
    if is_line {
        let right = match argv.as_slice() {
            [_] if is_script(program) => format!("shell = {}", as_script(program)),
            _ => format!("command = [{}]", quoted(&words(program))),
        };
        return Some(format!("gate {} runs a program named `{program}`; write {right}", gate.id));
    }
    let sign = argv.iter().map(Template::text).find(|it| SIGNS.contains(it))?;
    let line: Vec<&str> = argv.iter().map(Template::text).collect();
    Some(format!(
        "gate {} passes `{sign}` to `{program}` as an argument; for a script, write shell = {}",
        gate.id,
        as_script(&line.join(" "))
    ))
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}
