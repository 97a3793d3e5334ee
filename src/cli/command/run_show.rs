//! `orch run show`: what happened in a run, as a tree; `--json` gives the record.

use super::Failure;
use crate::budget::Measure;
use crate::cli::answer::Face;
use crate::cli::answer::one_line;
use crate::cli::progress;
use crate::cli::report::named;
use crate::cli::status_word;
use crate::cli::table::folded;
use crate::clock::show_duration;
use crate::envelope::exit;
use crate::event::Routing;
use crate::git::short_branch;
use crate::json;
use crate::ops::Instructions;
use crate::ops::run_amend;
use crate::ops::run_show;
use crate::ops::run_show::Told;
use crate::permits::Enforcement;
use crate::run::GateStatus;
use crate::run::Spent;
use crate::spending::Cost;
use crate::standing::AttemptStory;
use crate::standing::GateStory;
use crate::standing::Turn;
use crate::workflow::input;
use crate::workflow::input::Values;
use serde_json::Value as Json;
use std::fmt::Write as _;

/// How many findings of an attempt are shown.
const FINDINGS_MAX: usize = 5;

pub fn execute(face: &Face, request: &run_show::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let reply = run_show::run_show(&project, &face.caller, request)?;
    let text = reply
        .told
        .as_ref()
        .map_or_else(|| foreign(&reply.record), |told| folded(&tree(face, told)));
    face.answer(&reply, &Instructions::default(), &text);
    if let Some(told) = reply.told.as_ref().filter(|told| !told.status.is_final())
        && told.story.gates.iter().any(|gate| gate.line.status == GateStatus::Fail)
    {
        let run = &told.story.run_id;
        progress::differs(face, &project, run, &run_amend::pending(&project, run));
    }
    Ok(exit::DONE)
}

/// What another tool wrote, as it stands there.
fn foreign(record: &Json) -> String {
    let text = json::harmless(serde_json::to_vec_pretty(record).unwrap_or_default());
    String::from_utf8_lossy(&text).into_owned()
}

fn tree(face: &Face, told: &Told) -> String {
    let story = &told.story;
    let status = status_word::of_run(face, told.status);
    let reason = told.reason.as_ref().map(|reason| format!(" ({})", one_line(reason)));
    let mut text = format!("{} {status}{}\n", story.run_id, reason.unwrap_or_default());
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<10}{value}");
    };
    line("workflow", &story.workflow);
    line("key", &one_line(&story.key));
    let ended = story
        .finished_at
        .map(|at| format!(", finished {at} after {}", show_duration(story.tally.lasted)));
    line("started", &format!("{}{}", story.started_at, ended.unwrap_or_default()));
    if let Some(branch) = &story.branch {
        line("branch", &one_line(short_branch(branch)));
    }
    for spending in &told.spending {
        let words = spending.words.strip_prefix("spent ");
        line("spent", words.unwrap_or(&spending.words));
    }
    line("record", &told.record);
    line("logs", &told.logs);
    for (at, amended) in &story.amendments {
        let changed: Vec<&str> = amended.changes.iter().map(|it| it.path.as_str()).collect();
        let reason = amended.reason.as_ref().map(|reason| format!(": {reason}"));
        let words =
            format!("{} by {}{}", changed.join(", "), amended.by, reason.unwrap_or_default());
        line("amended", &format!("{at} {}", one_line(&words)));
    }
    if let Some(folder) = &told.folder {
        line("worktree", &one_line(&folder.display().to_string()));
    }
    for (child, status) in &told.children {
        line("child", &format!("{child} {status}"));
    }
    for gate in &story.gates {
        write_gate(&mut text, face, gate);
    }
    text
}

fn write_gate(text: &mut String, face: &Face, gate: &GateStory) {
    let line = &gate.line;
    let status = status_word::of_gate(face, line.status);
    let mut remarks: Vec<String> =
        line.waits_for.map(|who| format!("waits for {who}")).into_iter().collect();
    if gate.attempts.len() > 1 {
        remarks.push(format!("{} attempts", gate.attempts.len()));
        remarks.extend(time(gate.spent));
        remarks.extend(money(&gate.cost));
    }
    if !line.superseded_by.is_empty() {
        let newer: Vec<String> = line.superseded_by.iter().map(ToString::to_string).collect();
        remarks.push(format!("superseded by {}", newer.join(", ")));
    }
    if gate.attempts.is_empty() && gate.turns.is_empty() {
        remarks.extend(line.reason.as_ref().map(|reason| one_line(reason)));
    }
    let name = one_line(&named(&line.gate, &line.name));
    let _ = writeln!(text, "\n{name}  {status}{}", beside(&remarks));
    write_turns(text, &gate.turns);
    for attempt in &gate.attempts {
        write_attempt(text, face, attempt);
    }
}

fn write_attempt(text: &mut String, face: &Face, attempt: &AttemptStory) {
    let status = status_word::of_attempt(face, attempt.status);
    let who = match &attempt.agent {
        Some(agent) => format!("{} {}", attempt.executor, one_line(agent)),
        None => attempt.executor.to_string(),
    };
    let mut remarks = vec![who];
    remarks.extend(time(attempt.spent));
    remarks.extend(money(&attempt.cost));
    let _ = writeln!(text, "  {}  {status}{}", attempt.id.number, beside(&remarks));
    if let Some(words) = attempt.routing.as_ref().and_then(Routing::words) {
        let _ = writeln!(text, "     {}", one_line(&words));
    }
    if let Some(held) = attempt.permits.as_ref().and_then(Enforcement::words) {
        let _ = writeln!(text, "     {held}");
    }
    for finding in attempt.findings.iter().take(FINDINGS_MAX) {
        let _ =
            writeln!(text, "     {} {}", finding.severity.as_str(), one_line(&finding.to_string()));
    }
    if attempt.findings.len() > FINDINGS_MAX {
        let _ = writeln!(text, "     and {} more findings", attempt.findings.len() - FINDINGS_MAX);
    }
    if let Some(reason) = attempt.reason.as_ref().filter(|_| attempt.findings.is_empty()) {
        let _ = writeln!(text, "     {}", one_line(reason));
    }
    if let Some(answers) = answers(&attempt.answers) {
        let _ = writeln!(text, "     answered {}", one_line(&answers));
    }
    if let Some(approval) = &attempt.approval {
        let signed = if approval.signature.is_some() { ", signed" } else { "" };
        let note = approval.note.as_ref().map(|note| format!(": {}", one_line(note)));
        let note = note.unwrap_or_default();
        let _ = writeln!(text, "     approved by {}{signed}{note}", one_line(&approval.by));
    }
    write_turns(text, &attempt.turns);
}

fn write_turns(text: &mut String, turns: &[Turn]) {
    for turn in turns {
        let words = match turn {
            Turn::Redone { by, reason } => format!("redone by {by}: {reason}"),
            Turn::Signed(decided) => {
                format!("{} signed by {}, {}", decided.decision.kind(), decided.by, decided.how)
            }
            Turn::Waived { by, reason } => format!("waived by {by}: {reason}"),
            Turn::Reopened { reason } => format!("reopened: {reason}"),
            Turn::WentBack { to } => format!("went back to {to}"),
        };
        let _ = writeln!(text, "     {}", one_line(&words));
    }
}

/// What was answered, but for questions that were skipped.
fn answers(answers: &Values) -> Option<String> {
    let given = answers.iter().filter(|(_, value)| !value.is_null());
    let given: Vec<String> =
        given.map(|(name, value)| format!("{name}: {}", input::as_text(value))).collect();
    (!given.is_empty()).then(|| given.join(", "))
}

/// How long something was worked on, and how long it waited.
fn time(spent: Spent) -> Vec<String> {
    let waited =
        (!spent.waiting.is_zero()).then(|| format!("waited {}", show_duration(spent.waiting)));
    std::iter::once(show_duration(spent.active)).chain(waited).collect()
}

/// What calls cost, where any was made.
fn money(cost: &Cost) -> Option<String> {
    let mark = if cost.cost_is_estimate { "~" } else { "" };
    match cost.cost_usd {
        Some(usd) => Some(format!("{mark}{}", Measure::Usd.show(usd))),
        None => (cost.cost_unknown > 0).then(|| "cost unknown".to_owned()),
    }
}

fn beside(remarks: &[String]) -> String {
    if remarks.is_empty() { String::new() } else { format!("  {}", remarks.join(", ")) }
}
