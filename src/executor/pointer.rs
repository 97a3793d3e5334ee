//! Where a figure stands in an agent's output: JSON pointers, with `*` for every
//! member of a map or list, and `#` after a last `*` for the members' names.

use crate::budget::Amount;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::fmt;

/// One place, or every place that a wildcard reaches: `/stats/models/*/tokens/prompt`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Pointer {
    segments: Vec<String>,
}

/// Places whose numbers are added up, and whose first text counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Pointers(Vec<Pointer>);

/// The segment that stands for every member.
const EVERY: &str = "*";

/// The last segment that stands for the names of every member.
const EVERY_NAME: &str = "*#";

impl TryFrom<String> for Pointer {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let path = text.strip_prefix('/').ok_or_else(|| {
            let meant = text.trim_start_matches(['$', '.']).replace('.', "/");
            format!("`{text}` is not a JSON pointer\nwrite \"/{meant}\", with `*` for any member")
        })?;
        let unescape = |segment: &str| segment.replace("~1", "/").replace("~0", "~");
        Ok(Self { segments: path.split('/').map(unescape).collect() })
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> String {
        let escape =
            |segment: &String| format!("/{}", segment.replace('~', "~0").replace('/', "~1"));
        pointer.segments.iter().map(escape).collect()
    }
}

impl Pointer {
    /// Everything that the pointer reaches, in the order of the document.
    pub fn values(&self, json: &Json) -> Vec<Json> {
        let mut reached = vec![json];
        for segment in &self.segments {
            if segment == EVERY_NAME {
                let names = reached.iter().filter_map(|value| value.as_object());
                return names.flat_map(|map| map.keys().map(|name| name.as_str().into())).collect();
            }
            reached = reached.into_iter().flat_map(|value| step(value, segment)).collect();
        }
        reached.into_iter().cloned().collect()
    }
}

fn step<'j>(value: &'j Json, segment: &str) -> Vec<&'j Json> {
    match (value, segment) {
        (Json::Object(map), EVERY) => map.values().collect(),
        (Json::Array(items), EVERY) => items.iter().collect(),
        (Json::Object(map), name) => map.get(name).into_iter().collect(),
        (Json::Array(items), index) => {
            index.parse().ok().and_then(|index: usize| items.get(index)).into_iter().collect()
        }
        (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_), _) => Vec::new(),
    }
}

impl Pointers {
    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The places as they are written.
    pub fn shown(&self) -> String {
        let places = self.0.iter().cloned().map(|place| format!("`{}`", String::from(place)));
        places.collect::<Vec<_>>().join(", ")
    }

    /// Everything that the places reach.
    pub fn values(&self, json: &Json) -> impl Iterator<Item = Json> {
        self.0.iter().flat_map(|pointer| pointer.values(json))
    }

    /// The sum of the amounts there; `None` where there is none, or one that is no amount.
    pub fn amount(&self, json: &Json) -> Option<f64> {
        let mut sum = None;
        for value in self.values(json).filter(|value| !value.is_null()) {
            let number = Amount::try_from(value.as_f64()?).ok()?.value();
            sum = Some(Amount::at_most(sum.unwrap_or(0.0) + number).value());
        }
        sum
    }

    /// The sum of the whole numbers there; `None` where there is none, or one that is none.
    pub fn count(&self, json: &Json) -> Option<u64> {
        let mut sum: Option<u64> = None;
        for value in self.values(json).filter(|value| !value.is_null()) {
            sum = Some(sum.unwrap_or(0).saturating_add(value.as_u64()?));
        }
        sum
    }

    /// The first value there.
    pub fn first(&self, json: &Json) -> Option<Json> {
        self.values(json).find(|value| !value.is_null())
    }

    /// The first text there that is not empty.
    pub fn text(&self, json: &Json) -> Option<String> {
        self.texts(json).into_iter().next()
    }

    /// Every different text there, in the order of the document.
    pub fn texts(&self, json: &Json) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        for value in self.values(json) {
            if let Json::String(text) = value
                && !text.is_empty()
                && !texts.contains(&text)
            {
                texts.push(text);
            }
        }
        texts
    }

    /// Whether `true` stands there.
    pub fn is_true(&self, json: &Json) -> bool {
        self.values(json).any(|value| value == Json::Bool(true))
    }
}

impl<'de> Deserialize<'de> for Pointers {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Pointers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON pointer or a list of them")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Pointers, E> {
                let pointer = Pointer::try_from(text.to_owned()).map_err(E::custom)?;
                Ok(Pointers(vec![pointer]))
            }
            fn visit_seq<A>(self, mut items: A) -> Result<Pointers, A::Error>
            where
                A: serde::de::SeqAccess<'de>,
            {
                let mut pointers = Vec::new();
                while let Some(pointer) = items.next_element()? {
                    pointers.push(pointer);
                }
                Ok(Pointers(pointers))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Pointers {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pointers".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A JSON pointer or a list of them; the numbers are added up. `*` stands for every member, a final `*#` for the names of the members.",
            "type": ["string", "array"],
            "items": { "type": "string" }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointers(texts: &[&str]) -> Pointers {
        serde_json::from_value(json!(texts)).unwrap()
    }

    #[test]
    fn wildcards_reach_every_member_and_numbers_add_up() {
        let json = json!({"models": {"a": {"in": 1, "cached": null}, "b": {"in": 2.0}, "c": {"in": 3}},
            "list": [{"in": 10}, {"in": 20}], "a/b": 7});
        assert_eq!(pointers(&["/models/*/in"]).amount(&json), Some(6.0));
        assert_eq!(pointers(&["/models/*/cached"]).count(&json), None);
        assert_eq!(pointers(&["/list/*/in", "/a~1b", "/none"]).count(&json), Some(37));
        assert_eq!(pointers(&["/list/1/in"]).count(&json), Some(20));
        assert_eq!(pointers(&["/models/*#"]).texts(&json), ["a", "b", "c"]);
        assert_eq!(pointers(&["/none/*/x", "/list/9"]).count(&json), None);
    }

    #[test]
    fn what_is_no_amount_is_unknown() {
        let json = json!({"a": -1, "b": "12", "c": 1.5, "d": true, "e": "", "f": 1e300, "g": 1e12});
        assert_eq!([pointers(&["/a"]).amount(&json), pointers(&["/f"]).amount(&json)], [None; 2]);
        assert_eq!(pointers(&["/g", "/g"]).amount(&json), Some(1e12));
        assert_eq!(pointers(&["/b"]).count(&json), None);
        assert_eq!(pointers(&["/c"]).count(&json), None);
        assert!(pointers(&["/d"]).is_true(&json) && !pointers(&["/c"]).is_true(&json));
        assert_eq!(pointers(&["/e", "/b"]).text(&json).as_deref(), Some("12"));
    }

    #[test]
    fn a_pointer_begins_with_a_slash() {
        let error = Pointer::try_from("usage/x".to_owned()).unwrap_err();
        assert!(error.starts_with("`usage/x` is not a JSON pointer"), "{error}");
        assert!(serde_json::from_value::<Pointers>(json!(["/a", "b"])).is_err());
    }
}
