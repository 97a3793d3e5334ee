//! Untrusted content, private data and a way out, together and with no person between: whoever writes
//! the content can then have the data sent to them. Only what is enforced parts the three; where
//! nothing is, each gate is assumed to have all of them.

use super::places::Key;
use super::programs;
use super::report::AuditFinding;
use super::report::AuditLevel;
use super::report::AuditRow;
use super::report::Certainty;
use super::subject::AuditSubject;
use super::subject::Found;
use super::subject::counted;
use super::subject::listed;
use crate::workflow::Gate;
use crate::workflow::OnFail;
use crate::workflow::Work;

const RULE: &str = "trifecta";

/// What one gate has of the three.
struct Legs {
    /// Whether it may take in content that nobody vouches for.
    takes_in: bool,
    /// Whether it sees secrets or private files.
    sees_private: bool,
    /// Whether it can send something out.
    is_outward: bool,
    weight: Weight,
}

/// How far the three are more than an assumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Of a program, whose text the workflow fixes.
    Program,
    /// Of an agent, which does what it reads, or of a program that is there to reach the network.
    Steered,
    /// Granted and enforced.
    Granted,
}

pub(super) fn row(subject: &AuditSubject<'_>) -> AuditRow {
    let mut row = AuditRow::new("trifecta");
    let all: Vec<(usize, &Gate, Legs)> = subject
        .gates()
        .filter_map(|(at, gate)| Some((at, gate, legs(subject, at, gate)?)))
        .collect();
    let open = all.iter().filter(|(at, _, _)| !subject.reaches[*at].is_boxed).count();
    if open > 0 {
        row.leave_out(
            if open == all.len() { Certainty::Unknown } else { Certainty::Partial },
            "what gates reach at run time: enforcing permits is not required, so all three are assumed",
        );
        row.leave_out(Certainty::Partial, "what a gate does with content that it fetches itself");
    }
    for (at, gate, own) in all.iter().filter(|(_, _, own)| own.sees_private && own.is_outward) {
        let before = handed_over(subject, &all, *at);
        if !before.is_empty() {
            let heaviest = before.iter().map(|(_, weight)| *weight).max();
            let level = level(own.weight, heaviest.unwrap_or(Weight::Program));
            let sources: Vec<&str> = before.iter().map(|(gate, _)| gate.id.as_str()).collect();
            row.findings.push(subject.at(gate, Key::Id, handed(gate, &sources, level)));
        }
    }
    for (at, gate, own) in &all {
        row.findings.extend(sent_back(subject, &all, (*at, gate, own)));
    }
    let count = row.findings.len();
    if count > 0 {
        let ways = counted(count, "way", "ways");
        row.say(None, format!("{ways} for untrusted content to reach a gate without approval"));
    }
    row
}

/// What a gate has of the three; nothing of a person's, and of one that only ends the run.
fn legs(subject: &AuditSubject<'_>, at: usize, gate: &Gate) -> Option<Legs> {
    let weight = match &gate.work {
        Work::Human => return None,
        Work::Command(_) | Work::Shell { .. } if programs::is_inert(gate) => return None,
        Work::Command(_) | Work::Shell { .. } if programs::online(gate).is_empty() => {
            Weight::Program
        }
        Work::Agent(_) | Work::Workflow(_) | Work::Command(_) | Work::Shell { .. } => {
            Weight::Steered
        }
    };
    let reach = &subject.reaches[at];
    Some(Legs {
        takes_in: reach.is_online(),
        sees_private: reach.is_private() || !gate.secrets.is_empty(),
        is_outward: reach.is_online(),
        weight: if reach.is_boxed { Weight::Granted } else { weight },
    })
}

/// The gates whose content reaches one that comes after them, or runs beside it, with no person
/// between.
fn handed_over<'a>(
    subject: &AuditSubject<'_>,
    all: &'a [(usize, &'a Gate, Legs)],
    to: usize,
) -> Vec<(&'a Gate, Weight)> {
    let order = &subject.order;
    let sources = all.iter().filter(|(from, _, legs)| {
        *from != to
            && legs.takes_in
            && !order.is_over(to, *from)
            && !order.is_person_between(*from, to)
    });
    sources.map(|(_, gate, legs)| (*gate, legs.weight)).collect()
}

fn handed(gate: &Gate, sources: &[&str], level: AuditLevel) -> Found {
    let last = sources.last().copied().unwrap_or_default();
    let private = match gate.secrets.first() {
        Some(secret) => format!("holds the secret {}", secret.name),
        None => "can read private files".to_owned(),
    };
    Found {
        rule: RULE,
        level,
        message: format!(
            "gate {} works on what {} may have taken in, {private} and reaches the network, and no \
             person decides in between",
            gate.id,
            listed(sources)
        ),
        help: format!(
            "write approval = \"person\" in gate {last}, or put a gate with executor = \"human\" \
             before gate {}",
            gate.id
        ),
    }
}

/// What a gate that fails hands back to the one that its run goes back to, and to those behind it.
fn sent_back(
    subject: &AuditSubject<'_>,
    all: &[(usize, &Gate, Legs)],
    (from, gate, own): (usize, &Gate, &Legs),
) -> Option<AuditFinding> {
    let OnFail::Goto { gate: goal, .. } = &gate.on_fail else { return None };
    let before = handed_over(subject, all, from);
    let own = own.takes_in.then_some(own.weight);
    let heaviest = before.iter().map(|(_, weight)| *weight).chain(own).max()?;
    let goal = subject.workflow.gates.iter().position(|other| other.id == *goal)?;
    let order = &subject.order;
    let is_reached =
        |at: usize| at == goal || order.is_over(goal, at) && !order.is_person_between(goal, at);
    let (_, to, legs) = all.iter().find(|(at, _, legs)| {
        *at != from && is_reached(*at) && legs.sees_private && legs.is_outward
    })?;
    let found = Found {
        rule: RULE,
        level: level(legs.weight, heaviest),
        message: format!(
            "what gate {} leaves when it fails goes back to gate {}, which can read private files \
             and reach the network, and no person decides in between",
            gate.id, to.id
        ),
        help: format!(
            "write on_fail = \"stop\" in gate {}, so that a person decides whether it goes back",
            gate.id
        ),
    };
    Some(subject.at(gate, Key::OnFail, found))
}

fn level(to: Weight, from: Weight) -> AuditLevel {
    match (to, from) {
        (Weight::Granted, Weight::Granted) => AuditLevel::Error,
        (Weight::Program, Weight::Program) => AuditLevel::Note,
        (Weight::Program | Weight::Steered | Weight::Granted, _) => AuditLevel::Warning,
    }
}
