//! Files that gates write, and those that two gates may write at once.

use super::order::GateOrder;
use super::places::Key;
use super::reach::GateReach;
use super::reach::WriteReach;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::listed;
use super::subject::outputs;
use crate::files::Globs;
use crate::template::Template;
use crate::workflow::Gate;
use crate::workflow::Work;

/// Of more pairs of unordered gates the files are not compared.
const PAIRS_MAX: usize = 20_000;

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("writes");
    for (at, gate) in subject.gates() {
        let made: Vec<&str> = outputs(gate).map(Template::text).collect();
        if !made.is_empty() {
            row.say(Some(&gate.id), format!("leaves {}", listed(&made)));
        }
        let edited: Vec<&str> = gate.edits.iter().map(Template::text).collect();
        if !edited.is_empty() {
            row.grant(Some(&gate.id), format!("changes {}", listed(&edited)));
        }
        if !matches!(gate.work, Work::Human) {
            let reach = &subject.reaches[at];
            row.grant(Some(&gate.id), format!("can write {}", permitted(reach)));
            if !reach.is_boxed {
                row.leave_out(
                    Certainty::Partial,
                    "what else gates write at run time: enforcing permits is not required",
                );
            }
        }
        if outputs(gate).chain(&gate.edits).any(|path| !path.is_literal()) {
            row.leave_out(Certainty::Partial, "paths that depend on inputs, unless written alike");
        }
    }
    let mut pairs = 0;
    for (first, gate) in subject.gates() {
        for (second, other) in subject.gates().filter(|(second, _)| *second > first) {
            if is_ordered(&subject.order, first, second) || pairs > PAIRS_MAX {
                continue;
            }
            pairs += 1;
            if let Some(path) = shared(gate, other) {
                let message =
                    format!("gates {} and {} may both write {path} at once", gate.id, other.id);
                let help = format!("write needs = [\"{}\"] in gate {}", gate.id, other.id);
                let found =
                    Found { rule: "unordered-writes", level: AuditLevel::Warning, message, help };
                row.findings.push(subject.at(other, Key::Edits, found));
            }
        }
    }
    if pairs > PAIRS_MAX {
        row.leave_out(Certainty::Partial, "some pairs of gates: there are too many");
    }
    row
}

/// What programs may write, in words.
fn permitted(reach: &GateReach) -> String {
    let files = match &reach.writes {
        WriteReach::Anything => return "anything".to_owned(),
        WriteReach::Project => "the project".to_owned(),
        WriteReach::Only(globs) => listed(globs),
    };
    if reach.sees_home { format!("{files} and the home") } else { files }
}

fn is_ordered(order: &GateOrder, first: usize, second: usize) -> bool {
    order.is_over(first, second) || order.is_over(second, first)
}

/// A file that both gates name, as it is written.
fn shared<'g>(gate: &'g Gate, other: &'g Gate) -> Option<&'g str> {
    let written = |gate: &'g Gate| outputs(gate).chain(&gate.edits);
    let meets = |one: &Template, other: &Template| {
        let are_literal = one.is_literal() && other.is_literal();
        one.text() == other.text()
            || are_literal
                && (Globs::is_in(one.text(), other.text())
                    || Globs::is_in(other.text(), one.text()))
    };
    let mut all = written(gate);
    all.find(|one| written(other).any(|path| meets(one, path))).map(Template::text)
}
