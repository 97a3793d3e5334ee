//! `orch cost`: a table of what was spent.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::table::table;
use crate::envelope::exit;
use crate::ops::Instructions;
use crate::ops::cost;
use crate::spending::Cost;
use crate::standing;

pub fn execute(face: &Face, request: &cost::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = cost::cost(&project, &face.caller, request)?;
    let (head, without) = match reply.by {
        cost::By::Run => ("run", "unknown"),
        cost::By::Gate => ("gate", "unknown"),
        cost::By::Agent => ("agent", "unknown"),
        cost::By::Model => ("model", "unknown"),
        cost::By::Day => ("day", "unknown"),
        cost::By::Convoy => ("convoy", "no convoy"),
    };
    let mut rows = vec![[head, "calls", "USD", "tokens", "minutes"].map(str::to_owned).to_vec()];
    for line in &reply.lines {
        rows.push(row(line.name.as_deref().unwrap_or(without), &line.cost));
    }
    rows.push(row("total", &reply.total));
    let mut text = table(&rows);
    if reply.total.cost_is_estimate {
        text.push_str("~ includes estimates from the price table\n");
    }
    let mut shown = reply.lines.iter().map(|line| &line.cost).chain([&reply.total]);
    if shown.any(is_partly_unknown) {
        text.push_str("+ n? = n calls of unknown or partly unknown cost\n");
    }
    let budget = reply.budget.filter(|budget| !budget.is_open());
    for spending in budget.iter().flat_map(|budget| standing::spending(&reply.total, budget)) {
        text.push_str(&format!("{}\n", spending.words));
    }
    face.answer(&reply, &Instructions::default(), &text);
    Ok(exit::DONE)
}

/// Whether a figure is shown with the number of calls that it leaves out.
fn is_partly_unknown(cost: &Cost) -> bool {
    cost.cost_usd.is_some() && cost.cost_unknown > 0
        || cost.tokens.is_some() && cost.tokens_unknown > 0
}

fn row(name: &str, cost: &Cost) -> Vec<String> {
    let mark = if cost.cost_is_estimate { "~" } else { "" };
    let usd = cost.cost_usd.map(|usd| format!("{mark}{usd:.4}"));
    let tokens = cost.tokens.map(|tokens| tokens.to_string());
    vec![
        name.to_owned(),
        cost.calls.to_string(),
        figure(usd, cost.cost_unknown),
        figure(tokens, cost.tokens_unknown),
        format!("{:.1}", cost.spent(Measure::Minutes)),
    ]
}

/// A figure, with how many calls are not in it; nothing where there was nothing to spend.
fn figure(known: Option<String>, unknown: u64) -> String {
    match (known, unknown) {
        (Some(known), 0) => known,
        (Some(known), unknown) => format!("{known} + {unknown}?"),
        (None, 0) => "-".to_owned(),
        (None, _) => "unknown".to_owned(),
    }
}
