//! Command lines as other tools write them, and how a definition holds them: as a list of words, or as the
//! script of a shell.

use serde_json::Value as Json;

/// What only a shell understands.
const SHELL_SIGNS: [&str; 8] = ["&&", "|", ";", ">", "<", "$", "*", "`"];

/// Whether a command line needs a shell to mean what it says.
pub fn is_script(line: &str) -> bool {
    let is_sign = |text: &str| SHELL_SIGNS.iter().any(|sign| text.contains(sign));
    let mut parts = line.split("{{");
    // A template may hold any of the signs.
    parts.next().is_some_and(is_sign)
        || parts.any(|part| is_sign(part.split_once("}}").map_or("", |(_, behind)| behind)))
}

/// A command line as the script of a gate, in quotes: inputs reach it as variables.
pub fn as_script(line: &str) -> String {
    let mut parts = line.trim().split("{{");
    let mut script = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (expression, behind) = part.split_once("}}").unwrap_or((part, ""));
        let name = expression.trim_matches(['-', ' ']);
        let name = if name.chars().all(is_part) { name.to_uppercase() } else { "…".to_owned() };
        let variable = if behind.starts_with(is_part) {
            format!("${{ORCH_INPUT_{name}}}")
        } else {
            format!("$ORCH_INPUT_{name}")
        };
        script.push_str(&match open_quote(&script) {
            None => format!("\"{variable}\""),
            Some('"') => variable,
            Some(quote) => format!("{quote}\"{variable}\"{quote}"),
        });
        script.push_str(behind);
    }
    if script.contains('"') && !script.contains(['\'', '\n']) {
        format!("'{script}'")
    } else {
        quoted(&script)
    }
}

fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The quote of a shell that is open at the end of a text.
fn open_quote(script: &str) -> Option<char> {
    script.chars().filter(|letter| "\"'".contains(*letter)).fold(None, |open, letter| match open {
        None => Some(letter),
        Some(quote) => Some(quote).filter(|quote| *quote != letter),
    })
}

/// A command line as its words; a template is one of them, whatever blanks stand in it.
pub fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for part in line.split_whitespace() {
        match words.last_mut().filter(|_| is_open) {
            Some(word) => *word = format!("{word} {part}"),
            None => words.push(part.to_owned()),
        }
        let last = words.last().map(String::as_str).unwrap_or_default();
        is_open = last.matches("{{").count() > last.matches("}}").count();
    }
    words
}

/// A text as a string of TOML on one line: the escapes of JSON are among those of TOML, which escapes one
/// character more.
pub fn quoted(text: &str) -> String {
    Json::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Texts as a list of TOML on one line.
pub fn quoted_list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = texts.into_iter().map(|text| quoted(text.as_ref())).collect();
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_in_a_line_becomes_a_variable_that_the_shell_expands() {
        for (line, script) in [
            (" cat {{ a }} | wc ", r#"'cat "$ORCH_INPUT_A" | wc'"#),
            (r#"echo "{{a}}b" > c"#, r#"'echo "${ORCH_INPUT_A}b" > c'"#),
            ("echo '{{ a }}' > c", r#""echo ''\"$ORCH_INPUT_A\"'' > c""#),
            ("echo {{- a | upper -}} > c", r#"'echo "$ORCH_INPUT_…" > c'"#),
            ("ls *", r#""ls *""#),
        ] {
            assert_eq!(as_script(line), script, "{line}");
        }
    }

    #[test]
    fn what_is_quoted_is_read_again_as_the_same_text() {
        for text in ["", "a", "\"", "\\", "'", "\n\t\u{1b}\u{7f}\u{200b}", "ä", "…"] {
            let line = format!("a = {}\nb = {}", quoted(text), quoted_list([text, text]));
            let read: toml::Table = line.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(read["a"].as_str(), Some(text));
            assert_eq!(read["b"].as_array().map(Vec::len), Some(2));
        }
    }
}
