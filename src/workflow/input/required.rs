//! Inputs that are needed where others say so: `required_if` and `required_unless`.

use super::DefaultValue;
use super::Error;
use super::Input;
use super::Values;
use super::as_text;
use super::written;
use crate::document::Decimal;
use crate::document::Placed;
use crate::source::Source;
use crate::source::Unsound;
use crate::source::suggest;
use crate::workflow::file::ConditionFile;
use crate::workflow::file::InputFile;
use crate::workflow::file::InputType;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;

/// When an input must be given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    /// When the condition holds.
    If(Condition),
    /// When it does not.
    Unless(Condition),
}

/// What the other inputs are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    True(String),
    Given(String),
    Values(Vec<(String, Json)>),
}

impl Condition {
    /// Each thing that must be so, and whether it is.
    fn parts(&self, values: &Values) -> Vec<(String, &'static str, String, bool)> {
        let value = |name: &str| values.get(name).unwrap_or(&Json::Null);
        let part =
            |name: &str, so: &str, holds| (format!("`{name}` is"), " not", so.to_owned(), holds);
        match self {
            Self::True(name) => vec![part(name, "true", *value(name) == Json::Bool(true))],
            Self::Given(name) => vec![part(name, "given", is_given(value(name)))],
            Self::Values(wanted) => {
                let wanted = wanted.iter();
                wanted
                    .map(|(name, wanted)| {
                        part(name, &as_text(wanted), is_same(wanted, value(name)))
                    })
                    .collect()
            }
        }
    }
}

impl Required {
    /// The condition in words: "if `share` is true".
    pub fn words(&self) -> String {
        let (word, condition) = match self {
            Self::If(condition) => ("if", condition),
            Self::Unless(condition) => ("unless", condition),
        };
        let parts = condition.parts(&Values::new());
        let parts: Vec<String> =
            parts.into_iter().map(|(name, _, so, _)| format!("{name} {so}")).collect();
        format!("{word} {}", parts.join(" and "))
    }

    /// Why the input must be given with these values of the others; nothing where it need not be.
    pub fn because(&self, values: &Values) -> Option<String> {
        let (condition, wanted) = match self {
            Self::If(condition) => (condition, true),
            Self::Unless(condition) => (condition, false),
        };
        let parts = condition.parts(values);
        if parts.iter().all(|(_, _, _, holds)| *holds) != wanted {
            return None;
        }
        let told = parts.iter().filter(|(_, _, _, holds)| *holds == wanted);
        let told: Vec<String> = told
            .map(|(name, not, so, _)| format!("{name}{} {so}", if wanted { "" } else { not }))
            .collect();
        Some(told.join(" and "))
    }
}

fn is_given(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => true,
    }
}

fn is_same(wanted: &Json, value: &Json) -> bool {
    match (wanted, value) {
        (Json::Number(wanted), Json::Number(value)) => {
            Decimal::of_json(wanted) == Decimal::of_json(value)
        }
        (wanted, value) => wanted == value,
    }
}

/// The first input that has no value and must have one with these.
pub(super) fn missing(inputs: &[Input], values: &Values) -> Option<Error> {
    let open = inputs.iter().filter(|input| values.get(&input.name).is_none_or(Json::is_null));
    let mut told =
        open.filter_map(|input| Some((input, input.required.as_ref()?.because(values)?)));
    told.next().map(|(input, because)| input.missing(format!(", since {because}")))
}

/// The conditions of inputs as they are written, with their places.
pub(super) struct Conditions(BTreeMap<String, (bool, Placed<ConditionFile>)>);

impl Conditions {
    /// Refuses what contradicts itself.
    pub(super) fn take(
        source: &Source,
        files: &IndexMap<String, InputFile>,
    ) -> Result<Self, Box<Unsound>> {
        let mut all = BTreeMap::new();
        for (name, file) in files {
            let (is_if, condition) = match (&file.required_if, &file.required_unless) {
                (None, None) => continue,
                (Some(condition), None) => (true, condition),
                (None, Some(condition)) => (false, condition),
                (Some(_), Some(second)) => {
                    let message =
                        format!("input `{name}` has both `required_if` and `required_unless`");
                    return Err(source
                        .unsound(second.span(), message)
                        .advise("remove one of them"));
                }
            };
            if let Some(default) = &file.default {
                let key = if is_if { "required_if" } else { "required_unless" };
                let message = format!("input `{name}` has a default, so `{key}` has no effect");
                return Err(source
                    .unsound(default.span(), message)
                    .advise(format!("remove `default` or `{key}`")));
            }
            all.insert(name.clone(), (is_if, condition.clone()));
        }
        Ok(Self(all))
    }

    /// Gives the inputs their conditions, once all are known.
    pub(super) fn give(self, source: &Source, inputs: &mut [Input]) -> Result<(), Box<Unsound>> {
        for (name, (is_if, file)) in self.0 {
            let condition = condition(source, &name, &file, inputs)?;
            let required =
                if is_if { Required::If(condition) } else { Required::Unless(condition) };
            if let Some(input) = inputs.iter_mut().find(|input| input.name == name) {
                input.required = Some(required);
            }
        }
        Ok(())
    }
}

fn condition(
    source: &Source,
    own: &str,
    file: &Placed<ConditionFile>,
    inputs: &[Input],
) -> Result<Condition, Box<Unsound>> {
    let place = file.span();
    match file.get_ref() {
        ConditionFile::Given(name) => {
            let other = other(source, own, name, &place, inputs)?;
            if other.kind == InputType::Bool {
                return Ok(Condition::True(name.clone()));
            }
            refuse_always_given(source, other, place)?;
            Ok(Condition::Given(name.clone()))
        }
        ConditionFile::Values(values) if values.is_empty() => Err(source
            .unsound(place, "the condition is empty")
            .advise("write required_if = { input = value }")),
        ConditionFile::Values(values) => {
            let mut all = Vec::new();
            for (name, value) in values {
                let other = other(source, own, name, &place, inputs)?;
                let value = taken(source, other, value, &place)?;
                all.push((name.clone(), value));
            }
            Ok(Condition::Values(all))
        }
    }
}

fn other<'i>(
    source: &Source,
    own: &str,
    name: &str,
    place: &Range<usize>,
    inputs: &'i [Input],
) -> Result<&'i Input, Box<Unsound>> {
    if own == name {
        return Err(source
            .unsound(
                place.clone(),
                format!("the condition of input `{own}` must not name the input itself"),
            )
            .advise("name another input"));
    }
    inputs.iter().find(|input| input.name == name).ok_or_else(|| {
        let others = inputs.iter().map(|input| input.name.as_str()).filter(|name| *name != own);
        source
            .unsound(place.clone(), format!("unknown input `{name}`"))
            .advise(suggest(name, others))
    })
}

/// A value that the other input can have, as it would be kept.
fn taken(
    source: &Source,
    other: &Input,
    value: &Json,
    place: &Range<usize>,
) -> Result<Json, Box<Unsound>> {
    // Whether a file is there is known when a run starts.
    let text = Input { kind: InputType::Path, ..other.clone() };
    let other = if other.kind == InputType::File { &text } else { other };
    written::check(source, place.clone(), other, value)
}

/// What always has a value decides nothing by having one.
fn refuse_always_given(
    source: &Source,
    other: &Input,
    place: Range<usize>,
) -> Result<(), Box<Unsound>> {
    let is_always = match &other.default {
        Some(DefaultValue::Value(value)) => is_given(value),
        Some(DefaultValue::Template(_)) => false,
        None => other.is_required(),
    };
    if !is_always {
        return Ok(());
    }
    let name = &other.name;
    Err(source
        .unsound(place, format!("input `{name}` always has a value"))
        .advise(format!("write the value: {{ {name} = … }}")))
}
