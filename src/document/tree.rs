//! A document as a parser hands it over: a key stands once in its table.

use super::number::ParsedNumber;
use indexmap::IndexMap;
use indexmap::map::Entry;
use serde::Deserialize;
use serde::de::Error;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use std::fmt;
use std::marker::PhantomData;

/// One value; `T` is a value within it, with its place where the parser knows places.
#[derive(Debug)]
pub(super) enum Tree<T> {
    Null,
    Boolean(bool),
    Number(ParsedNumber),
    Text(String),
    List(Vec<T>),
    Table(IndexMap<String, T>),
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Tree<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
    type Value = Tree<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Tree<T>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree<T>, E> {
        Ok(Tree::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree<T>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree<T>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree<T>, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<T>, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree<T>, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree<T>, A::Error> {
        let mut table = IndexMap::new();
        while let Some(key) = entries.next_key()? {
            match table.entry(key) {
                Entry::Vacant(place) => place.insert(entries.next_value()?),
                Entry::Occupied(taken) => {
                    return Err(A::Error::custom(format!("duplicate key `{}`", taken.key())));
                }
            };
        }
        Ok(Tree::Table(table))
    }
}
