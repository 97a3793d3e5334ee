//! `orch verify`: what is as recorded, what is not and where.

use super::Failure;
use crate::cli::answer::Face;
use crate::cli::door::Colour;
use crate::envelope::exit;
use crate::git::Fate;
use crate::ops::Instructions;
use crate::ops::Suggestion;
use crate::ops::verify;
use crate::ops::verify::CompletedBy;
use crate::ops::verify::MovedOn;
use crate::ops::verify::PassedOver;
use crate::ops::verify::SignedApproval;
use crate::ops::verify::Verified;
use crate::ops::verify::VerifiedDecision;
use crate::store::record::Difference;
use crate::store::record::RUNS;
use serde_json::Value as Json;
use serde_json::json;
use std::fmt::Write as _;

pub fn execute(face: &Face, request: &verify::Request) -> Result<u8, Failure> {
    let project = face.global.open(false)?;
    let verified = verify::verify(&project, &face.caller, request)?;
    let text: Vec<String> = verified.iter().map(|verified| words(face, verified)).collect();
    let text = text.join("\n");
    if verified.iter().all(|verified| verified.differences.is_empty()) {
        let unreadable: Vec<&str> = verified.iter().filter_map(unreadable).collect();
        if let Some(first) = unreadable.first() {
            let error = json!({
                "code": "environment", "message": first, "causes": [], "help": null, "place": null,
            });
            face.answer_wrong(&verified, &error, &Instructions::default(), &text);
            return Ok(exit::FAILED);
        }
        face.answer(&verified, &complete_what_is_behind(&verified), &text);
        return Ok(exit::DONE);
    }
    let mut next = Instructions::default();
    let is_of_record = |difference: &Difference| difference.path.starts_with(RUNS);
    for bad in verified.iter().filter(|bad| bad.differences.iter().any(is_of_record)) {
        if bad.head.is_some() {
            next.suggest(&rebuild(&bad.run_id));
        }
    }
    if !next.suggested_commands.is_empty() {
        let action = "Find out who changed this, then rebuild the record from the journal:";
        next.next_actions.push(action.to_owned());
    }
    face.answer_wrong(&verified, &error(&verified), &next, &text);
    Ok(exit::DIFFERENT)
}

fn rebuild(run: &str) -> Suggestion {
    Suggestion::new("record rebuild").option("run", run)
}

/// Why a run could not be looked at.
fn unreadable(verified: &Verified) -> Option<&str> {
    match &verified.passed_over {
        Some(PassedOver::Unreadable(reason)) => Some(reason),
        Some(PassedOver::Foreign) | None => None,
    }
}

/// How many artifacts that are not here are named; all of them are counted.
const ABSENT_MAX: usize = 8;

/// The first difference, as every error is told.
fn error(verified: &[Verified]) -> Json {
    let differences: Vec<&Difference> =
        verified.iter().flat_map(|verified| &verified.differences).collect();
    let place = differences.first().map(|first| json!({ "file": first.path, "line": first.line }));
    json!({
        "code": "different",
        "message": match differences.as_slice() {
            [only] => only.to_string(),
            [first, others @ ..] => format!("{first} (and {} more)", others.len()),
            [] => String::new(),
        },
        "causes": [],
        "help": null,
        "place": place,
    })
}

/// How records become whole that a reset or a revert took from their branch, or a kill left behind.
/// A run that is driven does it by itself, and one that stalled when it is resumed.
fn complete_what_is_behind(verified: &[Verified]) -> Instructions {
    let mut next = Instructions::default();
    let is_behind = |one: &&Verified| one.behind.is_some() || one.is_unfinished;
    for Verified { run_id, completed_by, .. } in verified.iter().filter(is_behind) {
        match completed_by {
            Some(CompletedBy::Resume) => {
                next.suggest(&Suggestion::new("run resume").option("run", run_id));
            }
            Some(CompletedBy::Rebuild) => next.suggest(&rebuild(run_id)),
            None => {}
        }
    }
    if !next.suggested_commands.is_empty() {
        next.say("Complete the record from the journal:");
    }
    next
}

fn words(face: &Face, verified: &Verified) -> String {
    let mut text = String::new();
    match &verified.passed_over {
        Some(PassedOver::Foreign) => {
            return format!(
                "foreign  {}  record of another tool: no journal to verify it against\n",
                verified.run_id
            );
        }
        Some(PassedOver::Unreadable(reason)) => {
            let word = face.coloured("UNREADABLE", Colour::Red);
            return format!("{word} {}\n  {reason}\n", verified.run_id);
        }
        None => {}
    }
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
            writeln!(text, "  {artifacts} as recorded, {} events, head {head}", verified.events);
    }
    for SignedApproval { gate, attempt, by } in &verified.approvals {
        let _ = writeln!(text, "  approval of {gate} attempt {attempt} signed by {by}");
    }
    for VerifiedDecision { gate, attempt, kind, by, .. } in &verified.decisions {
        let attempt = if *attempt == 0 { String::new() } else { format!(" attempt {attempt}") };
        let _ = writeln!(text, "  {kind} of {gate}{attempt} signed by {by}");
    }
    if let Some(by) = &verified.head_signed_by {
        let _ = writeln!(text, "  end of the run signed by {by}");
    }
    for difference in &verified.differences {
        let _ = writeln!(text, "  {difference}");
    }
    if let Some(known) = verified.behind {
        let all = verified.events;
        let _ = writeln!(text, "  behind   the record: git has {known} of its {all} events");
    }
    if verified.is_unfinished {
        let _ = writeln!(text, "  unfinished  orch was killed while writing the record");
    }
    let is_absent = |moved_on: &&MovedOn| moved_on.fate == Fate::Unknown;
    let moved_on = verified.moved_on.iter().filter(|one| !is_absent(one));
    let absent = verified.moved_on.iter().filter(is_absent).take(ABSENT_MAX);
    for moved_on in moved_on.chain(absent) {
        let _ = writeln!(text, "  {moved_on}");
    }
    match verified.not_looked_at {
        0 => {}
        1 => text.push_str("  1 artifact not checked: it is not in this copy\n"),
        count => {
            let _ = writeln!(text, "  {count} artifacts not checked: they are not in this copy");
        }
    }
    text
}
