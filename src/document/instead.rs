//! What to write instead of a value of another kind than its key takes, made from the schema of the place
//! and from what was written there.

use super::Value;
use super::known::ANYTHING;
use super::known::Expected;
use super::known::Kind;
use super::scripts::as_script;
use super::scripts::is_script;
use super::scripts::quoted;
use super::scripts::quoted_list;
use super::scripts::words;
use super::shape::Shape;
use super::slips::DURATIONS;
use super::slips::LITERALS;
use super::slips::LONE;
use super::slips::WHOLE;
use super::slips::example;
use toml::de::DeValue;

impl Shape<'_> {
    /// What to write instead of a value of another kind, where that is known.
    pub(super) fn instead(
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
            if let Some(word) = yes_or_no(value, &expected.words) {
                return Some(format!("write {name} = \"{word}\""));
            }
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
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_)
                if expected.items.is_some_and(|items| self.fits(value, items)) =>
            {
                Some(format!("write {name} = [{written}]"))
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
        if name == "command" && is_script(text) {
            return Some(format!("write shell = {}, since it is a script", as_script(text)));
        }
        if items.takes(Kind::Text) {
            let list = match name {
                // A program and its arguments, each a text of its own.
                "command" => quoted_list(words(text)),
                _ if text.contains(',') && !text.contains(['{', '(', '[']) => {
                    let items = text.split(',').map(str::trim);
                    quoted_list(items.filter(|item| !item.is_empty()))
                }
                _ => format!("[{written}]"),
            };
            return Some(format!("write {list}"));
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
                    return Some(format!("write {name} = {{ {key} = {} }}", quoted(value)));
                }
                _ => {}
            }
        }
        if let [one] = items
            && one.get_ref().is_str()
            && expected.takes(Kind::Text)
        {
            return Some(format!("write {}, without brackets", written(one)));
        }
        if expected.takes(Kind::Table) {
            return if items.iter().all(|item| item.get_ref().is_table()) {
                Some(format!("write [{header}], with one bracket on each side"))
            } else {
                self.of_keys(name, value, expected)
            };
        }
        None
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
                whole.is_some()
                    || LONE.contains(&(name, first))
                    || self.known.expected(schema).words.contains(&text.as_ref())
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

/// The word that stands for true or false, where one of the words is `none`.
fn yes_or_no(value: &Value<'_>, words: &[&'static str]) -> Option<&'static str> {
    let is_yes = value.get_ref().as_bool()?;
    let ([none @ "none", other] | [other, none @ "none"]) = words else { return None };
    Some(if is_yes { other } else { none })
}
