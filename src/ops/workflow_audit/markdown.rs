//! An audit in short, for a comment on a pull request: what differs from an earlier one, else what was
//! found. Its first line names the workflow, so that whoever posts it finds the comment of the time
//! before and replaces that.

use super::Reply;
use crate::audit::AuditChange;
use crate::audit::AuditFinding;
use crate::audit::AuditLevel;
use crate::check::plain_text;
use crate::page::comment_word;
use crate::page::markdown;
use std::fmt::Write as _;

/// How many entries a list has.
const ENTRIES_MAX: usize = 30;

/// The comment.
pub fn text(reply: &Reply) -> String {
    let audit = &reply.audit;
    let mut text = format!("<!-- orch:audit {} -->\n", comment_word(&audit.workflow));
    let _ = writeln!(text, "### Audit of {} {}\n", shown(&audit.workflow), shown(&audit.version));
    let counts = AuditLevel::ALL.map(|level| {
        let count = audit.count(level);
        format!("{count} {}{}", level.as_str(), if count == 1 { "" } else { "s" })
    });
    let _ = writeln!(text, "{}", counts.join(" · "));
    if let Some(change) = &reply.change {
        add_change(&mut text, change);
    } else {
        let findings: Vec<String> = audit.findings().into_iter().map(finding).collect();
        add_list(&mut text, "Findings", &findings);
    }
    text
}

fn add_change(text: &mut String, change: &AuditChange) {
    let AuditChange { added, removed, wider, narrower, .. } = change;
    let found = |findings: &[AuditFinding]| findings.iter().map(finding).collect::<Vec<_>>();
    let lines = |lines: &[String]| lines.iter().map(|line| shown(line)).collect::<Vec<_>>();
    let lists = [
        ("New findings", found(added)),
        ("May do now", lines(wider)),
        ("No longer found", found(removed)),
        ("May no longer do", lines(narrower)),
    ];
    if lists.iter().all(|(_, entries)| entries.is_empty()) {
        text.push_str("\nWhat it may do has not changed.\n");
    }
    for (title, entries) in &lists {
        add_list(text, title, entries);
    }
}

fn add_list(text: &mut String, title: &str, entries: &[String]) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n**{title}**\n");
    for entry in entries.iter().take(ENTRIES_MAX) {
        let _ = writeln!(text, "- {entry}");
    }
    let more = entries.len().saturating_sub(ENTRIES_MAX);
    if more > 0 {
        let _ = writeln!(text, "- … and {more} more");
    }
}

fn finding(finding: &AuditFinding) -> String {
    let AuditFinding { level, rule, message, help, file, line, .. } = finding;
    let place = shown(&format!("{file}:{line}"));
    let (message, help) = (shown(message), shown(help));
    format!("{}: {message} ({rule}, {place})<br>{help}", level.as_str())
}

fn shown(text: &str) -> String {
    markdown(&plain_text(text).replace(['\n', '\t'], " "))
}
