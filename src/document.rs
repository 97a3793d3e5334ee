//! Documents. A definition in TOML is read into a type of its own; a broken one, an unknown
//! key and a wrong type are told with their place and the nearest known name. Whatever else
//! is JSON, YAML or TOML is read as [`Data`]. The one home of the `toml` crate.

mod data;
mod decimal;
mod fill;
mod from_yaml;
mod insert;
mod instead;
mod json;
mod known;
mod number;
mod recovery;
mod refusals;
mod remedy;
mod salvage;
mod scripts;
mod shape;
mod slips;
mod syntax;
mod texts;
mod toml_data;
mod tree;
mod yaml;

pub use data::Data;
pub use data::DataFlaw;
pub use data::Language;
pub use decimal::Decimal;
pub use fill::Filled;
pub use fill::filled;
pub use insert::insert;
pub use salvage::Removed;
pub use salvage::Salvaged;
pub use salvage::entries;
pub use salvage::items;
pub use salvage::salvage;
pub use salvage::take;
pub use scripts::as_script;
pub use scripts::is_script;
pub use scripts::quoted;
pub use scripts::quoted_list;
pub use scripts::words;
pub use texts::texts;

use self::data::BYTE_ORDER_MARK;
use self::data::HOLDS_MARK;
use self::known::Known;
use self::shape::Shape;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::nearest;
use schemars::JsonSchema;
use schemars::Schema;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::PoisonError;
use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

/// A text or anything else of a document, with its byte range.
pub type Placed<T> = Spanned<T>;

/// A table as parsed, its values still with their places.
pub type Table<'t> = Spanned<DeTable<'t>>;

/// A value as parsed, still with its place.
pub type Value<'t> = Spanned<DeValue<'t>>;

/// Parses a document; each syntax error is told with its place: at least one.
pub fn parse(source: &Source) -> Result<Table<'_>, Vec<Box<Unsound>>> {
    if let Some(at) = source.text.find(BYTE_ORDER_MARK) {
        return Err(vec![source.unsound(at..at + BYTE_ORDER_MARK.len_utf8(), HOLDS_MARK)]);
    }
    toml_data::parse_all(&source.text).map_err(|errors| {
        let unsound = |(span, message): (Range<usize>, String)| {
            let told = syntax::told(&source.text, &span, &message);
            let misquoted = slips::misquoted(&source.text, &span);
            let span = told.at.map_or(span, |at| at..at);
            source.unsound(span, told.message).advise_if(misquoted.or(told.help))
        };
        errors.into_iter().map(unsound).collect()
    })
}

fn parse_value(source: &Source) -> Result<Value<'_>, Vec<Box<Unsound>>> {
    let table = parse(source)?;
    let span = table.span();
    Ok(Spanned::new(span, DeValue::Table(table.into_inner())))
}

/// Reads a whole document into a type.
pub fn read<T: DeserializeOwned + JsonSchema>(source: &Source) -> Result<T, Box<Unsound>> {
    read_all(source).map_err(|mut errors| errors.swap_remove(0))
}

/// The same, with everything that is wrong: at least one thing.
pub fn read_all<T>(source: &Source) -> Result<T, Vec<Box<Unsound>>>
where
    T: DeserializeOwned + JsonSchema,
{
    read_value_all(source, parse_value(source)?)
}

/// Reads a document that the program brings with it: nobody mistypes its keys, so that the schema,
/// which knows the nearest right ones, is not made for it.
pub fn read_shipped<T: DeserializeOwned>(source: &Source) -> Result<T, Box<Unsound>> {
    deserialize(source, parse_value(source).map_err(|mut errors| errors.swap_remove(0))?)
}

/// Reads one value of a document into a type; keys that the type's schema does not know are refused.
pub fn read_value<T>(source: &Source, value: Value<'_>) -> Result<T, Box<Unsound>>
where
    T: DeserializeOwned + JsonSchema,
{
    read_value_all(source, value).map_err(|mut errors| errors.swap_remove(0))
}

/// The same, with everything that is wrong, as far as one error does not hide another: at least one.
pub fn read_value_all<T>(source: &Source, value: Value<'_>) -> Result<T, Vec<Box<Unsound>>>
where
    T: DeserializeOwned + JsonSchema,
{
    read_rest(source, value, &[])
}

/// The same for what is left of a table after some of its keys were taken out, which are shown as
/// they are written.
pub fn read_rest<T>(
    source: &Source,
    value: Value<'_>,
    taken: &[&str],
) -> Result<T, Vec<Box<Unsound>>>
where
    T: DeserializeOwned + JsonSchema,
{
    let mut errors = Shape::new(source, known::<T>(), taken).check(&value);
    if errors.is_empty()
        && let Ok(read) = deserialize(source, value.clone())
    {
        return Ok(read);
    }
    let places: Vec<Range<usize>> = errors.iter().map(|error| error.span()).collect();
    errors.extend(refusals::all::<T>(source, value.clone(), &places));
    Err(advise::<T>(&value, errors))
}

/// Errors in a value of a type, each with what to write at its place.
pub fn advise<T: JsonSchema>(value: &Value<'_>, errors: Vec<Box<Unsound>>) -> Vec<Box<Unsound>> {
    remedy::advise(known::<T>(), value, errors)
}

/// Everything that has another shape than the type's schema says.
pub fn misshapen<T: JsonSchema>(source: &Source, value: &Value<'_>) -> Vec<Box<Unsound>> {
    Shape::new(source, known::<T>(), &[]).check(value)
}

/// Reads a value whose shape was looked at already.
pub fn read_shaped<T: DeserializeOwned>(
    source: &Source,
    value: Value<'_>,
) -> Result<T, Box<Unsound>> {
    deserialize(source, value)
}

fn deserialize<T: DeserializeOwned>(source: &Source, value: Value<'_>) -> Result<T, Box<Unsound>> {
    let span = value.span();
    let deserializer = toml::de::ValueDeserializer::from(value);
    T::deserialize(deserializer).map_err(|error| place(source, &error, span))
}

/// A value of a document as data.
pub fn data_of(source: &Source, value: &Value<'_>) -> Data {
    toml_data::data(&source.text, value)
}

/// Data as the text of a TOML file; `None` for what no such file can hold, such as a list by itself.
pub fn to_toml(value: &serde_json::Value) -> Option<String> {
    toml::to_string(value).ok()
}

/// The JSON Schema of a type as it is read.
pub fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>()
}

/// What makes JSON Schemas of types as they are written.
pub fn generator_of_written() -> SchemaGenerator {
    SchemaSettings::draft2020_12().for_serialize().into_generator()
}

/// What is known of a type's schema, made once for as long as the program runs: every table of every
/// document asks for it, and there are few types.
fn known<T: JsonSchema>() -> &'static Known {
    static MADE: Mutex<BTreeMap<Cow<'static, str>, &'static Known>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry(T::schema_id()).or_insert_with(|| Known::lasting(schema_of::<T>().to_value()))
}

fn place(source: &Source, error: &toml::de::Error, around: Range<usize>) -> Box<Unsound> {
    let span = error.span().unwrap_or(around);
    let unsound = |message: String| source.unsound(span, message);
    let whole = in_words(error.message());
    // Types of our own say in a second line what to write.
    if let Some((message, help)) = whole.split_once('\n') {
        return unsound(message.to_owned()).advise(help);
    }
    let mut words = error.message().split('`').skip(1).step_by(2);
    let first = words.next().unwrap_or_default();
    if error.message().starts_with(UNKNOWN_VARIANT) {
        let known: Vec<&str> = words.collect();
        let other = slips::other_word(first, &known);
        match nearest(first, known.iter().copied()).or(other) {
            Some(help) => unsound(whole).advise(help),
            None => unsound(format!("unknown value `{first}`"))
                .advise(format!("write {}", slips::listed(&known))),
        }
    } else if error.message().starts_with(MISSING_FIELD) {
        unsound(whole).advise_if(slips::example(first))
    } else {
        unsound(whole)
    }
}

const MISSING_FIELD: &str = "missing field `";

const UNKNOWN_VARIANT: &str = "unknown variant ";

/// What a deserializer says, without the names that types have in the code.
pub fn in_words(message: &str) -> String {
    if let Some(rest) = message.strip_prefix(UNKNOWN_VARIANT) {
        return format!("unknown value {rest}");
    }
    if let Some(rest) = message.strip_prefix(MISSING_FIELD) {
        return format!("missing key `{rest}");
    }
    let Some((found, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };
    let found = ["invalid type: ", "invalid value: "].iter().find_map(|it| found.strip_prefix(it));
    let Some(found) = found else {
        return message.to_owned();
    };
    let found = match found {
        "sequence" => "a list",
        "map" => "a table",
        found => found,
    };
    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        expected if expected.starts_with("struct ") => "a table",
        expected if expected.starts_with("a nonzero u") => "a whole number of at least 1",
        expected => expected,
    };
    format!("expected {expected}, found {found}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Plan {
        name: String,
        #[serde(default)]
        step: Vec<Step>,
        #[serde(default)]
        inputs: BTreeMap<String, Step>,
    }

    #[derive(Debug, Deserialize, JsonSchema)]
    struct Step {
        id: u8,
    }

    fn error(text: &str) -> (String, usize, usize, Option<String>) {
        let source = Source::new("a.toml", text);
        let error = read::<Plan>(&source).unwrap_err();
        let (_, line, column) = error.place();
        (error.message.clone(), line, column, error.help.as_ref().map(ToString::to_string))
    }

    #[test]
    fn a_sound_document_is_read() {
        let source = Source::new("a", "name = 'x'\n[[step]]\nid = 1\n[inputs]\nfree = { id = 2 }");
        let plan: Plan = read(&source).unwrap();
        assert_eq!((plan.name.as_str(), plan.step[0].id, plan.inputs["free"].id), ("x", 1, 2));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let (message, line, column, help) = error("name = 'x'\n[[step]]\nid = 1\nidd = 2");
        assert_eq!((message.as_str(), line, column), ("unknown key `idd`", 4, 1));
        assert_eq!(help.unwrap(), "did you mean `id`?");
        assert_eq!(error("name = 'x'\n[inputs.a]\nib = 3").1, 3);
        let (message, line, column, _) = error("name = 'x'\nstep = [{ id = 'one' }]");
        assert_eq!((line, column), (2, 16));
        assert_eq!(message, "expected a whole number of at least 0, found string \"one\"");
        assert_eq!(error("name = ").1, 1);
        assert_eq!(error("name = 'x'\n[[step]]\nid = inf").1, 3);
        let (message, line, column, _) = error("name = 'x'\nstep = ['\u{feff}']");
        assert_eq!((message.as_str(), line, column), (HOLDS_MARK, 2, 10));
        assert_eq!(error("[[step]]\nid = 1").0, "missing key `name`");
    }
}
