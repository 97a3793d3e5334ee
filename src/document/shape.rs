//! The shape of a value beside the schema of its type: an unknown key and a value of another kind
//! are told with what to write. What is only of another size or wording is left to whoever reads it.

use super::Value;
use super::known::ANYTHING;
use super::known::Expected;
use super::known::Kind;
use super::known::Known;
use super::slips::MISPLACED;
use super::slips::OTHERS_WRITE;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::abbreviated_of;
use crate::source::nearest_of;
use crate::source::suggest;
use crate::suggestion::Advice;
use crate::suggestion::Suggestion;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::DeValue;

/// Of more keys than this none is listed where none is near.
const KEYS_LISTED_MAX: usize = 11;

/// A walk over a value of a document.
pub(super) struct Shape<'s> {
    pub(super) source: &'s Source,
    pub(super) known: &'static Known,
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
                                .or_else(|| required(table_name, (name, value), &expected.keys))
                                .or_else(|| {
                                    self.suggest((name, &key.span()), value, &expected.keys, taken)
                                });
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
                let is_of_texts = self.known.expected(schema).takes(Kind::Text);
                for item in items {
                    let is_single = !item.get_ref().is_table() && !item.get_ref().is_array();
                    // The key is not the name of one of several texts.
                    let name = if is_single && is_of_texts { "" } else { name };
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
    pub(super) fn fits(&self, value: &Value<'_>, schema: &'static Json) -> bool {
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
        (unknown, place): (&str, &Range<usize>),
        value: &Value<'_>,
        known: &BTreeMap<&'static str, &'static Json>,
        taken: &[&str],
    ) -> Option<String> {
        let shown = |(name, schema): (&&'static str, &&'static Json)| match value.get_ref() {
            DeValue::Table(_) | DeValue::Array(_) => self.header((name, schema), place, value),
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

    /// How a key is written that holds tables, else the key; `place` is that of the key which was written
    /// for it.
    fn header(
        &self,
        (name, schema): (&str, &'static Json),
        place: &Range<usize>,
        value: &Value<'_>,
    ) -> String {
        let expected = self.known.expected(schema);
        if expected.items.is_some_and(|items| self.known.expected(items).takes(Kind::Table)) {
            return format!("[[{name}]]");
        }
        match expected.any_key {
            Some(inner) if self.known.expected(inner).takes(Kind::Table) => {
                let before = self.source.text.get(..place.start).unwrap_or_default();
                let behind = self.source.text.get(place.end..).unwrap_or_default();
                let own = behind.strip_prefix('.').filter(|_| before.ends_with('['));
                let own = own.and_then(|rest| rest.split(']').next());
                let mut inside = value.get_ref().as_table().into_iter().flatten().peekable();
                let holds_tables =
                    inside.peek().is_some() && inside.all(|(_, it)| it.get_ref().is_table());
                match own {
                    Some(own) => format!("[{name}.{own}]"),
                    None if holds_tables => format!("[{name}]"),
                    None => format!("[{name}.NAME]"),
                }
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
}

/// What to write for `required`, which no table has: what need not be there is optional.
fn required(
    table_name: &str,
    (name, value): (&str, &Value<'_>),
    keys: &BTreeMap<&'static str, &'static Json>,
) -> Option<String> {
    if name != "required" || !keys.contains_key("optional") {
        return None;
    }
    if value.get_ref().as_bool() == Some(false) {
        return Some("write optional = true".to_owned());
    }
    let (what, or) = match (keys.contains_key("default"), table_name) {
        (false, _) => ("an output", ""),
        (true, "answers") => ("an answer", " or a default"),
        (true, _) => ("an input", " or a default"),
    };
    Some(format!("remove it: {what} is required unless it has `optional = true`{or}"))
}
