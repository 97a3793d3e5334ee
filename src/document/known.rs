//! What schemas say of the values that they take, read from each once.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ptr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::RwLock;

/// A schema, and what was read in it.
pub(super) struct Known {
    pub(super) root: Json,
    /// What the schemas within say of which a value was seen, by their addresses.
    read: RwLock<BTreeMap<usize, Arc<Expected<'static>>>>,
}

impl Known {
    /// Keeps a schema for as long as the program runs.
    pub(super) fn lasting(root: Json) -> &'static Self {
        Box::leak(Box::new(Self { root, read: RwLock::default() }))
    }

    /// What a schema within takes.
    pub(super) fn expected(&'static self, schema: &'static Json) -> Arc<Expected<'static>> {
        let address = ptr::from_ref(schema).addr();
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(expected) = read.get(&address) {
            return Arc::clone(expected);
        }
        drop(read);
        let mut expected = Expected::default();
        for schema in self.variants(schema) {
            let refers =
                ALTERNATIVES.iter().chain(&["$ref"]).any(|word| schema.get(word).is_some());
            expected.add(schema, refers);
        }
        let expected = Arc::new(expected);
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        read.insert(address, Arc::clone(&expected));
        expected
    }

    /// The schemas that a schema stands for: what it refers to, and its alternatives.
    fn variants(&'static self, schema: &'static Json) -> Vec<&'static Json> {
        let mut found = vec![schema];
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str)
            && let Some(schema) = self.root.pointer(reference.trim_start_matches('#'))
        {
            found.extend(self.variants(schema));
        }
        for word in ALTERNATIVES {
            for schema in schema.get(word).and_then(Json::as_array).into_iter().flatten() {
                found.extend(self.variants(schema));
            }
        }
        found
    }
}

/// The schema of any value.
pub(super) static ANYTHING: Json = Json::Bool(true);

const ALTERNATIVES: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// A kind of values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Anything,
    Text,
    /// One of some words.
    Word,
    /// A day, in quotes or bare.
    Day,
    Number,
    Whole,
    Boolean,
    List,
    Table,
}

/// What a schema takes.
#[derive(Default)]
pub(super) struct Expected<'j> {
    kinds: Vec<Kind>,
    pub(super) items: Option<&'j Json>,
    pub(super) keys: BTreeMap<&'j str, &'j Json>,
    /// What the keys take that are not named.
    pub(super) any_key: Option<&'j Json>,
    pub(super) first_key: Option<&'j str>,
    pub(super) required: Vec<&'j str>,
    pub(super) words: Vec<&'j str>,
    /// The least number.
    pub(super) minimum: Option<f64>,
    /// Whether no other keys are taken.
    pub(super) is_closed: bool,
}

impl<'j> Expected<'j> {
    pub(super) fn takes(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    pub(super) fn takes_number(&self) -> bool {
        self.takes(Kind::Number) || self.takes(Kind::Whole)
    }

    fn add(&mut self, schema: &'j Json, refers: bool) {
        let kinds = match schema.get("type") {
            Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
            Some(kind) => kind.as_str().into_iter().collect(),
            None => Vec::new(),
        };
        let is_word = schema.get("enum").is_some() || schema.get("const").is_some();
        let is_day = schema.get("format").and_then(Json::as_str) == Some("date");
        let is_open = kinds.is_empty() && !is_word && !refers;
        let told = [(is_word, Kind::Word), (is_day, Kind::Day), (is_open, Kind::Anything)];
        self.kinds.extend(told.iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| *kind));
        self.kinds.extend(kinds.into_iter().filter_map(|kind| match kind {
            "string" => (!is_word).then_some(Kind::Text),
            "integer" => Some(Kind::Whole),
            "number" => Some(Kind::Number),
            "boolean" => Some(Kind::Boolean),
            "array" => Some(Kind::List),
            "object" => Some(Kind::Table),
            _ => None,
        }));
        self.items = self.items.or_else(|| schema.get("items"));
        let texts = |key| schema.get(key).and_then(Json::as_array).into_iter().flatten();
        self.required.extend(texts("required").filter_map(Json::as_str));
        self.words.extend(texts("enum").filter_map(Json::as_str));
        self.words.extend(schema.get("const").and_then(Json::as_str));
        self.minimum = self.minimum.or_else(|| schema.get("minimum")?.as_f64());
        self.is_closed |= schema.get("additionalProperties") == Some(&Json::Bool(false));
        let any_key = schema.get("additionalProperties").filter(|schema| schema.is_object());
        self.any_key = self.any_key.or(any_key);
        let keys = schema.get("properties").and_then(Json::as_object).into_iter().flatten();
        for (name, schema) in keys {
            let name = name.as_str();
            self.first_key.get_or_insert(name);
            self.keys.entry(name).or_insert(schema);
        }
    }

    pub(super) fn words(&self) -> String {
        let of_kind = |kind| match kind {
            Kind::Anything | Kind::Text | Kind::Word | Kind::Day => "a string",
            Kind::Whole => "a whole number",
            Kind::Number => "a number",
            Kind::Boolean => "true or false",
            Kind::List => "a list",
            Kind::Table => "a table",
        };
        let mut words: Vec<&str> = self.kinds.iter().map(|kind| of_kind(*kind)).collect();
        words.dedup();
        words.join(" or ")
    }
}
