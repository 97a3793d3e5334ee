//! Child runs as a gate asks for them: which workflow, with which inputs, where, and what is taken
//! from them.

use super::Workflow;
use super::file::GateFile;
use super::file::Isolation;
use super::texts::Texts;
use crate::document::Placed;
use crate::files::ProjectFolder;
use crate::template::Context;
use crate::template::Fields;
use crate::template::Names;
use crate::template::Shape;
use crate::template::Template;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::sync::Arc;

/// What templates of `takes` call the child run.
pub const CHILD: &str = "child";

/// A child run, as its gate asks for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChildWork {
    /// Its workflow.
    pub workflow: Template,
    /// The value of the input that is its key.
    pub key: Option<Template>,
    /// Its other inputs, by name.
    pub with: Vec<(String, ChildInput)>,
    /// Where it works.
    pub isolation: Isolation,
    /// Files that are copied from there once it has passed.
    pub takes: Vec<Template>,
    /// What a worker must have to take it.
    pub labels: Vec<String>,
}

/// An input of a child run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ChildInput {
    /// A template; one that is a single name gives the value behind it as it is.
    Text(Template),
    /// Several values.
    List(Vec<Self>),
    /// What no template can be.
    Plain(Json),
}

impl ChildInput {
    fn build(value: &Json, template: &dyn Fn(&str) -> Template) -> Self {
        match value {
            Json::String(text) => Self::Text(template(text)),
            Json::Array(values) => {
                Self::List(values.iter().map(|value| Self::build(value, template)).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {
                Self::Plain(value.clone())
            }
        }
    }

    fn render(&self, context: &Context) -> Result<Json, String> {
        match self {
            Self::Text(template) => {
                let name = template
                    .text()
                    .trim()
                    .strip_prefix("{{")
                    .and_then(|text| text.strip_suffix("}}").map(str::trim));
                if let Some(value) = name.and_then(|name| context.get(name)) {
                    return Ok(value);
                }
                template.render(context).map(Json::String).map_err(|error| error.to_string())
            }
            Self::List(values) => {
                values.iter().map(|value| value.render(context)).collect::<Result<_, _>>()
            }
            Self::Plain(value) => Ok(value.clone()),
        }
    }
}

impl ChildWork {
    /// The inputs of this workflow, as these values render them.
    pub fn inputs(
        &self,
        workflow: &Workflow,
        context: &Context,
        project: &ProjectFolder,
    ) -> Result<Values, String> {
        let rendered = |(name, input): &(String, ChildInput)| {
            let value = input.render(context).map_err(|error| format!("`{name}`: {error}"))?;
            Ok((name.clone(), value))
        };
        let mut inputs: Values = self.with.iter().map(rendered).collect::<Result<_, String>>()?;
        if let Some(key) = &self.key {
            let input = workflow.key_input().map_err(|error| error.to_string())?;
            let text = key.render(context).map_err(|error| format!("`key`: {error}"))?;
            let value = input.accept(&text, project).map_err(|error| error.to_string())?;
            inputs.insert(input.name.clone(), value);
        }
        Ok(inputs)
    }
}

/// What the table of a gate asks for.
pub(super) fn build(file: &GateFile, texts: &Texts<'_>) -> ChildWork {
    let with = file.with.iter().map(|(name, value)| {
        let template = |text: &str| texts.template(&Placed::new(value.span(), text.to_owned()));
        (name.clone(), ChildInput::build(value.get_ref(), &template))
    });
    let name = file.workflow.as_ref();
    ChildWork {
        workflow: name.map_or_else(|| Template::literal(""), |name| texts.template(name)),
        key: file.key.as_ref().map(|key| texts.template(key)),
        with: with.collect(),
        isolation: file.isolation.as_ref().map(|it| *it.get_ref()).unwrap_or_default(),
        takes: file.takes.iter().map(|path| texts.inside_with(path, &with_child)).collect(),
        labels: file.labels.iter().map(|label| label.get_ref().clone()).collect(),
    }
}

/// The names of a gate and the child run that it had.
fn with_child(names: &Names) -> Names {
    let mut names = names.clone();
    let fields = ["key", "run", "branch"].map(|name| (name.to_owned(), Shape::Single));
    let fields = Fields { called: "field of the child run", fields: fields.into_iter().collect() };
    names.insert(CHILD, Shape::Table(Arc::new(fields)));
    names
}
