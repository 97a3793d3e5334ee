//! Keys that tables of a list share, written once: `[template.NAME]` holds them, and a table of the
//! list takes them over by `use = "NAME"`. What a table says itself counts.

use super::Placed;
use super::Table;
use super::Value;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use std::borrow::Cow;
use std::collections::BTreeMap;
use toml::de::DeTable;
use toml::de::DeValue;

/// The table of templates at the top of a document.
const TEMPLATES: &str = "template";

/// The key by which a table takes templates over.
const USE: &str = "use";

/// The key that names one table of the list, and that no template can give.
const ID: &str = "id";

/// The templates of a document, by name.
struct Templates<'s, 't> {
    source: &'s Source,
    tables: BTreeMap<String, DeTable<'t>>,
}

/// A document whose tables have what they take over.
pub struct Filled<'t> {
    pub whole: Value<'t>,
    /// Each template as a table of the list would be, so that its keys are checked though none uses it.
    pub samples: Vec<Value<'t>>,
    /// What is wrong with the templates and their use.
    pub errors: Vec<Box<Unsound>>,
    /// The places in the list of tables that lack what they use.
    pub unfilled: Vec<usize>,
}

/// Parses a document and fills up the tables of a list from the templates that they use.
pub fn filled<'t>(source: &'t Source, list: &str) -> Result<Filled<'t>, Vec<Box<Unsound>>> {
    let mut table = super::parse(source)?;
    let mut errors = Vec::new();
    let templates = Templates { source, tables: templates(source, &table, &mut errors) };
    let mut unfilled = Vec::new();
    if let Some(DeValue::Array(items)) = table.get_mut().get_mut(list).map(Placed::get_mut) {
        for (at, item) in items.iter_mut().enumerate() {
            if let DeValue::Table(own) = item.get_mut()
                && let Err(error) = templates.complete(own, &mut Vec::new())
            {
                errors.push(error);
                unfilled.push(at);
            }
        }
    }
    let samples = templates.samples(&mut errors);
    let span = table.span();
    let whole = Placed::new(span, DeValue::Table(table.into_inner()));
    Ok(Filled { whole, samples, errors, unfilled })
}

fn templates<'t>(
    source: &Source,
    table: &Table<'t>,
    errors: &mut Vec<Box<Unsound>>,
) -> BTreeMap<String, DeTable<'t>> {
    let Some(DeValue::Table(named)) = table.get_ref().get(TEMPLATES).map(Placed::get_ref) else {
        return BTreeMap::new();
    };
    let mut tables = BTreeMap::new();
    for (name, template) in named {
        let DeValue::Table(keys) = template.get_ref() else { continue };
        let mut keys = keys.clone();
        if let Some((id, _)) = keys.remove_entry(ID) {
            let message = format!("a template must not have an `{ID}`");
            let error = source.unsound(id.span(), message);
            errors.push(error.advise("remove it: each gate has its own"));
        }
        tables.insert(name.get_ref().to_string(), keys);
    }
    tables
}

impl<'t> Templates<'_, 't> {
    /// Adds what the templates give that a table uses; of several the last one counts.
    fn complete(&self, own: &mut DeTable<'t>, open: &mut Vec<String>) -> Result<(), Box<Unsound>> {
        let Some(used) = own.get(USE).cloned() else { return Ok(()) };
        for (name, span) in self.names(&used)?.into_iter().rev() {
            let Some(template) = self.tables.get(&name) else {
                let help = if self.tables.is_empty() {
                    format!("add [template.{name}] with the keys that gates share")
                } else {
                    suggest(&name, self.tables.keys().map(String::as_str))
                };
                let error = self.source.unsound(span, format!("unknown template `{name}`"));
                return Err(error.advise(help));
            };
            if open.contains(&name) {
                let message = format!(
                    "templates use each other in a cycle: {} use {name}",
                    open.join(" use ")
                );
                return Err(self
                    .source
                    .unsound(span, message)
                    .advise("remove `use` from one of them"));
            }
            open.push(name);
            let mut template = template.clone();
            self.complete(&mut template, open)?;
            open.pop();
            for (key, value) in template {
                if !own.contains_key(key.get_ref().as_ref()) {
                    own.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn names(
        &self,
        used: &Value<'_>,
    ) -> Result<Vec<(String, std::ops::Range<usize>)>, Box<Unsound>> {
        let one = |value: &Value<'_>| match value.get_ref() {
            DeValue::String(name) => Ok((name.to_string(), value.span())),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => Err(self
                .source
                .unsound(
                    value.span(),
                    format!("`{USE}` must be the name of a template or a list of names"),
                )
                .advise(format!("write {USE} = \"NAME\", and [{TEMPLATES}.NAME] above"))),
        };
        match used.get_ref() {
            DeValue::Array(names) => names.iter().map(one).collect(),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Table(_) => Ok(vec![one(used)?]),
        }
    }

    /// Each template with all that it uses, and an id.
    fn samples(&self, errors: &mut Vec<Box<Unsound>>) -> Vec<Value<'t>> {
        let sample = |(name, keys): (&String, &DeTable<'t>)| {
            let mut keys = keys.clone();
            let completed = self.complete(&mut keys, &mut vec![name.clone()]);
            completed.map_err(|error| errors.push(error)).ok()?;
            let span = keys.keys().next().map(Placed::span).unwrap_or_default();
            let id = DeValue::String(Cow::Owned(name.clone()));
            keys.insert(
                Placed::new(span.clone(), Cow::Borrowed(ID)),
                Placed::new(span.clone(), id),
            );
            Some(Placed::new(span, DeValue::Table(keys)))
        };
        self.tables.iter().filter_map(sample).collect()
    }
}
