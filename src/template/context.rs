//! The values that templates see.

use crate::files::Globs;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The values that a template sees.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Json>", into = "BTreeMap<String, Json>")]
pub struct Context {
    pub(super) values: tera::Context,
    /// Theirs; the engine does not give them away.
    names: BTreeSet<String>,
}

impl Context {
    /// Sets a name.
    pub fn insert(&mut self, name: impl Into<String>, value: &impl Serialize) {
        let name = name.into();
        self.values.insert(name.clone(), value);
        self.names.insert(name);
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<Json> {
        serde_json::to_value(self.values.get(name)?).ok()
    }

    /// All values by their names.
    pub(super) fn all(&self) -> BTreeMap<Cow<'_, str>, &tera::Value> {
        let value = |name: &String| self.values.get(name);
        self.names.iter().filter_map(|name| Some((name.into(), value(name)?))).collect()
    }

    /// The same values, with each text as a glob that matches nothing else: what a value holds is no
    /// pattern.
    #[must_use]
    pub(super) fn as_literal_globs(&self) -> Self {
        let mut values = BTreeMap::from(self.clone());
        values.values_mut().for_each(make_literal);
        Self::from(values)
    }

    /// The same context with a name more.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: &impl Serialize) -> Self {
        self.insert(name, value);
        self
    }
}

fn make_literal(value: &mut Json) {
    match value {
        Json::String(text) => *text = Globs::literal(text),
        Json::Array(items) => items.iter_mut().for_each(make_literal),
        Json::Object(table) => table.values_mut().for_each(make_literal),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

impl From<BTreeMap<String, Json>> for Context {
    fn from(values: BTreeMap<String, Json>) -> Self {
        values.iter().fold(Self::default(), |context, (name, value)| context.with(name, value))
    }
}

impl From<Context> for BTreeMap<String, Json> {
    fn from(context: Context) -> Self {
        let json = |value: &tera::Value| serde_json::to_value(value).unwrap_or_default();
        let values = context.all().into_iter();
        values.map(|(name, value)| (name.into_owned(), json(value))).collect()
    }
}
