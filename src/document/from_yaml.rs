//! Lines of YAML in a text of TOML, and how they are written here.

use super::slips::OTHERS_WRITE;

/// Lists of tables that definitions have, and what others call them.
const LISTS: [(&str, &[&str]); 4] = [
    ("gate", &["gate", "gates"]),
    ("output", &["output", "outputs"]),
    ("check", &["check", "checks"]),
    ("notify", &["notify"]),
];

/// What is wrong with a line that is YAML, and what to write; nothing for other lines. `above` and `below`
/// are what stands around it.
pub(super) fn told(line: &str, above: &str, below: &str) -> Option<(String, String)> {
    let content = line.trim();
    let item = content.strip_prefix("- ").map(str::trim);
    let wrong = || format!("`{content}` is YAML, expected TOML");
    let Some((key, value)) = entry(item.unwrap_or(content)) else {
        let item = item?;
        let item = super::quoted(bare(item));
        let help = format!("write the list in brackets: key = [{item}, …]");
        return Some((wrong(), help));
    };
    let help = match bare(value) {
        "" => header(key, line, above, below),
        _ => assigned(key, value),
    };
    Some((wrong(), help))
}

/// The key and the value of a line, without a comment or a comma behind it.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let value = value.split(" #").next().unwrap_or_default().trim().trim_end_matches(',');
    // What follows `:` at once is a part of an address.
    let is_key = !key.is_empty() && !key.contains(' ') && !value.starts_with("//");
    is_key.then_some((key, value))
}

fn bare(value: &str) -> &str {
    value.trim().trim_matches(['"', '\''])
}

/// A value under its key, as it is called here.
fn assigned(key: &str, value: &str) -> String {
    let is_command = OTHERS_WRITE.iter().any(|(said, meant)| {
        said.contains(&key) && meant.first().is_some_and(|meant| *meant == "command")
    });
    let text = bare(value);
    if is_command || key == "command" {
        return if super::is_script(text) {
            format!("write shell = {}", super::as_script(text))
        } else {
            format!("write command = {}", super::quoted_list(super::words(text)))
        };
    }
    let is_bare = matches!(text, "true" | "false") || text.parse::<f64>().is_ok();
    let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if key != "version" && is_bare && text == value.trim() {
        format!("write {key} = {text}")
    } else if let Some(items) = list {
        let items = items.split(',').map(bare).filter(|item| !item.is_empty());
        format!("write {key} = {}", super::quoted_list(items))
    } else {
        format!("write {key} = {}", super::quoted(text))
    }
}

/// The header of the tables or of the table below a line.
fn header(key: &str, line: &str, above: &str, below: &str) -> String {
    let next = below.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let others = OTHERS_WRITE.iter().find(|(said, _)| said.contains(&key));
    let called = others.and_then(|(_, meant)| meant.first()).copied().unwrap_or(key);
    let list = LISTS.iter().find(|(_, names)| names.contains(&called)).map(|(name, _)| *name);
    if let Some(list) = list {
        return format!("write [[{list}]] above the keys of each");
    }
    let is_list = next.trim_start().starts_with("- ");
    if is_list {
        return format!("write {key} = [\"…\"]");
    }
    match (parent(line, above), entry(next.trim())) {
        (Some(parent), _) => format!("write [{parent}.{key}] above its keys"),
        (None, Some((inner, ""))) => format!("write [{key}.{inner}] above the keys of {inner}"),
        (None, Some(_) | None) => format!("write [{key}] above its keys"),
    }
}

/// The key that a line is indented below.
fn parent<'t>(line: &str, above: &'t str) -> Option<&'t str> {
    let depth = |line: &str| line.len() - line.trim_start().len();
    let own = depth(line);
    let outer = above.lines().rev().find(|line| !line.trim().is_empty() && depth(line) < own)?;
    let (key, value) = entry(outer.trim())?;
    value.trim().is_empty().then_some(key)
}
