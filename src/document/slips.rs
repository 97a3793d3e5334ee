//! Slips of people who know other tools and other languages, and what is right here.

use std::ops::Range;

/// Keys that belong into another table or file, or nowhere.
pub(super) const MISPLACED: [(&[&str], &str); 3] = [
    (
        &["check", "checks", "output", "outputs"],
        "outputs and checks belong in a contract: write contract = \"NAME\" in the gate, and \
         [[output]] and [[check]] in contracts/NAME.toml",
    ),
    (&["session_workflow"], "put it under [defaults] in orch.toml"),
    (
        &["model", "effort", "temperature"],
        "put it under [agents.NAME] in orch.toml, and write agent = \"NAME\" here",
    ),
];

/// What other tools call a key, and its names here.
pub(super) const OTHERS_WRITE: [(&[&str], &[&str]); 15] = [
    (&["step", "steps", "stage", "stages", "job", "jobs"], &["gate"]),
    (&["parameters", "params", "arguments", "args", "variables"], &["inputs"]),
    (&["title", "label"], &["name"]),
    (&["cwd", "working_directory", "workdir", "directory"], &["dir"]),
    (&["continue_on_error", "allow_failure", "ignore_errors"], &["on_fail"]),
    (&["if", "condition", "only_if"], &["when"]),
    (&["run", "cmd", "exec"], &["command", "shell"]),
    (&["script", "bash", "sh"], &["shell", "command"]),
    (&["options", "values", "enum"], &["choices"]),
    (&["depends_on", "dependsOn", "depends-on", "depends", "after", "requires"], &["needs"]),
    (&["for_each", "foreach", "matrix", "loop"], &["each"]),
    (&["retries", "attempts"], &["retry"]),
    (&["environment", "vars"], &["env"]),
    (&["regexp", "pattern"], &["regex", "matches"]),
    (&["cost", "usd", "price"], &["cost_usd"]),
];

/// Keys that take a list from a template or a file, and what to write where one is written out.
pub(super) const LITERALS: [(&str, &str); 2] = [
    ("each", "write each = { in = \"{{ ['a', 'b'] }}\", as = \"item\" }"),
    ("in", "write the list as an expression in quotes: in = \"{{ ['a', 'b'] }}\""),
];

/// Words that other tools know, under the keys that do not take them here, and what to write.
const OTHER_WORDS: [(&[&str], &str); 3] = [
    (&["retry", "rerun", "repeat"], "to try again, write retry = { attempts = 3 } instead"),
    (&["goto", "jump", "back"], "write on_fail = { goto = \"…\", visits = 3 }"),
    (&["fail", "abort", "exit", "halt"], "write \"stop\""),
];

/// What to write instead of a word that is none of those that stand here.
pub(super) fn other_word(word: &str, known: &[&str]) -> Option<String> {
    if known == ["person"] {
        return Some(format!("write signed = true, by = [\"{word}\"], for certain people"));
    }
    if known.contains(&"person") && known.contains(&"none") {
        let help = "write \"person\", or { signed = true, by = [\"…\"] } for certain people";
        return Some(help.to_owned());
    }
    let is_on_fail = known.contains(&"stop") && known.contains(&"ignore");
    let other = OTHER_WORDS.iter().find(|(words, _)| words.contains(&word));
    other.filter(|_| is_on_fail).map(|(_, help)| (*help).to_owned())
}

/// Keys that take a time, such as `45m`.
pub(super) const DURATIONS: [&str; 5] = ["timeout", "delay", "estimate", "every", "within"];

/// What may stand under keys that must be there.
const EXAMPLES: [(&str, &str); 31] = [
    ("as", "\"item\", the name of the item in templates"),
    ("at_cost", "0.8"),
    ("attempts", "3"),
    ("backoff", "2.0"),
    ("by", "\"person\", or with signed = true: by = [\"ada@example.org\"]"),
    ("command", "[\"program\", \"argument\"]"),
    ("deadline", "\"2h\""),
    ("every", "\"30s\""),
    ("executor", "\"human\", \"agent\" or \"command\""),
    ("expect", "0, [0, 3] or \"nonzero\""),
    ("gate", "\"…\", the id of the gate whose work this one reviews"),
    ("glob", "\"chapters/*.md\""),
    ("goto", "\"…\", the id of this gate or an earlier one"),
    ("headings", "[\"Summary\"]"),
    ("id", "\"draft\""),
    ("input_usd_per_million", "3.0"),
    ("kind", "\"file_exists\" or the name of another check"),
    ("name", "\"…\""),
    ("output_usd_per_million", "15.0"),
    ("passed_min", "2"),
    ("paths", "[\"src/**\"]"),
    ("pointer", "\"/status\""),
    ("regex", "'^# '"),
    ("schema", "\"schemas/a.json\""),
    ("since", "\"run\", or the id of a gate"),
    ("stdout", "\"output.txt\""),
    ("type", "\"string\", \"choice\", \"integer\" or another type"),
    ("usd", "5"),
    ("version", "\"1.0.0\""),
    ("visits", "3"),
    ("warn_at", "0.8"),
];

/// Values of which one is to be written: words, or tables as they are written.
pub(super) fn listed(values: &[&str]) -> String {
    let quoted = |value: &&str| {
        if value.starts_with('{') { (*value).to_owned() } else { format!("\"{value}\"") }
    };
    let values: Vec<String> = values.iter().map(quoted).collect();
    match values.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        Some((one, _)) => one.clone(),
        None => String::new(),
    }
}

/// What a key can be, where that is known.
pub(super) fn example(key: &str) -> Option<String> {
    let example = EXAMPLES.iter().find(|(of, _)| *of == key);
    example.map(|(_, example)| format!("write {key} = {example}"))
}

/// Keys that alone make a whole table of those that have them.
pub(super) const WHOLE: [&str; 1] = ["preset"];

/// Tables for which one text stands alone, and the key that it is for.
pub(super) const LONE: [(&str, &str); 1] = [("defaults", "agent")];

/// What to write where a text is in quotes that are none, or that read a backslash as their own.
pub(super) fn misquoted(text: &str, span: &Range<usize>) -> Option<String> {
    let line_begin = text.get(..span.start)?.rfind('\n').map_or(0, |at| at + 1);
    let line_end = text.get(span.start..)?.find('\n').map_or(text.len(), |at| span.start + at);
    let rest = text.get(span.start..line_end)?;
    if rest.starts_with(CURLY) || text.get(span.clone())?.contains(CURLY) {
        return Some("write straight quotes: \"…\" or '…'".to_owned());
    }
    let before = text.get(line_begin..span.start)?;
    let opened = before.rsplit_once('"').is_some_and(|(_, inside)| inside.contains('\\'));
    if rest.starts_with('\\') || opened {
        let begin = before.rfind('"')?;
        let whole = text.get(line_begin + begin + 1..line_end)?;
        let whole = whole.split('"').next().filter(|whole| !whole.contains('\''));
        let shown = whole.unwrap_or("…");
        return Some(format!("write '{shown}' in single quotes, where a backslash is kept"));
    }
    None
}

/// Quotes of typesetters.
const CURLY: [char; 6] = ['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}', '\u{ab}'];
