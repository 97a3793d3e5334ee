//! The short form, for a comment on a pull request. Its first line names what it is about, so that
//! whoever posts it finds the comment of the time before and replaces that.

use super::attempt::AttemptView;
use super::attempt::FindingView;
use super::gate::GateView;
use super::view::ReportView;
use super::words::Tone;
use crate::check::plain_text;
use crate::page::comment_word;
use crate::page::markdown;
use std::fmt::Write as _;

/// How many findings are named of those that are open, and of those that were fixed.
const FINDINGS_MAX: usize = 20;

/// How many gates the table has; all that are not done among the first.
const GATES_MAX: usize = 100;

/// The report.
pub fn text(view: &ReportView) -> String {
    let mut text = format!("<!-- orch:report {} -->\n", comment_word(&view.key));
    let reason = view.reason.as_ref().map(|reason| format!(" ({})", shown(reason)));
    let _ = writeln!(
        text,
        "### {} {}: {}{}\n",
        shown(&view.workflow),
        shown(&view.key),
        view.status.word,
        reason.unwrap_or_default()
    );
    let times = [("worked", &view.times.worked), ("waited", &view.times.waited)];
    let times = times.iter().filter(|(_, time)| !time.is_empty());
    let times = times.map(|(what, time)| format!("{what} {time}"));
    let spending = view.spending.iter().map(|words| shown(words));
    let facts: Vec<String> = times.chain(spending).collect();
    if !facts.is_empty() {
        let _ = writeln!(text, "{}\n", facts.join(" · "));
    }
    add_gates(&mut text, view);
    let open = |attempt: &AttemptView, gate: &GateView| {
        attempt.fixed_by.is_none() && gate.status.tone != Tone::Good
    };
    let fixed = |attempt: &AttemptView, _: &GateView| attempt.fixed_by.is_some();
    add_findings(&mut text, view, ("details open", "Open findings"), open);
    add_findings(&mut text, view, ("details", "Fixed findings"), fixed);
    add_approvals(&mut text, view);
    add_verdict(&mut text, view);
    text
}

fn shown(text: &str) -> String {
    markdown(&plain_text(text))
}

/// A text that no character of the rest ends.
fn code(text: &str) -> String {
    let text = plain_text(text).replace(['\n', '\t', '|'], " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn add_gates(text: &mut String, view: &ReportView) {
    text.push_str(
        "| gate | status | attempts | by | time | cost |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let is_done = |gate: &&GateView| gate.status.tone == Tone::Good;
    let (done, undone): (Vec<&GateView>, Vec<&GateView>) = view.gates.iter().partition(is_done);
    let all_fit = view.gates.len() <= GATES_MAX;
    let sorted: Vec<&GateView> = if all_fit {
        view.gates.iter().collect()
    } else {
        undone.into_iter().chain(done).collect()
    };
    for gate in sorted.into_iter().take(GATES_MAX) {
        let name = gate.name.as_ref().map(|name| format!(" {}", shown(name)));
        let remark = gate.remark.as_ref().map(|remark| format!(", {}", shown(remark)));
        let last = gate.attempts.last();
        let by = last.map(|attempt| {
            let models = attempt.models.join(", ");
            let models = if models.is_empty() { models } else { format!(" ({models})") };
            shown(&format!("{}{models}", attempt.by))
        });
        let waited = Some(&gate.times.waited).filter(|waited| !waited.is_empty());
        let waited = waited.map(|waited| format!(", waited {waited}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "| {}{} | {}{} | {} | {} | {}{waited} | {} |",
            code(&gate.id),
            name.unwrap_or_default(),
            gate.status.word,
            remark.unwrap_or_default(),
            gate.attempts.len(),
            by.unwrap_or_default(),
            gate.times.worked,
            gate.cost
        );
    }
    if !all_fit {
        let _ = writeln!(text, "\nand {} more gates", view.gates.len() - GATES_MAX);
    }
}

fn add_findings(
    text: &mut String,
    view: &ReportView,
    (tag, title): (&str, &str),
    is_meant: impl Fn(&AttemptView, &GateView) -> bool,
) {
    let attempts =
        view.gates.iter().flat_map(|gate| gate.attempts.iter().map(move |it| (gate, it)));
    let meant = attempts.filter(|(gate, attempt)| is_meant(attempt, gate));
    let lines: Vec<String> = meant.flat_map(|(gate, attempt)| lines(gate, attempt)).collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n<{tag}><summary>{title}: {}</summary>\n", lines.len());
    for line in lines.iter().take(FINDINGS_MAX) {
        let _ = writeln!(text, "- {line}");
    }
    if lines.len() > FINDINGS_MAX {
        let _ = writeln!(text, "- and {} more", lines.len() - FINDINGS_MAX);
    }
    text.push_str("\n</details>\n");
}

/// The findings of an attempt, or else why it failed.
fn lines(gate: &GateView, attempt: &AttemptView) -> Vec<String> {
    let fixed = attempt.fixed_by.map(|by| format!(", fixed by attempt {by}"));
    let at = format!("{} attempt {}{}", code(&gate.id), attempt.number, fixed.unwrap_or_default());
    let found = |found: &FindingView| {
        let place = found.place.as_ref().map(|place| format!("{}: ", code(place)));
        let expected = found.expected.as_ref().map(|it| format!("expected {}", shown(it)));
        let actual = found.actual.as_ref().map(|it| format!("found {}", shown(it)));
        let both: Vec<String> = expected.into_iter().chain(actual).collect();
        let both = if both.is_empty() { String::new() } else { format!(" ({})", both.join(", ")) };
        format!("{}{}{both} — {at}", place.unwrap_or_default(), shown(&found.message))
    };
    let reason = attempt.reason.iter().map(|reason| format!("{} — {at}", shown(reason)));
    attempt.findings.iter().map(found).chain(reason).collect()
}

fn add_approvals(text: &mut String, view: &ReportView) {
    let mut lines = Vec::new();
    for gate in &view.gates {
        for attempt in &gate.attempts {
            let Some(approval) = &attempt.approval else { continue };
            let note = approval.note.as_ref().map(|note| format!(": {}", shown(note)));
            lines.push(format!(
                "- {} attempt {} approved by {}{} ({})\n",
                code(&gate.id),
                attempt.number,
                shown(&approval.by),
                note.unwrap_or_default(),
                shown(&approval.proof)
            ));
        }
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n**Approvals**\n\n{}", lines.concat());
    }
}

fn add_verdict(text: &mut String, view: &ReportView) {
    let word = if view.checked.holds { "Verified" } else { "DIFFERENT" };
    let _ = writeln!(text, "\n**{word}**: {}\n", view.checked.verdict);
    for difference in view.checked.differences.iter().take(FINDINGS_MAX) {
        let _ = writeln!(text, "- {}", shown(difference));
    }
    if let Some(command) = view.checked.commands.first() {
        let _ = writeln!(text, "Verify it yourself: {}", code(&command.line));
    }
}
