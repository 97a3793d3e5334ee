//! The gates of a workflow as a drawing: laid out here, since a page draws without a script. The
//! instances of a fan-out are one node. What would take long to lay out, or be no help to look at, is
//! not drawn: the list of gates has it all.

use crate::clock::Moment;
use crate::digest::Digest;
use crate::id::GateId;
use crate::ops::report::words::Status;
use crate::ops::report::words::Tone;
use crate::run::GateStatus;
use crate::run::Run;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::Workflow;
use dagre::EdgeLabel;
use dagre::GraphLabel;
use dagre::LayoutOptions;
use dagre::NodeLabel;
use dagre::Point;
use dagre::graph::Graph;
use dagre::graph::GraphOptions;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::Mutex;

/// The most gates that are drawn.
const NODES_MAX: usize = 150;

/// The most that the layout is given: gates, and the ranks that arrows pass. It takes a tenth of a
/// second for as many.
const WORK_MAX: usize = 400;

/// How many layouts are kept.
const LAYOUTS_MAX: usize = 64;

/// The longest label, in characters.
const LABEL_MAX: usize = 24;

const LETTER_WIDTH: f64 = 7.6;
const NODE_HEIGHT: f64 = 44.0;

/// A drawing, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct GraphView {
    pub drawing: Option<Drawing>,
    pub reason: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Drawing {
    width: String,
    height: String,
    nodes: Vec<Node>,
    arrows: Vec<Arrow>,
}

#[derive(Debug, Serialize)]
struct Node {
    x: String,
    y: String,
    width: String,
    height: String,
    /// Where its texts begin.
    text_x: String,
    label_y: String,
    detail_y: String,
    label: String,
    detail: String,
    tone: Tone,
    title: String,
    href: Option<String>,
}

#[derive(Debug, Serialize)]
struct Arrow {
    path: String,
    kind: &'static str,
    title: String,
}

/// What stands in a node, beside its gate's id.
#[derive(Debug, Clone)]
pub(super) struct Detail {
    pub words: String,
    pub tone: Tone,
    pub href: Option<String>,
}

/// Where everything stands.
#[derive(Debug)]
struct Layout {
    size: (f64, f64),
    /// The middles of the nodes.
    nodes: Vec<(f64, f64)>,
    arrows: Vec<Vec<(f64, f64)>>,
}

/// What an arrow says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Needs,
    Audits,
    BackTo,
}

/// Layouts by what was laid out, each with when it was used last.
static LAYOUTS: Mutex<BTreeMap<Digest, (Moment, Arc<Layout>)>> = Mutex::new(BTreeMap::new());

/// What stands in place of a drawing of so many gates; `None` where they can be drawn.
pub(super) fn refuse_many(count: usize) -> Option<GraphView> {
    let reason = || format!("{count} gates are too many to draw; the list has all of them");
    (count > NODES_MAX).then(|| GraphView { drawing: None, reason: Some(reason()) })
}

/// Draws a workflow; `detail` says what stands in the node of a gate.
pub(super) fn draw(
    workflow: &Workflow,
    now: Moment,
    detail: impl Fn(&Gate) -> Detail,
) -> GraphView {
    let none = |reason: String| GraphView { drawing: None, reason: Some(reason) };
    let count = workflow.gates.len();
    if let Some(refused) = refuse_many(count) {
        return refused;
    }
    let arrows = arrows(workflow);
    if work(count, &arrows) > WORK_MAX {
        let reason =
            "the gates depend on each other in too many ways to draw; the list has all of them";
        return none(reason.to_owned());
    }
    let labels: Vec<String> = workflow.gates.iter().map(|gate| short(gate.id.as_str())).collect();
    let details: Vec<Detail> = workflow.gates.iter().map(detail).collect();
    let widths: Vec<f64> = labels.iter().map(|label| width(label)).collect();
    let layout = laid_out(&widths, &arrows, now);
    let nodes = workflow.gates.iter().zip(labels).zip(details).zip(&layout.nodes).zip(&widths);
    let nodes = nodes.map(|((((gate, label), detail), (x, y)), width)| {
        let (left, top) = (x - width / 2.0, y - NODE_HEIGHT / 2.0);
        Node {
            x: shown(left),
            y: shown(top),
            width: shown(*width),
            height: shown(NODE_HEIGHT),
            text_x: shown(left + 12.0),
            label_y: shown(top + 18.0),
            detail_y: shown(top + 34.0),
            label,
            title: format!("{}: {}", gate.id, detail.words),
            detail: short(&detail.words),
            tone: detail.tone,
            href: detail.href,
        }
    });
    let drawn = arrows.iter().zip(&layout.arrows).map(|((from, to, meaning), points)| {
        let [from, to] = [from, to].map(|at| workflow.gates[*at].id.as_str());
        let (kind, title) = match meaning {
            Meaning::Needs => ("needs", format!("{to} needs {from}")),
            Meaning::Audits => ("audits", format!("{to} audits {from}")),
            Meaning::BackTo => ("back", format!("on failure, {from} goes back to {to}")),
        };
        Arrow { path: path(points), kind, title }
    });
    let (width, height) = layout.size;
    let drawing = Drawing {
        width: shown(width),
        height: shown(height),
        nodes: nodes.collect(),
        arrows: drawn.collect(),
    };
    GraphView { drawing: Some(drawing), reason: None }
}

/// What stands in the node of a gate of a run: its status, or those of its instances together.
pub(super) fn detail(run: &Run, gate: &Gate, href: String) -> Detail {
    let state = run.gate(&gate.id);
    let status = run.status_of(&gate.id);
    let items = state.and_then(|state| state.items.as_ref());
    let words = match items {
        None => status.as_str().to_owned(),
        Some(items) => {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for item in items {
                *counts.entry(run.status_of(&item.gate).as_str()).or_default() += 1;
            }
            let counts = counts.iter().map(|(status, count)| format!("{count} {status}"));
            counts.collect::<Vec<_>>().join(", ")
        }
    };
    let waits =
        items.into_iter().flatten().any(|it| run.status_of(&it.gate) == GateStatus::Waiting);
    let tone = if waits { Tone::Open } else { Status::of_gate(status).tone };
    Detail { words, tone, href: Some(href) }
}

/// The arrows between the places of gates, in the direction in which they are drawn.
fn arrows(workflow: &Workflow) -> Vec<(usize, usize, Meaning)> {
    let place = |id: &GateId| workflow.gates.iter().position(|gate| gate.id == *id);
    let mut arrows = Vec::new();
    for (own, gate) in workflow.gates.iter().enumerate() {
        let needs = gate.needs.iter().filter_map(place);
        arrows.extend(needs.map(|need| (need, own, Meaning::Needs)));
        let audited = gate.audits.iter().filter_map(place);
        arrows.extend(audited.map(|audited| (audited, own, Meaning::Audits)));
        match &gate.on_fail {
            OnFail::Goto { gate, .. } => {
                arrows.extend(place(gate).map(|to| (own, to, Meaning::BackTo)));
            }
            OnFail::Stop | OnFail::Continue | OnFail::Ignore => {}
        }
    }
    // A gate often needs what it audits: one arrow says both.
    let audits: Vec<_> = arrows.iter().filter(|it| it.2 == Meaning::Audits).copied().collect();
    arrows.retain(|(from, to, meaning)| {
        *meaning != Meaning::Needs || !audits.contains(&(*from, *to, Meaning::Audits))
    });
    arrows.retain(|(from, to, _)| from != to);
    arrows
}

/// How much there is to lay out: gates, and a place in each rank that an arrow passes.
fn work(gates: usize, arrows: &[(usize, usize, Meaning)]) -> usize {
    let mut ranks = vec![0_usize; gates];
    // Needs lead to later gates only; each round settles one rank more at least.
    for _ in 0..gates {
        let mut is_settled = true;
        for (from, to, _) in arrows.iter().filter(|it| it.2 != Meaning::BackTo && it.0 < it.1) {
            if ranks[*to] <= ranks[*from] {
                ranks[*to] = ranks[*from] + 1;
                is_settled = false;
            }
        }
        if is_settled {
            break;
        }
    }
    gates
        + arrows.iter().map(|(from, to, _)| ranks[*from].abs_diff(ranks[*to]).max(1)).sum::<usize>()
}

fn laid_out(widths: &[f64], arrows: &[(usize, usize, Meaning)], now: Moment) -> Arc<Layout> {
    let shape: Vec<(usize, usize)> = arrows.iter().map(|(from, to, _)| (*from, *to)).collect();
    let digest = Digest::of(format!("{widths:?}{shape:?}"));
    let known = LAYOUTS.lock().ok().and_then(|mut layouts| {
        let (used, layout) = layouts.get_mut(&digest)?;
        *used = now;
        Some(Arc::clone(layout))
    });
    if let Some(known) = known {
        return known;
    }
    let layout = Arc::new(lay_out(widths, &shape));
    if let Ok(mut layouts) = LAYOUTS.lock() {
        if layouts.len() >= LAYOUTS_MAX {
            let oldest = layouts.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(digest, _)| *digest) {
                layouts.remove(&oldest);
            }
        }
        layouts.insert(digest, (now, Arc::clone(&layout)));
    }
    layout
}

fn lay_out(widths: &[f64], arrows: &[(usize, usize)]) -> Layout {
    let mut graph: Graph<NodeLabel, EdgeLabel> =
        Graph::with_options(GraphOptions { directed: true, multigraph: true, compound: false });
    let name = |at: usize| format!("g{at}");
    for (at, width) in widths.iter().enumerate() {
        let label = NodeLabel { width: *width, height: NODE_HEIGHT, ..NodeLabel::default() };
        graph.set_node(name(at), Some(label));
    }
    for (number, (from, to)) in arrows.iter().enumerate() {
        let own = name(number);
        graph.set_edge(name(*from), name(*to), Some(EdgeLabel::default()), Some(&own));
    }
    let options = LayoutOptions {
        nodesep: 24.0,
        ranksep: 36.0,
        edgesep: 12.0,
        marginx: 8.0,
        marginy: 8.0,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    let size = graph.graph_label::<GraphLabel>().map(|label| (label.width, label.height));
    let middle = |at: usize| {
        let node = graph.node(&name(at));
        node.map(|node| (node.x.unwrap_or_default(), node.y.unwrap_or_default()))
    };
    let points = |(number, (from, to)): (usize, &(usize, usize))| {
        let edge = graph.edge(&name(*from), &name(*to), Some(&name(number)));
        let points = edge.map(|edge| edge.points.as_slice()).unwrap_or_default();
        points.iter().map(|Point { x, y }| (*x, *y)).collect()
    };
    Layout {
        size: size.unwrap_or_default(),
        nodes: (0..widths.len()).map(|at| middle(at).unwrap_or_default()).collect(),
        arrows: arrows.iter().enumerate().map(points).collect(),
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (number, (x, y)) in points.iter().enumerate() {
        let step = if number == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{step}{} {}", shown(*x), shown(*y));
    }
    path
}

fn shown(length: f64) -> String {
    format!("{length:.1}")
}

#[expect(clippy::cast_precision_loss, reason = "labels are short")]
fn width(label: &str) -> f64 {
    let letters = label.chars().count().max(10) as f64;
    letters * LETTER_WIDTH + 24.0
}

fn short(label: &str) -> String {
    if label.chars().count() <= LABEL_MAX {
        return label.to_owned();
    }
    label.chars().take(LABEL_MAX - 1).chain(['…']).collect()
}
