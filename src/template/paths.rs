//! What templates ask of values: `gates.a.status`, `gates['a-b'].answers.x`, and the texts that they
//! compare it with. Read from the text, since the engine tells the first name only.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::iter::Peekable;
use std::str::CharIndices;

/// One place where a template names a value and parts of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Path<'t> {
    /// The names from the first one on, each with its place in the text.
    pub(super) names: Vec<(&'t str, usize)>,
    /// The texts that it is compared with, each with its place.
    pub(super) compared_with: Vec<(&'t str, usize)>,
}

/// Which fields of a table some templates ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether a template takes the table whole, or a field that is known only when it renders.
    pub all: bool,
    /// The fields that are named.
    pub fields: BTreeSet<String>,
}

impl Asked {
    /// Takes down what a template asks of a table.
    pub fn take(&mut self, text: &str, table: &str) {
        // Most templates do not name it at all.
        if !text.contains(table) {
            return;
        }
        for path in paths(text) {
            match path.names.as_slice() {
                [(first, _), (field, _), ..] if *first == table => {
                    self.fields.insert((*field).to_owned());
                }
                [(first, _)] if *first == table => self.all = true,
                _ => {}
            }
        }
    }
}

/// One word or sign within a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    Word(&'t str),
    Text(&'t str),
    Sign(&'t str),
    /// The end of a tag.
    End,
}

/// Words between values, which a bracket may follow.
const OPERATORS: [&str; 5] = ["and", "in", "is", "not", "or"];

/// All paths in the tags of a template.
pub(super) fn paths(text: &str) -> Vec<Path<'_>> {
    let tokens = tokens(text);
    let token = |at: usize| tokens.get(at).map_or(Token::End, |(token, _)| *token);
    let mut found: Vec<Path<'_>> = Vec::new();
    let mut set: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for (at, (first, place)) in tokens.iter().enumerate() {
        let Token::Word(first) = first else { continue };
        let is_part = at > 0 && matches!(token(at - 1), Token::Sign("." | "?."));
        if is_part || OPERATORS.contains(first) || token(at + 1) == Token::Sign("=") {
            continue;
        }
        let mut names = set.get(first).cloned().unwrap_or_else(|| vec![(*first, *place)]);
        let mut end = at + 1;
        loop {
            let (name, more) = match (token(end), token(end + 1), token(end + 2)) {
                (Token::Sign("." | "?."), Token::Word(name), _) => (name, 2),
                (Token::Sign("[" | "?["), Token::Text(name), Token::Sign("]")) => (name, 3),
                _ => break,
            };
            names.push((name, tokens[end + 1].1));
            end += more;
        }
        // What stands in other brackets is known only when it renders.
        let is_open = matches!(token(end), Token::Sign("[" | "?["));
        let compared_with = if is_open { Vec::new() } else { compared_with(&tokens, at, end) };
        if let Some(name) = names_once(&tokens, at).filter(|_| token(end) == Token::End) {
            set.insert(name, names.clone());
        }
        found.push(Path { names, compared_with });
    }
    found
}

/// The names that a text gives to values of its own.
pub(super) fn given(text: &str) -> BTreeSet<&str> {
    let tokens = tokens(text);
    let mut given = BTreeSet::new();
    for (at, (token, _)) in tokens.iter().enumerate() {
        let Token::Word("set" | "set_global" | "for") = token else { continue };
        let mut names = tokens[at + 1..].iter().map(|(token, _)| *token);
        while let Some(Token::Word(name)) = names.next() {
            given.insert(name);
            if names.next() != Some(Token::Sign(",")) {
                break;
            }
        }
    }
    given
}

/// The name that a `set` gives to what begins at a token; none where the text gives it to more than
/// that, since it is not known then which counts.
fn names_once<'t>(tokens: &[(Token<'t>, usize)], at: usize) -> Option<&'t str> {
    let begin = at.checked_sub(3)?;
    let [(Token::Word("set"), _), (Token::Word(name), _), (Token::Sign("="), _)] =
        tokens[begin..at]
    else {
        return None;
    };
    let gives = |pair: &&[(Token<'t>, usize)]| {
        let is_giver = matches!(pair[0].0, Token::Word("set" | "set_global" | "for"));
        is_giver && pair[1].0 == Token::Word(name)
    };
    (tokens.windows(2).filter(gives).count() == 1).then_some(name)
}

/// The texts that what stands from one token to before another is compared with.
fn compared_with<'t>(
    tokens: &[(Token<'t>, usize)],
    begin: usize,
    end: usize,
) -> Vec<(&'t str, usize)> {
    let token = |at: usize| tokens.get(at).map_or(Token::End, |(token, _)| *token);
    let mut texts = Vec::new();
    if let Token::Sign("==" | "!=") = token(end)
        && let Token::Text(text) = token(end + 1)
    {
        texts.push((text, tokens[end + 1].1));
    }
    let changes = matches!(token(end), Token::Sign("|" | "~"));
    if begin >= 2
        && !changes
        && let (Token::Text(text), Token::Sign("==" | "!=")) = (token(begin - 2), token(begin - 1))
    {
        texts.push((text, tokens[begin - 2].1));
    }
    let list = end + usize::from(token(end) == Token::Word("not"));
    if token(list) == Token::Word("in") && token(list + 1) == Token::Sign("[") {
        let items = tokens.iter().skip(list + 2);
        for (item, place) in items.take_while(|(item, _)| *item != Token::Sign("]")) {
            if let Token::Text(text) = item {
                texts.push((text, *place));
            }
        }
    }
    texts
}

/// What stands in the tags of a text, each with its place.
pub(super) fn tokens(text: &str) -> Vec<(Token<'_>, usize)> {
    let mut tokens = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find('{') {
        let open = from + at;
        let rest = &text[open..];
        from = match rest.as_bytes().get(1) {
            Some(b'#') => open + rest.find("#}").unwrap_or(rest.len()),
            Some(b'{' | b'%') => {
                let begin = tokens.len();
                let end = tag(text, open, &mut tokens);
                let is_raw = matches!(tokens.get(begin), Some((Token::Word("raw"), _)));
                let raw = is_raw.then(|| text[end..].find("endraw")).flatten();
                raw.map_or(end, |length| end + length)
            }
            Some(_) | None => open + 1,
        };
    }
    tokens
}

/// Takes a tag apart; gives where it ends.
fn tag<'t>(text: &'t str, open: usize, tokens: &mut Vec<(Token<'t>, usize)>) -> usize {
    let closing = if text[open..].starts_with("{%") { "%}" } else { "}}" };
    let begin = open + closing.len();
    let mut rest = text[begin..].char_indices().peekable();
    let mut braces = 0_usize;
    while let Some((at, character)) = rest.next() {
        let at = begin + at;
        let here = &text[at..];
        match character {
            '\'' | '"' | '`' => {
                let end = quoted(&mut rest, character).map_or(text.len(), |end| begin + end);
                tokens.push((Token::Text(&text[at + 1..end]), at + 1));
            }
            _ if braces == 0 && here.starts_with(closing) => {
                tokens.push((Token::End, at));
                return at + closing.len();
            }
            _ if character.is_alphanumeric() || character == '_' => {
                let is_word = |next: &(usize, char)| next.1.is_alphanumeric() || next.1 == '_';
                while rest.next_if(is_word).is_some() {}
                let end = rest.peek().map_or(text.len(), |next| begin + next.0);
                tokens.push((Token::Word(&text[at..end]), at));
            }
            _ if character.is_whitespace() => {}
            _ => {
                match character {
                    '{' => braces += 1,
                    '}' => braces = braces.saturating_sub(1),
                    _ => {}
                }
                let two = ["==", "!=", "<=", ">=", "?.", "?["].into_iter();
                let sign = two.into_iter().find(|two| here.starts_with(two));
                if sign.is_some() {
                    rest.next();
                }
                let length = sign.map_or(character.len_utf8(), str::len);
                tokens.push((Token::Sign(&here[..length]), at));
            }
        }
    }
    text.len()
}

/// Where a quoted text ends, from behind its opening quote.
fn quoted(rest: &mut Peekable<CharIndices<'_>>, quote: char) -> Option<usize> {
    while let Some((at, character)) = rest.next() {
        if character == '\\' {
            rest.next();
        } else if character == quote {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |path: Path<'_>| {
            let join = |parts: &[(&str, usize)], with| {
                parts.iter().map(|part| part.0).collect::<Vec<_>>().join(with)
            };
            let compared = join(&path.compared_with, " ");
            let names = join(&path.names, "/");
            if compared.is_empty() { names } else { format!("{names} = {compared}") }
        };
        paths(text).into_iter().map(show).collect()
    }

    #[test]
    fn paths_are_read_with_what_they_are_compared_with() {
        for (text, expected) in [
            ("gates.a {{ gates.a.status }} {# {{ b }} #}", "gates/a/status"),
            ("{{ gates['a-b'].answers[\"x\"] }}", "gates/a-b/answers/x"),
            ("{% if gates?.a?['b'] == 'X' %}", "if, gates/a/b = X"),
            ("{{ 'X' != gates.a.status }}", "gates/a/status = X"),
            ("{{ 'x' == gates.a.status | lower }}", "gates/a/status, lower"),
            ("{{ gates.a.status in ['X', 'Y'] and b }}", "gates/a/status = X Y, b"),
            ("{{ a not in ['X'] }}", "a = X"),
            ("{{ gates[item].status }}", "gates, item"),
            ("{{ {'a': {'b': c}}[d] }}{{ 'gates.x }} \\' ' ~ e }}", "c, d, e"),
            ("{{ f(gates=g) }}", "f, g"),
            ("{% raw %}{{ gates.x }}{% endraw %}{{ y }}", "raw, y"),
            ("{% set a = b.c %}{{ a.d }}", "set, b/c, b/c/d"),
            ("{% set a = b.c ~ 'x' %}{{ a.d }}", "set, b/c, a/d"),
            ("{% set a = b %}{% set a = c %}{{ a.d }}", "set, b, set, c, a/d"),
            (
                "{% set a = b %}{% for a in c %}{{ a.d }}{% endfor %}",
                "set, b, for, a, c, a/d, endfor",
            ),
            ("{{ open.é", "open/é"),
            ("{{ 'open", ""),
        ] {
            assert_eq!(shown(text).join(", "), expected, "{text}");
        }
        let path = &paths("x {{ gates.a }}")[0];
        assert_eq!(path.names, [("gates", 5), ("a", 11)]);
    }

    #[test]
    fn what_is_asked_of_a_table_is_taken_down() {
        let asked = |text: &str| {
            let mut asked = Asked::default();
            asked.take(text, "gates");
            (asked.all, asked.fields.into_iter().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(asked("{{ gates.a.x }}{{ gates['b'] }}{{ c.gates.d }}"), (false, "a b".into()));
        assert_eq!(asked("{{ gates[x] }}"), (true, String::new()));
        assert_eq!(asked("{% for id, gate in gates %}"), (true, String::new()));
        assert_eq!(asked("gates {{ x }}"), (false, String::new()));
    }
}
