//! A text, or a list of texts, where a parameter takes either.

use super::Flaw;
use crate::files::Globs;
use crate::files::ProjectPath;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::SeqAccess;
use std::fmt;
use std::ops::Deref;

/// One text or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OneOrMany(Vec<String>);

impl OneOrMany {
    /// The texts in quotes, for [`super::Check::words`].
    pub(super) fn words(&self) -> String {
        let quoted: Vec<String> = self.0.iter().map(|text| format!("`{text}`")).collect();
        quoted.join(", ")
    }

    /// The same of globs, as people are shown them.
    pub(super) fn glob_words(&self) -> String {
        let quoted: Vec<String> =
            self.0.iter().map(|text| format!("`{}`", Globs::shown(text))).collect();
        quoted.join(", ")
    }

    /// What is wrong with texts of which there must be at least one, none of them empty.
    pub(super) fn flaw(&self, parameter: &'static str) -> Option<Flaw> {
        if self.0.is_empty() {
            return Some(
                Flaw::of(parameter, format!("`{parameter}` is empty"))
                    .advise(format!("write {parameter} = [\"…\"]")),
            );
        }
        let empty = self.0.iter().any(String::is_empty);
        empty.then(|| {
            Flaw::of(parameter, format!("`{parameter}` contains an empty string"))
                .advise("remove the empty string")
        })
    }

    /// The same for globs that name files.
    pub(super) fn glob_flaw(&self, parameter: &'static str) -> Option<Flaw> {
        let folder = || self.0.iter().find_map(|text| ProjectPath::folder_flaw(text));
        self.flaw(parameter).or_else(|| folder().map(|flaw| Flaw::of_path(parameter, &flaw)))
    }
}

impl Deref for OneOrMany {
    type Target = Vec<String>;
    fn deref(&self) -> &Vec<String> {
        &self.0
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = items.next_element()? {
                    texts.push(text);
                }
                Ok(OneOrMany(texts))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A string or a list of strings.",
            "type": ["string", "array"],
            "items": { "type": "string" }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Holder {
        text: OneOrMany,
    }

    #[test]
    fn one_and_many_are_read_and_errors_keep_their_place() {
        let read = |text: &str| crate::document::read::<Holder>(&Source::new("a.toml", text));
        assert_eq!(*read("text = 'a'").unwrap().text, ["a"]);
        assert_eq!(*read("text = ['a', 'b']").unwrap().text, ["a", "b"]);
        let error = read("text = [\n'a',\n3]").unwrap_err();
        assert_eq!(error.place(), ("a.toml", 3, 1));
        assert!(read("text = 3").is_err());
        let flaw = |text: &str| read(text).unwrap().text.flaw("text");
        assert_eq!(flaw("text = []").unwrap().message, "`text` is empty");
        assert_eq!(flaw("text = ['a', '']").unwrap().message, "`text` contains an empty string");
        assert!(flaw("text = 'a'").is_none());
    }
}
