//! Values that are one of a few words or a table, read so that errors keep their place.

/// Reads a word of a fixed set, or a table; an untagged enum would lose the error's place.
macro_rules! word_or_table {
    ($name:ident, $expecting:literal, $form:literal, $($word:literal => $value:expr),+; $table:ident => $wrap:path) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expecting)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        match text {
                            $($word => Ok($value),)+
                            _ => Err(E::unknown_variant(text, &[$($word,)+ $form])),
                        }
                    }
                    fn visit_map<M: serde::de::MapAccess<'de>>(self, map: M) -> Result<$name, M::Error> {
                        $table::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map($wrap)
                    }
                }
                deserializer.deserialize_any(Visitor)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let table = generator.subschema_for::<$table>();
                schemars::json_schema!({
                    "description": $expecting,
                    "anyOf": [{ "enum": [$($word),+] }, table]
                })
            }
        }
    };
}

pub(super) use word_or_table;
