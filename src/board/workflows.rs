//! The workflows that can be run here, and the page of each: its gates, and a form of its inputs.

use super::Board;
use super::frame::Heading;
use super::graph;
use super::graph::Detail;
use super::graph::GraphView;
use super::link;
use crate::ops::Error;
use crate::ops::report::words::Tone;
use crate::ops::workflow_list;
use crate::ops::workflow_list::WorkflowEntry;
use crate::ops::workflow_show;
use crate::suggestion::OPEN;
use crate::suggestion::Suggestion;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::DefaultValue;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct WorkflowsView {
    workflows: Vec<WorkflowRow>,
}

#[derive(Debug, Serialize)]
struct WorkflowRow {
    href: String,
    #[serde(flatten)]
    entry: WorkflowEntry,
}

#[derive(Debug, Serialize)]
struct WorkflowView {
    name: String,
    version: String,
    description: String,
    why: String,
    path: String,
    graph: GraphView,
    gates: Vec<PlannedRow>,
    fields: Vec<Field>,
    action: String,
    command: String,
    text: String,
    /// Why the form was not taken.
    problem: Option<String>,
}

#[derive(Debug, Serialize)]
struct PlannedRow {
    id: String,
    name: String,
    executor: String,
    needs: String,
}

/// A field of the form.
#[derive(Debug, Serialize)]
struct Field {
    id: String,
    name: String,
    help: String,
    words: &'static str,
    /// How it is filled in.
    control: Control,
    choices: Vec<String>,
    value: String,
    is_required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Control {
    Text,
    Number,
    Choice,
    Lines,
}

impl Board<'_> {
    /// All workflows.
    pub(super) fn workflows(&self) -> Result<String, Error> {
        let row = |entry: WorkflowEntry| WorkflowRow {
            href: format!("{}/workflows/{}", self.base, link::segment(&entry.name)),
            entry,
        };
        let all = workflow_list::workflow_list(self.project);
        let view = WorkflowsView { workflows: all.into_iter().map(row).collect() };
        let heading = Heading { title: "Workflows", section: "workflows", follows: "-" };
        self.page("workflows.html", heading, &view)
    }

    /// One workflow; `given` are the values of a form that was not taken, with the reason.
    pub fn workflow(
        &self,
        name: &str,
        given: &[(String, String)],
        problem: Option<String>,
    ) -> Result<String, Error> {
        let (workflow, _) = Workflow::load(name, &self.project.shelf)?;
        let request = workflow_show::Request { name: name.to_owned() };
        let shown = workflow_show::workflow_show(self.project, &request)?;
        let graph = graph::draw(&workflow, self.project.clock.now(), |gate| Detail {
            words: gate.work.executor().to_string(),
            tone: Tone::Quiet,
            href: None,
        });
        let gates = workflow.gates.iter().map(|gate| {
            let needs: Vec<String> = gate.needs.iter().map(ToString::to_string).collect();
            PlannedRow {
                id: gate.id.to_string(),
                name: gate.name.clone(),
                executor: gate.work.executor().to_string(),
                needs: needs.join(", "),
            }
        });
        let run = Suggestion::new("run").word(name);
        let required = workflow.inputs.iter().filter(|input| input.is_required());
        let run = required.fold(run, |run, input| run.option(input.flag(), OPEN));
        let view = WorkflowView {
            name: workflow.name.clone(),
            version: workflow.version.clone(),
            description: workflow.description.clone(),
            why: shown.why,
            path: format!("workflows/{name}.toml"),
            graph,
            gates: gates.collect(),
            fields: workflow.inputs.iter().map(|input| field(input, given)).collect(),
            action: format!("{}/workflows/{}", self.base, link::segment(name)),
            command: run.to_string(),
            text: shown.text,
            problem,
        };
        let heading = Heading { title: name, section: "workflows", follows: "-" };
        self.page("workflow.html", heading, &view)
    }
}

/// What can be chosen from, where anything can.
pub(super) fn choices(input: &Input) -> Vec<String> {
    if input.kind == InputType::Bool {
        return vec!["true".to_owned(), "false".to_owned()];
    }
    input.choices.clone()
}

fn field(input: &Input, given: &[(String, String)]) -> Field {
    let typed = given.iter().find(|(name, _)| *name == input.name).map(|(_, value)| value.clone());
    let default = match &input.default {
        Some(DefaultValue::Value(value)) => input::as_text(value),
        // What it comes to depends on the others: left empty, it is made from them.
        Some(DefaultValue::Template(_)) | None => String::new(),
    };
    let control = match input.kind {
        InputType::Choice | InputType::Bool => Control::Choice,
        InputType::Integer | InputType::Number => Control::Number,
        InputType::List => Control::Lines,
        InputType::String | InputType::Slug | InputType::Path | InputType::File => Control::Text,
    };
    Field {
        id: format!("input-{}", input.name),
        name: input.name.clone(),
        help: input.help.clone(),
        words: input.kind.words(),
        control,
        choices: choices(input),
        value: typed.unwrap_or(default),
        is_required: input.is_required(),
    }
}
