//! The workflows that can be run here, and the page of each: its gates, and a form of its inputs.

use super::Board;
use super::frame::Heading;
use super::graph;
use super::graph::Detail;
use super::graph::GraphView;
use super::text::TextBlock;
use crate::audit::AuditLevel;
use crate::audit::AuditRow;
use crate::audit::Certainty;
use crate::ops::Error;
use crate::ops::audit_notice;
use crate::ops::report::words::Tone;
use crate::ops::workflow_audit;
use crate::ops::workflow_list;
use crate::ops::workflow_list::WorkflowEntry;
use crate::ops::workflow_show;
use crate::suggestion::OPEN;
use crate::suggestion::Suggestion;
use crate::uri;
use crate::workflow::Input;
use crate::workflow::InputType;
use crate::workflow::Workflow;
use crate::workflow::input;
use crate::workflow::input::DefaultValue;
use serde::Serialize;

/// How many lines of a row of an audit are shown.
const AUDIT_LINES_MAX: usize = 8;

/// How many gates the page lists; the definition has all of them.
const GATES_SHOWN: usize = 200;

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
    graph: GraphView,
    /// What it may do; nothing of a workflow that is too large to look at while a page is waited for.
    audit: Vec<AuditRowView>,
    findings: Vec<AuditFindingView>,
    gates: Vec<PlannedRow>,
    /// How many gates there are beside those.
    more_gates: usize,
    fields: Vec<Field>,
    action: String,
    command: String,
    text: TextBlock,
    /// Why the form was not taken.
    problem: Option<String>,
}

/// A row of its audit.
#[derive(Debug, Serialize)]
struct AuditRowView {
    row: String,
    decided: &'static str,
    tone: Tone,
    /// What it may do, a few lines of it.
    said: Vec<String>,
    more: usize,
    not_looked_at: Vec<String>,
}

/// What was found in it.
#[derive(Debug, Serialize)]
struct AuditFindingView {
    level: &'static str,
    tone: Tone,
    rule: String,
    message: String,
    help: String,
    place: String,
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
            href: format!("{}/workflows/{}", self.base, uri::segment(&entry.name)),
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
        let (audit, findings) = self.audit(&workflow)?;
        let run = Suggestion::new("run").word(name);
        let required = workflow.inputs.iter().filter(|input| input.is_required());
        let run = required.fold(run, |run, input| run.option(input.flag(), OPEN));
        let view = WorkflowView {
            name: workflow.name.clone(),
            version: workflow.version.clone(),
            description: workflow.description.clone(),
            why: shown.why,
            graph,
            audit,
            findings,
            gates: gates.take(GATES_SHOWN).collect(),
            more_gates: workflow.gates.len().saturating_sub(GATES_SHOWN),
            fields: workflow.inputs.iter().map(|input| field(input, given)).collect(),
            action: format!("{}/workflows/{}", self.base, uri::segment(name)),
            command: run.to_string(),
            text: TextBlock::of(format!("workflows/{name}.toml"), None, Some(shown.text)),
            problem,
        };
        let heading = Heading { title: name, section: "workflows", follows: "-" };
        self.page("workflow.html", heading, &view)
    }
}

impl Board<'_> {
    /// What a workflow may do, row by row, and what was found.
    fn audit(
        &self,
        workflow: &Workflow,
    ) -> Result<(Vec<AuditRowView>, Vec<AuditFindingView>), Error> {
        if workflow.gates.len() > audit_notice::GATES_MAX {
            return Ok((Vec::new(), Vec::new()));
        }
        let request =
            workflow_audit::Request { workflow: workflow.name.clone(), ..Default::default() };
        let audit = workflow_audit::workflow_audit(self.project, &request)?.audit;
        let findings = audit.findings().into_iter().map(|finding| AuditFindingView {
            level: finding.level.as_str(),
            tone: match finding.level {
                AuditLevel::Error => Tone::Bad,
                AuditLevel::Warning => Tone::Open,
                AuditLevel::Note => Tone::Quiet,
            },
            rule: finding.rule.clone(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            place: format!("{}:{}", finding.file, finding.line),
        });
        let findings = findings.collect();
        Ok((audit.rows.into_iter().map(audit_row).collect(), findings))
    }
}

fn audit_row(row: AuditRow) -> AuditRowView {
    let lines = row.said.iter().map(|line| match &line.gate {
        Some(gate) => format!("{gate}: {}", line.text),
        None => line.text.clone(),
    });
    AuditRowView {
        decided: row.decided.as_str(),
        tone: match row.decided {
            Certainty::Sound => Tone::Good,
            Certainty::Partial | Certainty::Unknown => Tone::Quiet,
        },
        said: lines.take(AUDIT_LINES_MAX).collect(),
        more: row.said.len().saturating_sub(AUDIT_LINES_MAX),
        row: row.row,
        not_looked_at: row.not_looked_at,
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
