//! The gates and what they wait for, as Mermaid, DOT or text.

use super::Error;
use super::Project;
use crate::clock;
use crate::contract::Contract;
use crate::template::Template;
use crate::workflow::Approval;
use crate::workflow::EachList;
use crate::workflow::Gate;
use crate::workflow::Join;
use crate::workflow::OnFail;
use crate::workflow::Order;
use crate::workflow::Role;
use crate::workflow::Work;
use crate::workflow::Workflow;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::Serialize;
use std::fmt::Write as _;
use std::time::Duration;

/// Output format of a graph.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it, and help would repeat them")]
pub enum GraphFormat {
    #[default]
    Text,
    Mermaid,
    Dot,
}

/// The workflow to draw, and the output format.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Workflow name.
    pub name: String,
    /// Output format.
    #[cfg_attr(feature = "cli", arg(long, value_enum, default_value_t))]
    #[serde(default)]
    pub format: GraphFormat,
}

/// Draws a workflow.
pub fn workflow_graph(project: &Project, request: &Request) -> Result<String, Error> {
    let (workflow, _) = Workflow::load(&request.name, &project.shelf)?;
    Ok(match request.format {
        GraphFormat::Text => text(&workflow),
        GraphFormat::Mermaid => mermaid(&workflow),
        GraphFormat::Dot => dot(&workflow),
    })
}

fn text(workflow: &Workflow) -> String {
    let mut drawing = String::new();
    for gate in &workflow.gates {
        let needs: Vec<&str> = gate.needs.iter().map(super::super::id::GateId::as_str).collect();
        let needs = if needs.is_empty() { "-".to_owned() } else { needs.join(", ") };
        let _ = writeln!(drawing, "{}  <- {needs}{}", label(gate), remarks(gate));
    }
    drawing
}

/// What a drawing has arrows for, in words.
fn remarks(gate: &Gate) -> String {
    let mut remarks = Vec::new();
    if let Some(audited) = &gate.audits {
        remarks.push(format!("audits {audited}"));
    }
    if let OnFail::Goto { gate, visits, .. } = &gate.on_fail {
        remarks.push(format!("on failure back to {gate}, at most {visits} times"));
    }
    remarks.extend(conditions(gate));
    remarks.iter().map(|remark| format!("  {remark}")).collect()
}

/// What nothing is drawn for.
fn conditions(gate: &Gate) -> Vec<String> {
    let mut conditions = Vec::new();
    match gate.join {
        Join::All => {}
        Join::Any => conditions.push("(any)".to_owned()),
        Join::Done => conditions.push("(done)".to_owned()),
        Join::Passed(min) => conditions.push(format!("({min} passed)")),
    }
    let ends = gate.end().into_iter().filter(|end| end.after_work);
    conditions.extend(ends.map(|end| format!("ends the run as {}", end.status.as_str())));
    conditions.extend(gate.is_finally().then(|| "runs at every end of the run".to_owned()));
    if gate.on_fail == OnFail::Ignore {
        conditions.push("its failure is ignored".to_owned());
    }
    conditions.extend(decided(gate));
    conditions.extend(gate.when.as_ref().map(|when| format!("when {}", when.text())));
    if let Some(each) = &gate.each {
        let list = match &each.list {
            EachList::Expression(list) => list.text(),
            EachList::File { path, .. } => path.text(),
        };
        let order = match each.order {
            Order::Parallel => "",
            Order::Serial => ", one by one",
        };
        conditions.push(format!("for each {} of {list}{order}", each.name));
    }
    conditions.extend(worked(gate));
    conditions
}

/// Who decides on the work, and how long they are waited for.
fn decided(gate: &Gate) -> Vec<String> {
    let mut conditions = Vec::new();
    let mut rules = gate.contract.iter().flat_map(Contract::rules);
    conditions.extend(rules.any(|rule| rule.is_decision).then(|| "gives a verdict".to_owned()));
    let show = texts(&gate.asking.show);
    let shown = if show.is_empty() { String::new() } else { format!(", who is shown {show}") };
    let within = within(gate.asking.within);
    match &gate.approval {
        Approval::None => {}
        Approval::Person => conditions.push(format!("approved by a person{shown}{within}")),
        Approval::Signed { by, .. } => {
            let by = by.join(" or ");
            conditions.push(format!("approved with a signature of {by}{shown}{within}"));
        }
    }
    if let Some(patience) = gate.within {
        conditions.push(format!("waits at most {}", clock::in_words(patience)));
    }
    conditions
}

/// How its program works.
fn worked(gate: &Gate) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(poll) = &gate.poll {
        let [every, deadline] = [poll.every, poll.deadline].map(clock::in_words);
        conditions.push(format!("polls every {every} for at most {deadline}"));
    }
    if !gate.locks.is_empty() {
        conditions.push(format!("holds the lock {}", gate.locks.join(", ")));
    }
    if !gate.edits.is_empty() {
        conditions.push(format!("edits {}", texts(&gate.edits)));
    }
    conditions.extend(gate.dir.as_ref().map(|dir| format!("works in {}", dir.text())));
    let kept = gate.printing.file.as_ref();
    conditions.extend(kept.map(|file| format!("saves its output in {}", file.text())));
    conditions
}

fn within(patience: Option<Duration>) -> String {
    patience.map_or_else(String::new, |it| format!(", within {}", clock::in_words(it)))
}

fn texts(templates: &[Template]) -> String {
    templates.iter().map(Template::text).collect::<Vec<_>>().join(", ")
}

/// The label with what nothing is drawn for below it.
fn lines(gate: &Gate) -> Vec<String> {
    std::iter::once(label(gate)).chain(conditions(gate)).collect()
}

fn label(gate: &Gate) -> String {
    let executor = match gate.end() {
        Some(end) if !end.after_work => format!("ends the run as {}", end.status.as_str()),
        Some(_) | None => match &gate.work {
            Work::Agent(Role::Named(role)) => format!("agent {role}"),
            Work::Agent(Role::Chosen(role)) => format!("agent {}", role.text()),
            Work::Workflow(child) => format!("workflow {}", child.workflow.text()),
            Work::Agent(Role::Any) | Work::Human | Work::Command(_) | Work::Shell { .. } => {
                gate.work.executor().to_string()
            }
        },
    };
    if gate.name == gate.id.as_str() {
        format!("{} [{executor}]", gate.id)
    } else {
        format!("{} {} [{executor}]", gate.id, gate.name)
    }
}

fn mermaid(workflow: &Workflow) -> String {
    let number = |id: &crate::id::GateId| {
        workflow.gates.iter().position(|gate| gate.id == *id).unwrap_or_default()
    };
    let mut drawing = "flowchart TD\n".to_owned();
    for (index, gate) in workflow.gates.iter().enumerate() {
        let escaped = |line: String| {
            line.replace('#', "#35;")
                .replace('"', "#quot;")
                .replace('<', "#lt;")
                .replace('>', "#gt;")
        };
        let label: Vec<String> = lines(gate).into_iter().map(escaped).collect();
        let label = label.join("<br/>");
        let _ = writeln!(drawing, "    g{index}[\"{label}\"]");
    }
    for (index, gate) in workflow.gates.iter().enumerate() {
        for need in &gate.needs {
            let _ = writeln!(drawing, "    g{} --> g{index}", number(need));
        }
        if let Some(audited) = &gate.audits {
            let _ = writeln!(drawing, "    g{index} -. audits .-> g{}", number(audited));
        }
        if let OnFail::Goto { gate, visits, .. } = &gate.on_fail {
            let _ = writeln!(drawing, "    g{index} -. \"fails, {visits}x\" .-> g{}", number(gate));
        }
    }
    drawing
}

fn dot(workflow: &Workflow) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let quoted = |text: &str| format!("\"{}\"", escaped(text));
    let mut drawing = format!("digraph {} {{\n", quoted(&workflow.name));
    for gate in &workflow.gates {
        let id = quoted(gate.id.as_str());
        let label: Vec<String> = lines(gate).iter().map(|line| escaped(line)).collect();
        let label = label.join("\\n");
        let _ = writeln!(drawing, "  {id} [shape=box, label=\"{label}\"];");
        for need in &gate.needs {
            let _ = writeln!(drawing, "  {} -> {id};", quoted(need.as_str()));
        }
        if let Some(audited) = &gate.audits {
            let to = quoted(audited.as_str());
            let _ = writeln!(drawing, "  {id} -> {to} [style=dotted, label=audits];");
        }
        if let OnFail::Goto { gate, visits, .. } = &gate.on_fail {
            let to = quoted(gate.as_str());
            let _ = writeln!(drawing, "  {id} -> {to} [style=dashed, label=\"fails, {visits}x\"];");
        }
    }
    drawing.push_str("}\n");
    drawing
}
