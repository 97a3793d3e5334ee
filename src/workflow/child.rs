//! Child runs as a gate asks for them: which workflow, with which inputs, where, and what is taken
//! from them.

use super::Workflow;
use super::file::GateFile;
use super::file::Isolation;
use super::file::WorktreeFile;
use super::texts::Texts;
use crate::document::Placed;
use crate::files::ProjectFolder;
use crate::template::Context;
use crate::template::Fields;
use crate::template::Names;
use crate::template::Shape;
use crate::template::Template;
use crate::workflow::input::Values;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value as Json;
use serde_json::json;
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
    /// What its working tree has of its own.
    pub worktree: ChildWorktree,
    /// Files that are copied from there once it has passed.
    pub takes: Vec<Template>,
    /// What a worker must have to take it.
    pub labels: Vec<String>,
}

/// What the working tree of a child run has of its own, instead of what `orch.toml` says.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ChildWorktree {
    /// Its folder, relative to the repository.
    pub folder: Option<Template>,
    /// Its branch.
    pub branch: Option<Template>,
    /// What it starts from.
    pub base: Option<Template>,
    /// Whether the remote is asked for what is new there.
    pub fetch: Option<bool>,
    /// The command that makes it ready.
    pub setup: Option<Vec<Template>>,
    /// Globs of ignored files that are copied into it.
    pub copy: Option<Vec<Template>>,
    /// Whether it stays when the run has passed.
    pub keep: Option<bool>,
}

impl ChildWorktree {
    fn build(file: &WorktreeFile, texts: &Texts<'_>) -> Self {
        let one = |text: &Placed<String>| texts.template_with(text, &with_key);
        let several = |texts: &Vec<Placed<String>>| texts.iter().map(one).collect();
        Self {
            folder: file.folder.as_ref().map(one),
            branch: file.branch.as_ref().map(one),
            base: file.base.as_ref().map(one),
            fetch: file.fetch,
            setup: file.setup.as_ref().map(several),
            copy: file.copy.as_ref().map(several),
            keep: file.keep,
        }
    }

    /// What these values make of it. `key` is the part of a name that the worktree has of its run.
    pub fn render(&self, context: &Context, key: &str) -> Result<WorktreeOrder, String> {
        let context = context.clone().with(CHILD, &json!({ "key": key }));
        let one = |name: &str, template: &Option<Template>| {
            let text = template.as_ref().map(|template| template.render(&context)).transpose();
            text.map_err(|error| format!("`worktree.{name}`: {error}"))
        };
        let several = |name: &str, templates: &Option<Vec<Template>>| {
            let each = |template: &Template| {
                let text = template.render(&context);
                text.map_err(|error| format!("`worktree.{name}`: {error}"))
            };
            templates.as_ref().map(|all| all.iter().map(each).collect()).transpose()
        };
        Ok(WorktreeOrder {
            folder: one("folder", &self.folder)?,
            branch: one("branch", &self.branch)?,
            base: one("base", &self.base)?,
            fetch: self.fetch,
            setup: several("setup", &self.setup)?,
            copy: several("copy", &self.copy)?,
            keep: self.keep,
        })
    }
}

/// The same with everything filled in, for whoever makes the working tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct WorktreeOrder {
    /// Its folder, relative to the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Its branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// What it starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Whether the remote is asked for what is new there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fetch: Option<bool>,
    /// The command that makes it ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup: Option<Vec<String>>,
    /// Globs of ignored files that are copied into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<Vec<String>>,
    /// Whether it stays when the run has passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<bool>,
}

impl WorktreeOrder {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
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
            let own = workflow.inputs.iter().find(|own| own.name == *name);
            // A template renders text, whatever type the input has: it is read as if it were typed.
            let value = match (&value, own) {
                (Json::String(text), Some(own)) => {
                    own.accept(text, project).map_err(|error| error.to_string())?
                }
                (_, Some(_) | None) => value,
            };
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
        worktree: file
            .worktree
            .as_ref()
            .map(|table| ChildWorktree::build(table.get_ref(), texts))
            .unwrap_or_default(),
        takes: file.takes.iter().map(|path| texts.inside_with(path, &with_child)).collect(),
        labels: file.labels.iter().map(|label| label.get_ref().clone()).collect(),
    }
}

/// The names of a gate and the child run that it had.
fn with_child(names: &Names) -> Names {
    with_fields(names, &["key", "run", "branch"])
}

/// The names of a gate and the key of the child run that it will have.
fn with_key(names: &Names) -> Names {
    with_fields(names, &["key"])
}

fn with_fields(names: &Names, fields: &[&str]) -> Names {
    let mut names = names.clone();
    let fields = fields.iter().map(|name| ((*name).to_owned(), Shape::Single));
    let fields = Fields { called: "field of the child run", fields: fields.collect() };
    names.insert(CHILD, Shape::Table(Arc::new(fields)));
    names
}
