//! The shape of a value beside the schema of its type: an unknown key and a value of another kind
//! are told with what to write. What is only of another size or wording is left to whoever reads it.

use super::Value;
use super::known::ANYTHING;
use super::known::Expected;
use super::known::Kind;
use super::known::Known;
use super::slips::DURATIONS;
use super::slips::LITERALS;
use super::slips::MISPLACED;
use super::slips::OTHERS_WRITE;
use super::slips::WHOLE;
use super::slips::example;
use super::slips::words;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::abbreviated_of;
use crate::source::nearest_of;
use crate::source::suggest;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use toml::de::DeValue;

/// Of more keys than this none is listed where none is near.
const KEYS_LISTED_MAX: usize = 11;

/// What only a shell understands.
const SHELL_SIGNS: [&str; 6] = ["&&", "||", "|", ";", ">", "$("];

/// A walk over a value of a document.
pub(super) struct Shape<'s> {
    source: &'s Source,
    known: &'static Known,
    /// Keys of the outermost table that the schema does not name, as they are written.
    taken: &'s [&'s str],
}

impl<'s> Shape<'s> {
    pub(super) fn new(source: &'s Source, known: &'static Known, taken: &'s [&'s str]) -> Self {
        Self { source, known, taken }
    }

    /// Everything that has another shape than the schema says, in the order of the text.
    pub(super) fn check(&self, value: &Value<'_>) -> Vec<Box<Unsound>> {
        let mut errors = Vec::new();
        self.walk(("", ""), value, (&self.known.root, self.taken), &mut errors);
        errors
    }

    fn walk(
        &self,
        (name, table_name): (&str, &str),
        value: &Value<'_>,
        (schema, taken): (&'static Json, &[&str]),
        errors: &mut Vec<Box<Unsound>>,
    ) {
        let expected = self.known.expected(schema);
        if let Some(error) = self.other_kind(name, value, &expected) {
            errors.push(error);
            return;
        }
        match value.get_ref() {
            DeValue::Table(table) => {
                for (key, value) in table {
                    let name = key.get_ref().as_ref();
                    let named = expected.keys.get(name).copied();
                    // What is called as its author likes is explained by the name of its table.
                    let known_name = if named.is_some() { name } else { table_name };
                    match named.or(expected.any_key) {
                        Some(schema) => {
                            self.walk((name, known_name), value, (schema, &[]), errors);
                        }
                        None if expected.keys.is_empty() && !expected.is_closed => {
                            self.walk((name, known_name), value, (&ANYTHING, &[]), errors);
                        }
                        None => {
                            let help = self
                                .elsewhere((table_name, name), value, &expected)
                                .or_else(|| self.suggest(name, value, &expected.keys, taken));
                            let is_listed = expected.keys.len() <= KEYS_LISTED_MAX;
                            let listed = || match table_name {
                                table if is_listed || table.is_empty() => {
                                    let bare = taken.iter().map(|name| name.trim_matches('`'));
                                    suggest(name, expected.keys.keys().copied().chain(bare)).into()
                                }
                                table => Advice::from("for the list of keys: ")
                                    .then(Suggestion::new("explain").word(table)),
                            };
                            let help = help.map_or_else(listed, Advice::from);
                            let unknown = format!("unknown key `{name}`");
                            errors.push(self.source.unsound(key.span(), unknown).advise(help));
                        }
                    }
                }
            }
            DeValue::Array(items) => {
                let schema = expected.items.unwrap_or(&ANYTHING);
                for item in items {
                    self.walk((name, table_name), item, (schema, &[]), errors);
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
    }

    /// The table of the whole document that a key belongs into which stands above all tables.
    fn elsewhere(
        &self,
        (table_name, unknown): (&str, &str),
        value: &Value<'_>,
        expected: &Expected<'static>,
    ) -> Option<String> {
        let takes = |(_, schema): &(&&'static str, &&'static Json)| {
            let table = self.known.expected(schema);
            let key = table.keys.get(unknown).filter(|_| table.takes(Kind::Table));
            key.is_some_and(|key| self.fits(value, key))
        };
        let tables = expected.keys.iter().filter(takes).map(|(name, _)| format!("[{name}]"));
        let tables: Vec<String> = tables.filter(|_| table_name.is_empty()).collect();
        (!tables.is_empty()).then(|| format!("put it under {}", tables.join(" or ")))
    }

    /// Whether a key may have this value, by its kind.
    fn fits(&self, value: &Value<'_>, schema: &'static Json) -> bool {
        let expected = self.known.expected(schema);
        match value.get_ref() {
            DeValue::String(text) => {
                expected.takes(Kind::Text) || expected.words.contains(&text.as_ref())
            }
            DeValue::Integer(_) | DeValue::Float(_) => expected.takes_number(),
            DeValue::Boolean(_) => expected.takes(Kind::Boolean),
            DeValue::Array(_) => expected.takes(Kind::List),
            DeValue::Table(_) => expected.takes(Kind::Table),
            DeValue::Datetime(_) => expected.takes(Kind::Day),
        }
    }

    /// The key that was meant, as it is written where a table was: `[[gate]]`, `[inputs.NAME]`.
    fn suggest(
        &self,
        unknown: &str,
        value: &Value<'_>,
        known: &BTreeMap<&'static str, &'static Json>,
        taken: &[&str],
    ) -> Option<String> {
        let shown = |(name, schema): (&&'static str, &&'static Json)| match value.get_ref() {
            DeValue::Table(_) | DeValue::Array(_) => self.header(name, schema),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => format!("`{name}`"),
        };
        let bare = |taken: &str| taken.trim_matches(['[', ']', '`']).to_owned();
        let names = known.iter().map(|key| ((*key.0).to_owned(), shown(key)));
        let names: Vec<(String, String)> =
            names.chain(taken.iter().map(|taken| (bare(taken), (*taken).to_owned()))).collect();
        let others = OTHERS_WRITE.iter().find(|(said, _)| said.contains(&unknown));
        let meant: Vec<&str> = others
            .iter()
            .flat_map(|(_, meant)| meant.iter())
            .filter_map(|meant| names.iter().find(|(name, _)| name == meant))
            .map(|(_, shown)| shown.as_str())
            .collect();
        if !meant.is_empty() {
            return Some(format!("did you mean {}?", meant.join(" or ")));
        }
        let all = || names.iter().map(|(name, _)| name.as_str());
        let misplaced = MISPLACED.iter().find(|(names, _)| names.contains(&unknown));
        let nearest = match (nearest_of(unknown, all()), misplaced) {
            (Some(nearest), _) => nearest,
            (None, Some((_, help))) => return Some((*help).to_owned()),
            (None, None) => abbreviated_of(unknown, all())?,
        };
        let shown = names.iter().find(|(name, _)| name == nearest);
        Some(format!("did you mean {}?", shown.map_or(nearest, |(_, shown)| shown)))
    }

    /// How a key is written that holds tables, else the key.
    fn header(&self, name: &str, schema: &'static Json) -> String {
        let expected = self.known.expected(schema);
        if expected.items.is_some_and(|items| self.known.expected(items).takes(Kind::Table)) {
            return format!("[[{name}]]");
        }
        match expected.any_key {
            Some(inner) if self.known.expected(inner).takes(Kind::Table) => {
                format!("[{name}.NAME]")
            }
            _ if expected.takes(Kind::Table) && !expected.takes(Kind::Text) => format!("[{name}]"),
            _ => format!("`{name}`"),
        }
    }

    /// The error for a value of a kind that the schema does not take, where it is known what to
    /// write instead.
    fn other_kind(
        &self,
        name: &str,
        value: &Value<'_>,
        expected: &Expected<'static>,
    ) -> Option<Box<Unsound>> {
        let written = self.source.text.get(value.span()).unwrap_or_default();
        let (is_taken, found) = match value.get_ref() {
            // It would be read as a table of one key.
            DeValue::Datetime(_) if !expected.takes(Kind::Day) => {
                (false, format!("date or time `{written}`"))
            }
            DeValue::Datetime(_) => return None,
            DeValue::Integer(_) => (expected.takes_number(), format!("integer `{written}`")),
            DeValue::Float(_) => (expected.takes_number(), format!("floating point `{written}`")),
            DeValue::Boolean(_) => (expected.takes(Kind::Boolean), format!("boolean `{written}`")),
            DeValue::String(text) => (
                expected.takes(Kind::Text) || expected.takes(Kind::Word),
                format!("string {text:?}"),
            ),
            DeValue::Array(_) => (expected.takes(Kind::List), "a list".to_owned()),
            DeValue::Table(_) => (expected.takes(Kind::Table), "a table".to_owned()),
        };
        let is_date = value.get_ref().is_datetime();
        let help = self.instead(name, value, expected);
        if is_taken || !is_date && (expected.takes(Kind::Anything) || help.is_none()) {
            return None;
        }
        let message = format!("expected {}, found {found}", expected.words());
        Some(self.source.unsound(value.span(), message).advise_if(help))
    }

    /// What to write instead of a value of another kind, where that is known.
    fn instead(
        &self,
        name: &str,
        value: &Value<'_>,
        expected: &Expected<'static>,
    ) -> Option<String> {
        let written = self.source.text.get(value.span()).unwrap_or_default();
        // A table is known by its header, which may be longer than its name.
        let header = written.trim_matches(['[', ']']);
        let header = if header.ends_with(name) { header } else { name };
        let of_keys = || self.of_keys(name, value, expected);
        if let Some(help) = LITERALS.iter().find(|(key, _)| *key == name).map(|(_, help)| help)
            && value.get_ref().is_array()
        {
            return Some((*help).to_owned());
        }
        let is_number = value.get_ref().is_integer() || value.get_ref().is_float();
        if is_number && DURATIONS.contains(&name) && expected.takes(Kind::Text) {
            return Some(format!("write \"{written}s\" for seconds, or use m, h or d"));
        }
        if !value.get_ref().is_str() && !expected.words.is_empty() && !expected.takes(Kind::Text) {
            let words = expected.words.iter().map(|word| format!("\"{word}\""));
            return Some(format!("write {name} = {}", words.collect::<Vec<_>>().join(" or ")));
        }
        let items = expected.items.map(|items| self.known.expected(items)).unwrap_or_default();
        match value.get_ref() {
            DeValue::Datetime(_)
                if expected.takes(Kind::Text) || expected.takes(Kind::Anything) =>
            {
                Some(format!("write \"{written}\", in quotes"))
            }
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)
                if expected.takes(Kind::Text) && !expected.takes_number() =>
            {
                let is_whole = |help: &String| value.get_ref().is_bool() && !help.contains('…');
                let example = example(name).filter(is_whole);
                Some(example.unwrap_or_else(|| format!("write \"{written}\", in quotes")))
            }
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => of_keys(),
            DeValue::String(text) => self.instead_of_text(name, (value, text), expected),
            DeValue::Array(items) => self.instead_of_list((name, header), (value, items), expected),
            DeValue::Table(_) if items.takes(Kind::Table) => {
                Some(format!("write [[{header}]], with two brackets on each side"))
            }
            DeValue::Table(_) => {
                expected.takes(Kind::Text).then(|| format!("write {name} = \"…\""))
            }
        }
    }

    /// What to write instead of a text.
    fn instead_of_text(
        &self,
        name: &str,
        (value, text): (&Value<'_>, &str),
        expected: &Expected<'static>,
    ) -> Option<String> {
        let written = self.source.text.get(value.span()).unwrap_or_default();
        let items = expected.items.map(|items| self.known.expected(items)).unwrap_or_default();
        // An amount may stand with its currency.
        let bare = text.trim_matches(['$', '€', ' ']);
        let is_number = bare.parse().is_ok_and(f64::is_finite);
        let is_boolean = matches!(bare, "true" | "false");
        if expected.takes_number() && is_number || expected.takes(Kind::Boolean) && is_boolean {
            return Some(format!("write {bare}, without quotes"));
        }
        if name == "command" && SHELL_SIGNS.iter().any(|sign| text.contains(sign)) {
            return Some(format!("write shell = {written}, since it is a script"));
        }
        if items.takes(Kind::Text) {
            // A program and its arguments, each a text of its own.
            let parts: Vec<String> = match name {
                "command" => words(text).iter().map(|word| format!("{word:?}")).collect(),
                _ => vec![written.to_owned()],
            };
            return Some(format!("write [{}]", parts.join(", ")));
        }
        self.of_keys(name, value, expected)
    }

    /// What to write instead of a list.
    fn instead_of_list(
        &self,
        (name, header): (&str, &str),
        (value, items): (&Value<'_>, &[Value<'_>]),
        expected: &Expected<'static>,
    ) -> Option<String> {
        let written = |value: &Value<'_>| self.source.text.get(value.span()).unwrap_or_default();
        if name == "shell" {
            return Some(format!("write command = {}", written(value)));
        }
        let inner = expected.any_key.map(|inner| self.known.expected(inner));
        if let Some(first) = items.first().filter(|_| inner.is_some()) {
            let tables = inner.filter(|inner| inner.takes(Kind::Table));
            match (first.get_ref(), tables) {
                (DeValue::Table(table), Some(inner)) => {
                    let named = ["name", "id"].iter().find_map(|key| table.get(*key));
                    let named = named.and_then(|named| named.get_ref().as_str());
                    let is_one = table.keys().any(|key| inner.keys.contains_key(&**key.get_ref()));
                    if let Some(named) = named.or(is_one.then_some("NAME")) {
                        let right = format!("[{header}.{named}]");
                        return Some(format!("write {right}, without a key for the name"));
                    }
                }
                (DeValue::String(text), Some(inner)) => {
                    return self.of_keys(&format!("{name}.{text}"), first, &inner);
                }
                (DeValue::String(text), None) => {
                    let (key, value) = text.split_once('=').unwrap_or(("NAME", "…"));
                    return Some(format!("write {name} = {{ {key} = \"{value}\" }}"));
                }
                _ => {}
            }
        }
        if expected.takes(Kind::Table) {
            return if items.iter().all(|item| item.get_ref().is_table()) {
                Some(format!("write [{header}], with one bracket on each side"))
            } else {
                self.of_keys(name, value, expected)
            };
        }
        match items {
            [one] if one.get_ref().is_str() && expected.takes(Kind::Text) => {
                Some(format!("write {}, without brackets", written(one)))
            }
            _ => None,
        }
    }

    /// A table of the keys that must be there, the value that was given under the first of them
    /// where it fits.
    fn of_keys(
        &self,
        name: &str,
        value: &Value<'_>,
        expected: &Expected<'static>,
    ) -> Option<String> {
        let whole = WHOLE.into_iter().find(|key| expected.keys.contains_key(key));
        let first = whole.or(expected.first_key).filter(|_| expected.takes(Kind::Table))?;
        let written = self.source.text.get(value.span()).unwrap_or_default();
        let schema = expected.keys.get(first).copied().unwrap_or(&ANYTHING);
        let fits = match value.get_ref() {
            // Not any text is a good one.
            DeValue::String(text) => {
                whole.is_some() || self.known.expected(schema).words.contains(&text.as_ref())
            }
            DeValue::Integer(_) | DeValue::Float(_) => self.fits(value, schema),
            DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => {
                false
            }
        };
        // A list is put in where a template may stand for one.
        let given = if fits || written.contains("{{") { written } else { "…" };
        let others = expected.required.iter().filter(|key| **key != first);
        let others: String = others.map(|key| format!(", {key} = …")).collect();
        Some(format!("write {name} = {{ {first} = {given}{others} }}"))
    }
}
