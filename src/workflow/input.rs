//! Inputs and answers: typed values that a person gives. They become flags, forms
//! and template values; none is ever run or parsed as anything else.

mod build;
mod error;
mod required;
mod written;

pub(super) use build::build;
pub use error::Called;
pub use error::Error;
pub use required::Required;

use super::file::InputType;
use crate::document::Decimal;
use crate::files::ProjectFolder;
use crate::id;
use crate::source;
use crate::source::suggest;
use crate::template::Context;
use crate::template::Template;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A typed parameter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Input {
    /// Its name, as templates use it.
    pub name: String,
    /// Its type.
    pub kind: InputType,
    /// The allowed values of a choice.
    pub choices: Vec<String>,
    /// What it is for.
    pub help: String,
    /// What it is where nothing is given.
    pub default: Option<DefaultValue>,
    /// Whether it may be left out without a default.
    pub optional: bool,
    /// When one that is optional otherwise must be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Required>,
    /// What messages call it.
    #[serde(default, skip_serializing_if = "Called::is_input")]
    pub called: Called,
}

/// What stands where nothing is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DefaultValue {
    /// A value.
    Value(Json),
    /// A text that may refer to other inputs.
    Template(Template),
}

/// Values by input name; an optional one without a value is null.
pub type Values = BTreeMap<String, Json>;

impl Input {
    /// Its name as an option: `artifact_path` is `artifact-path`.
    pub fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Whether a value must be given, whatever the others are.
    pub fn is_required(&self) -> bool {
        self.default.is_none() && !self.optional
    }

    fn wrong(&self, message: String, help: Option<String>) -> Error {
        Error::Wrong { called: self.called, name: self.name.clone(), message, help }
    }

    pub(super) fn missing(&self, because: String) -> Error {
        let (name, help) = (self.name.clone(), self.help.clone());
        Error::Missing { called: self.called, name, because, help }
    }

    /// Takes what was typed, on a command line or in a form.
    pub fn accept(&self, text: &str, project: &ProjectFolder) -> Result<Json, Error> {
        let whole = || text.trim().parse::<i64>().ok().map(Json::from);
        let value = match self.kind {
            InputType::Integer => whole().unwrap_or_else(|| text.into()),
            InputType::Number => {
                let float = || Decimal::kept_float(text.trim()).map(Json::from);
                whole().or_else(float).unwrap_or_else(|| text.into())
            }
            InputType::Bool => match text {
                "true" | "yes" | "y" => true.into(),
                "false" | "no" | "n" => false.into(),
                _ => text.into(),
            },
            InputType::List => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(Json::from)
                .collect(),
            InputType::String
            | InputType::Slug
            | InputType::Path
            | InputType::File
            | InputType::Choice => text.into(),
        };
        self.check(value, project)
    }

    /// Takes all that was typed under the input's name: a list's only text is split at commas, of
    /// several each is an item as it stands; an empty one is none.
    pub fn accept_all(&self, texts: &[String], project: &ProjectFolder) -> Result<Json, Error> {
        match (self.kind, texts) {
            (_, [only]) => self.accept(only, project),
            (InputType::List, items) => {
                let items = items.iter().filter(|item| !item.is_empty());
                self.check(items.cloned().map(Json::from).collect(), project)
            }
            (_, texts) => Err(self.wrong(format!("given {} times", texts.len()), None)),
        }
    }

    /// Checks a value of any origin against the type.
    pub fn check(&self, value: Json, project: &ProjectFolder) -> Result<Json, Error> {
        let wrong = |message: String| self.wrong(message, None);
        if value.is_null() && self.optional {
            return Ok(Json::Null);
        }
        let text = value.as_str();
        let shown = text.map_or_else(|| value.to_string(), str::to_owned);
        match (self.kind, text) {
            (InputType::String, Some(_)) => Ok(value),
            (InputType::Slug, Some(text)) if id::is_slug(text) => Ok(value),
            (InputType::Slug, Some("")) => Err(self.wrong(
                "it is empty".to_owned(),
                Some("write letters or digits, such as my-item".to_owned()),
            )),
            (InputType::Slug, _) => Err(self.wrong(
                format!(
                    "`{shown}` is not a slug: use a-z, 0-9, `.`, `_` and `-`, \
                     starting with a letter or digit"
                ),
                Some(format!("write {}", id::slug_like(&shown).as_deref().unwrap_or("my-item"))),
            )),
            (InputType::Choice, Some(text)) if self.choices.iter().any(|choice| choice == text) => {
                Ok(value)
            }
            (InputType::Choice, _) => {
                let choices = self.choices.join(", ");
                let near = source::nearest(&shown, self.choices.iter().map(String::as_str));
                let help = near.unwrap_or_else(|| format!("write one of {choices}"));
                Err(self.wrong(format!("`{shown}` is not one of {choices}"), Some(help)))
            }
            (InputType::Path | InputType::File, Some(text)) => {
                let path = project.path(text);
                let path =
                    path.map_err(|error| self.wrong(error.to_string(), Some(error.help())))?;
                project.refuse_astray(&path).map_err(|error| wrong(error.to_string()))?;
                if self.kind == InputType::File {
                    let help = "write the path of a file of the project, such as docs/a.md";
                    project
                        .open(&path)
                        .map_err(|error| self.wrong(error.to_string(), Some(help.to_owned())))?;
                }
                Ok(path.as_str().into())
            }
            (InputType::Integer, _) if value.is_i64() || value.is_u64() => Ok(value),
            (InputType::Number, _) if value.is_number() => Ok(value),
            (InputType::Bool, _) if value.is_boolean() => Ok(value),
            (InputType::List, _) if is_list_of_scalars(&value) => Ok(value),
            (InputType::Bool, _) => Err(self.wrong(
                format!("`{shown}` is neither `true` nor `false`"),
                Some("write true or false".to_owned()),
            )),
            (InputType::Integer, Some(text)) if is_digits(text) => Err(self.wrong(
                format!("`{shown}` is out of range"),
                Some(format!("write a number from {} to {}", i64::MIN, i64::MAX)),
            )),
            (kind, _) => Err(self.wrong(
                format!("`{shown}` is not a {}", kind.words()),
                kind.example()
                    .map(|example| format!("write a {}, such as {example}", kind.words())),
            )),
        }
    }
}

/// Gives every input its value: the given one, else its default, else null where it is optional.
pub fn resolve(inputs: &[Input], given: &Values, project: &ProjectFolder) -> Result<Values, Error> {
    resolve_all(inputs, given, project).map_err(|mut errors| errors.swap_remove(0))
}

/// The same, with everything that is wrong: at least one thing.
pub fn resolve_all(
    inputs: &[Input],
    given: &Values,
    project: &ProjectFolder,
) -> Result<Values, Vec<Error>> {
    let is_unknown = |name: &&String| !inputs.iter().any(|input| input.name == **name);
    let unknown = |name: &String| Error::Unknown {
        called: inputs.first().map(|input| input.called).unwrap_or_default(),
        name: name.clone(),
        help: suggest(name, inputs.iter().map(|input| input.name.as_str())),
    };
    let mut errors: Vec<Error> = given.keys().filter(is_unknown).map(unknown).collect();
    let mut values = Values::new();
    let mut open: Vec<&Input> = Vec::new();
    for input in inputs {
        match (given.get(&input.name), &input.default) {
            (Some(value), _) => match input.check(value.clone(), project) {
                Ok(value) => drop(values.insert(input.name.clone(), value)),
                Err(error) => errors.push(error),
            },
            (None, Some(_)) => open.push(input),
            (None, None) if input.optional => {
                values.insert(input.name.clone(), Json::Null);
            }
            (None, None) => errors.push(input.missing(String::new())),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    // A default may refer to inputs below it; loading has refused circles.
    while !open.is_empty() {
        let (ready, rest): (Vec<_>, Vec<_>) =
            open.iter().copied().partition(|input| is_ready(input, &values));
        if ready.is_empty() {
            return Err(vec![rest[0].wrong("its default refers to itself".to_owned(), None)]);
        }
        for input in ready {
            let value = default_of(input, &values, project).map_err(|error| vec![error])?;
            values.insert(input.name.clone(), value);
        }
        open = rest;
    }
    required::missing(inputs, &values).map_or(Ok(values), |error| Err(vec![error]))
}

fn is_ready(input: &Input, values: &Values) -> bool {
    match &input.default {
        Some(DefaultValue::Template(template)) => {
            template.names().iter().all(|name| values.contains_key(name))
        }
        Some(DefaultValue::Value(_)) | None => true,
    }
}

fn default_of(input: &Input, values: &Values, project: &ProjectFolder) -> Result<Json, Error> {
    match &input.default {
        None => Ok(Json::Null),
        Some(DefaultValue::Value(value)) => input.check(value.clone(), project),
        Some(DefaultValue::Template(template)) => {
            let text = template
                .render(&context(values))
                .map_err(|error| input.wrong(format!("its default: {error}"), None))?;
            input.accept(&text, project)
        }
    }
}

/// The values as a template sees them.
pub fn context(values: &Values) -> Context {
    let mut context = Context::default();
    for (name, value) in values {
        context.insert(name, value);
    }
    context
}

/// The variable that programs find an input in.
pub fn variable(name: &str) -> String {
    format!("ORCH_INPUT_{}", name.to_uppercase())
}

/// A value as a program gets it in its environment; a list has one item a line.
pub fn as_text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join("\n"),
        Json::Bool(_) | Json::Number(_) | Json::Object(_) => value.to_string(),
    }
}

/// A project in which values are read before there is a real one.
fn nowhere() -> Option<ProjectFolder> {
    ProjectFolder::new(std::path::Path::new("/"), Vec::new()).ok()
}

fn is_digits(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+']);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_list_of_scalars(value: &Json) -> bool {
    value.as_array().is_some_and(|items| {
        items.iter().all(|item| item.is_string() || item.is_number() || item.is_boolean())
    })
}

#[cfg(test)]
mod tests;
