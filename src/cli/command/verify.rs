//! `orch verify`: what is as recorded, what is not and where.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::door::Colour;
use crate::cli::exit;
use crate::git::Fate;
use crate::ops::Instructions;
use crate::ops::verify;
use crate::ops::verify::MovedOn;
use crate::ops::verify::SignedApproval;
use crate::ops::verify::Verified;
use crate::record::Difference;
use crate::record::RUNS;
use serde_json::Value as Json;
use serde_json::json;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &verify::Request) -> Result<u8, Failure> {
    let site = face.global.site(false)?;
    let verified = verify::verify(&site, request)?;
    let text: Vec<String> = verified.iter().map(|verified| words(face, verified)).collect();
    let text = text.join("\n");
    if verified.iter().all(|verified| verified.differences.is_empty()) {
        face.answer(&verified, &rebuild_what_is_behind(&verified), &text);
        return Ok(exit::DONE);
    }
    let mut next = Instructions::default();
    let is_of_record = |difference: &Difference| difference.path.starts_with(RUNS);
    for bad in verified.iter().filter(|bad| bad.differences.iter().any(is_of_record)) {
        if bad.head.is_some() {
            next.suggested_commands.push(format!("orch record rebuild --run {}", bad.run_id));
        }
    }
    if !next.suggested_commands.is_empty() {
        let action = "Find out who changed this; the record can be made again from the journal:";
        next.next_actions.push(action.to_owned());
    }
    face.answer_wrong(&verified, &error(&verified), &next, &text);
    Ok(exit::DIFFERENT)
}

/// The first difference, as every error is told.
fn error(verified: &[Verified]) -> Json {
    let differences: Vec<&Difference> =
        verified.iter().flat_map(|verified| &verified.differences).collect();
    let place = differences.first().map(|first| json!({ "file": first.path, "line": first.line }));
    json!({
        "code": "different",
        "message": match differences.as_slice() {
            [only] => difference_line(only),
            [first, others @ ..] => format!("{} (and {} more)", difference_line(first), others.len()),
            [] => String::new(),
        },
        "causes": [],
        "help": null,
        "place": place,
    })
}

/// How records come back that a reset or a revert took from their branch.
fn rebuild_what_is_behind(verified: &[Verified]) -> Instructions {
    let mut next = Instructions::default();
    for behind in verified.iter().filter(|verified| verified.behind.is_some()) {
        next.suggested_commands.push(format!("orch record rebuild --run {}", behind.run_id));
    }
    if !next.suggested_commands.is_empty() {
        next.next_actions.push("Bring back what the branch lost; the journal holds it:".to_owned());
    }
    next
}

fn words(face: &Face, verified: &Verified) -> String {
    let mut text = String::new();
    let (word, colour) = if verified.differences.is_empty() {
        ("verified", Colour::Green)
    } else {
        ("DIFFERENT", Colour::Red)
    };
    let _ = writeln!(text, "{} {}", face.coloured(word, colour), verified.run_id);
    if let Some(head) = verified.head {
        let artifacts = match verified.artifacts {
            1 => "1 artifact".to_owned(),
            count => format!("{count} artifacts"),
        };
        let _ =
            writeln!(text, "  {artifacts} as recorded, {} events, chain {head}", verified.events);
    }
    for SignedApproval { gate, attempt, by } in &verified.approvals {
        let _ = writeln!(text, "  approval of {gate} attempt {attempt} signed by {by}");
    }
    if let Some(by) = &verified.head_signed_by {
        let _ = writeln!(text, "  end of the run signed by {by}");
    }
    for difference in &verified.differences {
        let _ = writeln!(text, "  {}", difference_line(difference));
    }
    if let Some(known) = verified.behind {
        let all = verified.events;
        let _ = writeln!(text, "  behind   the record: git holds {known} of its {all} events");
    }
    for moved_on in &verified.moved_on {
        let _ = writeln!(text, "  {}", moved_on_line(moved_on));
    }
    text
}

fn difference_line(difference: &Difference) -> String {
    let line = difference.line.map(|line| format!(" line {line}")).unwrap_or_default();
    let byte = difference.byte.map(|byte| format!(" (byte {byte})")).unwrap_or_default();
    format!("{}{line}{byte}: {}", difference.path, difference.message)
}

fn moved_on_line(moved_on: &MovedOn) -> String {
    let path = &moved_on.path;
    let short = |commit: &str| commit.get(..12).unwrap_or(commit).to_owned();
    match &moved_on.fate {
        Fate::Changed { commit } => format!("changed  {path}  by commit {}", short(commit)),
        Fate::Gone { commit } => format!("gone     {path}  by commit {}", short(commit)),
        Fate::Moved { commit, to } => {
            format!("moved    {path}  to {to} by commit {}", short(commit))
        }
        Fate::Unknown => format!("absent   {path}  never committed, so it is not in this copy"),
    }
}
